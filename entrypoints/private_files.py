"""Files with personal data in them."""

import os
from pathlib import Path
from typing import TextIO


def created(path: Path) -> TextIO:
    """Open a new file, which nobody else on this machine may read, for text as it is. Raises FileExistsError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="")
