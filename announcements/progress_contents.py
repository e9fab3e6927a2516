"""What is said of maintenance under way. In the language that is in force when it is called."""

from flask_babel import gettext as _

from announcements.contents import Content, impact_in_words, todo_of_impact
from announcements.fields import laid_in
from announcements.models import Kind
from schedules.models import Impact, MaintenanceWindow, Progress
from tenants.wording import environment_in_words

PROGRESS = {
    Kind.MAINTENANCE_STARTED: Progress.STARTED,
    Kind.MAINTENANCE_LONGER: Progress.LONGER,
    Kind.MAINTENANCE_DONE: Progress.DONE,
}


def of_progress(window: MaintenanceWindow, kind: Kind, step: int, language: str) -> Content:
    """Say that maintenance is starting, takes longer for the ``step``-th time, or is done."""
    if kind is Kind.MAINTENANCE_STARTED:
        return _started(window, language)
    if kind is Kind.MAINTENANCE_DONE:
        return _done(window, language)
    (row,) = [one for one in window.progress if one.kind is Progress.LONGER and one.step == step]
    return _longer(window, row.reason(language), language)


def _started(window: MaintenanceWindow, language: str) -> Content:
    return _content(
        window,
        language,
        subject=_("[%(product)s] Maintenance is starting", product=window.product.name),
        headline=_("The maintenance of %(starts)s is starting.", starts=laid_in("day_and_time")),
        facts=[
            (_("Expected to be done"), laid_in("ends")),
            (_("What you notice"), impact_in_words(window.impact)),
        ],
        todo=todo_of_impact(window.impact),
    )


def _longer(window: MaintenanceWindow, reason: str, language: str) -> Content:
    until = laid_in("until")
    return _content(
        window,
        language,
        subject=_("[%(product)s] Maintenance takes longer, until %(until)s", product=window.product.name, until=until),
        headline=_("Our maintenance takes longer than we announced. We expect it to be done on %(until)s.", until=until)
        + " "
        + _("We are sorry for the inconvenience."),
        facts=[
            *([(_("Why"), reason)] if reason else []),
            (_("Announced end"), laid_in("announced_end")),
            (_("Expected to be done"), laid_in("ends")),
            (_("What you notice"), impact_in_words(window.impact)),
        ],
        todo=_todo_while_it_lasts(window),
    )


def _todo_while_it_lasts(window: MaintenanceWindow) -> str:
    noticed = window.impact in {Impact.OUTAGE, Impact.DEGRADED}
    todo = _("Tell your users that it takes longer.") if noticed else _("You do not need to do anything.")
    return todo + " " + _("You hear from us when it is done.") if window.product.tells_done else todo


def _done(window: MaintenanceWindow, language: str) -> Content:
    return _content(
        window,
        language,
        subject=_("[%(product)s] Maintenance is done", product=window.product.name),
        headline=_("The maintenance of %(starts)s is done.", starts=laid_in("day_and_time")),
        facts=[],
        todo=_("You can work as usual. If something is not as it was, tell the help desk."),
    )


def _content(
    window: MaintenanceWindow, language: str, *, subject: str, headline: str, facts: list[tuple[str, str]], todo: str
) -> Content:
    product = window.product
    environments = _(" and ").join(environment_in_words(kind) for kind in window.environments)
    return Content(
        subject=subject,
        headline=headline,
        facts=[
            (_("What"), window.reason(language)),
            (_("Environment"), _("%(environment)s of %(tenant)s", environment=environments, tenant=laid_in("tenant"))),
            *facts,
            (_("Reference"), window.reference),
        ],
        todo=todo,
        link_label=_("See it on the portal"),
        why=_(
            "You get this because you are a contact of %(tenant)s for %(product)s, and this maintenance was announced "
            "to you. You change contacts on the portal.",
            tenant=laid_in("tenant"),
            product=product.name,
        ),
        product=product,
        help_desk=product.help_desk(language),
    )
