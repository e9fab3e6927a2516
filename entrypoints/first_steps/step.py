"""One of the first steps, as it was measured."""

from dataclasses import dataclass
from datetime import datetime

from evidence.actors import Actor, May


@dataclass(frozen=True)
class Measured:
    """When was looked, and for whom: only what that person may do is offered."""

    now: datetime
    by: Actor
    zone: str

    def may(self, what: str) -> bool:
        return self.by.may(May(what))


@dataclass(frozen=True)
class Step:
    """``purpose`` says what it is for, ``state`` what was found. Where it is not done, ``todo`` is the next thing: a
    link, or a command to type; ``also`` is another way there.

    ``quoted`` are the words of a machine; ``posts`` is that the link is a button that does something at once. Of what
    is done ``page`` leads to the place, in the words ``place``.
    """

    title: str
    done: bool
    state: str
    purpose: str = ""
    todo: str = ""
    action: str = ""
    page: str = ""
    command: str = ""
    quoted: str = ""
    posts: bool = False
    also: tuple[str, str] = ("", "")
    place: str = ""
