"""The mail server that keeps a ledger, as a test holds it: started, given rules, read, and ended."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from entrypoints.settings import PROJECT


@dataclass(frozen=True)
class Acceptance:
    """A mail that the server answers for. ``dated`` is the moment on the clock of the worker that wrote it."""

    message_id: str
    recipients: tuple[str, ...]
    dated: datetime | None
    sha256: str


@dataclass(frozen=True)
class Ledger:
    """``unanswered`` are the Message-IDs that were taken although their sender never heard so."""

    accepted: list[Acceptance]
    unanswered: Counter[str]
    heard: Counter[str]
    struck: int
    connections: int

    @property
    def copies(self) -> Counter[str]:
        return Counter(one.message_id for one in self.accepted)

    def copies_to(self, address: str) -> int:
        return sum(address in one.recipients for one in self.accepted)


class LedgerServer:
    """Started with the options of `ledger_server.py`; what it wrote stays readable when it has ended."""

    def __init__(self, folder: Path, name: str = "ledger", **options: Any) -> None:
        self._file = folder / f"{name}.jsonl"
        self._options = {"ledger": str(self._file)} | options
        self.port = 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.faults.ledger_server", json.dumps(self._options)]
        self._process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.port = int(self._answer())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def order(self, step: str, deed: str, **rule: Any) -> None:
        """What to do at the next such step; see the server for what a rule may say besides."""
        self._tell({"step": step, "deed": deed} | rule)

    def forget(self) -> None:
        """Behave from now on."""
        self._tell("forget")

    @property
    def size(self) -> int:
        """How many octets were written until now: it grows with every word of a conversation."""
        return self._file.stat().st_size if self._file.exists() else 0

    def read(self) -> Ledger:
        """What was written until now."""
        ledger = Ledger([], Counter(), Counter(), 0, 0)
        struck = connections = 0
        # A line without its end is being written at this moment.
        whole = self._file.read_text().rpartition("\n")[0] if self._file.exists() else ""
        for line in map(json.loads, whole.splitlines()):
            match line["event"]:
                case "accepted":
                    dated = parsedate_to_datetime(line["date"]) if line["date"] else None
                    ledger.accepted.append(
                        Acceptance(line["message_id"], tuple(line["recipients"]), dated, line["sha256"])
                    )
                case "unanswered":
                    ledger.unanswered[line["message_id"]] += 1
                case "heard":
                    ledger.heard[line["verb"]] += 1
                case "struck":
                    struck += 1
                case "connected":
                    connections += 1
        return Ledger(ledger.accepted, ledger.unanswered, ledger.heard, struck, connections)

    def _tell(self, rule: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(rule) + "\n")
        self._process.stdin.flush()
        assert self._answer() == "ok"

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()
