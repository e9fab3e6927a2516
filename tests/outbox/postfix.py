"""A real Postfix in a folder of its own: it knows no reader, and hands what comes back to the vendor as files."""

import os
import shutil
import subprocess
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

POSTFIX = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
DAEMONS = Path("/usr/lib/postfix/sbin")
CAN_RUN = POSTFIX is not None and DAEMONS.exists() and os.geteuid() == 0

MAIN = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = {daemons}
myhostname = mx.vendor.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = {folder}/out/log
maillog_file_prefixes = {folder}
transport_maps = inline:{{{{vendor.example=keep:}} {{knows.example=keep:}}}}
default_transport = nobody:
alias_maps =
alias_database =
smtpd_recipient_restrictions = permit_mynetworks, reject
"""
MASTER = """{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
keep unix - n n - 1 pipe flags=DROhu user=nobody argv={folder}/keep
nobody unix - n n - 1 pipe user=nobody argv={folder}/nobody
"""


class Postfix:
    """Listens on a port; what is addressed to the vendor, reports above all, lies in ``came`` as files."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.came = folder / "out"
        self._config = folder / "etc"
        self._pid = folder / "spool" / "pid" / "master.pid"
        for name in ("etc", "spool", "data", "out"):
            (folder / name).mkdir()
        self.came.chmod(0o777)
        shutil.chown(folder / "data", "postfix")
        # Its processes run as other users, and must come so far.
        for parent in (folder, *folder.parents):
            if parent.stat().st_uid == os.geteuid() and parent not in {Path("/"), Path("/tmp")}:  # noqa: S108
                parent.chmod(parent.stat().st_mode | 0o011)
        self._script(folder / "keep", f"cat > {self.came}/$$.part && mv {self.came}/$$.part {self.came}/$$.eml")
        self._script(folder / "nobody", "echo no such user; exit 67")
        (self._config / "main.cf").write_text(MAIN.format(folder=folder, daemons=DAEMONS))
        (self._config / "master.cf").write_text(MASTER.format(folder=folder, port=port))

    def __enter__(self) -> Self:
        with (self.came / "start").open("w") as words:
            command = [str(POSTFIX), "-c", str(self._config), "start"]
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, timeout=30, check=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(int(self._pid.read_text()), 15)

    def reports(self, number: int) -> list[bytes]:
        """Wait until that many have come back."""
        until = monotonic() + 30
        while len(found := sorted(self.came.glob("*.eml"))) < number and monotonic() < until:
            sleep(0.1)
        return [path.read_bytes() for path in found]

    def _script(self, path: Path, words: str) -> None:
        path.write_text(f"#!/bin/sh\n{words}\n")
        path.chmod(0o755)
