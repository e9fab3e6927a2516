"""A mail server in a process of its own that has a mail on disk before it says that it took it, and breaks to order.

`python -m tests.faults.ledger_server LEDGER` prints its port. Each line of its input is a rule as JSON, answered by
"ok": at which `step`, for whose mail (`to`, a part of the address), after how many times (`skip`), how often (`times`,
0 for ever), which `deed`. "kill", "stop" and "term" strike the process that speaks at that moment.
"""

import json
import os
import re
import signal
import socket
import ssl
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread
from time import sleep, time
from typing import Any, BinaryIO
from uuid import uuid4

from tests.faults.speaker import database_locked, has_read, is_dead, process_of

CONNECT, EHLO, MAIL, RCPT, DATA, BODY = "connection", "EHLO", "MAIL", "RCPT", "DATA", "body"
BEFORE_DOT, DOT, REPLY = "before the dot", "after the dot", "after the reply"
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP, "term": signal.SIGTERM}


class Server:
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.rules: list[dict[str, Any]] = []
        self.guard = Lock()
        # Held by whoever is to strike: meanwhile a worker gets no word over its other connections either, over which it
        # might bring all its mails and end.
        self.hush = Lock()
        self.taken = 0
        self.random = Random(options.get("seed"))  # noqa: S311
        self._ledger = os.open(options["ledger"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, event: str, *, durable: bool = False, **facts: object) -> None:
        with self.guard:
            os.write(self._ledger, json.dumps({"event": event, "at": time()} | facts).encode() + b"\n")
            if durable:
                os.fsync(self._ledger)

    def deed(self, step: str, to: str) -> dict[str, Any] | None:
        with self.guard:
            for rule in self.rules:
                if rule["step"] != step or rule.get("to", "") not in to:
                    continue
                if rule.get("skip", 0) > 0:
                    rule["skip"] -= 1
                    continue
                if rule.get("times", 1):
                    rule["times"] = rule.get("times", 1) - 1
                    if not rule["times"]:
                        self.rules.remove(rule)
                return rule
        return None


class Over(Exception):
    """The conversation is at its end."""


class Conversation:
    def __init__(self, server: Server, connection: socket.socket) -> None:
        self.server = server
        self.connection = connection
        self.input: BinaryIO = connection.makefile("rb")
        self.sender, self.size, self.recipients = "", 0, list[str]()
        self.carried = 0
        self.message_id = ""

    def run(self) -> None:
        try:
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            if not self.misbehaves(CONNECT):
                self.say("220 ledger.example ESMTP")
            while line := self.input.readline():
                self.obey(line.decode("utf-8", "replace").strip())
        except (OSError, Over, ValueError):
            pass
        finally:
            with suppress(OSError):
                self.connection.close()

    def say(self, text: str) -> None:
        if slow := self.server.options.get("slow"):
            sleep(self.server.random.random() * slow / 1000)
        with self.server.hush:
            self.connection.sendall(text.encode() + b"\r\n")

    def obey(self, line: str) -> None:
        verb = line.split(" ", 1)[0].upper()
        self.server.write("heard", verb=verb)
        if verb == "RCPT":
            self.recipients.append(line.partition("<")[2].partition(">")[0])
        if self.misbehaves(verb):
            if verb == "RCPT":
                self.recipients.pop()
        elif verb in {"EHLO", "HELO"}:
            self.greet()
        elif verb == "STARTTLS" and "certificate" in self.server.options:
            self.go_under_tls()
        elif verb == "MAIL":
            most = self.server.options.get("most")
            if most and self.carried >= most:
                self.say("421 4.7.0 Enough for one connection")
                raise Over
            self.sender, self.recipients, self.message_id = line, [], ""
            size = re.search(r"SIZE=(\d+)", line)
            self.size = int(size[1]) if size else 0
            self.say("250 2.1.0 Ok")
        elif verb == "RCPT":
            self.say("250 2.1.5 Ok")
        elif verb == "DATA":
            self.take()
        elif verb in {"RSET", "NOOP"}:
            self.recipients = []
            self.say("250 2.0.0 Ok")
        elif verb == "QUIT":
            self.say("221 2.0.0 Bye")
            raise Over
        else:
            self.say("502 5.5.1 What is that")

    def greet(self) -> None:
        offers = ["ledger.example", "PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8"]
        if "certificate" in self.server.options and not isinstance(self.connection, ssl.SSLSocket):
            offers.append("STARTTLS")
        self.say("\r\n".join(f"250-{offer}" for offer in offers[:-1]) + f"\r\n250 {offers[-1]}")

    def go_under_tls(self) -> None:
        self.say("220 2.0.0 Go ahead")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server.options["certificate"])
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.input = self.connection.makefile("rb")

    def take(self) -> None:
        if not self.recipients:
            self.say("503 5.5.1 To whom")
            return
        self.carried += 1
        self.say("354 Go on")
        mail, whole = list[bytes](), False
        while (line := self.input.readline()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                raise Over
            if not mail:
                self.misbehaves(BODY)
            mail.append(line[1:] if line.startswith(b".") else line)
            if not whole and (sum(map(len, mail)) >= self.size if self.size else line.endswith(b"--\r\n")):
                whole = True
                self.misbehaves(BEFORE_DOT)
        self.accept(b"".join(mail))

    def accept(self, mail: bytes) -> None:
        deed = self.server.deed(DOT, ",".join(self.recipients))
        if deed and deed["deed"] == "say" and not deed["text"].startswith("2"):
            self.do(deed)
            return
        found = re.search(rb"(?im)^Message-ID:\s*(<[^>]*>)", mail)
        date = re.search(rb"(?im)^Date:\s*([^\r\n]*)", mail)
        self.message_id = found[1].decode() if found else ""
        journal = self.server.options.get("journal")
        if journal and journal["address"] in self.recipients:
            keep(Path(journal["folder"]), mail)
        with self.server.guard:
            self.server.taken += 1
            number = self.server.taken
        self.server.write(
            "accepted",
            durable=True,
            message_id=self.message_id,
            date=date[1].decode() if date else "",
            recipients=self.recipients,
            sha256=sha256(mail).hexdigest(),
        )
        answer = f"250 2.0.0 Ok: queued as {number:06d}"
        try:
            if deed is None or not self.do(deed, answer):
                self.say(answer)
        except (OSError, Over):
            self.server.write("unanswered", message_id=self.message_id)
            raise
        self.misbehaves(REPLY)

    def misbehaves(self, step: str) -> bool:
        """Do what was ordered for this step; True where nothing more is to be said."""
        deed = self.server.deed(step, ",".join(self.recipients))
        return deed is not None and self.do(deed)

    def do(self, deed: dict[str, Any], answer: str = "") -> bool:
        name = deed["deed"]
        if name in SIGNALS:
            self.strike(SIGNALS[name])
        elif name == "kill unwritten":
            self.kill_unwritten(deed["database"], answer)
            return True
        elif name == "say":
            self.say(deed["text"])
            if deed["text"].startswith("421"):
                raise Over
            return True
        elif name == "drop":
            raise Over
        elif name == "silence":
            # Whoever waits gives up first.
            while self.connection.recv(4096):
                pass
            raise Over
        elif name == "trickle":
            while True:
                self.connection.sendall(b"2")
                sleep(deed["every"])
        elif name == "lock":
            self.lock(deed["database"], deed["seconds"])
        elif name == "wait":
            sleep(deed["seconds"])
        return False

    def strike(self, number: signal.Signals) -> None:
        with self.server.hush:
            speaker = process_of(self.connection)
            os.kill(speaker, number)
            while number is signal.SIGKILL and not is_dead(speaker):
                sleep(0.002)
        self.server.write("struck", pid=speaker, signal=number.name)

    def lock(self, database: str, seconds: float) -> None:
        """Go on with a database that nobody can write to for a while."""
        locked = Event()

        def hold() -> None:
            with database_locked(database):
                locked.set()
                sleep(seconds)

        Thread(target=hold, daemon=True).start()
        locked.wait()

    def kill_unwritten(self, database: str, answer: str) -> None:
        """Kill the speaker when it has read the answer, and before it could write that down."""
        speaker = process_of(self.connection)
        with database_locked(database):
            self.say(answer)
            while not has_read(self.connection) and not is_dead(speaker):
                sleep(0.002)
            self.strike(signal.SIGKILL)


def keep(folder: Path, mail: bytes) -> None:
    """A copy for the journal, as a maildir has it."""
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    name = f"{time():.6f}.{uuid4().hex}.ledger"
    with (folder / "tmp" / name).open("wb") as file:
        file.write(mail)
        file.flush()
        os.fsync(file.fileno())
    (folder / "tmp" / name).rename(folder / "new" / name)


def main() -> None:
    server = Server(json.loads(sys.argv[1]))
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)

    def answer() -> None:
        while True:
            connection, _address = listening.accept()
            server.write("connected")
            Thread(target=Conversation(server, connection).run, daemon=True).start()

    Thread(target=answer, daemon=True).start()
    print(listening.getsockname()[1], flush=True)  # noqa: T201
    # The end of the input is the end of the test, however it ended.
    for line in sys.stdin:
        with server.guard:
            if (rule := json.loads(line)) == "forget":
                server.rules.clear()
            else:
                server.rules.append(rule)
        print("ok", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
