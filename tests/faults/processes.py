"""Workers as the tests hold them: born, waited for, killed, and never left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from entrypoints.settings import PROJECT
from tests.faults.speaker import is_dead

# Generous, because it only says when to give up.
PATIENCE = 90.0


def wait_until(what: Callable[[], object], patience: float = PATIENCE) -> None:
    """Return as soon as something is true; raises TimeoutError where it does not become so."""
    until = monotonic() + patience
    while not what():
        if monotonic() > until:
            raise TimeoutError(f"waited for {what} for {patience:g} seconds")
        sleep(0.01)


@dataclass(frozen=True)
class Process:
    """A process of the nursery. ``code`` is None while it runs, and negative where it was killed."""

    pid: int
    log: Path

    @property
    def alive(self) -> bool:
        return not is_dead(self.pid)

    @property
    def code(self) -> int | None:
        if self.alive:
            return None
        with suppress(FileNotFoundError, ValueError):
            return int(Path(f"{self.log}.code").read_text())
        return -signal.SIGKILL

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self, patience: float = PATIENCE) -> int:
        """Wait for the end; returns the exit code."""
        wait_until(lambda: not self.alive, patience)
        code = self.code
        assert code is not None
        return code

    def output(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def counts(self, patience: float = PATIENCE) -> dict[str, int]:
        """Wait for a pass or a tick that must end well, and return what it counted."""
        assert self.wait(patience) == 0, self.output()
        lines = [line for line in self.output().splitlines() if line.startswith("{")]
        return dict(json.loads(lines[-1]))


class Nursery:
    """The process that workers are forked from; under `faketime`, so that each may have its own clock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._born: list[Process] = []

    def __enter__(self) -> Self:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MAIL_")}
        # Waits must last what they say, whatever the hour is: only the wall clock is another.
        clock = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}
        settings = {
            "FLASK_APP": "app",
            "SECRET_KEY": "a key for tests, of some length",
            "BASE_URL": "http://localhost",
            "MAIL_DEFAULT_SENDER": "Announcements <announcements@vendor.example>",
            "TZ": "UTC",
        }
        command = [sys.executable, "-m", "tests.faults.nursery"]
        if shutil.which("faketime"):
            command = ["faketime", "-m", "-f", "+0s", *command]
        self._process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=clean | clock | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._answer() == "ready"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.empty()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def empty(self) -> None:
        """End whatever still runs."""
        for process in self._born:
            if process.alive:
                process.kill()
        self._born.clear()

    def born(self, environment: dict[str, str], clock: datetime | timedelta | None = None, **does: Any) -> Process:
        """A new process with these settings, at a moment of its own or that much off; see `nursery.py` for the rest."""
        ahead = clock - datetime.now(UTC) if isinstance(clock, datetime) else clock or timedelta()
        # Up, never down: a second too early nothing would be due yet.
        seconds = ceil(ahead.total_seconds())
        log = self._folder / f"{uuid4().hex}.log"
        birth = {"environment": environment | {"FAKETIME": f"{seconds:+d}s"}, "log": str(log)} | does
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(birth) + "\n")
        self._process.stdin.flush()
        process = Process(int(self._answer()), log)
        self._born.append(process)
        return process

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()
