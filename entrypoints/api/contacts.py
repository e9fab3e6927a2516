"""The people whom a tenant appointed (SLA 4.1)."""

from flask import abort

from entrypoints.api.calls import Answer, call
from entrypoints.api.found import the_tenant
from entrypoints.api.guard import caller
from entrypoints.api.shapes import Page, Paging
from entrypoints.api.tenant_shapes import ContactAnswer, NewContact
from entrypoints.guards import now
from evidence.actors import May
from tenants.contacts import ContactFacts, add_contact, remove_contact
from tenants.models import Contact


@call("GET", "/tenants/<slug>/contacts", may=May.LOOK, query=Paging, answer=Page[ContactAnswer], contacts=True)
def list_contacts(slug: str, query: Paging) -> Answer:
    """The contacts of a tenant, three at most."""
    return Answer(Page[ContactAnswer].part_of(the_tenant(slug).contacts, query, _answer))


@call(
    "POST",
    "/tenants/<slug>/contacts",
    may=May.MANAGE,
    body=NewContact,
    answer=ContactAnswer,
    status=201,
    conflicts=True,
)
def add_a_contact(slug: str, body: NewContact) -> Answer:
    """Appoint a contact. A fourth is 409. What lies ahead of the tenant is mailed to it too."""
    facts = ContactFacts(body.name, body.email, body.phone, body.locale)
    return Answer(_answer(add_contact(the_tenant(slug), facts, caller(), now())))


@call("DELETE", "/tenants/<slug>/contacts/<int:contact_id>", may=May.MANAGE, status=204)
def remove_a_contact(slug: str, contact_id: int) -> Answer:
    """Remove a contact; what waits for it is not sent any more. The last one stays: somebody must be told."""
    contact = next((one for one in the_tenant(slug).contacts if one.id == contact_id), None)
    if contact is None:
        abort(404)
    remove_contact(contact, caller(), now())
    return Answer(None)


def _answer(contact: Contact) -> ContactAnswer:
    return ContactAnswer(
        id=contact.id, name=contact.name, email=contact.email, phone=contact.phone, locale=contact.locale
    )
