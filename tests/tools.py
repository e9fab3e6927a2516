"""What the tests need beside Python packages: installed where this user may, else named loudly. `make test` runs it."""

import os
import shutil
import subprocess
import sys

from tests.browser import chromium_path


def main() -> None:
    if shutil.which("openssl") is None and not install("openssl"):
        print("\n*** There is no openssl here: the tests of TLS are skipped. ***\n", file=sys.stderr)  # noqa: T201
    if chromium_path() is None and not install("chromium"):
        print(  # noqa: T201
            "\n*** There is no Chromium here and it could not be installed: the browser tests are skipped. ***\n"
            "*** On Debian: apt-get install chromium ***\n",
            file=sys.stderr,
        )


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
