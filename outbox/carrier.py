"""The connections of a pass: opened as needed, driven together, replaced where the server has had enough."""

from collections.abc import Callable, Iterator
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic
from typing import NamedTuple

from outbox.conversation import LEAVE
from outbox.envelope import Offer
from outbox.openings import Openings
from outbox.relay import Relay
from outbox.replies import Answer, Outcome, Step
from outbox.smtp import Session

MOST_CONNECTIONS = 64
MOST_LOST = 3
# So many mails are worth a connection of their own: to open one takes as long as to send some.
_WORTH = 10
_MOMENT = 0.02  # seconds


class Ended(NamedTuple):
    """A mail that is through; ``untouched`` where only its connection was refused, and the mail had no part in it."""

    offer: Offer
    answer: Answer
    untouched: bool


class Carrier:
    """``sessions`` are the connections that are open."""

    def __init__(self, relay: Callable[[], Relay]) -> None:
        self._relay = relay
        self.sessions: list[Session] = []
        self._selector = DefaultSelector()
        self._watched: dict[Session, int] = {}
        self._openings = Openings()
        # Where the server lets nobody else in, what is open has to do for this pass.
        self._most = MOST_CONNECTIONS
        self._most_open = 1
        self._lost = 0
        self._selector.register(self._openings.bell, EVENT_READ)

    @property
    def hopeless(self) -> bool:
        """Whether connection after connection was lost: a server that does this is better left alone.

        All that are open may be lost at one blow, when the server starts anew.
        """
        return self._lost >= MOST_LOST + (self._most_open - 1)

    def provide(self, mails: int) -> None:
        """See to it that there are connections for so many mails. Raises Unreachable where none can be had."""
        missing = worth(mails, self._most) - len(self.sessions) - self._openings.number
        if missing <= 0:
            return
        relay = self._relay()
        missing = min(missing, relay.connections - len(self.sessions) - self._openings.number)
        for _number in range(missing):
            self._openings.begin(relay)

    def free(self) -> Iterator[Session]:
        """The connections that can take a mail now."""
        return (session for session in list(self.sessions) if session.free and not session.worn)

    def ready(self) -> list[Session]:
        """The connections whose mail waits for its dot."""
        return [session for session in self.sessions if session.ready]

    def turn(self, patience: float) -> None:
        """Wait until something happens, at most so many seconds, and go on for the moment in which more happens.

        What is ready at its end shares one commit; a connection that is busy for long is not waited for.
        """
        self._tidy()
        times = [ends - monotonic() for session in self.sessions if (ends := session.wire.ends) is not None]
        events = self._selector.select(max(0.0, min([patience, *times])))
        over = monotonic() + _MOMENT
        while events:
            for key, _events in events:
                session = key.data
                if session is None:
                    self._let_in()
                elif session.usable:
                    session.wire.proceed()
                    self._watch(session)
            events = self._selector.select(0) if monotonic() < over else []
        for session in self.sessions:
            session.wire.expire()

    def ended(self) -> list[Ended]:
        """The mails that are through since this was last asked."""
        found = []
        for session in list(self.sessions):
            if session.ended:
                through, session.ended = session.ended, []
                judged = [Ended(offer, answer, _untouched(session, answer)) for offer, answer in through]
                self._count_losses(session, judged)
                found += judged
            if session.worn and session.free:
                session.leave()
        self._tidy()
        return found

    def close(self) -> None:
        """Take leave of all: at once, so that a slow one is waited for only once."""
        for session in self.sessions:
            session.leave()
        ends = monotonic() + LEAVE
        for session in self.sessions:
            session.close(max(0.0, ends - monotonic()))
        self._selector.close()
        self._openings.close()

    def _let_in(self) -> None:
        # First of all: a new connection may have the number of one that was closed.
        self._tidy()
        for opened in self._openings.arrived():
            if isinstance(opened, Session):
                self.sessions.append(opened)
                self._watch(opened)
                self._most_open = max(self._most_open, len(self.sessions))
            elif self.sessions:
                self._most = len(self.sessions)
            elif not self._openings.number:
                raise opened

    def _count_losses(self, session: Session, judged: list[Ended]) -> None:
        """Count the connections that were lost in a row, each once, however many mails were on it."""
        went_on = {Outcome.ACCEPTED, Outcome.WITHDRAWN}
        if session.usable or any(one.answer.outcome in went_on for one in judged):
            self._lost = 0
        if not session.usable and any(not one.untouched and one.answer.outcome not in went_on for one in judged):
            self._lost += 1

    def _tidy(self) -> None:
        """Watch for what each connection waits for, and forget those that are of no use and have nothing to tell."""
        for session in list(self.sessions):
            self._watch(session)
            if not session.usable and not session.ended:
                self.sessions.remove(session)

    def _watch(self, session: Session) -> None:
        events = 0 if not session.usable else EVENT_READ | EVENT_WRITE if session.wire.blocked else EVENT_READ
        before = self._watched.get(session, 0)
        if events == before:
            return
        if not events:
            # At once: its number may be given to the next connection.
            self._selector.unregister(session.wire.socket)
            del self._watched[session]
            return
        if before:
            self._selector.modify(session.wire.socket, events, session)
        else:
            self._selector.register(session.wire.socket, events, session)
        self._watched[session] = events


def _untouched(session: Session, answer: Answer) -> bool:
    """Whether only a kept connection was refused: idle for too long, or ten mails were its limit."""
    early = answer.step is Step.MAIL and answer.outcome in {Outcome.BROKEN, Outcome.TEMPORARY}
    return early and session.carried > 1 and not session.usable


def worth(mails: int, most: int) -> int:
    """How many connections are worth opening for so many mails."""
    return max(1, min(most, -(-mails // _WORTH)))
