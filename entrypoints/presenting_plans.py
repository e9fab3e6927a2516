"""How it is said what a plan would mean."""

from typing import Any

from flask import Flask
from flask_babel import gettext as _

from entrypoints.presenting import clock, language
from schedules.clashes import Clash, ClashKind
from schedules.models import MaintenanceWindow, Release
from sla.breaches import Breach, Rule
from sla.terms import Change
from tenants.models import Product
from tenants.wording import day_in_words

# Beside which field a breach is told.
FIELDS = {
    Rule.ACCEPTANCE_NOTICE: "acceptance_at",
    Rule.MAINTENANCE_NOTICE: "starts_at",
    Rule.SERVICE_HOURS: "starts_at",
}


def field_of(breach: Breach) -> str:
    return FIELDS.get(breach.rule, "production_at")


def clauses_of(breaches: list[Breach]) -> str:
    """The clauses that are broken, each once, in brackets; empty where no clause is."""
    cited = dict.fromkeys(breach.clause for breach in breaches if breach.clause)
    in_words = [clause if clause.startswith("SLA") else _("the signed agreement") for clause in cited]
    return f" ({', '.join(in_words)})" if in_words else ""


def clash_sentence(clash: Clash, product: Product) -> str:
    """What stands in the way, in one sentence."""
    day = day_in_words(clash.at, product.timezone, language())
    ours = {
        Change.ACCEPTANCE: _("Acceptance"),
        Change.PRODUCTION: _("Production"),
        Change.MAINTENANCE: _("Maintenance"),
    }[clash.ours]
    if clash.special is not None:
        named = {"ours": ours, "name": clash.special.name(language())}
        if clash.kind is ClashKind.HOLIDAY:
            return _("%(ours)s falls on a public holiday: %(name)s.", **named)
        return _("%(ours)s falls in a freeze: %(name)s.", **named)
    if clash.kind is ClashKind.WEEKEND:
        return _("%(ours)s falls in a weekend: %(day)s.", ours=ours, day=day)
    if isinstance(clash.other, MaintenanceWindow):
        window = clash.other
        times = {"start": clock(window.starts_at, product.timezone), "end": clock(window.lasts_until, product.timezone)}
        return _(
            "%(ours)s meets maintenance %(reference)s, from %(start)s until %(end)s.",
            ours=ours,
            reference=window.reference,
            **times,
        )
    return _meets_release(clash, ours, day)


def _meets_release(clash: Clash, ours: str, day: str) -> str:
    assert isinstance(clash.other, Release)  # noqa: S101 - nothing else is left
    version = clash.other.version
    if clash.kind is ClashKind.TEST:
        if clash.ours is Change.ACCEPTANCE:
            return _("Customers still test %(version)s in acceptance then.", version=version)
        return _(
            "Acceptance gets %(version)s on %(day)s, while this one is still tested there.", version=version, day=day
        )
    if clash.theirs is Change.ACCEPTANCE:
        return _(
            "%(ours)s falls on the day on which %(version)s reaches acceptance: %(day)s.",
            ours=ours,
            version=version,
            day=day,
        )
    return _(
        "%(ours)s falls on the day on which %(version)s reaches production: %(day)s.",
        ours=ours,
        version=version,
        day=day,
    )


def set_up(app: Flask) -> None:
    """Give every template these words."""
    words: dict[str, Any] = {
        "clash_sentence": clash_sentence,
        "clauses_of": clauses_of,
        "field_of": field_of,
    }
    app.jinja_env.globals.update(words)
