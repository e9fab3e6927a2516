"""Web servers to measure, each in processes of its own, and how many requests a second they answer."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from entrypoints.commands.serve import gunicorn_arguments
from entrypoints.settings import PROJECT
from tests.served import free_port
from tests.tools import found, install

HOST = "127.0.0.1"
SECONDS = 1


def program(name: str, package: str) -> str:
    """Where a program is, from Debian where it is not there yet. Raises RuntimeError where it cannot be had."""
    where = found(name) or (found(name) if install(package) else None)
    if where is None:
        raise RuntimeError(f"there is no {name} here: apt-get install {package}")
    return where


@contextmanager
def gunicorn(application: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Serve an application as `flask serve` does. Yields the address."""
    port = free_port()
    with _running(
        [sys.executable, "-m", "gunicorn", *gunicorn_arguments(HOST, port, application)], port, environment
    ) as address:
        yield address


@contextmanager
def nginx(file: Path) -> Iterator[str]:
    """Serve one file with two workers. Yields the file's address."""
    port = free_port()
    with TemporaryDirectory() as folder:
        settings = Path(folder, "nginx.conf")
        places = " ".join(f"{kind}_temp_path {folder};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
        settings.write_text(
            f"daemon off; pid {folder}/pid; worker_processes 2; user root; error_log stderr crit;"
            "events { worker_connections 256; }"
            f"http {{ access_log off; client_body_temp_path {folder}; {places} keepalive_requests 1000000;"
            f"server {{ listen {HOST}:{port}; root {file.parent}; default_type text/calendar; }} }}"
        )
        with _running([program("nginx", "nginx-light"), "-p", folder, "-c", str(settings)], port, {}) as address:
            yield f"{address}/{file.name}"


def requests_a_second(url: str, headers: Mapping[str, str] | None = None) -> float:
    """Ask for a few seconds over eight connections. Raises RuntimeError where anything but the file or a 304 came."""
    asked = [part for name, value in (headers or {}).items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(
        [program("wrk", "wrk"), "-t1", "-c8", f"-d{SECONDS}s", *asked, url],
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS + 30,
    )
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if rate is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(done.stdout + done.stderr)
    return float(rate.group(1))


@contextmanager
def _running(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[str]:
    process = subprocess.Popen(command, cwd=PROJECT, env=os.environ | dict(environment))
    try:
        until = monotonic() + 60
        while not _listens(port):
            if process.poll() is not None or monotonic() > until:
                raise RuntimeError(f"{command[0]} did not come up")
            sleep(0.1)
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
