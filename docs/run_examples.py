"""Run the examples in the pages, so that what they show is what happens.

    python docs/run_examples.py              run all and write their present output into the pages
    python docs/run_examples.py tutorial.md  only this page

A page marks what is run in the first line of a code block:

    ```text file=own/notice.txt    the block is written to this file first
    ```console run                 lines `$ foreshock ...` are run, what they print stands below
    ```console run Level           the same, keeping only lines that begin with a word given (in
                                   which `_` stands for a space)
    ```python run                  the block is run as it stands

All blocks of a page run in order, in one folder that holds an archive, `home`, and nothing else.
Tables are left out where sentences say the same.
"""

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
WIDTH = 96

_BLOCK = re.compile(r"^```(\w+) ((?:run|file=)[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: the heading line of the table of warnings: what stands below repeats the sentences above
_TABLE = re.compile(r"^( +within .*|level +item .*)$")


class Block(NamedTuple):
    """A marked code block of a page."""

    language: str
    mark: str
    body: str


def pages() -> list[Path]:
    """Every page that holds an example to be run.

    >>> "tutorial.md" in [page.name for page in pages()]
    True
    """
    every = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    return [page for page in every if page.is_file() and blocks(page.read_text("utf-8"))]


def blocks(text: str) -> list[Block]:
    """The marked blocks of a page.

    >>> blocks("```python run\\nprint(1)\\n```\\n")[0].body
    'print(1)\\n'
    """
    return [Block(*found.groups()) for found in _BLOCK.finditer(text)]


def commands(block: Block) -> list[tuple[str, str]]:
    """Each command of a console block with the output that the page shows for it.

    >>> commands(Block("console", "run", "$ foreshock version\\nforeshock 1\\n"))
    [('foreshock version', 'foreshock 1')]
    """
    parts = re.split(r"^\$ ", block.body, flags=re.MULTILINE)[1:]
    found = []
    for part in parts:
        command, _, shown = part.partition("\n")
        found.append((command, shown.strip("\n")))
    return found


def run_page(text: str, folder: Path) -> str:
    """The page with the present output of its examples, run in `folder`."""
    with _inside(folder):
        return _BLOCK.sub(_run_block, text)


def _run_block(found: re.Match[str]) -> str:
    block = Block(*found.groups())
    body = block.body
    if block.mark.startswith("file="):
        path = Path(block.mark.removeprefix("file="))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.body, "utf-8")
    elif block.language == "python":
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(block.body, "an example", "exec"), {"__name__": "example"})
    else:
        words = tuple(word.replace("_", " ") for word in block.mark.split()[1:])
        body = "".join(
            f"$ {command}\n{_wrapped(run_command(command), words)}"
            for command, _ in commands(block)
        )
    return f"```{block.language} {block.mark}\n{body}```"


def run_command(command: str) -> str:
    """What a command `foreshock ...` prints to stdout; a failure is an error of the page."""
    from foreshock.desk import cli

    words = shlex.split(command)
    if words[:1] != ["foreshock"]:
        raise ValueError(f"the example {command!r} does not begin with foreshock")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main(words[1:])
            code: object = 0
        except SystemExit as done:
            code = done.code or 0
    if code not in (0, cli.FINDINGS):
        raise ValueError(f"{command} ended with {code}: {err.getvalue()}")
    return out.getvalue()


def _wrapped(output: str, words: tuple[str, ...]) -> str:
    lines: list[str] = []
    for line in output.splitlines():
        if _TABLE.match(line):
            break
        if not words or line.startswith(words):
            lines += textwrap.wrap(line, WIDTH, subsequent_indent="    ") or [""]
    return "".join(f"{line.rstrip()}\n" for line in lines)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in a folder, on the archive `home` in it, without the settings of who runs this."""
    before, environment = Path.cwd(), dict(os.environ)
    for name in [name for name in os.environ if name.startswith("FORESHOCK_")]:
        del os.environ[name]
    os.environ["FORESHOCK_HOME"] = "home"
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)


def prepare(folder: Path) -> Path:
    """A folder with an archive that has taken in the pack, to be copied for each page."""
    folder.mkdir(parents=True)
    with _inside(folder):
        run_command("foreshock warnings --as-of 2023-07-10 --holder KR")
    return folder


def main(names: list[str]) -> int:
    """Refresh the pages named, or all; the exit code."""
    with tempfile.TemporaryDirectory() as temporary:
        first = prepare(Path(temporary, "first"))
        for page in pages():
            if names and page.name not in names:
                continue
            folder = shutil.copytree(first, Path(temporary, page.stem + page.parent.name))
            before = page.read_text("utf-8")
            after = run_page(before, folder)
            if after != before:
                page.write_text(after, "utf-8")
            print(f"{'written' if after != before else 'unchanged'}: {page.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    os.environ["COLUMNS"] = str(WIDTH)  # read once, when the command line is imported
    sys.exit(main(sys.argv[1:]))
