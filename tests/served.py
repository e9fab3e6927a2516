"""The product as `make run` starts it, with the demonstration, for tests that need the whole."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Served:
    """A running product: where it is, what the demonstration gives away, and its process."""

    base_url: str
    demo: dict[str, Any]
    process: subprocess.Popen[str]
    environment: dict[str, str]

    def user(self, role: str) -> dict[str, str]:
        """The e-mail address and password of the first demonstration user with a role."""
        return next(user for user in self.demo["users"] if user["role"] == role)

    def flask(self, *arguments: str) -> str:
        """What a command prints."""
        return run_flask(self.environment, *arguments)


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """Start the product on a free port and a data folder of its own; stop it as Ctrl-C does."""
    environment = environment_of(folder, settings)
    with _running(folder, environment) as process:
        demo = json.loads(run_flask(environment, "demo", "--json"))
        yield Served(environment["BASE_URL"], demo, process, environment)


@contextmanager
def served_empty(folder: Path, administrator: str, **settings: str) -> Iterator[tuple[Served, str]]:
    """The same with nothing in it but an administrator, and the link by which that one comes in."""
    environment = environment_of(folder, settings)
    run_flask(environment, "db", "upgrade")
    link = run_flask(environment, "users", "create", administrator, "--role", "admin").strip()
    with _running(folder, environment) as process:
        yield Served(environment["BASE_URL"], {}, process, environment), link


def environment_of(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    """What the product is started with."""
    port = free_port()
    known = {"DATA_DIR": str(folder), "PORT": str(port), "SECRET_KEY": "a key for tests, of some length"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAIL_")}
    return environment | {"FLASK_APP": "app", "BASE_URL": f"http://localhost:{port}"} | known | settings


@contextmanager
def _running(folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    # Into a file: a pipe that nobody empties stops who writes to it.
    log = folder / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "serve"],
            cwd=PROJECT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        wait_until_up(f"{environment['BASE_URL']}/login", process, log)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def run_flask(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, process: subprocess.Popen[str], log: Path, patience: float = 60) -> None:
    until = monotonic() + patience
    while monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"it ended with {process.returncode}: {log.read_text()}")
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except (URLError, OSError):
            sleep(0.2)
    raise RuntimeError(f"nothing answered at {url}: {log.read_text()}")
