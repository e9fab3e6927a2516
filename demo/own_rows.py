"""The rows of one product among those of others: what refers to it, and what is known to be about it."""

import json
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, Table, delete, or_, select, union_all

from accounts.models import User
from accounts.request_models import OPEN, AccountRequest
from accounts.token_models import ApiToken
from alarms.models import Alarm
from announcements.models import Announcement
from evidence.actors import Role
from outbox.models import Letter, OutboxMessage
from schedules.models import MaintenanceWindow, Release
from storage import among, db
from tenants.models import Contact, Product, Tenant
from webhooks.models import WebhookEndpoint, WebhookEvent

Conditions = dict[str, ColumnElement[bool]]
# An address of a calendar that was given out is gone for good, not unknown: the numbers of people are given again, and
# another's address would be the same. Its row loses its owner.
OUTLIVES = frozenset({"feed_token"})


def remove_rows_of(product: Product, people: frozenset[str], gave_away: frozenset[str]) -> None:
    """Remove, in the running transaction, a product and all that is its own.

    ``people`` are accounts that go with it; of another product nothing goes but tokens and webhooks that one of
    ``gave_away`` made. Whatever refers to a row that goes, goes: a table that is added later is not forgotten. What the
    session held before is not to be used any more.
    """
    gone = what_goes(product, people, gave_away)
    letters = _letters_of(gone["outbox_message"])
    for table in reversed(db.metadata.sorted_tables):
        if table.name in gone:
            db.session.execute(table.delete().where(gone[table.name]))
        if table.name == "outbox_message":
            _remove_letters(letters)
    # The number of a row that went may be given to another at once.
    db.session.expunge_all()


def what_goes(product: Product, people: frozenset[str], gave_away: frozenset[str]) -> Conditions:
    """By table, the condition that a row goes; letters, which go with the last of their mails, are not among them."""
    gone = _known_to_go(product, people, gave_away)
    # Parents come first: what goes of them says what goes of the others.
    for table in db.metadata.sorted_tables:
        if table.name in OUTLIVES:
            continue
        known = [gone[table.name]] if table.name in gone else []
        if why := [*known, *_of_what_goes(table, gone)]:
            gone[table.name] = or_(*why)
    return gone


def mails_of(product: Product, people: frozenset[str]) -> ColumnElement[bool]:
    """The condition that a mail goes with a product: it is about it or one of its tenants.

    Or it names no tenant, and its address is one of ``people``; or neither, and it is known to this product alone.
    """
    of_no_tenant = OutboxMessage.tenant_id.is_(None)
    return or_(
        OutboxMessage.tenant_id.in_(_of(product, Tenant)),
        OutboxMessage.announcement_id.in_(_of(product, Announcement)),
        of_no_tenant & OutboxMessage.address.in_(people),
        of_no_tenant & OutboxMessage.announcement_id.is_(None) & OutboxMessage.address.in_(_only_its(product)),
    )


def accounts_of(product: Product) -> ColumnElement[bool]:
    """The condition that an account is of a contact of this product, and of no other one."""
    return (User.role == Role.CONTACT) & User.email.in_(_only_its(product))


def _known_to_go(product: Product, people: frozenset[str], gave_away: frozenset[str]) -> Conditions:
    """What no reference of the database tells of, by the ids: they are read before anything goes."""
    theirs = WebhookEndpoint.created_by.in_(gave_away)
    endpoints = _ids(select(WebhookEndpoint.id).where(theirs | (WebhookEndpoint.product_id == product.id)))
    return {
        "product": Product.id == product.id,
        "user_account": among(User.id, _ids(select(User.id).where(User.email.in_(people) | accounts_of(product)))),
        "api_token": ApiToken.created_by.in_(gave_away),
        "outbox_message": among(OutboxMessage.id, _ids(select(OutboxMessage.id).where(mails_of(product, people)))),
        "webhook_endpoint": among(WebhookEndpoint.id, endpoints),
        "webhook_event": WebhookEvent.id.in_(_events_of(product)),
        "alarm": among(Alarm.id, _alarms_of(product, endpoints)),
    }


def _of_what_goes(table: Table, gone: Conditions) -> Iterable[ColumnElement[bool]]:
    for key in table.foreign_keys:
        parent = key.column.table
        if parent is not table and parent.name in gone:
            yield key.parent.in_(select(key.column).where(gone[parent.name]))


def _remove_letters(ids: list[int]) -> None:
    """Those of which no mail is left."""
    still = select(OutboxMessage.letter_id)
    unsent = delete(Letter).where(among(Letter.id, ids), Letter.id.not_in(still))
    db.session.execute(unsent.execution_options(synchronize_session=False))


def _letters_of(mails: ColumnElement[bool]) -> list[int]:
    return _ids(select(OutboxMessage.letter_id).where(mails).distinct())


def _only_its(product: Product) -> Select[str]:
    """Addresses of this product's contacts, and of who asks for an account at one of its tenants.

    But for those of others' contacts, of whoever asks for an account that may be another's, and of the vendor's people.
    """
    tenants = _of(product, Tenant)
    may_be_anothers = AccountRequest.tenant_id.is_(None) | AccountRequest.tenant_id.not_in(tenants)
    others = union_all(
        select(Contact.email).where(Contact.tenant_id.not_in(tenants)),
        select(AccountRequest.email).where(AccountRequest.state.in_(OPEN), may_be_anothers),
        select(User.email).where(User.role != Role.CONTACT),
    )
    own = union_all(
        select(Contact.email).where(Contact.tenant_id.in_(tenants)),
        select(AccountRequest.email).where(AccountRequest.tenant_id.in_(tenants)),
    ).subquery()
    return select(own.c.email).where(own.c.email.not_in(others))


def _events_of(product: Product) -> list[str]:
    """Those that name the product and no tenant: what is in them is the only place that says so."""
    rows = db.session.execute(select(WebhookEvent.id, WebhookEvent.payload).where(WebhookEvent.tenant_id.is_(None)))
    return [one for one, payload in rows if json.loads(payload).get("data", {}).get("product") == product.slug]


def _alarms_of(product: Product, endpoints: list[int]) -> list[int]:
    """Those whose subject names a change of the product, or a webhook that goes."""
    subjects = {f"webhook:{one}" for one in endpoints}
    for name, kind in (("release", Release), ("maintenance", MaintenanceWindow)):
        subjects |= {f"{name}:{one}" for one in db.session.scalars(_of(product, kind))}
    rows = db.session.execute(select(Alarm.id, Alarm.subject))
    return [one for one, subject in rows if ":".join(subject.split(":", 2)[:2]) in subjects]


def _of(product: Product, kind: type[Tenant | Announcement | Release | MaintenanceWindow]) -> Select[int]:
    return select(kind.id).where(kind.product_id == product.id)


def _ids(query: Select[int]) -> list[int]:
    return list(db.session.scalars(query))
