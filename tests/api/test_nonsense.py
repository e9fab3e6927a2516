"""Whatever a program sends is answered as documented, and nothing breaks: schemathesis over the whole document.

``API_EXAMPLES`` says how many examples there are at least; `make test-api` asks for more than ten thousand.
"""

import os
from copy import deepcopy
from math import ceil
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.tokens import issue_token
from app import create_app
from entrypoints.api.calls import CALLS
from entrypoints.settings import Settings
from evidence.actors import Role
from schedules.date_requests import ask_for_date
from schedules.waves import give_wave
from sla.terms import Change
from storage import db
from tenants.queries import tenant_by_slug
from tests.conftest import FOR_TESTS
from tests.planning import planned_release, planned_window
from tests.world import ADMIN, NOW, PLANNER, local, standing

EXAMPLES = int(os.environ.get("API_EXAMPLES", "200"))
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What is there, so that not all is answered with 404.
THERE: dict[str, Any] = {
    "product": "inconto",
    "slug": "zorggroep-de-brug",
    "release_id": 1,
    "window_id": 1,
    "notice_id": 1,
    "announcement_id": 1,
    "wave_id": 1,
    "asked_id": 1,
    "contact_id": 1,
    "language": "nl",
    "environment": "production",
}
NONSENSE: list[Any] = [
    None,
    True,
    -1,
    10**400,
    "",
    "\0",
    "\u202e\u2028",
    "x" * 5000,
    "=?utf-8?q?x=0d=0aBcc:_a@b?=",
    "<script>alert(1)</script>",
    "2027-03-28T02:30",
    "2027-13-01T06:00",
    "0001-01-01T00:00",
    "2099-12-31T23:30:00Z",
    [],
    ["x"] * 1500,
    {},
    {"nl": "\0", "en": "x"},
    "2099.1",
    "zorggroep-de-brug",
]


def test_whatever_is_sent_is_answered_as_documented(settings: Settings) -> None:
    app = create_app(settings, **FOR_TESTS | {"API_RATE": 0, "PROPAGATE_EXCEPTIONS": False})
    token = prepared(app)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    found: list[Any] = list(schema.get_all_operations())
    operations = [one.ok() for one in found]
    assert len(operations) == len(CALLS)
    each = ceil(EXAMPLES / len(operations))
    asked = 0

    def ask(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {token}"})

    for operation in operations:
        with_few_words(each)(given(case=cases(operation))(ask))()
    with app.app_context():
        db.engine.dispose()
    print(f"{asked} examples of {len(operations)} calls")  # noqa: T201
    assert asked >= EXAMPLES


def prepared(app: Flask) -> str:
    """A product with something planned, and a manager's token. No context stays: each request has one of its own."""
    with app.app_context():
        product = standing().product
        release = planned_release(product, now=NOW)
        tenant = tenant_by_slug("zorggroep-de-brug")
        assert tenant is not None
        later = local("2027-03-01T06:00")
        give_wave(release, Change.PRODUCTION, [tenant.id], later, "Zorg", "Jaarwisseling", PLANNER, NOW)
        ask_for_date(release, tenant.contacts[0], Change.PRODUCTION, local("2027-03-08T06:00"), "Vloer", NOW)
        planned_window(product, reason="Moet")
        token = issue_token("manager", Role.MANAGER, ADMIN, NOW)[1]
        db.session.remove()
    return token


def with_few_words(examples: int) -> Any:
    """Each example is new, and a failure is told as it was found: making it small would take longer than it helps."""
    return hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """Requests of a call: right and wrong ones, of things that are there and that are not, and spoiled examples."""
    there = {name: value for name, value in THERE.items() if f"{{{name}}}" in operation.path}
    kinds = [operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]
    right = operation.as_strategy(GenerationMode.POSITIVE, path_parameters=there)
    shape = CALLS[operation.definition.raw["operationId"]].body
    if shape is not None:
        extra: Any = shape.model_config["json_schema_extra"]
        kinds.append(
            st.builds(spoiled, right, st.just(extra["examples"][0]), st.integers(0), st.sampled_from(NONSENSE))
        )
    return st.one_of(*kinds, right)


def spoiled(case: Any, example: dict[str, Any], place: int, nonsense: Any) -> Any:
    """The example of the document with nonsense in one place, or none."""
    body = deepcopy(example)
    names = [*body, None]
    name = names[place % len(names)]
    if name is not None:
        body[name] = nonsense
    case.body, case.media_type = body, "application/json"
    return case
