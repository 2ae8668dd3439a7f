"""Files and folders become documents and observations, with the health of each source.

`read_folder` and `from_pack` read a whole source into a `Harvest`; `read_file`, `read_document`,
`read_documents` and `read_series` read one file, `read_number` reads one cell.
"""

from foreshock.sources.folder.read import read_document, read_documents, read_file, read_folder
from foreshock.sources.harvest import Harvest
from foreshock.sources.numbers import read_number
from foreshock.sources.pack.read import from_pack
from foreshock.sources.series import read_series

__all__ = [
    "Harvest",
    "from_pack",
    "read_document",
    "read_documents",
    "read_file",
    "read_folder",
    "read_number",
    "read_series",
]
