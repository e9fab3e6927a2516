"""What a server is told of a mail before its text: from whom, to whom, and which of it goes out together (RFC 2920)."""

from typing import NamedTuple

from outbox.replies import Step

ENVELOPE = frozenset({Step.MAIL, Step.RCPT, Step.JOURNAL, Step.DATA})

# Commands that go out together, each with the step that its reply answers.
Group = list[tuple[Step, bytes]]


class Offer(NamedTuple):
    """A mail for one reader; ``journal`` is a second recipient, accepted together with the reader or not at all."""

    number: int
    sender: str
    recipient: str
    mail: bytes
    journal: str = ""

    @property
    def international(self) -> bool:
        """Whether an address has letters outside ASCII before the @ (RFC 6531)."""
        return not (self.recipient.isascii() and self.journal.isascii())


def groups_of(offer: Offer, *, sized: bool, together: bool) -> list[Group]:
    """Return the commands about a mail in their order, for a server that takes its size, and commands together."""
    options = (f" SIZE={len(offer.mail)}" if sized else "") + (" SMTPUTF8" if offer.international else "")
    commands = [
        (Step.MAIL, f"MAIL FROM:<{offer.sender}>{options}\r\n".encode()),
        (Step.RCPT, f"RCPT TO:<{offer.recipient}>\r\n".encode()),
    ]
    if offer.journal:
        commands.append((Step.JOURNAL, f"RCPT TO:<{offer.journal}>\r\n".encode()))
    data = (Step.DATA, b"DATA\r\n")
    if not together:
        return [[one] for one in [*commands, data]]
    if offer.journal:
        # Where only one of two is refused, DATA would be answered with "go on", and the lone dot that has to
        # follow (RFC 2920 3.1) would send an empty mail to the other.
        return [commands, [data]]
    return [[*commands, data]]
