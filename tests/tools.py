"""What the tests need beside Python packages: installed where this user may, else named loudly. `make test` runs it."""

import os
import shutil
import subprocess
import sys

from tests import environments
from tests.browser import chromium_path

# What runs where a program is not there: the program, the Debian package that brings it, what is skipped else.
PROGRAMS = [
    ("openssl", "openssl", "the tests of TLS"),
    ("faketime", "faketime", "the tests with a clock of their own"),
    ("curl", "curl", "the worked example of a pipeline"),
    ("dovecot", "dovecot-imapd", "the tests of reading a mailbox over IMAP"),
    ("postfix", "postfix", "the test of the reports that a real mail server writes"),
    ("java", "default-jre-headless", "the check that all pages are valid HTML"),
    ("node", "nodejs", "the tests with calendar programs in JavaScript"),
    ("npm", "npm", "the tests with calendar programs in JavaScript"),
]


def main() -> None:
    for program, package, tests in PROGRAMS:
        if found(program) is None and not install(package):
            missing(program, package, tests)
    if chromium_path() is None and not install("chromium"):
        missing("Chromium", "chromium", "the browser tests")
    for name in environments.make():
        loudly(f"The programs of {name} could not be installed: the tests that ask them are skipped.")


def found(program: str) -> str | None:
    """Where a program is; Debian keeps servers where only root's search path leads."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def missing(program: str, package: str, tests: str) -> None:
    loudly(
        f"There is no {program} here and it could not be installed: {tests} are skipped.",
        f"On Debian: apt-get install {package}",
    )


def loudly(*lines: str) -> None:
    print("\n" + "\n".join(f"*** {line} ***" for line in lines) + "\n", file=sys.stderr)  # noqa: T201


def install(package: str) -> bool:
    """Install a Debian package where we are root on a machine that has apt; tell whether that worked."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {package} ...", flush=True)  # noqa: T201
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", package]):
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            return False
    return True


if __name__ == "__main__":
    main()
