"""The rows of one product among those of others: what refers to it, and what is known to be about it."""

import json
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, Table, delete, or_, select

from accounts.models import User
from accounts.request_models import AccountRequest
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


def remove_rows_of(product: Product, people: frozenset[str], gave_away: frozenset[str]) -> None:
    """Remove, in the running transaction, a product and all that is its own; nothing of another product.

    ``people`` are accounts that go with it; tokens, and webhooks of no product in particular, that one of ``gave_away``
    made do as well. Whatever refers to a row that goes, goes: a table that is added later is not forgotten.
    """
    gone = what_goes(product, people, gave_away)
    letters = _letters_of(gone["outbox_message"])
    for table in reversed(db.metadata.sorted_tables):
        if table.name in gone:
            db.session.execute(table.delete().where(gone[table.name]))
        if table.name == "outbox_message":
            _remove_letters(letters)
    db.session.expire_all()


def what_goes(product: Product, people: frozenset[str], gave_away: frozenset[str]) -> Conditions:
    """By table, the condition that a row goes; letters, which go with the last of their mails, are not among them."""
    gone = _known_to_go(product, people, gave_away)
    # Parents come first: what goes of them says what goes of the others.
    for table in db.metadata.sorted_tables:
        known = [gone[table.name]] if table.name in gone else []
        if why := [*known, *_of_what_goes(table, gone)]:
            gone[table.name] = or_(*why)
    return gone


def mails_of(product: Product) -> ColumnElement[bool]:
    """The condition that a mail is about this product, or to one of its contacts alone."""
    tenants = _of(product, Tenant)
    return or_(
        OutboxMessage.tenant_id.in_(tenants),
        OutboxMessage.announcement_id.in_(_of(product, Announcement)),
        OutboxMessage.announcement_id.is_(None)
        & OutboxMessage.tenant_id.is_(None)
        & OutboxMessage.address.in_(_only_its(product)),
    )


def accounts_of(product: Product) -> ColumnElement[bool]:
    """The condition that an account is of a contact of this product, and of no other one."""
    return (User.role == Role.CONTACT) & User.email.in_(_only_its(product))


def _known_to_go(product: Product, people: frozenset[str], gave_away: frozenset[str]) -> Conditions:
    """What no reference of the database tells of, by the ids: they are read before anything goes."""
    own_people = OutboxMessage.address.in_(people) & OutboxMessage.tenant_id.is_(None)
    of_all = WebhookEndpoint.product_id.is_(None) & WebhookEndpoint.created_by.in_(gave_away)
    endpoints = _ids(select(WebhookEndpoint.id).where(of_all | (WebhookEndpoint.product_id == product.id)))
    return {
        "product": Product.id == product.id,
        "user_account": among(User.id, _ids(select(User.id).where(User.email.in_(people) | accounts_of(product)))),
        "api_token": ApiToken.created_by.in_(gave_away),
        "outbox_message": among(OutboxMessage.id, _ids(select(OutboxMessage.id).where(mails_of(product) | own_people))),
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
    """Addresses that this product's tenants, or requests for an account with one of them, name; and no others do."""
    tenants = _of(product, Tenant)
    elsewhere = select(Contact.email).where(Contact.tenant_id.not_in(tenants))
    vendors = select(User.email).where(User.role != Role.CONTACT)
    named = select(Contact.email).where(Contact.tenant_id.in_(tenants))
    asked = select(AccountRequest.email).where(AccountRequest.tenant_id.in_(tenants))
    named, asked = (
        one.where(column.not_in(elsewhere), column.not_in(vendors))
        for one, column in ((named, Contact.email), (asked, AccountRequest.email))
    )
    return select(named.union(asked).subquery())


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
