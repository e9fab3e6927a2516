"""One conversation with a mail server, command by command, so that before and after the final dot are told apart.

The library's `sendmail()` raises the same error on either side of it; on one side the mail was certainly not sent, on
the other nobody knows (RFC 1047).
"""

import smtplib
import socket
import ssl
from collections.abc import Callable
from functools import cache
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic

from outbox.conversation import LEAVE, Conversation
from outbox.envelope import Offer
from outbox.punctual import Punctual, PunctualTLS, legible
from outbox.relay import Relay, Unreachable
from outbox.replies import Answer


class Session(Conversation):
    """A connection that is open, under TLS and signed in as the relay asks."""

    def __init__(self, relay: Relay) -> None:
        """Connect, and go under TLS and sign in as the relay asks. Raises Unreachable; nothing is left open then."""
        self.relay = relay
        try:
            super().__init__(_connected(relay), relay.timeout)
        # A ValueError is a host name that cannot be one, or a challenge that is no base64.
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise Unreachable(f"{relay.host}:{relay.port}: {_words(error)}") from error

    @property
    def worn(self) -> bool:
        """Whether it has carried as many mails as the relay lets one connection carry."""
        return bool(self.relay.most) and self.carried >= (self.relay.most or 0)

    def send(
        self, sender: str, recipient: str, mail: bytes, may_commit: Callable[[], bool], journal: str = ""
    ) -> Answer:
        """Offer one mail to one recipient, and wait how it ends; raises only what ``may_commit`` raises.

        ``may_commit`` is called once, when the server has all but the final dot; where it does not return True the dot
        is held back and the connection dropped.
        """
        self.offer(Offer(0, sender, recipient, mail, journal))
        while not self.ended:
            if not self.ready:
                self.wait()
                continue
            owned = False
            try:
                owned = may_commit()
            finally:
                if not owned:
                    self.withdraw()
            if owned:
                self.dot()
        while self.usable and self.wire.ends is not None:
            # What follows a refusal: the next mail begins with a clean slate.
            self.wait()
        return self.ended.pop()[1]

    def close(self, patience: float = LEAVE) -> None:
        """Take leave where the server still listens."""
        self.leave()
        ends = monotonic() + min(self.timeout, patience)
        while self.usable and self.wire.ends is not None and monotonic() < ends:
            self.wait(ends)
        self.drop()

    def wait(self, at_most: float | None = None) -> None:
        """Wait until something can be done, and do it; until its time is over, or ``at_most``."""
        times = [one for one in (self.wire.ends, at_most) if one is not None]
        with DefaultSelector() as selector:
            selector.register(self.wire.socket, EVENT_READ | (EVENT_WRITE if self.wire.blocked else 0))
            if selector.select(max(0.0, min(times) - monotonic()) if times else None):
                self.wire.proceed()
        self.wire.expire()


def _connected(relay: Relay) -> Punctual:
    # The library's own default takes any certificate. A private authority is made known by SSL_CERT_FILE.
    context = ssl.create_default_context() if relay.tls or relay.starttls else None
    if relay.tls:
        smtp: Punctual = PunctualTLS(relay.host, relay.port, _our_name(), timeout=relay.timeout, context=context)
    else:
        smtp = Punctual(relay.host, relay.port, _our_name(), timeout=relay.timeout)
    try:
        smtp.ehlo_or_helo_if_needed()
        if relay.starttls:
            smtp.starttls(context=context)
            # What came in clear behind the server's "go ahead" would pass for words said under TLS.
            smtp.in_step()
            smtp.ehlo_or_helo_if_needed()
        if relay.username and relay.password:
            smtp.login(relay.username, relay.password)
        smtp.in_step()
    except BaseException:
        smtp.close()
        raise
    return smtp


@cache
def _our_name() -> str:
    """What we call ourselves at EHLO. Asked once, before a server waits for us: without a name server it takes long."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {legible(said) if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__
