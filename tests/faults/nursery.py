"""Gives birth to workers: real processes of the product, forked from one that has imported it already.

`python -m tests.faults.nursery` reads a birth a line as JSON and prints the new process's number. A process has
settings and, where this runs under `faketime`, a clock of its own. What it does:

    flask       a command of `flask`, as from a shell
    sends_at    one pass of sending at a given moment; its counts are its output
    call        a service at a given moment; with `dies_at` it kills itself after that many statements to the database
"""

import ctypes
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Any

DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
# Imported here so that no child has to.
CALLED = ("app", "announcements.services", "flask_migrate", "alembic.command")


def main() -> None:
    # Under libfaketime 0.9.10 the system call below Python's own sleep fails; another waits as long.
    time.sleep = lambda seconds: select.select([], [], [], float(seconds)) and None
    for module in CALLED:
        import_module(module)
    # Children that end are forgotten at once; who waits for one sees it vanish.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children: list[int] = []
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        birth = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(birth)
        children.append(child)
        print(child, flush=True)  # noqa: T201


def _live(birth: dict[str, Any]) -> None:
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with open(os.devnull) as nothing, open(birth["log"], "ab") as log:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    code = 1
    try:
        os.environ.update(birth["environment"])
        code = _work(birth)
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        with open(birth["log"] + ".code", "w") as file:
            file.write(str(code))
        os._exit(code)


def _work(birth: dict[str, Any]) -> int:
    # Only now, because whoever imports `sleep` must get ours.
    from flask.cli import main as flask_main

    from app import create_app
    from outbox.delivery import deliver_due

    if "flask" in birth:
        sys.argv = ["flask", *birth["flask"]]
        flask_main()
        return 0
    app = create_app(None, **birth.get("config", {}))
    with app.app_context(), _dying(birth.get("dies_at")):
        if "sends_at" in birth:
            done = deliver_due(datetime.fromisoformat(birth["sends_at"]), f"worker {os.getpid()}")
            print("\n" + json.dumps(dict(done)))  # noqa: T201
        else:
            module, _, name = birth["call"].partition(":")
            given = [datetime.fromisoformat(birth["at"])] if "at" in birth else []
            getattr(import_module(module), name)(*given)
    return 0


@contextmanager
def _dying(at: int | None) -> Iterator[None]:
    """Let the process kill itself before its so many-th statement or commit."""
    if at is None:
        yield
        return
    from sqlalchemy import Engine, event

    left = at

    def count(*_anything: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    yield


if __name__ == "__main__":
    main()
