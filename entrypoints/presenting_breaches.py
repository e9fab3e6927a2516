"""How it is said which promise a plan would break, and beside which field."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from entrypoints.presenting import language
from entrypoints.presenting_notices import clause_in_words
from sla.breaches import Breach, Rule
from tenants.models import Product
from tenants.wording import day_and_time, length_in_words, period_in_words

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
    return f" ({', '.join(map(clause_in_words, cited))})" if cited else ""


def breach_sentence(breach: Breach, product: Product) -> str:
    """What is broken, what is required and by which clause, in one sentence."""
    zone = product.timezone
    if breach.rule is Rule.RELEASE_BUDGET:
        year = breach.given.rsplit(" ", 1)[-1]
        return _("%(year)s has its four releases, which is the most there may be (SLA 3.3).", year=year)
    if breach.rule is Rule.VERSION_ORDER:
        before = breach.required.removeprefix("after ")
        return _("%(version)s cannot reach production before %(before)s does.", version=breach.given, before=before)
    if breach.rule is Rule.TEST_PERIOD:
        return _(
            "Production comes too soon after acceptance: customers get %(period)s to test.",
            period=period_in_words(breach.required),
        )
    if breach.rule is Rule.SERVICE_HOURS:
        return _(
            "Within service hours, %(hours)s, falls %(length)s of it (%(clause)s). That needs a reason.",
            length=length_in_words(timedelta(minutes=int(breach.given.removeprefix("PT").removesuffix("M")))),
            hours=breach.required,
            clause=breach.clause,
        )
    given = day_and_time(datetime.fromisoformat(breach.given), zone, language())
    promised = {"given": given, "period": period_in_words(breach.required), "clause": clause_in_words(breach.clause)}
    if breach.rule is Rule.ACCEPTANCE_NOTICE:
        return _("Acceptance on %(given)s is too soon: it must be announced %(period)s ahead (%(clause)s).", **promised)
    if breach.rule is Rule.PRODUCTION_NOTICE:
        return _("Production on %(given)s is too soon: it must be announced %(period)s ahead (%(clause)s).", **promised)
    if breach.rule is Rule.MAINTENANCE_NOTICE:
        return _(
            "We aim to announce maintenance %(period)s ahead (%(clause)s), which is too late for %(given)s. "
            "That needs a reason.",
            **promised,
        )
    return _("Production comes after acceptance (%(clause)s).", **promised)


def set_up(app: Flask) -> None:
    """Give every template these words."""
    words: dict[str, Any] = {
        "breach_sentence": breach_sentence,
        "clauses_of": clauses_of,
        "field_of": field_of,
    }
    app.jinja_env.globals.update(words)
