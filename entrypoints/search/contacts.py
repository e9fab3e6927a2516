"""Contacts by name and e-mail address."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from entrypoints.search.place import Hit, Place
from storage.sought import finds
from tenants.models import Contact


def _holding(words: list[str]) -> Select[Contact]:
    return (
        select(Contact)
        .where(finds(Contact, words))
        .order_by(Contact.name, Contact.id)
        .options(joinedload(Contact.tenant))
    )


def _named(typed: str) -> Select[Contact]:
    return select(Contact).where(Contact.email == typed.lower())


def _hit(contact: Contact) -> Hit:
    page = url_for("planner.tenant", slug=contact.tenant.slug)
    return Hit(contact.name, page, f"{contact.email}, {contact.tenant.name}")


PLACE = Place("contacts", lambda: _("Contacts"), _holding, _named, _hit)
