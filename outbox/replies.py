"""What a mail server's answer means for the mail: whose fault it is, and whether another attempt does harm."""

import re
from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    TEMPORARY = "temporary"  # the server says: later
    PERMANENT = "permanent"  # the server says: never, and it is about the reader's address or the mail
    OURS = "ours"  # refused for what the vendor is or may do; the reader has no part in it
    BROKEN = "broken"  # the connection was lost before the final dot: nothing was sent
    UNCERTAIN = "uncertain"  # it was lost after the dot: the server may have taken it
    WITHDRAWN = "withdrawn"  # we held the dot back, because the row was no longer ours


class Step(StrEnum):
    """What is said in a transaction, in its order (RFC 5321 3.3), and what ends one."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    JOURNAL = "RCPT for the journal"
    DATA = "DATA"
    BODY = "the text"
    DOT = "the final dot"
    LONE_DOT = "the lone dot"
    RSET = "RSET"
    QUIT = "QUIT"


class Answer(NamedTuple):
    """How an attempt ended, at which step, and the server's words to the letter (ours where it said nothing)."""

    outcome: Outcome
    step: Step
    reply: str


def expected(step: Step, code: int) -> bool:
    """Whether a reply lets the transaction go on."""
    return 300 <= code <= 399 if step is Step.DATA else 200 <= code <= 299


def code_of(line: bytes) -> int:
    """The code of a reply's last line; -1 where it is no line of SMTP."""
    return int(line[:3]) if line[:3].isdigit() and line[3:4] in {b" ", b""} else -1


def refusal(step: Step, code: int, reply: str) -> Answer:
    """Return what a reply other than the expected one means; the journal is the vendor's own affair.

    Sources: RFC 5321 4.2.1 (first digit), 4.5.3.1.10 (552 at RCPT is to be taken as 452); RFC 4954 6 and RFC 3463 3.8
    (authentication and policy).
    """
    if step is Step.JOURNAL and code != 421 and 400 <= code <= 599:
        # The reader was accepted, and could have had the mail.
        words = f"{reply}; it was said about the journal's address, and without its copy nothing is sent"
        return Answer(Outcome.OURS, step, words)
    if 400 <= code <= 499 or (code == 552 and step is Step.RCPT):
        return Answer(Outcome.TEMPORARY, step, reply)
    if 500 <= code <= 599:
        # Before RCPT the server has not heard of the reader yet.
        about_us = step is Step.MAIL or code in {530, 534, 535, 538} or re.match(r"5\d\d[ -]5\.7\.\d", reply)
        return Answer(Outcome.OURS if about_us else Outcome.PERMANENT, step, reply)
    # No reply that SMTP knows: after the dot it tells nothing, before it nothing was sent.
    return Answer(Outcome.UNCERTAIN if step is Step.DOT else Outcome.BROKEN, step, reply)
