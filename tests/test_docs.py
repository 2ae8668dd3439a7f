"""What the pages say is so: made pages are fresh, links lead somewhere, examples run."""

import doctest
import importlib.util
import json
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest

from foreshock.desk.settings import Settings
from foreshock.words.pack import SHIPPED, TABLES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
#: written by measuring, which not everybody has done
MEASURED = DOCS / "benchmarks.md"


def script(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = script("make_reference")
examples = script("run_examples")


@pytest.mark.parametrize("module", [reference, examples], ids=lambda module: module.__name__)
def test_the_scripts_do_what_their_own_examples_say(module):
    done = doctest.testmod(module)
    assert done.attempted > 0
    assert done.failed == 0


# -- made pages ----------------------------------------------------------------------------------


def test_the_reference_says_what_the_code_says():
    old = [str(path.relative_to(ROOT)) for path in reference.stale()]
    assert old == [], "out of date; refresh with: python docs/make_reference.py"


def test_every_verb_is_documented():
    page = (DOCS / "reference" / "cli.md").read_text("utf-8")
    missing = [verb for verb in reference.verbs() if f"## foreshock {verb}\n" not in page]
    assert len(reference.verbs()) > 8
    assert missing == []


def test_every_setting_is_documented():
    page = (DOCS / "reference" / "settings.md").read_text("utf-8")
    names = Settings.__struct_fields__
    missing = [n for n in names if f"| `{n}` | `FORESHOCK_{n.upper()}` |" not in page]
    assert missing == []


def test_every_table_and_column_of_the_pack_has_a_meaning():
    page = (DOCS / "reference" / "pack.md").read_text("utf-8")
    said = reference.meanings()
    missing = [
        f"{table}.{column}"
        for table, (_, kind, _) in TABLES.items()
        for column in reference.columns(kind)
        if not (said.get((table, column)) or said.get(("*", column), ("", "")))[1]
    ]
    assert missing == [], "add them to docs/reference/columns.csv"
    assert [file for file, _, _ in TABLES.values() if f"## {file}\n" not in page] == []


def test_no_meaning_is_left_of_a_column_that_is_gone():
    kinds = {table: kind for table, (_, kind, _) in TABLES.items()}
    kinds["*"] = reference.reference.Sourced
    gone = [
        f"{table}.{column}"
        for table, column in reference.meanings()
        if table not in kinds or column not in kinds[table].__struct_fields__
    ]
    assert gone == [], "remove them from docs/reference/columns.csv"


# -- the data package ----------------------------------------------------------------------------


def test_the_data_package_describes_every_file_and_column_of_the_pack():
    described = json.loads(reference.DATA_PACKAGE.read_text("utf-8"))
    resources = {one["path"]: one for one in described["resources"]}
    files = {path.name for path in SHIPPED.glob("*.csv")} | {"priors.toml"}
    assert set(resources) == files
    for path in sorted(SHIPPED.glob("*.csv")):
        header = path.read_text("utf-8-sig").partition("\n")[0].strip().split(",")
        fields = resources[path.name]["schema"]["fields"]
        assert [field["name"] for field in fields] == header, path.name
        assert all(field["type"] and field["description"] for field in fields), path.name


def test_the_types_of_the_data_package_are_those_of_the_records():
    described = json.loads(reference.DATA_PACKAGE.read_text("utf-8"))
    by_name = {one["name"].replace("-", "_"): one for one in described["resources"]}
    for table, (_, kind, _) in TABLES.items():
        required = {f.name for f in msgspec.structs.fields(kind) if f.required}
        stated = {
            field["name"]
            for field in by_name[table]["schema"]["fields"]
            if field.get("constraints", {}).get("required")
        }
        assert stated == required, table


# -- links ---------------------------------------------------------------------------------------

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def anchors(page):
    """The names by which the headings of a page are linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {text.strip().replace(" ", "-") for text in plain}


def dead_links(page):
    text = _CODE.sub("", page.read_text("utf-8"))
    for target in _LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (page.parent / path).resolve() if path else page
        if there == MEASURED:
            continue
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(page):
    assert list(dead_links(page)) == []


def test_every_page_can_be_reached_from_the_index():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in _LINK.findall(page.read_text("utf-8")):
            there = (page.parent / target.partition("#")[0]).resolve()
            if there.suffix == ".md" and there.is_file() and there not in reached:
                waiting.append(there)
    lost = [str(page.relative_to(ROOT)) for page in PAGES if page not in reached]
    assert lost == [], "link them from docs/README.md or docs/why/README.md"


# -- examples ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return examples.prepare(tmp_path_factory.mktemp("docs") / "first")


def stable(page):
    """What must not differ: the commands, the warnings with their levels, and "no warning"."""
    said = []
    for block in examples.blocks(page):
        for command, shown in examples.commands(block):
            lines = re.findall(r"^(?:Level \d .+? for [^:\n]+|No warning is out)", shown, re.M)
            said.append((command, [re.sub(r"\s+", " ", line) for line in lines]))
    return said


@pytest.mark.parametrize("page", examples.pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_run_and_say_what_the_page_shows(page, prepared, tmp_path):
    shown = page.read_text("utf-8")
    now = examples.run_page(shown, shutil.copytree(prepared, tmp_path / "page"))
    assert stable(now) == stable(shown), (
        "other warnings or levels than the page shows; if they are meant so, refresh with: "
        "python docs/run_examples.py - and read what stands around them"
    )


def test_the_first_page_and_the_tutorial_hold_examples():
    with_examples = {page.name for page in examples.pages()}
    assert {"README.md", "tutorial.md"} <= with_examples


def test_the_picture_of_the_desk_is_small():
    assert 10_000 < (DOCS / "pictures" / "desk.png").stat().st_size <= 250_000
