"""The house stands: imports go down only, every file is short, every package fact agrees."""

import ast
import re
import tomllib
from pathlib import Path

import foreshock

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "foreshock"
FLOOR = {
    "errors": 0,
    "words": 1,
    "gate": 2,
    "archive": 3,
    "sources": 3,
    "reading": 3,
    "ledger": 3,
    "network": 3,
    "watch": 3,
    "exchange": 3,
    "warn": 4,
    "rounds": 5,
    "desk": 6,
    "__main__": 7,
}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports_of(file: Path) -> list[tuple[int, str]]:
    """Every import of our own in a file, type-only ones and those inside functions too."""
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "foreshock":
            found += [(node.lineno, f"foreshock.{name.name}") for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.append((node.lineno, node.module))
    return [(line, name) for line, name in found if name.startswith("foreshock.")]


def test_imports_go_down_only():
    wrong = []
    for file in PACKAGE.rglob("*.py"):
        here = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if here == "__init__":
            continue
        for line, module in imports_of(file):
            there = room(module)
            if there in FLOOR and there != here and FLOOR[there] >= FLOOR[here]:
                wrong.append(
                    f"{file.relative_to(ROOT)}:{line} imports {module}: {here} may not know "
                    f"{there}. Pass a record instead, or move the noun to words/."
                )
    assert wrong == []


def test_relative_imports_are_not_used():
    assert not [
        file.name
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def test_every_room_has_its_place_in_the_ladder():
    rooms = {p.name.removesuffix(".py") for p in PACKAGE.iterdir() if p.suffix in ("", ".py")}
    assert rooms - {"__init__", "__pycache__", "pack"} == set(FLOOR)


def test_no_file_is_longer_than_a_reader_can_hold():
    long = {
        str(file.relative_to(ROOT)): lines
        for file in PACKAGE.rglob("*.py")
        if (lines := len(file.read_text("utf-8").splitlines())) > 600
    }
    assert long == {}, "two nouns may share a room: part them"


def test_the_version_is_told_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert foreshock.__version__ == project["version"]


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, re.MULTILINE | re.IGNORECASE))


def test_the_lock_for_tests_holds_all_that_users_install():
    run, test = pins("requirements.lock"), pins("requirements-dev.lock")
    assert run.items() <= test.items()


def test_every_dependency_is_locked_with_a_hash():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[<>=\[]", d)[0] for d in project["dependencies"]}
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert names <= set(pins("requirements.lock"))
    assert text.count("--hash=sha256:") > len(names)


def test_nothing_in_the_project_names_a_registry_host():
    words = ("https://pypi", "pythonhosted", "--index-url", "find-links")
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", "run.py"):
        text = (ROOT / name).read_text("utf-8")
        assert not [w for w in words if w in text], name
