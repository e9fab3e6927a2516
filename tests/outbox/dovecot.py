"""A real IMAP server in a folder of its own: Debian's Dovecot. Any user may sign in with one password."""

import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self
from urllib.parse import quote

DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
USER, PASSWORD = "reports@vendor.example", "p@ss/word"

CONFIG = """base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 0
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
"""
OWN = "default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n"


class Dovecot:
    """``url`` is a folder's address as the settings want it."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port: int = listening.getsockname()[1]
        self._folder = folder
        (folder / "mail").mkdir(parents=True)
        root = os.geteuid() == 0
        user, group = ("nobody", "nogroup") if root else (pwd.getpwuid(os.geteuid()).pw_name, str(os.getegid()))
        if root:
            # Nobody may come so far.
            shutil.chown(folder / "mail", user, group)
            for parent in (folder, *folder.parents):
                if parent not in {Path("/"), Path("/tmp")} and parent.stat().st_uid == 0:  # noqa: S108
                    parent.chmod(parent.stat().st_mode | 0o011)
        values = {"folder": folder, "user": user, "group": group, "port": self.port, "password": PASSWORD}
        (folder / "dovecot.conf").write_text((CONFIG if root else OWN + CONFIG).format(**values))

    def __enter__(self) -> Self:
        with (self._folder / "start").open("w") as words:
            command = [str(DOVECOT), "-c", str(self._folder / "dovecot.conf")]
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, timeout=30, check=True)
        until = monotonic() + 20
        while monotonic() < until:
            try:
                self.client().logout()
            except (OSError, imaplib.IMAP4.error):
                sleep(0.1)
            else:
                return self
        raise AssertionError((self._folder / "log").read_text())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        pid = self._folder / "run" / "master.pid"
        if pid.exists():
            os.kill(int(pid.read_text()), signal.SIGTERM)
            until = monotonic() + 10
            while pid.exists() and monotonic() < until:
                sleep(0.05)

    def url(self, folder: str = "", user: str = USER) -> str:
        return f"imap://{quote(user, safe='')}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{folder}"

    def client(self, user: str = USER) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(user, PASSWORD)
        return client

    def put(self, mail: bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        client = self.client()
        client.create(folder)
        client.append(folder, "", at or "", mail.replace(b"\n", b"\r\n"))
        client.logout()

    def number(self, folder: str, what: str = "ALL") -> int:
        """How many mails a folder holds; -1 where there is none."""
        client = self.client()
        status, _count = client.select(folder, readonly=True)
        found = len(client.search(None, what)[1][0].split()) if status == "OK" else -1
        client.logout()
        return found
