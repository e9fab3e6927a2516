"""Programs that cannot live with the product's own packages: each in an environment of its own, pinned.

Calendar programs that read our feeds, and the checker of HTML that our pages are held against.

`make test` makes them (tests/tools.py); they lie in the project's folder, beside `.venv`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.served import PROJECT

HERE = PROJECT / "tests" / "clients"
FOLDER = PROJECT / ".venv-clients"
# The folders of what comes from npm, each with its lock.
NODES = {"node": HERE / "node", "checker": PROJECT / "tests" / "faces" / "checker"}
# What runs that which comes from npm.
_RUNS = {"node": "node", "checker": "java"}
# Each with its lock: khal with the vdirsyncer that feeds it; the reader of MAINTNOTE, which wants an older icalendar.
PYTHONS = ("khal", "maintnote")


def make() -> list[str]:
    """Make what is not there, or was made from another lock. Returns the names of those that could not be made."""
    return [name for name in (*PYTHONS, *NODES) if not (_is_made(name) or _make(name))]


def program(environment: str, name: str) -> str:
    """Where a program of an environment is; skips the test, loudly, where the environment is not made."""
    if not _is_made(environment):
        pytest.skip(f"NOBODY HAS ASKED {name}: run `python -m tests.tools`, as `make test` does")
    if environment in NODES:
        return shutil.which(_RUNS[environment]) or _RUNS[environment]
    return str(FOLDER / environment / "bin" / name)


def _make(name: str) -> bool:
    print(f"Installing the programs of {name} ...", flush=True)  # noqa: T201
    if name in NODES:
        quietly = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
        commands = [["npm", "ci", *quietly, "--prefix", str(NODES[name])]]
    else:
        folder, lock = FOLDER / name, str(_lock(name))
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        commands = [[sys.executable, "-m", "venv", "--clear", str(folder)], [*pip, "--require-hashes", "-r", lock]]
    if shutil.which(commands[0][0]) is None:
        return False
    if any(subprocess.run(command, check=False).returncode for command in commands):
        return False
    shutil.copy(_lock(name), _stamp(name))
    return True


def _is_made(name: str) -> bool:
    return _stamp(name).exists() and _stamp(name).read_bytes() == _lock(name).read_bytes()


def _lock(name: str) -> Path:
    return NODES[name] / "package-lock.json" if name in NODES else HERE / f"{name}.lock"


def _stamp(name: str) -> Path:
    """A copy of the lock from which an environment was made, written last."""
    return (NODES[name] / "node_modules" if name in NODES else FOLDER / name) / "made-from.lock"
