"""What each kind of announcement says, before it gets a form. In the language that is in force when it is called."""

from dataclasses import dataclass, field

from flask_babel import gettext as _

from announcements.fields import laid_in
from announcements.models import Kind
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.notices import Says
from tenants.models import Product
from tenants.wording import environment_in_words


@dataclass(frozen=True)
class Content:
    """One mail: a sentence that says what happens, the facts, what to do, where to look, why the reader gets it."""

    subject: str
    headline: str
    facts: list[tuple[str, str]]
    todo: str
    link_label: str
    why: str
    product: Product
    # Of release notes: their Markdown.
    notes: str = ""
    # Of what a person wrote: its Markdown, which is the message itself.
    text: str = ""
    # The words of the link by which the reader gets no more of these; empty: they cannot be switched off.
    stop: str = ""
    help_desk: list[str] = field(default_factory=list)


def of_release(release: Release, kind: Kind, says: Says, language: str) -> Content:
    """The notice that an environment will be updated, that the date moved, or that it is cancelled."""
    product, version = release.product, release.version
    acceptance = kind is Kind.ACCEPTANCE
    named = {
        "version": version,
        "starts": laid_in("day_and_time"),
        "product": product.name,
        "tenant": laid_in("tenant"),
    }
    headlines = {
        (True, Says.PLANNED): _("Your acceptance environment gets version %(version)s on %(starts)s.", **named),
        (False, Says.PLANNED): _("Your production environment gets version %(version)s on %(starts)s.", **named),
        (True, Says.MOVED): _(
            "The update of your acceptance environment to %(version)s has a new date: %(starts)s.", **named
        ),
        (False, Says.MOVED): _(
            "The update of your production environment to %(version)s has a new date: %(starts)s.", **named
        ),
        (True, Says.CANCELLED): _("The update of your acceptance environment to %(version)s is off.", **named),
        (False, Says.CANCELLED): _("The update of your production environment to %(version)s is off.", **named),
    }
    subjects = {
        (True, Says.PLANNED): _("[%(product)s] Acceptance to %(version)s on %(starts)s", **named),
        (False, Says.PLANNED): _("[%(product)s] Production to %(version)s on %(starts)s", **named),
        (True, Says.MOVED): _("[%(product)s] Moved: acceptance to %(version)s, now on %(starts)s", **named),
        (False, Says.MOVED): _("[%(product)s] Moved: production to %(version)s, now on %(starts)s", **named),
        (True, Says.CANCELLED): _("[%(product)s] Off: acceptance to %(version)s on %(starts)s", **named),
        (False, Says.CANCELLED): _("[%(product)s] Off: production to %(version)s on %(starts)s", **named),
    }
    todos = {
        (True, True): _(
            "Run your own tests in acceptance once it is updated. "
            "Tell the help desk what you find before production follows."
        ),
        (False, True): _("Finish your tests in acceptance before this date, and tell your users."),
        (True, False): _("You do not need to do anything. If a new date comes, you hear from us in time."),
        (False, False): _("You do not need to do anything. If a new date comes, you hear from us in time."),
    }
    title = release.title(language)
    return Content(
        subject=subjects[acceptance, says],
        headline=headlines[acceptance, says] + laid_in("exception"),
        facts=[
            (_("Version"), f"{version}: {title}" if title else version),
            (
                _("Environment"),
                _(
                    "%(environment)s of %(tenant)s",
                    environment=environment_in_words(kind.value),
                    tenant=laid_in("tenant"),
                ),
            ),
            *_times(says, _("Expected to be done")),
        ],
        todo=todos[acceptance, says is not Says.CANCELLED] + ("" if acceptance else laid_in("support")),
        link_label=_("See it on the portal") if acceptance or says is Says.CANCELLED else _to_another_date(product),
        why=_why_contract(product),
        product=product,
        help_desk=product.help_desk(language),
    )


def of_maintenance(window: MaintenanceWindow, says: Says, language: str) -> Content:
    """The notice of maintenance, of its new time, or that it is cancelled."""
    product = window.product
    named = {"product": product.name, "starts": laid_in("day_and_time"), "reason": window.reason(language)}
    environments = _(" and ").join(environment_in_words(kind) for kind in window.environments)
    headline = {
        Says.PLANNED: _("We carry out maintenance on %(starts)s.", **named),
        Says.MOVED: _("Our maintenance has a new time: %(starts)s.", **named),
        Says.CANCELLED: _("Our maintenance of %(starts)s is off.", **named),
    }[says]
    subject = {
        Says.PLANNED: _("[%(product)s] Maintenance on %(starts)s", **named),
        Says.MOVED: _("[%(product)s] Moved: maintenance, now on %(starts)s", **named),
        Says.CANCELLED: _("[%(product)s] Off: maintenance on %(starts)s", **named),
    }[says]
    todo = todo_of_impact(window.impact) if says is not Says.CANCELLED else _("You do not need to do anything.")
    return Content(
        subject=subject,
        headline=headline + laid_in("exception"),
        facts=[
            (_("What"), named["reason"]),
            (_("Environment"), _("%(environment)s of %(tenant)s", environment=environments, tenant=laid_in("tenant"))),
            *_times(says, _("End")),
            *([(_("What you notice"), impact_in_words(window.impact))] if says is not Says.CANCELLED else []),
            (_("Reference"), window.reference),
        ],
        todo=todo,
        link_label=_("See it on the portal"),
        why=_why_contract(product),
        product=product,
        help_desk=product.help_desk(language),
    )


def of_notes(release: Release, markdown: str, language: str) -> Content:
    """Release notes, sent to the contacts when they are published (SLA 3.3)."""
    product, version, title = release.product, release.version, release.title(language)
    return Content(
        subject=_("[%(product)s] Release notes %(version)s", product=product.name, version=version)
        + (f": {title}" if title else ""),
        headline=_(
            "The release notes of %(product)s %(version)s are ready to read.", product=product.name, version=version
        ),
        facts=[
            (_("Acceptance of %(tenant)s", tenant=laid_in("tenant")), laid_in("acceptance")),
            (_("Production of %(tenant)s", tenant=laid_in("tenant")), laid_in("production")),
        ],
        todo=_("Read what changes, and test what matters to you in acceptance."),
        link_label=_("Read them on the portal"),
        why=_why_contract(product),
        product=product,
        notes=markdown,
        help_desk=product.help_desk(language),
    )


def of_update(release: Release, kind: Kind, language: str) -> Content:
    """An environment has been updated."""
    product, version = release.product, release.version
    acceptance = kind is Kind.ACCEPTANCE_UPDATED
    return Content(
        subject=_("[%(product)s] Acceptance runs %(version)s", product=product.name, version=version)
        if acceptance
        else _("[%(product)s] Production runs %(version)s", product=product.name, version=version),
        headline=_("Your acceptance environment has been updated to %(version)s.", version=version)
        if acceptance
        else _("Your production environment has been updated to %(version)s.", version=version),
        facts=[
            (_("Organisation"), laid_in("tenant")),
            (_("Updated"), laid_in("starts")),
        ],
        todo=_("Test what matters to you, and tell the help desk what you find before production follows.")
        if acceptance
        else _("You do not need to do anything. The release notes say what is new."),
        link_label=_("Read the release notes"),
        why=_why_contract(product),
        product=product,
        help_desk=product.help_desk(language),
    )


def impact_in_words(impact: Impact) -> str:
    return {
        Impact.NO_IMPACT: _("nothing"),
        Impact.REDUCED_REDUNDANCY: _("nothing, but there is no reserve meanwhile"),
        Impact.DEGRADED: _("slower than usual"),
        Impact.OUTAGE: _("not available"),
    }[impact]


def todo_of_impact(impact: Impact) -> str:
    """What the reader does about maintenance."""
    if impact is Impact.OUTAGE:
        return _("Tell your users that they cannot work during this time. You do not need to do anything else.")
    if impact is Impact.DEGRADED:
        return _("Tell your users that it may be slow during this time. You do not need to do anything else.")
    return _("You do not need to do anything.")


def _times(says: Says, end: str) -> list[tuple[str, str]]:
    """Start and end, and what the reader was told before where it moved; of what is off only when it was to start."""
    if says is Says.CANCELLED:
        return [(_("Was planned for"), laid_in("starts"))]
    if says is Says.MOVED:
        return [(_("Was"), laid_in("previous")), (_("New start"), laid_in("starts")), (end, laid_in("ends"))]
    return [(_("Start"), laid_in("starts")), (end, laid_in("ends"))]


def _to_another_date(product: Product) -> str:
    """The date of production is one that a customer may ask to have otherwise, or choose where the product lets it."""
    if product.choice_window:
        return _("See it on the portal, or choose another date")
    return _("See it on the portal, or ask for another date")


def _why_contract(product: Product) -> str:
    return _(
        "You get this because you are a contact of %(tenant)s for %(product)s. It belongs to the service level "
        "agreement (SLA 3.3), so it cannot be switched off. You change contacts on the portal.",
        tenant=laid_in("tenant"),
        product=product.name,
    )
