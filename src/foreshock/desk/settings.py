"""What a user may set, read once and passed down: the command line, then the environment, then
`foreshock.toml` in the archive's folder.

| setting | environment | what |
|---|---|---|
| home | FORESHOCK_HOME | folder of the archive |
| pack | FORESHOCK_PACK | folder with rows of one's own for the reference pack |
| holders | FORESHOCK_HOLDERS | for whom, parted by commas |
| documents | FORESHOCK_DOCUMENTS | folders to take in at every round, parted by commas |
| port | FORESHOCK_PORT | port of the web desk on this machine |
"""

import os
import tomllib
from pathlib import Path

import msgspec
import platformdirs

from foreshock.errors import WrongUse

FILE = "foreshock.toml"
_LISTS = ("holders", "documents")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of one call."""

    home: Path
    pack: Path | None = None
    holders: tuple[str, ...] = ()
    documents: tuple[Path, ...] = ()
    port: int = 8421


def read(home: Path | None = None, **given: object) -> Settings:
    """The settings that hold for a call; `given` is what the command line says (None: nothing).

    Raises `WrongUse` naming the file or variable that cannot be understood.
    """
    env = {
        name: os.environ[f"FORESHOCK_{name.upper()}"]
        for name in Settings.__struct_fields__
        if os.environ.get(f"FORESHOCK_{name.upper()}")
    }
    chosen = Path(home or env.get("home") or platformdirs.user_data_path("foreshock")).expanduser()
    values: dict[str, object] = {**_file(chosen / FILE), "home": str(chosen)}
    for name, text in env.items():
        if name != "home":
            values[name] = [t for t in text.split(",") if t] if name in _LISTS else text
    values.update({name: value for name, value in given.items() if value not in (None, ())})
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise WrongUse(
            f"the settings cannot be understood: {error}",
            next_step=f"Look at {chosen / FILE} and at the variables FORESHOCK_*.",
        ) from None


def _path(kind: type, value: object) -> object:
    return Path(str(value)).expanduser() if kind is Path else value


def _file(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path}: {error}", next_step="Mend the file or remove it.") from None
