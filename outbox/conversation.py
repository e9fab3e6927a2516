"""A connection that takes one mail after the other without ever waiting: what has come is read, what can go is sent.

Where the server offers it, commands go out together (RFC 2920), so that a mail costs one turn of the network. The final
dot is never among them before it was allowed.
"""

from collections import deque
from collections.abc import Callable
from time import monotonic

from outbox.envelope import ENVELOPE, Group, Offer, groups_of
from outbox.punctual import Punctual, legible
from outbox.replies import Answer, Outcome, Step, code_of, expected, refusal
from outbox.stuffing import stuffed
from outbox.wire import Wire

LEAVE = 2.0  # seconds that a server has to say good-bye


class Conversation:
    """``ended`` are the mails that are through, with their answers; ``ready`` says that one waits for its dot.

    ``carried`` counts the mails that it was offered.
    """

    def __init__(self, smtp: Punctual, timeout: float) -> None:
        self.timeout = timeout
        self.wire = Wire(smtp, timeout, self)
        self.carried = 0
        self.ready = False
        self.ended: list[tuple[Offer, Answer]] = []
        self.pipelines = smtp.has_extn("pipelining")
        self._sizes = smtp.has_extn("size")
        self._utf8 = smtp.has_extn("smtputf8")
        self._offered: Offer | None = None
        self._step = Step.MAIL
        self._groups: deque[Group] = deque()
        self._refusal: Answer | None = None
        self._dotted: Offer | None = None

    @property
    def usable(self) -> bool:
        """Whether it can go on."""
        return self.wire.usable

    @property
    def busy(self) -> bool:
        """Whether a mail is on its way."""
        return self._offered is not None or self._dotted is not None

    @property
    def number(self) -> int:
        """The number of the mail that was offered last and is not at its dot yet; 0 where there is none."""
        return 0 if self._offered is None else self._offered.number

    @property
    def free(self) -> bool:
        """Whether another mail may be offered now."""
        return (
            self.usable
            and not self.busy
            and (not self.wire.expected or (self.pipelines and Step.QUIT not in self.wire.expected))
        )

    def offer(self, offer: Offer) -> None:
        """Begin with a mail."""
        self.wire.send(self._begin(offer))

    def dot(self, following: Callable[[], Offer | None] = lambda: None) -> None:
        """Let the mail that is ready go, and begin with the one that follows where the server `pipelines`.

        ``following`` is asked only once it is certain that the connection was not lost at the last moment.
        """
        self.wire.read()
        if not self.ready:
            return
        self.ready = False
        self._dotted, self._offered = self._offered, None
        self.wire.expected.append(Step.DOT)
        after = following() if self.pipelines else None
        self.wire.send(b".\r\n" if after is None else b".\r\n" + self._begin(after))

    def withdraw(self) -> None:
        """Hold the dot back and drop the connection, which the server must take for no mail (RFC 5321 4.1.1.4)."""
        offer, self._offered = self._offered, None
        self.drop()
        if offer is not None:
            self.ended.append((offer, Answer(Outcome.WITHDRAWN, Step.DOT, "")))

    def leave(self) -> None:
        """Say good-bye where nothing is on its way: in the middle of a mail QUIT would be text."""
        if self.usable and not self.busy and not self.wire.blocked and Step.QUIT not in self.wire.expected:
            self.wire.expected.append(Step.QUIT)
            self.wire.send(b"QUIT\r\n")
            self.wire.ends_at = monotonic() + min(self.timeout, LEAVE)

    def drop(self) -> None:
        """End the connection without a word."""
        self.ready = False
        self.wire.drop()

    def _begin(self, offer: Offer) -> bytes:
        """Take a mail on, and return the first words about it."""
        self.carried += 1
        self._offered, self._refusal, self._step = offer, None, Step.MAIL
        if offer.international and not self._utf8:
            words = "the mail server takes no address with letters outside ASCII before the @ (RFC 6531)"
            self._end(Answer(Outcome.PERMANENT, Step.RCPT, words))
            return b""
        self._groups = deque(groups_of(offer, sized=self._sizes, together=self.pipelines))
        return self._next_group()

    def _next_group(self) -> bytes:
        group = self._groups.popleft()
        self.wire.expected.extend(step for step, _words in group)
        return b"".join([words for _step, words in group])

    def hear_unasked(self, said: bytes) -> None:
        """The next replies would be taken for answers to the wrong commands, in the end for an acceptance.

        But a refusal in mid-body is one, wherever the server stopped reading.
        """
        code = code_of(said.split(b"\n")[0].rstrip(b"\r"))
        if self._step is Step.BODY and self._offered is not None and 400 <= code <= 599:
            offer, self._offered = self._offered, None
            self.drop()
            self.ended.append((offer, refusal(Step.DOT, code, legible(said))))
            return
        self.lose(f"the server spoke out of turn: {legible(said)}")

    def hear(self, step: Step, code: int, said: bytes) -> None:
        """Take note of a reply."""
        if step in ENVELOPE:
            self._hear_envelope(step, code, said)
        elif step is Step.DOT:
            self._hear_dot(code, legible(said))
        elif step is Step.LONE_DOT:
            # Whatever it says, there was nobody to send an empty mail to; what was refused stays refused.
            self._refused(code)
        elif step is Step.QUIT:
            self.drop()
        elif code != 250:
            self.lose(f"the server does not begin anew: {legible(said)}")

    def _hear_dot(self, code: int, reply: str) -> None:
        accepted = expected(Step.DOT, code)
        answer = Answer(Outcome.ACCEPTED, Step.DOT, reply) if accepted else refusal(Step.DOT, code, reply)
        if self._dotted is not None:
            self.ended.append((self._dotted, answer))
        self._dotted = None
        # 421 is said by a server that closes the connection at any step (RFC 5321 3.8).
        if code == 421 or answer.outcome is Outcome.UNCERTAIN:
            self.lose("the server ended the connection")

    def _hear_envelope(self, step: Step, code: int, said: bytes) -> None:
        self._step = step
        as_expected = expected(step, code)
        if not as_expected and self._refusal is None:
            self._refusal = refusal(step, code, legible(said))
        if code == 421 or (self._refusal is not None and self._refusal.outcome is Outcome.BROKEN):
            self._end(self._refusal)
            self.lose("the server ended the connection")
        elif self.wire.expected:
            # More of the group is to come.
            return
        elif self._refusal is None:
            self._go_on()
        elif step is Step.DATA and as_expected:
            # It waits for a text to readers whom it has refused: the lone dot that RFC 2920 3.1 asks for.
            self.wire.expected.append(Step.LONE_DOT)
            self.wire.send(b".\r\n")
        else:
            self._refused(code)

    def _go_on(self) -> None:
        if self._groups:
            self.wire.send(self._next_group())
        elif self._offered is not None:
            self._step = Step.BODY
            # The dot goes with the end of it, if it may go soon.
            self.wire.send(stuffed(self._offered.mail), more=True)

    def _refused(self, code: int) -> None:
        self._end(self._refusal)
        if code == 421:
            self.lose("the server ended the connection")
        else:
            self.wire.expected.append(Step.RSET)
            self.wire.send(b"RSET\r\n")

    def _end(self, answer: Answer | None) -> None:
        offer, self._offered = self._offered, None
        if offer is not None and answer is not None:
            self.ended.append((offer, answer))

    def lose(self, why: str) -> None:
        """The connection is of no use any more: say what that means for what was on its way."""
        step = next((one for one in self.wire.expected if one in ENVELOPE), self._step)
        self.drop()
        dotted, self._dotted = self._dotted, None
        if dotted is not None:
            self.ended.append((dotted, Answer(Outcome.UNCERTAIN, Step.DOT, f"after the final dot: {why}")))
        broken = Answer(Outcome.BROKEN, step, f"nothing was sent; after {step}: {why}")
        self._end(self._refusal or broken)

    def all_is_sent(self) -> None:
        """Take note that the body is with the server: the mail is ready for its dot."""
        if self._step is Step.BODY and self._offered is not None and not self.wire.expected:
            self.ready = True
