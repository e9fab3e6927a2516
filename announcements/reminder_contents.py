"""What a reminder says. In the language that is in force when it is called."""

from flask_babel import gettext as _

from announcements.contents import Content, impact_in_words, todo_of_impact
from announcements.fields import laid_in
from schedules.models import MaintenanceWindow, Release
from sla.terms import Change
from tenants.models import Product
from tenants.wording import environment_in_words


def of_reminder(change: Release | MaintenanceWindow | None, kind: Change, language: str) -> Content:
    """Say again what was announced, how far ahead it is now, and what is left to do until then."""
    if isinstance(change, Release):
        return _of_release(change, kind, language)
    if change is None:
        raise ValueError("a reminder is about a release or about maintenance")
    return _of_maintenance(change, language)


def _of_release(release: Release, kind: Change, language: str) -> Content:
    product, version, title = release.product, release.version, release.title(language)
    named = {
        "version": version,
        "starts": laid_in("day_and_time"),
        "ahead": laid_in("ahead"),
        "product": product.name,
    }
    acceptance = kind is Change.ACCEPTANCE
    return Content(
        subject=_("[%(product)s] Reminder: acceptance to %(version)s on %(starts)s", **named)
        if acceptance
        else _("[%(product)s] Reminder: production to %(version)s on %(starts)s", **named),
        headline=_("In %(ahead)s, on %(starts)s, your acceptance environment gets version %(version)s.", **named)
        if acceptance
        else _("In %(ahead)s, on %(starts)s, your production environment gets version %(version)s.", **named),
        facts=[
            (_("Version"), f"{version}: {title}" if title else version),
            _environment(environment_in_words(kind.value)),
            (_("Start"), laid_in("starts")),
            (_("Expected to be done"), laid_in("ends")),
        ],
        todo=_(
            "Run your own tests in acceptance once it is updated. "
            "Tell the help desk what you find before production follows."
        )
        if acceptance
        else _("Finish your tests in acceptance before this date, and tell your users.") + laid_in("support"),
        link_label=_("See it on the portal"),
        why=_why(product),
        product=product,
        help_desk=product.help_desk(language),
    )


def _of_maintenance(window: MaintenanceWindow, language: str) -> Content:
    product = window.product
    named = {"product": product.name, "starts": laid_in("day_and_time"), "ahead": laid_in("ahead")}
    return Content(
        subject=_("[%(product)s] Reminder: maintenance on %(starts)s", **named),
        headline=_("In %(ahead)s, on %(starts)s, we carry out maintenance.", **named),
        facts=[
            (_("What"), window.reason(language)),
            _environment(_(" and ").join(environment_in_words(kind) for kind in window.environments)),
            (_("Start"), laid_in("starts")),
            (_("End"), laid_in("ends")),
            (_("What you notice"), impact_in_words(window.impact)),
            (_("Reference"), window.reference),
        ],
        todo=todo_of_impact(window.impact),
        link_label=_("See it on the portal"),
        why=_why(product),
        product=product,
        help_desk=product.help_desk(language),
    )


def _environment(environment: str) -> tuple[str, str]:
    return (
        _("Environment"),
        _("%(environment)s of %(tenant)s", environment=environment, tenant=laid_in("tenant")),
    )


def _why(product: Product) -> str:
    return _(
        "You get this reminder because you are a contact of %(tenant)s for %(product)s. "
        "You change contacts on the portal.",
        tenant=laid_in("tenant"),
        product=product.name,
    )
