"""What a user may set, read once and passed down: the command line, then the environment, then
`foreshock.toml` in the archive's folder.

| setting | environment | what |
|---|---|---|
| home | FORESHOCK_HOME | folder of the archive |
| pack | FORESHOCK_PACK | folder with rows of one's own for the reference pack |
| holders | FORESHOCK_HOLDERS | for whom, parted by commas |
| documents | FORESHOCK_DOCUMENTS | folders to take in at every round, parted by commas |
| port | FORESHOCK_PORT | port of the web desk on this machine |
| database | FORESHOCK_DATABASE | DSN of a PostgreSQL that keeps the objects exchanged by TAXII |
| bind | FORESHOCK_BIND | address that the web desk listens on, where it is not this machine alone |
| url | FORESHOCK_URL | https address under which others reach the desk, through a proxy |
| alarm_budget | FORESHOCK_ALARM_BUDGET | new alarms told in a month; the rest waits, listed |
| alarm_rate | FORESHOCK_ALARM_RATE | where a chance can be stated: share of false ones, as 0.1 |

A folder that is not written whole counts from where the command is started.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import platformdirs

from foreshock.errors import WrongUse

if TYPE_CHECKING:  # takes a moment to import
    from foreshock.watch import Policy

FILE = "foreshock.toml"
_PREFIX = "FORESHOCK_"
_LISTS = ("holders", "documents")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one call."""

    home: Path
    pack: Path | None = None
    holders: tuple[str, ...] = ()
    documents: tuple[Path, ...] = ()
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8421
    database: str = ""
    bind: str = "127.0.0.1"
    url: str = ""
    alarm_budget: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 10
    alarm_rate: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None


#: setting -> what is said to be expected where it cannot be understood
_EXPECTED = {
    "pack": "a folder",
    "holders": "a list of ids, such as KR, EU",
    "documents": "a list of folders",
    "port": "a port from 1 to 65535",
    "database": "a DSN, such as postgresql://warn@db.example.org/exchange",
    "bind": "an address of this machine, such as 0.0.0.0",
    "url": "an address that begins with https://",
    "alarm_budget": "new alarms a month, 0 to 100000",
    "alarm_rate": "a share of false alarms between 0 and 1, such as 0.1",
}


class _Given(msgspec.Struct, frozen=True):
    """A setting as somebody gave it, and where."""

    name: str
    value: object
    where: str


def read(home: Path | None = None) -> Settings:
    """The settings that hold for a call; `home` is what the command line says.

    Raises `WrongUse` naming the line of the file, or the variable, that cannot be understood.
    """
    place = home or os.environ.get(f"{_PREFIX}HOME") or platformdirs.user_data_path("foreshock")
    chosen = Path(place).expanduser()
    values: dict[str, object] = {"home": chosen}
    for given in (*_of_file(chosen / FILE), *_of_environment()):  # the later one holds
        values[given.name] = _understood(given)
    return msgspec.convert(values, Settings)


def changed(settings: Settings, **values: object) -> Settings:
    """The settings with what the command line says instead; None leaves one as it is.

    Raises `WrongUse` for a value that cannot be.
    """
    given = {
        name: _understood(_Given(name, value, f"--{name.removeprefix('alarm_')}"))
        for name, value in values.items()
        if value is not None
    }
    return msgspec.structs.replace(settings, **given)


def alarm_policy(settings: Settings) -> "Policy":
    """How many new alarms the desk is told in a month."""
    from foreshock.watch import Policy

    return Policy(budget=settings.alarm_budget, rate=settings.alarm_rate)


def _of_file(path: Path) -> Iterator[_Given]:
    try:
        table = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path}: {error}", next_step="Mend the file or remove it.") from None
    except OSError as error:
        raise WrongUse(
            f"{path} cannot be read: {error.strerror}", next_step="Check who may read it."
        ) from None
    for name, value in table.items():
        where = f"{path}: {name}"
        if name not in _EXPECTED:
            raise WrongUse(
                f"{where} is no setting of this file",
                expected=f"one of {', '.join(_EXPECTED)}",
                next_step="Correct the name or remove the line.",
            )
        yield _Given(name, value, where)


def _of_environment() -> Iterator[_Given]:
    variables = {_PREFIX + name.upper(): name for name in Settings.__struct_fields__}
    for variable in os.environ:
        near = difflib.get_close_matches(variable, variables, n=1, cutoff=0.9)
        if near and variable not in variables:
            raise WrongUse(
                f"the variable {variable} is no setting",
                expected=near[0],
                next_step="Correct the name or unset it.",
            )
    for variable, name in variables.items():
        if name == "home":  # told already: the file lies in it
            continue
        text = os.environ.get(variable, "").strip()
        if text:
            parts = [part.strip() for part in text.split(",") if part.strip()]
            yield _Given(name, parts if name in _LISTS else text, variable)


def _understood(given: _Given) -> object:
    """The value as the setting's own type."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    # only the environment may write a number as text: it has nothing else
    loose = given.where.startswith(_PREFIX)
    try:
        return msgspec.convert(given.value, kinds[given.name], strict=not loose, dec_hook=_path)
    except msgspec.ValidationError:
        raise WrongUse(
            f"{given.where} is {given.value!r}",
            expected=_EXPECTED[given.name],
            next_step="Correct it or remove it.",
        ) from None


def _path(kind: type, value: object) -> object:
    if kind is not Path or not isinstance(value, str):
        raise ValueError(value)  # msgspec makes a ValidationError of it
    return Path(value).expanduser()
