"""Who is told of an alarm: people by mail, and the channels of the settings."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from accounts.models import User
from alarms.channels import addresses
from alarms.models import AlarmKind
from evidence.actors import NotAllowed, Role
from storage import db

OF_PLANS = frozenset({Role.PLANNER, Role.MANAGER, Role.ADMIN})
# Who keeps the machinery running hears when it does not.
OF_MACHINERY = OF_PLANS | {Role.OPERATOR}
MACHINERY = frozenset(
    {AlarmKind.MAIL_REFUSED, AlarmKind.MAIL_WAITS, AlarmKind.PUT_ASIDE, AlarmKind.OUTBOX_HELD, AlarmKind.WORKER_SILENT}
)


class Receiver(NamedTuple):
    """``channel`` names it in the rows; ``language`` is None for a channel of the settings."""

    channel: str
    name: str
    language: str | None


def people(kind: AlarmKind) -> Sequence[User]:
    """The vendor's people who get alarms of a kind by mail, in the order of their addresses."""
    roles = OF_MACHINERY if kind in MACHINERY else OF_PLANS
    return db.session.scalars(
        select(User)
        .where(User.role.in_(roles), User.active.is_(True), User.alarms_by_mail.is_(True))
        .order_by(User.email)
    ).all()


def want_mail(user: User, *, wanted: bool) -> None:
    """Let a person get alarms by mail, or not. Raises NotAllowed for who is not told of any."""
    if user.role not in OF_MACHINERY:
        raise NotAllowed(f"{user.email} ({user.role.value}) is told of no alarms")
    user.alarms_by_mail = wanted
    db.session.commit()


def receivers(kind: AlarmKind) -> list[Receiver]:
    """Everybody and everything that is told of an alarm of a kind."""
    by_mail = [Receiver(f"mail:{user.id}", user.email, user.locale) for user in people(kind)]
    return by_mail + [Receiver(address.channel, address.name, None) for address in addresses()]
