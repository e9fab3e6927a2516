"""Who asks for something, as every service is told."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is to the vendor or its customers."""

    VIEWER = "viewer"
    PLANNER = "planner"
    OPERATOR = "operator"
    MANAGER = "manager"
    ADMIN = "admin"
    CONTACT = "contact"


class May(StrEnum):
    """What a role may do."""

    LOOK = "look"
    PLAN = "plan"  # plan, move, write notes
    TELL = "tell"  # record that a customer was called or written to
    OPERATE = "operate"  # report versions, outages, maintenance under way
    MANAGE = "manage"  # approve, announce by hand, cancel, waive, publish; tenants and agreements
    ADMINISTER = "administer"  # users and settings


MAY: dict[Role, frozenset[May]] = {
    Role.VIEWER: frozenset({May.LOOK}),
    Role.PLANNER: frozenset({May.LOOK, May.PLAN, May.TELL}),
    Role.OPERATOR: frozenset({May.LOOK, May.OPERATE, May.TELL}),
    Role.MANAGER: frozenset({May.LOOK, May.PLAN, May.TELL, May.OPERATE, May.MANAGE}),
    Role.ADMIN: frozenset(May),
    Role.CONTACT: frozenset(),
}


@dataclass(frozen=True)
class Actor:
    """A person, a pipeline or the clock; ``name`` is what the records say."""

    name: str
    role: Role

    def may(self, what: May) -> bool:
        return what in MAY[self.role]


THE_CLOCK = Actor("clock", Role.OPERATOR)
COMMAND_LINE = Actor("command line", Role.ADMIN)


class NotAllowed(PermissionError):
    """The person's role does not reach this far."""


def require(actor: Actor, what: May) -> None:
    """Raise NotAllowed where ``actor`` may not do ``what``: services are the last door, not only the pages."""
    if not actor.may(what):
        raise NotAllowed(f"{actor.name} ({actor.role.value}) may not {what.value}")
