"""The steps that bring data in: a product, its tenants, their contacts, a release."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from entrypoints.first_steps.step import Measured, Step
from tenants.models import Product
from tenants.queries import Audience
from tenants.wording import contacts_in_words, tenants_in_words


def product(found: Product | None, measured: Measured) -> Step:
    title = _("Add your product")
    if found is not None:
        return Step(title, done=True, state=found.name)
    admin = measured.may("administer")
    return Step(
        title,
        done=False,
        state=_("There is no product yet."),
        todo="" if admin else _("Ask an administrator to add the product."),
        action=_("Add the product and its settings") if admin else "",
        page=url_for("planner.new_product"),
        command='flask products create inconto --name "Inconto"',
    )


def tenants(found: Product | None, people: Audience | None, measured: Measured) -> Step:
    title = _("Add its tenants")
    if people is not None and people.tenants:
        return Step(title, done=True, state=tenants_in_words(people.tenants))
    offered = found is not None and measured.may("manage")
    return Step(
        title,
        done=False,
        state=_("There are no tenants yet."),
        todo=_("One by one, or all at once from a file."),
        action=_("Add a tenant") if offered else "",
        page=url_for("planner.new_tenant"),
        command="flask import tenants tenants.csv",
    )


def contacts(found: Product | None, people: Audience | None, measured: Measured) -> Step:
    title = _("See that everybody can be reached")
    if people is None or not people.tenants:
        return Step(title, done=False, state=_("There is nobody to tell yet."))
    if not people.without_contact:
        return Step(
            title,
            done=True,
            state=_(
                "%(contacts)s at %(tenants)s, each with at least one.",
                contacts=contacts_in_words(people.contacts),
                tenants=tenants_in_words(people.tenants),
            ),
        )
    return Step(
        title,
        done=False,
        state=ngettext(
            "%(num)d tenant has no contact: nobody there can be told.",
            "%(num)d tenants have no contact: nobody there can be told.",
            people.without_contact,
        ),
        action=_("Add contacts") if measured.may("manage") else _("Look"),
        page=url_for("planner.without_contact", product=found.slug if found else None),
        command="flask import contacts contacts.csv",
    )


def release(found: Product | None, releases: int, measured: Measured) -> Step:
    title = _("Plan the first release")
    if releases:
        return Step(title, done=True, state=ngettext("%(num)d release", "%(num)d releases", releases))
    offered = found is not None and measured.may("plan")
    return Step(
        title,
        done=False,
        state=_("No release is planned yet."),
        todo=_("Its notices leave by themselves when their time has come."),
        action=_("Plan a release") if offered else "",
        page=url_for("planner.new_release"),
    )
