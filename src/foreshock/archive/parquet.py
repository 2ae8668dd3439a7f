"""The observations as Parquet, in the words of DuckDB: the only file that knows either.

A row is one figure as published: its `series`, `period` and `publisher` say what it is a figure
of; all further columns but the two moments say what was said. DuckDB runs in memory and is
imported when first needed, since that takes longer than opening an archive.
"""

import glob
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foreshock.archive.trouble import damaged, disk_troubles, full
from foreshock.errors import ArchiveError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: column -> its type; the order is that of the file: an Observation's own, its clocks, its origin
COLUMNS = {
    "series": "VARCHAR",
    "item": "VARCHAR",
    "flow": "VARCHAR",
    "reporter": "VARCHAR",
    "partner": "VARCHAR",
    "period": "VARCHAR",
    "unit": "VARCHAR",
    "value": "DOUBLE",
    "status": "VARCHAR",
    "code_system": "VARCHAR",
    "code": "VARCHAR",
    "purity": "VARCHAR",
    "marking": "TINYINT",
    "note": "VARCHAR",
    "known_at": "TIMESTAMP",
    "received": "TIMESTAMP",
    "published": "DATE",
    "happened": "VARCHAR",
    "backfilled": "BOOLEAN",
    "publisher": "VARCHAR",
    "url": "VARCHAR",
    "licence": "VARCHAR",
    "checked": "VARCHAR",
}
#: what a row is a figure of
KEY = ("series", "period", "publisher")
#: when it reached us: no part of what was said
ARRIVAL = ("known_at", "received", "backfilled")
#: the three parts of an Observation
OWN, CLOCKS, ORIGIN = tuple(COLUMNS)[:14], tuple(COLUMNS)[14:19], tuple(COLUMNS)[19:]

_KEY = ", ".join(KEY)
_SAYS = f"row({', '.join(c for c in COLUMNS if c not in KEY + ARRIVAL)})"
# of several rows known at one moment, the one published last counts; then any fixed order will do
_NEWEST_FIRST = f"known_at DESC, published DESC NULLS LAST, {_SAYS} DESC"

# A dated figure is the same figure whenever it arrives. An undated one says something new only
# where it differs from what was known before it.
_ADMIT = f"""
WITH everything AS (
    SELECT *, false AS fresh FROM ({{kept}}) SEMI JOIN staged USING ({_KEY})
    UNION ALL BY NAME SELECT *, true AS fresh FROM staged
), judged AS (
    SELECT *,
        row_number() OVER (PARTITION BY {_KEY}, {_SAYS} ORDER BY fresh, known_at, received) AS copy,
        lag({_SAYS}) OVER (
            PARTITION BY {_KEY} ORDER BY known_at, published NULLS FIRST, {_SAYS}, fresh, received
        ) IS NOT DISTINCT FROM {_SAYS} AS unchanged
    FROM everything
)
SELECT {", ".join(COLUMNS)} FROM judged
WHERE fresh AND CASE WHEN published IS NULL THEN NOT unchanged ELSE copy = 1 END
ORDER BY {_KEY}, known_at, {_SAYS}
"""


class Engine:
    """DuckDB in memory over the Parquet files of one archive."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._root: DuckDBPyConnection | None = None
        self._starting = threading.Lock()

    def close(self) -> None:
        """Give its memory back."""
        with self._starting:
            if self._root is not None:
                self._root.close()
            self._root = None

    @contextmanager
    def session(self) -> Iterator["DuckDBPyConnection"]:
        """A connection of one's own; errors inside say what they mean for the archive."""
        import duckdb

        with self._starting:
            if self._root is None:
                self._root = duckdb.connect(":memory:", config=_config())
            cursor = self._root.cursor()
        try:
            with disk_troubles(self.home):
                yield cursor
        except duckdb.Error as error:
            if "No space left" in str(error):
                raise full(self.home) from error
            raise ArchiveError(
                f"the archive {self.home} could not compute over its observations: {error}",
                next_step="Run `foreshock archive verify`.",
            ) from error
        finally:
            cursor.close()

    def stage(self, session: "DuckDBPyConnection", lines: Path) -> None:
        """Load observations written as lines of JSON into the table `staged`."""
        shape = {name: COLUMNS[name] for name in OWN}
        shape |= {"clocks": _struct(CLOCKS), "origin": _struct(ORIGIN)}
        inner = [f"clocks.{c}" for c in CLOCKS] + [f"origin.{c}" for c in ORIGIN]
        columns = ", ".join(f"{name}: '{kind}'" for name, kind in shape.items())
        session.execute(
            f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {', '.join([*OWN, *inner])} "
            f"FROM read_json(?, format = 'newline_delimited', columns = {{{columns}}})",
            [glob.escape(str(lines))],
        )

    def admit(
        self, session: "DuckDBPyConnection", files: Sequence[Path], target: Path
    ) -> tuple[int, datetime, datetime] | None:
        """Write the staged rows that say something new to `target`; None if there are none.

        Gives the number of rows, and the first and last moment at which one became known.
        """
        kept, parameters = relation(files)
        admitted = _ADMIT.format(kept=kept)
        session.execute(f"CREATE OR REPLACE TEMP TABLE admitted AS {admitted}", parameters)
        return self.write(session, "SELECT * FROM admitted", {}, target)

    def write(
        self, session: "DuckDBPyConnection", rows: str, parameters: dict[str, Any], target: Path
    ) -> tuple[int, datetime, datetime] | None:
        """Write the rows of a query to `target` as they come; None if there are none."""
        extent = f"SELECT count(*), min(known_at), max(known_at) FROM ({rows})"
        found = session.execute(extent, parameters).fetchone()
        if found is None or not found[0]:
            return None
        place = str(target).replace("'", "''")
        session.execute(
            f"COPY ({rows}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)", parameters
        )
        return int(found[0]), found[1], found[2]


def relation(files: Sequence[Path]) -> tuple[str, dict[str, Any]]:
    """The query for all rows of the files, with its parameters; no files, no rows."""
    if not files:
        nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in COLUMNS.items())
        return f"SELECT {nothing} WHERE false", {}
    names = [glob.escape(str(file)) for file in files]
    return (
        f"SELECT {', '.join(COLUMNS)} FROM read_parquet($files, hive_partitioning = false)",
        {"files": names},
    )


def as_known(
    files: Sequence[Path], moment: datetime, columns: Sequence[str], only: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """The query for the newest row of each figure known by a moment, with its parameters.

    `moment` is UTC without a time zone, as in the files. `only` keeps rows with these values.
    """
    query, parameters = ever_known(files, moment, columns, only)
    newest = f"QUALIFY row_number() OVER (PARTITION BY {_KEY} ORDER BY {_NEWEST_FIRST}) = 1 "
    return f"{query}{newest}ORDER BY {_KEY}", parameters


def releases(
    files: Sequence[Path], moment: datetime, columns: Sequence[str], only: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """The query for every row of each figure known by a moment, the first release first."""
    query, parameters = ever_known(files, moment, columns, only)
    return f"{query}ORDER BY {_KEY}, known_at, published NULLS FIRST, {_SAYS}", parameters


def ever_known(
    files: Sequence[Path], moment: datetime, columns: Sequence[str], only: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """The query for all rows known by a moment, in no order, with its parameters."""
    rows, parameters = relation(files)
    where = "".join(f" AND {name} = ${name}" for name in only)
    query = f"SELECT {', '.join(columns)} FROM ({rows}) WHERE known_at <= $moment{where} "
    return query, {**parameters, **only, "moment": moment}


def count_rows(session: "DuckDBPyConnection", home: Path, file: Path) -> int:
    """The rows that a file holds; `ArchiveDamaged` if it cannot be read as Parquet."""
    import duckdb

    query, parameters = relation([file])
    try:
        found = session.execute(f"SELECT count(*), max({KEY[0]}) FROM ({query})", parameters)
        return int((found.fetchone() or (0,))[0])
    except duckdb.Error as error:
        raise damaged(home, f"observations/{file.name} cannot be read ({error})") from error


def _struct(names: Sequence[str]) -> str:
    return f"STRUCT({', '.join(f'{name} {COLUMNS[name]}' for name in names)})"


def _config() -> dict[str, str | bool | int | float | list[str]]:
    return {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # what does not fit into memory goes there, not into the folder we happen to stand in
        "temp_directory": str(Path(tempfile.gettempdir()) / "foreshock-duckdb"),
    }
