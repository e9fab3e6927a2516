"""A real mail server for the tests. It writes down what it takes before it says so, and misbehaves as it is told."""

import asyncio
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from threading import Thread
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult

Deed = Callable[["Conversation"], Awaitable[None]]
GREETING, EHLO, AUTH, MAIL, RCPT, DATA, BODY, DOT, BEFORE_DOT = (
    "greeting",
    "EHLO",
    "AUTH",
    "MAIL",
    "RCPT",
    "DATA",
    "body",
    "dot",
    "before the dot",
)


@dataclass(frozen=True)
class Taken:
    """A mail as it was accepted, with its envelope."""

    sender: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return BytesParser(policy=policy.default).parsebytes(self.content)


class SMTPServer:
    """``taken`` are the acceptances in their order, ``heard`` the commands, ``connections`` how many there were."""

    def __init__(self, **options: Any) -> None:
        self.taken: list[Taken] = []
        self.heard: list[str] = []
        self.connections = 0
        self.conversations: list[Conversation] = []
        self.under_tls = False
        self._deeds: dict[str, deque[str | Deed]] = defaultdict(deque)
        self._always: dict[str, str | Deed] = {}
        self._options = options
        self._tls_at_once: ssl.SSLContext | None = options.pop("tls_at_once", None)
        self.pipelining: bool = options.pop("pipelining", False)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()

    def once(self, step: str, *deeds: str | Deed) -> None:
        """What to do at the next occurrences of a step: an answer in place of the usual one, or a deed."""
        self._deeds[step].extend(deeds)

    def always(self, step: str, deed: str | Deed | None) -> None:
        if deed is None:
            self._always.pop(step, None)
        else:
            self._always[step] = deed

    def deed(self, step: str) -> str | Deed | None:
        return self._deeds[step].popleft() if self._deeds[step] else self._always.get(step)

    def recipients(self) -> list[str]:
        return sorted(taken.recipient for taken in self.taken)

    async def _serve(self) -> None:
        server = await self._loop.create_server(
            lambda: Conversation(self, **self._options), sock=self._socket, ssl=self._tls_at_once
        )
        await self._over.wait()
        server.close()
        guests = asyncio.all_tasks() - {asyncio.current_task()}
        for guest in guests:
            guest.cancel()
        await asyncio.gather(*guests, return_exceptions=True)
        for conversation in self.conversations:
            if conversation.transport is not None:
                conversation.transport.close()
        # Connections close in the next turn of the loop.
        await asyncio.sleep(0.01)


class Conversation(SMTP):
    def __init__(self, owner: SMTPServer, **options: Any) -> None:
        self.owner = owner
        owner.conversations.append(self)
        super().__init__(self, hostname="mail.example", loop=owner._loop, **options)

    async def misbehave(self, step: str) -> bool:
        """Do what was ordered for this step; True where the step is over with that."""
        self.owner.heard.append(step)
        deed = self.owner.deed(step)
        if deed is None:
            return False
        if isinstance(deed, str):
            await self.push(deed)
            if deed.startswith("421"):
                await drop(self)
            return True
        await deed(self)
        return deed in {drop, nonsense, trickle}

    async def _handle_client(self) -> None:
        self.owner.connections += 1
        if not await self.misbehave(GREETING):
            await super()._handle_client()

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802
        if not await self.misbehave(EHLO):
            await super().smtp_EHLO(arg)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], *["250-PIPELINING"] * self.owner.pipelining, *responses[1:]]

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        self.owner.under_tls = self.session is not None and self.session.ssl is not None
        if not await self.misbehave(AUTH):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if not await self.misbehave(MAIL):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        if not await self.misbehave(RCPT):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if await self.misbehave(DATA):
            return
        if self.owner.deed(BODY) is not None:
            await self.push("354 Go on")
            await self._reader.readuntil(b"\r\n")
            await drop(self)
        await super().smtp_DATA(arg)

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        """After the dot. An answer of 4xx or 5xx takes nothing; any other deed happens to a mail that was taken."""
        self.owner.heard.append(BEFORE_DOT)
        before = self.owner.deed(BEFORE_DOT)
        if callable(before):
            await before(self)
        deed = self.owner.deed(DOT)
        if isinstance(deed, str) and not deed.startswith("2"):
            if deed.startswith("421"):
                await self.push(deed)
                await drop(self)
            return deed
        self.owner.taken += [
            Taken(envelope.mail_from, recipient, bytes(envelope.original_content)) for recipient in envelope.rcpt_tos
        ]
        if callable(deed):
            await deed(self)
        return deed if isinstance(deed, str) else f"250 2.0.0 Ok: queued as {len(self.owner.taken):06d}"


async def drop(conversation: Conversation) -> None:
    """Break the connection without a word."""
    if conversation.transport is not None:
        conversation.transport.close()
    await asyncio.sleep(3600)


async def trickle(conversation: Conversation) -> None:
    """Send a reply that never ends, an octet at a time."""
    while True:
        conversation._writer.write(b"2")
        await asyncio.sleep(0.05)


async def nonsense(conversation: Conversation) -> None:
    await conversation.push("hello there")


def wait(seconds: float) -> Deed:
    """Answer as usual, but late."""

    async def late(_conversation: Conversation) -> None:
        await asyncio.sleep(seconds)

    return late


def doing(deed: Callable[[], Any]) -> Deed:
    """Let something happen in the world, and then answer as usual."""

    async def done(_conversation: Conversation) -> None:
        deed()

    return done


def knows(username: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator that lets one user in."""

    def judge(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        known = (given.login, given.password) == (username.encode(), password.encode())
        return AuthResult(success=known, handled=False)

    return judge
