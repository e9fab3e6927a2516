"""The steps that bring data in: a product, earlier releases, tenants, their contacts, a release."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from entrypoints.first_steps.step import Measured, Step
from schedules.support import SupportPicture
from tenants.audiences import Audience
from tenants.models import Product
from tenants.wording import contacts_in_words, tenants_in_words


def product(found: Product | None, measured: Measured) -> Step:
    title, purpose = _("Add your product"), _("Everything here is planned and announced for a product.")
    admin = measured.may("administer")
    if found is not None:
        page = url_for("planner.edit_product", slug=found.slug) if admin else ""
        return Step(title, done=True, state=found.name, purpose=purpose, page=page, place=_("Settings"))
    return Step(
        title,
        done=False,
        state=_("There is no product yet."),
        purpose=purpose,
        todo="" if admin else _("Ask an administrator to add the product."),
        action=_("Add the product and its settings") if admin else "",
        page=url_for("planner.new_product"),
        command='flask products create inconto --name "Inconto"',
    )


def earlier_releases(found: Product | None, picture: SupportPicture | None, measured: Measured) -> Step:
    """Done once the last version and the one before it are known."""
    title = _("Bring in your earlier releases")
    purpose = _(
        "The last version (N) and the one before it (N-1) have full support (SLA 4.2): only with both is it known who "
        "must update. Tenants come after them, so that it is known since when each version runs."
    )
    if found is None or picture is None:
        return Step(title, done=False, state=_("No release is known."), purpose=purpose, todo=_first_product())
    last, before = picture.current, picture.previous
    page = url_for("planner.release_list", product=found.slug)
    if last and before:
        state = _("%(last)s is the last version, %(before)s the one before it.", last=last, before=before)
        return Step(title, done=True, state=state, purpose=purpose, page=page, place=_("Releases"))
    return Step(
        title,
        done=False,
        state=_("%(last)s is the last version; none before it is known.", last=last)
        if last
        else _("No release is known."),
        purpose=purpose,
        todo=_("Was there none before? Then pass this over.") if measured.may("plan") else _("A planner can do so."),
        action=_("Bring in a file of releases") if measured.may("plan") else "",
        page=_file("releases", found),
        command="flask import releases releases.csv",
    )


def tenants(found: Product | None, people: Audience | None, measured: Measured) -> Step:
    title, purpose = _("Add its tenants"), _("The customers who use it, with what their agreements say.")
    if found is None:
        state = _("There are no tenants yet.")
        return Step(title, done=False, state=state, purpose=purpose, todo=_first_product())
    if people is not None and people.tenants:
        page = url_for("planner.tenant_list", product=found.slug)
        state = tenants_in_words(people.tenants)
        return Step(title, done=True, state=state, purpose=purpose, page=page, place=_("Tenants"))
    offered = measured.may("manage")
    return Step(
        title,
        done=False,
        state=_("There are no tenants yet."),
        purpose=purpose,
        todo=_("One by one, or all at once from a file.") if offered else _("A manager can do so."),
        action=_("Bring in a file of tenants") if offered else "",
        page=_file("tenants", found),
        also=(_("Add a tenant"), url_for("planner.new_tenant", product=found.slug)) if offered else ("", ""),
        command="flask import tenants tenants.csv",
    )


def contacts(found: Product | None, people: Audience | None, measured: Measured) -> Step:
    title, purpose = (
        _("See that everybody can be reached"),
        _("Contacts are mailed; a tenant has three at most (SLA 4.1)."),
    )
    if found is None or people is None or not people.tenants:
        todo = _first_product() if found is None else _("First add its tenants.")
        return Step(title, done=False, state=_("There is nobody to tell yet."), purpose=purpose, todo=todo)
    if not people.without_contact:
        state = _(
            "%(contacts)s at %(tenants)s, each with at least one.",
            contacts=contacts_in_words(people.contacts),
            tenants=tenants_in_words(people.tenants),
        )
        page = url_for("planner.tenant_list", product=found.slug)
        return Step(title, done=True, state=state, purpose=purpose, page=page, place=_("Tenants"))
    offered = measured.may("manage")
    by_hand = url_for("planner.without_contact", product=found.slug)
    return Step(
        title,
        done=False,
        state=ngettext(
            "%(num)d tenant has no contact: nobody there can be told.",
            "%(num)d tenants have no contact: nobody there can be told.",
            people.without_contact,
        ),
        purpose=purpose,
        action=_("Bring in a file of contacts") if offered else _("Look"),
        page=_file("contacts", found) if offered else by_hand,
        also=(_("Add contacts"), by_hand) if offered else ("", ""),
        command="flask import contacts contacts.csv",
    )


def release(found: Product | None, people: Audience | None, releases: int, measured: Measured) -> Step:
    title, purpose = _("Plan the first release"), _("Its notices leave by themselves when their time has come.")
    if found is None:
        return Step(title, done=False, state=_("No release is planned yet."), purpose=purpose, todo=_first_product())
    if releases:
        page = url_for("planner.release_list", product=found.slug)
        state = ngettext("%(num)d release", "%(num)d releases", releases)
        return Step(title, done=True, state=state, purpose=purpose, page=page, place=_("Releases"))
    todo = "" if people is not None and people.tenants else _("First add its tenants: so far nobody would be told.")
    return Step(
        title,
        done=False,
        state=_("No release is planned yet."),
        purpose=purpose,
        todo=todo if measured.may("plan") else _("A planner can do so."),
        action=_("Plan a release") if measured.may("plan") else "",
        page=url_for("planner.new_release", product=found.slug),
    )


def _first_product() -> str:
    return _("First add your product.")


def _file(table: str, found: Product) -> str:
    return url_for("planner.import_page", table=table, product=found.slug)
