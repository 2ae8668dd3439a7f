"""Write the pages of docs/reference/ and the data package of the reference pack from the code.

    python docs/make_reference.py            write what has changed
    python docs/make_reference.py --check    write nothing; exit with 1 if something has changed

What a page says stands in the code: the help of the verbs, the docstrings and `#:` comments of the
records, the messages of the errors. Only the meaning of each column of the pack is written by hand,
in `reference/columns.csv`.
"""

import ast
import csv
import inspect
import json
import re
import sys
import types
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import typer

from foreshock import __version__, errors
from foreshock.desk import cli, settings
from foreshock.words import base, clocks, missions, people, records, reference, units, vocab
from foreshock.words.markings import RULES
from foreshock.words.pack import SHIPPED, TABLES

DOCS = Path(__file__).resolve().parent
REFERENCE = DOCS / "reference"
COLUMNS = REFERENCE / "columns.csv"
DATA_PACKAGE = SHIPPED / "datapackage.json"
MADE = "<!-- Made by docs/make_reference.py; change the code, not this page. -->"

EXIT_CODES = (
    (0, "fine"),
    (1, "failure: the sentence on stderr says what, and what to do"),
    (2, "wrong use: a word of the call, a setting or a file named on the command line"),
    (cli.FINDINGS, "a warning at or above the level asked for with `--fail-on`"),
    (130, "interrupted with Ctrl-C; nothing is half-written"),
)


def pages() -> dict[Path, str]:
    """Every made file and what it should hold.

    >>> sorted(path.name for path in pages())[:3]
    ['cli.md', 'datapackage.json', 'errors.md']
    """
    made = {
        "cli.md": cli_page(),
        "words.md": words_page(),
        "pack.md": pack_page(),
        "settings.md": settings_page(),
        "errors.md": errors_page(),
    }
    found = {REFERENCE / name: text for name, text in made.items()}
    return {**found, DATA_PACKAGE: data_package()}


def stale() -> list[Path]:
    """The made files that do not say what the code says now."""
    return [p for p, text in pages().items() if not p.is_file() or p.read_text("utf-8") != text]


# -- the command line ----------------------------------------------------------------------------


def cli_page() -> str:
    """Each verb with its words and an example."""
    parts = [
        "# Commands",
        "Results go to stdout, talk and progress to stderr. `foreshock VERB --help` says the same "
        "as this page. `python3 run.py VERB ...` is `foreshock VERB ...` in the project's own "
        "environment.",
        _table(("exit code", "meaning"), EXIT_CODES),
    ]
    for name, command in _verbs(typer.main.get_command(cli.app)):
        about, _, example = (command.help or "").partition("Example:")
        parts += [f"## foreshock {name}", about.strip()]
        rows = [_word(p) for p in command.params if p.name != "help"]
        if rows:
            parts.append(_table(("word", "meaning"), rows))
        if example:
            parts.append(f"```sh\n{example.strip()}\n```")
    return _page(parts)


def verbs() -> list[str]:
    """The names of all verbs: `up`, `archive info`, ..."""
    return [name for name, _ in _verbs(typer.main.get_command(cli.app))]


def _verbs(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _verbs(command, f"{before}{name} ")
        else:
            yield before + name, command


def _word(parameter: Any) -> tuple[str, str]:
    several = " ..." if getattr(parameter, "multiple", False) or parameter.nargs == -1 else ""
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`{several}", parameter.help or ""
    spelt = "`, `".join([*parameter.opts, *parameter.secondary_opts])
    value = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
    return f"`{spelt}{value}`{several}", parameter.help or ""


# -- the nouns -----------------------------------------------------------------------------------


def words_page() -> str:
    """The records, the clocks, the markings and the closed vocabularies."""
    parts = [
        "# Records",
        "The nouns as programs see them: in Python (`foreshock.words.records`), in the JSON of "
        "`--json` and in parcels. [The glossary](../words.md) says them in plain words. Every "
        "record is frozen; every kind below that is a *Record* has the fields of `Record` too.",
        *_classes(clocks),
        *_classes(base),
        *_classes(records),
        *_classes(missions),
        *_classes(people),
        "## Markings",
        "Traffic Light Protocol 2.0 (FIRST, 2022), from the widest to the narrowest.",
        _table(("marking", "who may see it"), [(r.label, r.may_see) for r in RULES.values()]),
        "## Vocabularies",
        "Types of events and their modes:",
        _table(
            ("type", "modes"), [(t, ", ".join(modes) or "none") for t, modes in vocab.TYPES.items()]
        ),
        f"Status: {_listed(vocab.STATUS)}.",
        f"Modality: {_listed(vocab.MODALITY)}.",
        f"Who says it: {_listed(vocab.SOURCE_KINDS)}.",
        f"Links between events: {_listed(vocab.RELATIONS)}.",
        f"Instruments: {_listed(vocab.INSTRUMENTS)}.",
        "Steps in the life of a measure, and what may follow:",
        _table(
            ("after", "may come"),
            [(s or "(nothing)", ", ".join(sorted(n))) for s, n in vocab.NEXT_STEPS.items()],
        ),
        "Units, by dimension:",
        _table(
            ("unit", "dimension", "factor to the first unit"),
            [(u, dimension, f"{factor:g}") for u, (dimension, factor) in units.UNITS.items()],
        ),
    ]
    return _page(parts)


def _classes(module: types.ModuleType) -> Iterator[str]:
    source = inspect.getsource(module)
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef):
            continue
        base = ast.unparse(node.bases[0]) if node.bases else ""
        kind = " (a Record)" if base == "Record" else ""
        yield f"## {node.name}{kind}"
        yield inspect.cleandoc(ast.get_docstring(node) or "")
        rows = [_field(field, lines) for field in node.body if isinstance(field, ast.AnnAssign)]
        if rows:
            yield _table(("field", "type", "if not given", "meaning"), rows)


def _field(node: ast.AnnAssign, lines: list[str]) -> tuple[str, str, str, str]:
    default = f"`{ast.unparse(node.value)}`" if node.value is not None else "required"
    if node.value is not None and "default_factory" in default:
        default = "empty"
    comment: list[str] = []
    at = node.lineno - 2
    while at >= 0 and lines[at].strip().startswith("#:"):
        comment.insert(0, lines[at].strip()[2:].strip())
        at -= 1
    name = ast.unparse(node.target)
    return f"`{name}`", f"`{ast.unparse(node.annotation)}`", default, " ".join(comment)


# -- the pack ------------------------------------------------------------------------------------


def meanings() -> dict[tuple[str, str], tuple[str, str]]:
    """Unit and meaning of each column, by table and column; the table `*` holds for all."""
    with COLUMNS.open(encoding="utf-8", newline="") as file:
        return {(r["table"], r["column"]): (r["unit"], r["meaning"]) for r in csv.DictReader(file)}


def columns(kind: type[msgspec.Struct]) -> list[str]:
    """The columns that a table may have: the fields of its class, but for what the loader gives."""
    return [name for name in kind.__struct_fields__ if name != "ref"]


def pack_page() -> str:
    """Each table of the reference pack with its columns."""
    shared = columns(reference.Sourced)
    parts = [
        "# Tables of the reference pack",
        "The pack is a folder of CSV files in UTF-8 (`src/foreshock/pack/`). "
        "[How to add rows of your own](../how-to/pack.md). A column may be left out where it is "
        "not required; a cell of a list holds several values parted by `|`. Rows of your own "
        "replace shipped rows that agree in all key columns. Dates are written YYYY-MM-DD, "
        "countries as ISO 3166 alpha-2, shares as fractions of 1.",
        "## Columns of the source",
        "Tables that state facts have these as well. A round on day D uses a row only if its "
        "source was published by D and somebody has read it.",
        _table(("column", "type", "unit", "meaning"), _columns("*", reference.Sourced, shared)),
    ]
    for table, (file, kind, key) in TABLES.items():
        sourced = issubclass(kind, reference.Sourced)
        own = [name for name in columns(kind) if not (sourced and name in shared)]
        tail = " Has the columns of the source as well." if sourced else ""
        parts += [
            f"## {file}",
            f"{inspect.getdoc(kind)}{tail} Key: {_listed(key)}.",
            _table(("column", "type", "unit", "meaning"), _columns(table, kind, own)),
        ]
    parts += [
        "## priors.toml",
        "Parameters of the method, used only where nothing is reported and always shown as "
        "*prior*. Each entry says why it has its value and from which day a replay may use it.",
        "## documents/",
        "Texts with a header, [written like your own](../how-to/documents.md).",
    ]
    return _page(parts)


def _columns(
    table: str, kind: type[msgspec.Struct], names: list[str]
) -> Iterator[tuple[str, str, str, str]]:
    said = meanings()
    required = {f.name for f in msgspec.structs.fields(kind) if f.required}
    hints = get_type_hints(kind)
    for name in names:
        unit, meaning = said.get((table, name)) or said[("*", name)]
        star = " (required)" if name in required else ""
        shape, words = _shape(hints[name])
        choice = f" One of {_listed(words)}." if words else ""
        yield f"`{name}`{star}", shape, unit, f"{meaning}{choice}"


_SHAPES = {str: "text", int: "whole number", float: "number", date: "day"}


def _shape(hint: Any) -> tuple[str, tuple[str, ...]]:
    """The type of a column in plain words, and the closed list of its values, if it has one."""
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple:
        return "list", ()
    if get_origin(hint) is Literal:
        return "word", tuple(word for word in get_args(hint) if word)
    return _SHAPES[hint], ()


_JSON_TYPES = {"text": "string", "word": "string", "list": "string"} | {
    "whole number": "integer",
    "number": "number",
    "day": "date",
}


def data_package() -> str:
    """The pack described for tools that read the Data Package standard (version 2)."""
    said = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "foreshock-reference-pack",
        "title": "Foreshock reference pack",
        "description": "What is watched, who acts, who makes what for whom, and what is known of "
        "the crises of 2021 to 2026, each fact with its source and the day it became known. "
        "Cells of several values part them by |. The texts lie in documents/.",
        "version": __version__,
        "licenses": [
            {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/legalcode"}
        ],
        "resources": [
            *(_resource(table) for table in TABLES),
            {
                "name": "priors",
                "path": "priors.toml",
                "format": "toml",
                "mediatype": "application/toml",
                "description": "Parameters of the method, used where nothing is reported.",
            },
        ],
    }
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def _resource(table: str) -> dict[str, Any]:
    file, kind, key = TABLES[table]
    with (SHIPPED / file).open(encoding="utf-8-sig", newline="") as lines:
        header = next(csv.reader(lines))
    return {
        "name": table.replace("_", "-"),
        "path": file,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "description": inspect.getdoc(kind),
        "schema": {
            "fields": [_frictionless(table, kind, name) for name in header],
            "uniqueKeys": [[name for name in key if name in header]],
        },
    }


def _frictionless(table: str, kind: type[msgspec.Struct], name: str) -> dict[str, Any]:
    unit, meaning = meanings().get((table, name)) or meanings()[("*", name)]
    shape, words = _shape(get_type_hints(kind)[name])
    several = " Several values are parted by |." if shape == "list" else ""
    field: dict[str, Any] = {"name": name, "type": _JSON_TYPES[shape]}
    field["description"] = f"{meaning}{several}" + (f" Unit: {unit}." if unit else "")
    constraints: dict[str, Any] = {"enum": list(words)} if words else {}
    if any(f.name == name and f.required for f in msgspec.structs.fields(kind)):
        constraints["required"] = True
    if constraints:
        field["constraints"] = constraints
    return field


# -- settings and errors -------------------------------------------------------------------------


def settings_page() -> str:
    """Each setting with its variable and its default."""
    said = dict(re.findall(r"^\| (\w+) \| FORESHOCK_\w+ \| (.+) \|$", settings.__doc__ or "", re.M))
    rows = []
    for field in msgspec.structs.fields(settings.Settings):
        default = "none" if field.default in (None, ()) else f"`{field.default}`"
        if field.required:
            default = "the platform's user-data folder, `foreshock`"
        variable = f"`FORESHOCK_{field.name.upper()}`"
        rows.append((f"`{field.name}`", variable, default, said[field.name]))
    return _page(
        [
            "# Settings",
            "The command line goes before the environment, the environment before "
            f"`{settings.FILE}` in the archive's folder. Nothing has to be set.",
            _table(("in the file", "in the environment", "default", "meaning"), rows),
            "`home` can be set on the command line or in the environment only: the file lies in "
            "it.",
            '```toml\n# foreshock.toml\nholders = ["KR", "NL"]\n'
            'documents = ["/srv/foreshock/inbox"]\npack = "/srv/foreshock/pack"\nport = 8421\n```',
        ]
    )


def errors_page() -> str:
    """Each kind of error, as a tree, with what it means."""
    rows = [("&nbsp;" * 4 * depth + f"`{kind.__name__}`", _first(kind)) for depth, kind in _tree()]
    return _page(
        [
            "# Errors",
            "All errors are one family (`foreshock.errors`). Every message says what, which, what "
            "was expected and what to do next; `what`, `expected` and `next_step` are fields of "
            "the error too. On the command line `WrongUse` ends with exit code 2, every other "
            "with 1.",
            _table(("error", "meaning"), rows),
        ]
    )


def _tree(
    kind: type[Exception] = errors.ForeshockError, depth: int = 0
) -> Iterator[tuple[int, type[Exception]]]:
    yield depth, kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from _tree(below, depth + 1)


def _first(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")


# -- Markdown ------------------------------------------------------------------------------------


def _table(headings: tuple[str, ...], rows: Any) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(str(c)) for c in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _listed(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _page(parts: list[str]) -> str:
    return "\n\n".join([parts[0], MADE, *parts[1:]]) + "\n"


def main(words: list[str]) -> int:
    """Write what has changed, or with --check only say so; the exit code."""
    changed = stale()
    for path in changed:
        print(f"{'out of date' if '--check' in words else 'written'}: {path.name}")
        if "--check" not in words:
            path.write_text(pages()[path], "utf-8")
    return 1 if changed and "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
