"""A disk of a few megabytes that can be filled to the last octet, and on which a person can make room again."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path

import pytest


@dataclass(frozen=True)
class SmallDisk:
    """``folder`` is where it is mounted; a file in it takes the room."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Leave no room for one more octet."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 16, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError as error:
                    if error.errno != ENOSPC:
                        raise

    def make_room(self) -> None:
        self._ballast.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount one; where this user or this machine may not, the test is skipped."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("*** no small disk can be mounted here: that needs root, and a machine that lets it mount ***")
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily, because a process that is being ended may still hold on to it.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
