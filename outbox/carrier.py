"""Keeps one connection for many mails, and opens another where the server has had enough of it."""

from collections.abc import Callable

from outbox.relay import Relay
from outbox.replies import Answer, Outcome, Step
from outbox.smtp import Session


class Carrier:
    """``lost`` counts the connections that were lost in a row: a server that does this is better left alone."""

    def __init__(self, relay: Callable[[], Relay]) -> None:
        self._relay = relay
        self._session: Session | None = None
        self.lost = 0

    def carry(self, sender: str, recipient: str, mail: bytes, may_commit: Callable[[], bool]) -> Answer:
        """Offer a mail over the kept connection, or a new one. Raises Unreachable where none can be had."""
        session, kept = self._at_hand()
        answer = session.send(sender, recipient, mail, may_commit)
        if kept and _refuses_connection(answer, session):
            # Idle for too long, or ten mails were its limit: this mail has no part in it, and nothing was sent.
            session, _kept = self._at_hand()
            answer = session.send(sender, recipient, mail, may_commit)
        self.lost = 0 if session.usable or answer.outcome is Outcome.WITHDRAWN else self.lost + 1
        return answer

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None

    def _at_hand(self) -> tuple[Session, bool]:
        session = self._session
        if (
            session is not None
            and session.usable
            and not (session.relay.most and session.carried >= session.relay.most)
        ):
            return session, True
        self.close()
        self._session = Session(self._relay())
        return self._session, False


def _refuses_connection(answer: Answer, session: Session) -> bool:
    early = answer.step is Step.MAIL and answer.outcome in {Outcome.BROKEN, Outcome.TEMPORARY}
    return early and not session.usable
