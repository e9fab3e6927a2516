"""`flask tokens`: made, listed, revoked from a terminal."""

import pytest
from sqlalchemy import func, select

from accounts.token_models import ApiToken
from accounts.tokens import bearer_of
from storage import db
from tests.commands.conftest import Run
from tests.world import World


def test_token_is_printed_once_and_lets_in(run: Run, planned: World) -> None:
    printed = run("tokens", "create", "pipeline", "--role", "operator").output

    assert printed.count("\n") == 1
    bearer = bearer_of(printed.strip())
    assert bearer is not None
    assert (bearer.name, bearer.role.value, bearer.tenant_id) == ("pipeline", "operator", None)
    assert run("tokens", "list").output == "'pipeline': operator, never used\n"


def test_token_of_a_contact_sees_its_tenant(run: Run, planned: World) -> None:
    printed = run("tokens", "create", "theirs", "--role", "contact", "--tenant", "zorggroep-de-brug").output

    bearer = bearer_of(printed.strip())
    assert bearer is not None
    assert bearer.tenant_id == planned.brug.id
    assert run("tokens", "list").output == "'theirs': contact of zorggroep-de-brug, never used\n"


def test_revoked_token_lets_in_no_more(run: Run, planned: World) -> None:
    token = run("tokens", "create", "pipeline", "--role", "operator").output.strip()

    assert run("tokens", "revoke", "pipeline").output == "The token 'pipeline' is let in no more.\n"

    assert bearer_of(token) is None
    assert run("tokens", "list").output == "'pipeline': operator, never used, revoked\n"


REFUSED = [
    (["create", "x", "--role", "boss"], 2, "Usage: "),
    (["create", "x"], 2, "Usage: "),
    (["create", "", "--role", "viewer"], 1, "Error: name: Fill this in.\n"),
    (["create", "x", "--role", "contact"], 1, "Error: tenant: A token of a contact belongs to a tenant;"),
    (["create", "x", "--role", "contact", "--tenant", "no"], 1, "Error: tenant: there is no tenant 'no'.\n"),
    (["create", "x", "--role", "viewer", "--tenant", "zorggroep-de-brug"], 1, "Error: tenant: A token of a contact"),
    (["revoke", "x"], 1, "Error: name: there is no token 'x' in use.\n"),
]


@pytest.mark.parametrize(("words", "code", "message"), REFUSED)
def test_nonsense_makes_no_token(run: Run, planned: World, words: list[str], code: int, message: str) -> None:
    result = run("tokens", *words)

    assert result.exit_code == code
    assert result.stderr.startswith(message)
    assert db.session.scalar(select(func.count(ApiToken.id))) == 0
