"""circuit-maintenance-parser, which programs of network operators read maintenance with."""

import json
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.clients.reading import Told
from tests.environments import HERE, program

Notices = dict[str, dict[str, Any]]


def read(contents: Sequence[bytes], folder: Path, suffix: str) -> list[Notices]:
    """What it reads of calendars (``.ics``) or mails (``.eml``): for each its notices, by UID."""
    files = [folder / f"{number}{suffix}" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    command = [program("maintnote", "python"), str(HERE / "read_maintnote.py"), *map(str, files)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [{notice["uid"]: notice for notice in notices} for notices in json.loads(done.stdout)]


def times(notices: Notices) -> dict[str, Told]:
    """Of each notice the times, whether it is off, and its revision."""
    return {
        uid: (
            datetime.fromtimestamp(one["start"], UTC),
            datetime.fromtimestamp(one["end"], UTC),
            one["status"] == "CANCELLED",
            one["sequence"],
        )
        for uid, one in notices.items()
    }
