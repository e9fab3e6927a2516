"""The mail server of the built-in mailbox: takes every mail and keeps it as a file."""

import asyncio
import os
import secrets
import socket
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

HOST = "127.0.0.1"
GRACE = 2.0  # seconds for those who are connected when it ends


class MailboxServer:
    """Serves in a thread from the moment it is made, on a port that the system chose."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder = folder
        self._identity = identity
        self._socket = socket.create_server((HOST, 0))
        # Those who connect inherit it; else every answer of several lines waits 40 ms for the network.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = Thread(target=self._run, name="mailbox", daemon=True)
        self._thread.start()

    @property
    def serves(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def disown(self) -> None:
        """In the child of a fork: close its copy of the port, where the parent's thread does not run."""
        self._socket.close()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await self._loop.create_server(self._conversation, sock=self._socket)
        await self._stopping.wait()
        server.close()
        ends = self._loop.time() + GRACE
        while (guests := asyncio.all_tasks() - {asyncio.current_task()}) and self._loop.time() < ends:
            await asyncio.sleep(0.01)
        for guest in guests:
            guest.cancel()
        await asyncio.gather(*guests, return_exceptions=True)
        # The connections close in the next turn of the loop.
        await asyncio.sleep(0)

    def _conversation(self) -> SMTP:
        return SMTP(
            _Keeper(self._folder),
            loop=self._loop,
            # The library would ask the network for a name at every connection.
            hostname="localhost",
            ident=f"built-in mailbox {self._identity}",
            enable_SMTPUTF8=True,
        )


class _Keeper:
    """Keeps what is handed in, before it says so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        try:
            name = keep(self._folder, str(envelope.mail_from), envelope.rcpt_tos, envelope.original_content or b"")
        except OSError as error:
            return f"452 4.3.1 The mailbox cannot keep it: {error.strerror}"
        return f"250 2.0.0 Kept as {name}"


def keep(folder: Path, sender: str, recipients: list[str], content: bytes) -> str:
    """Write a mail as a file whose name sorts by its arrival, with the envelope on top. Returns the name.

    A reader sees the whole file or none. It is not forced to the disk: a trial is not worth the wait.
    """
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
    envelope = [f"Return-Path: <{sender}>", *(f"Delivered-To: {address}" for address in recipients)]
    draft = folder / f".{name}.{os.getpid()}"
    try:
        draft.write_bytes("".join(f"{line}\r\n" for line in envelope).encode("utf-8", "surrogateescape") + content)
        draft.replace(folder / name)
    finally:
        draft.unlink(missing_ok=True)
    return name
