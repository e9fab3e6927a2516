"""Every refusal is problem+json (RFC 9457), in words that say what to do."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from entrypoints.api.shapes import BreachAnswer, FieldProblem, Problem
from entrypoints.presenting_breaches import breach_sentence
from evidence.actors import NotAllowed
from schedules.errors import BreaksSLA, ChangedMeanwhile, YearIsFull
from schedules.waves import SomeCannot
from sla.breaches import Breach
from storage import Conflict, Refused, db
from tenants.models import Product

MIMETYPE = "application/problem+json"
# Services name fields as forms do.
_FIELDS = {
    "waiver_reason_nl": "waiver.reason.nl",
    "waiver_reason_en": "waiver.reason.en",
    "exception_reason_nl": "waiver.reason.nl",
    "exception_reason_en": "waiver.reason.en",
    "told_at": "at",
    "person": "contact",
    "acceptance_notice": "agreement.acceptance_notice",
    "production_notice": "agreement.production_notice",
    "maintenance_notice": "agreement.maintenance_notice",
}


def titles() -> dict[int, str]:
    """What each status means here, in a few words."""
    return {
        400: _("This is no JSON"),
        401: _("A token is needed"),
        403: _("This is not allowed"),
        404: _("There is nothing here"),
        405: _("This address does not take that"),
        409: _("It cannot be beside what there is"),
        412: _("It was changed meanwhile"),
        413: _("This is too large"),
        415: _("This is not JSON"),
        422: _("This cannot be used"),
        428: _("Say which state you change"),
        429: _("Too many requests"),
        500: _("Something went wrong here"),
    }


def problem_of(error: Exception) -> Response:
    """Return the answer to a refusal; whatever was begun is undone."""
    db.session.rollback()
    if isinstance(error, BreaksSLA):
        status = 409 if isinstance(error, YearIsFull) else 422
        breaches = [_breach(one, g.product) for one in error.breaches]
        return _answer(status, " ".join(one.message for one in breaches), breaches=breaches)
    if isinstance(error, SomeCannot):
        return _some_cannot(error)
    if isinstance(error, ChangedMeanwhile):
        return _answer(412, error.message)
    if isinstance(error, Refused):
        status = 409 if isinstance(error, Conflict) else 422
        errors = [FieldProblem(field=_field(one.field), message=one.message) for one in error.all]
        return _answer(status, " ".join(one.message for one in errors), errors=errors)
    if isinstance(error, ValidationError):
        return _shape_problem(error)
    if isinstance(error, NotAllowed):
        return _answer(403, _role())
    return _of_http(error)


def _some_cannot(error: SomeCannot) -> Response:
    """Which tenants cannot have a date, the first hundred, and each promise that would be broken, once."""
    objections = error.verdict.objections
    breaches = [_breach(one, g.product) for objection in objections[:100] for one in objection.breaches]
    distinct = {(one.rule, one.clause, one.message): one for one in breaches}
    errors = [
        FieldProblem(
            field=f"tenants.{one.slug}",
            message=" ".join(
                filter(None, [one.obstacle, *(breach_sentence(each, g.product) for each in one.breaches)])
            ),
        )
        for one in objections[:100]
    ]
    detail = ngettext(
        "%(num)d tenant cannot have this date.", "%(num)d tenants cannot have this date.", len(objections)
    )
    return _answer(422, detail, errors=errors, breaches=list(distinct.values()) or None)


def _of_http(error: Exception) -> Response:
    status = error.code or 500 if isinstance(error, HTTPException) else 500
    description = str(getattr(error, "description", "") or "")
    detail = {
        403: _("This organisation lets programs in from certain addresses only, and this is not one of them.")
        if description == "address"
        else _role(),
        404: _("There is nothing at this address, or it is not yours to see."),
        405: _(
            "This address does not take %(method)s. It takes: %(others)s.",
            method=request.method[:20],
            others=_allowed(error),
        ),
        413: _("That is more than 2 MB, which is too much for one request."),
        500: _("Something went wrong on our side. Nothing was changed. Try again in a minute."),
    }.get(status, description)
    response = _answer(status, detail)
    for name in ("Allow", "WWW-Authenticate", "Retry-After"):
        for value in _headers(error).get(name, []):
            response.headers.add(name, value)
    return response


def _headers(error: Exception) -> Mapping[str, list[str]]:
    """The headers that belong to a status, by name."""
    found: dict[str, list[str]] = {}
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            found.setdefault(name, []).append(value)
    return found


def _allowed(error: Exception) -> str:
    return ", ".join(sorted(getattr(error, "valid_methods", None) or []))


def _role() -> str:
    return _("The role of this token does not reach this far. Ask an admin for one that does.")


def _answer(status: int, detail: str, **more: Any) -> Response:
    known = titles()
    title = known.get(status, known[500])
    page = f"{current_app.config['BASE_URL']}/api/v1/#status-{status}"
    problem = Problem(type=page, title=title, status=status, detail=detail or title, **more)
    # What a refusal has not is left out; what a breach has not, such as a date that would do, is said as null.
    absent = {name for name in ("errors", "breaches") if getattr(problem, name) is None}
    return Response(problem.model_dump_json(exclude=absent), status, mimetype=MIMETYPE)


def _shape_problem(error: ValidationError) -> Response:
    """What is wrong with the shape of what was sent: twenty things at most, in our own words."""
    found = error.errors(include_url=False, include_input=False)
    problems = [
        FieldProblem(field=".".join(str(part) for part in one["loc"])[:200], message=_in_words(one))
        for one in found[:20]
    ]
    detail = " ".join(f"{one.field}: {one.message}" for one in problems[:3])
    return _answer(422, detail, errors=problems)


def _in_words(one: Any) -> str:
    kind, limits = str(one["type"]), dict(one.get("ctx", {}))
    if kind == "missing":
        return _("Fill this in.")
    if kind == "extra_forbidden":
        return _("There is no such field here.")
    if kind in {"literal_error", "enum"}:
        return _("Choose one of %(choices)s.", choices=str(limits.get("expected", "")).replace(" or ", ", "))
    if kind.startswith("string_"):
        return _("Write a text here, of the length that is documented.")
    if kind.startswith("bool_"):
        return _("Write true or false here.")
    if kind.startswith(("int_", "greater_", "less_")):
        return _("Write a whole number here, within what is documented.")
    if kind.startswith(("list_", "too_long", "too_short")):
        return _("Write a list here, of the length that is documented.")
    return _("This has another shape than the documented one.")


def _breach(breach: Breach, product: Product) -> BreachAnswer:
    return BreachAnswer.of(breach, breach_sentence(breach, product))


def breach_answers(breaches: list[Breach], product: Product) -> list[BreachAnswer]:
    """Broken promises as programs read them."""
    return [_breach(one, product) for one in breaches]


def _field(name: str) -> str:
    """The name of a field as programs know it."""
    return _FIELDS.get(name) or re.sub(r"^(title|reason|subject|markdown|notes)_(nl|en)$", r"\1.\2", name)
