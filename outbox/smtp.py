"""One conversation with a mail server, command by command, so that before and after the final dot are told apart.

The library's `sendmail()` raises the same error on either side of it; on one side the mail was certainly not sent, on
the other nobody knows (RFC 1047).
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from outbox.punctual import Punctual, PunctualTLS, legible
from outbox.relay import Relay, Unreachable
from outbox.replies import Answer, Outcome, Step, expected, refusal


class Session:
    """An open connection. ``carried`` counts the mails it was offered; ``usable`` is False once it cannot go on."""

    def __init__(self, relay: Relay) -> None:
        """Connect, and go under TLS and sign in as the relay asks. Raises Unreachable; nothing is left open then."""
        self.relay = relay
        self.carried = 0
        self.usable = True
        try:
            self._smtp = _connected(relay)
        # A ValueError is a host name that cannot be one, or a challenge that is no base64.
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise Unreachable(f"{relay.host}:{relay.port}: {_words(error)}") from error

    def send(self, sender: str, recipient: str, mail: bytes, may_commit: Callable[[], bool]) -> Answer:
        """Offer one mail to one recipient, and return how it ended; raises only what ``may_commit`` raises.

        ``may_commit`` is called once, when the server has all but the final dot; where it does not return True the dot
        is held back and the connection dropped, which the server must take for no mail at all (RFC 5321 4.1.1.4).
        """
        self.carried += 1
        if not recipient.isascii() and not self._smtp.has_extn("smtputf8"):
            words = "the mail server takes no address with letters outside ASCII before the @ (RFC 6531)"
            return Answer(Outcome.PERMANENT, Step.RCPT, words)
        step = Step.MAIL
        try:
            for step, command in self._commands(sender, recipient, mail):
                code, _text = self._smtp.docmd(command)
                if not expected(step, code):
                    return self._refused(refusal(step, code, self._smtp.reply), code)
            self._smtp.send(_stuffed(mail))
            self._smtp.in_step()
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            return Answer(Outcome.BROKEN, step, f"nothing was sent; after {step}: {_words(error)}")
        return self._commit(may_commit)

    def close(self) -> None:
        """Take leave where the server still listens."""
        if self.usable:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.docmd("QUIT")
        self.drop()

    def drop(self) -> None:
        """End the connection without a word: in the middle of a mail even QUIT would be part of its text."""
        self.usable = False
        self._smtp.close()

    def _commands(self, sender: str, recipient: str, mail: bytes) -> list[tuple[Step, str]]:
        options = f" SIZE={len(mail)}" if self._smtp.has_extn("size") else ""
        if not recipient.isascii():
            options += " SMTPUTF8"
        self._smtp.command_encoding = "utf-8" if not recipient.isascii() else "ascii"
        return [
            (Step.MAIL, f"MAIL FROM:<{sender}>{options}"),
            (Step.RCPT, f"RCPT TO:<{recipient}>"),
            (Step.DATA, "DATA"),
        ]

    def _commit(self, may_commit: Callable[[], bool]) -> Answer:
        owned = False
        try:
            owned = may_commit()
        finally:
            if not owned:
                self.drop()
        if not owned:
            return Answer(Outcome.WITHDRAWN, Step.DOT, "")
        try:
            self._smtp.send(b".\r\n")
            code, _text = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            return Answer(Outcome.UNCERTAIN, Step.DOT, f"after the final dot: {_words(error)}")
        if expected(Step.DOT, code):
            return Answer(Outcome.ACCEPTED, Step.DOT, self._smtp.reply)
        return self._refused(refusal(Step.DOT, code, self._smtp.reply), code)

    def _refused(self, answer: Answer, code: int) -> Answer:
        # 421 is said by a server that closes the connection at any step (RFC 5321 3.8).
        if code == 421 or answer.outcome in {Outcome.BROKEN, Outcome.UNCERTAIN}:
            self.drop()
        elif answer.step is not Step.DOT:
            try:
                self.usable = self._smtp.rset()[0] == 250
            except (OSError, smtplib.SMTPException):
                self.drop()
        return answer


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
    except BaseException:
        smtp.close()
        raise
    return smtp


@cache
def _our_name() -> str:
    """What we call ourselves at EHLO. Asked once, before a server waits for us: without a name server it takes long."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"


def _stuffed(mail: bytes) -> bytes:
    """The mail with every line ended by CRLF and a dot before a leading dot (RFC 5321 4.5.2).

    A lone CR or LF would let the text end the mail at some servers and begin another.
    """
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", mail.rstrip(b"\r\n") + b"\n")
    return re.sub(rb"(?m)^\.", b"..", lines)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {legible(said) if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__
