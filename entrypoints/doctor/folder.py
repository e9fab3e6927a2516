"""The data folder: can be written, and has room."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from entrypoints.doctor.finding import Finding

# The log of a busy day, the mails of one announcement to thousands, and a backup beside them.
LEAST_FREE_MB = 500


def data_folder(folder: Path) -> Iterator[Finding]:
    """Look at the folder that holds the key, the built-in mailbox and, by default, the database."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"well")
            file.flush()
    except OSError as error:
        yield Finding(
            "DATA_DIR",
            f"{folder} cannot be written: {error.strerror}",
            "give the user that runs this product the right to write there, or set DATA_DIR",
        )
        return
    yield Finding("DATA_DIR", f"{folder} can be written")
    free = shutil.disk_usage(folder).free // 1024 // 1024
    if free < LEAST_FREE_MB:
        yield Finding("disk", f"{free} MB free at {folder}", f"make room: {LEAST_FREE_MB} MB is the least")
    else:
        yield Finding("disk", f"{free} MB free")
