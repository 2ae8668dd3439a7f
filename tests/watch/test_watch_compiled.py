"""Compiled loops are kept where one may write, apart for each version of their source."""

import os
import subprocess
import sys

import numba
import pytest

from foreshock.watch import compiled

LOAD = "import numba; from foreshock.watch import compiled, panel_presets; print(compiled.FOLDER)"


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    """numba keeps what it compiles in this process where it did."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)


def test_an_update_of_any_source_gets_a_folder_of_its_own(tmp_path, monkeypatch):
    source = tmp_path / "source"
    source.mkdir()
    (source / "kernels.py").write_text("one")
    monkeypatch.setattr(compiled, "HERE", source)
    before = compiled.place(tmp_path / "cache")
    assert compiled.place(tmp_path / "cache") == before
    (source / "kernels.py").write_text("two")
    assert compiled.place(tmp_path / "cache") != before


def test_all_modules_with_compiled_loops_are_among_the_sources():
    named = {path.name for pattern in compiled.SOURCES for path in compiled.HERE.glob(pattern)}
    holding = {path.name for path in compiled.HERE.glob("*.py") if "@njit" in path.read_text()}
    assert holding and holding <= named


def test_where_nothing_can_be_written_the_loops_still_load(tmp_path):
    """As in an installation of another user, without a home: what raised an error before."""
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    environment = {
        **{name: text for name, text in os.environ.items() if name != "NUMBA_CACHE_DIR"},
        "XDG_CACHE_HOME": str(in_the_way),
        "HOME": str(in_the_way),
        "TMPDIR": str(tmp_path),
    }
    ran = subprocess.run(
        [sys.executable, "-c", LOAD], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(str(tmp_path / "foreshock-loops-"))
    assert not list(tmp_path.glob("foreshock-loops-*"))  # taken away at the end


def test_a_place_that_the_user_names_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert compiled.settle() == tmp_path


def test_one_waits_only_as_long_as_nothing_was_compiled(tmp_path):
    assert compiled.waits(tmp_path)
    (tmp_path / "watch_1").mkdir()
    (tmp_path / "watch_1" / f"{compiled.LONGEST}-236.py311.1.nbc").write_text("")
    assert not compiled.waits(tmp_path)
