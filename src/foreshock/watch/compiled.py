"""How loops are compiled, and where they are kept: in the user's cache, by version of their source.

numba keeps what it compiled beside the source, and takes it for current as long as that one file is
unchanged; a loop that calls one in another file would then go on with the old one after an update.
A folder named after all sources rules that out, and needs no right to write where we are installed.
"""

import atexit
import os
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import numba
import platformdirs

HERE = Path(__file__).parent
#: what may be reordered; NaN stays NaN, because it says unknown
MATH = {"reassoc", "contract", "arcp", "nsz", "afn"}
#: files that hold compiled loops
SOURCES = ("kernels*.py", "panel_presets.py")
#: the loop that takes the longest to compile, and the last
LONGEST = "kernels_evidence.weigh"


def place(root: Path) -> Path | None:
    """The folder under `root` for the loops of this version; None where nothing can be written.

    >>> place(HERE / "compiled.py") is None
    True
    """
    told = sha256(f"{sys.version} {numba.__version__}".encode())
    for pattern in SOURCES:
        for path in sorted(HERE.glob(pattern)):
            told.update(path.read_bytes())
    folder = root / f"loops-{told.hexdigest()[:12]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


def settle() -> Path:
    """Say to numba where to keep compiled loops, before the first is declared; returns the folder.

    `NUMBA_CACHE_DIR` is left as it is. Without a writable cache of the user they are kept for this
    process only, in a folder that nobody else can write to.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"])
    folder = place(platformdirs.user_cache_path("foreshock"))
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="foreshock-loops-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    return folder


#: where the loops of this process are kept
FOLDER = settle()


def waits(folder: Path = FOLDER) -> bool:
    """True as long as the first call of the model must compile: half a minute on a free core."""
    return not any(folder.rglob(f"{LONGEST}-*.nbc"))
