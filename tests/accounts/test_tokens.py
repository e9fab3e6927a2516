"""Tokens of programs: made, found by their hash, revoked, and when they were last used."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.token_models import ApiToken
from accounts.tokens import bearer_of, hash_of, issue_token, note_use, revoke_token, token_named, tokens
from evidence.actors import COMMAND_LINE, NotAllowed, Role
from storage import Conflict, Refused, db
from tests.at_once import at_once
from tests.planning import counted_queries
from tests.world import ADMIN, MANAGER, NOW, World, both_databases


def test_token_is_found_by_its_hash_alone(planned: World) -> None:
    row, token = issue_token("pipeline", Role.OPERATOR, ADMIN, NOW)

    assert len(token) == len("rat_") + 43
    assert row.token_hash == hash_of(token)
    assert not any(token in str(value) for value in vars(row).values())
    bearer = bearer_of(token)
    assert bearer is not None
    assert (bearer.id, bearer.actor.name, bearer.actor.role) == (row.id, "token pipeline", Role.OPERATOR)


@pytest.mark.parametrize("token", ["", "rat_", "x" * 10_000, "rat_é", "rat_\ud800"])
def test_nonsense_is_nobodys_token(planned: World, token: str) -> None:
    issue_token("pipeline", Role.OPERATOR, ADMIN, NOW)

    assert bearer_of(token) is None


def test_revoked_token_is_nobodys_and_its_name_is_free(planned: World) -> None:
    row, token = issue_token("pipeline", Role.OPERATOR, ADMIN, NOW)
    revoke_token(row, ADMIN, NOW)
    revoke_token(row, COMMAND_LINE, NOW + timedelta(days=1))

    assert bearer_of(token) is None
    assert (row.revoked_at, row.revoked_by) == (NOW, ADMIN.name)
    again, _token = issue_token("pipeline", Role.VIEWER, ADMIN, NOW)
    assert token_named("pipeline") == again
    assert list(tokens()) == [again, row]


@both_databases
def test_two_tokens_of_one_name_cannot_be_made_at_once(app: Flask, planned: World) -> None:
    outcomes = at_once(app, [lambda: lambda: issue_token("pipeline", Role.VIEWER, ADMIN, NOW)] * 4)

    assert sum(isinstance(one, Conflict) for one in outcomes) == 3
    assert len(db.session.scalars(select(ApiToken)).all()) == 1


def test_only_admins_make_and_revoke_tokens(planned: World) -> None:
    row, _token = issue_token("pipeline", Role.OPERATOR, ADMIN, NOW)

    with pytest.raises(NotAllowed):
        issue_token("other", Role.VIEWER, MANAGER, NOW)
    with pytest.raises(NotAllowed):
        revoke_token(row, MANAGER, NOW)


def test_contacts_token_belongs_to_a_tenant_and_no_other_does(planned: World) -> None:
    for role, tenant in ((Role.CONTACT, None), (Role.MANAGER, planned.brug)):
        with pytest.raises(Refused) as refused:
            issue_token("a program", role, ADMIN, NOW, tenant=tenant)
        assert refused.value.field == "tenant"

    row, _token = issue_token("theirs", Role.CONTACT, ADMIN, NOW, tenant=planned.brug)
    assert row.tenant == planned.brug


@pytest.mark.parametrize(("name", "field"), [("", "name"), ("  ", "name"), ("x" * 81, "name")])
def test_token_needs_a_name_that_records_can_show(planned: World, name: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        issue_token(name, Role.VIEWER, ADMIN, NOW)
    assert refused.value.field == field


@both_databases
def test_last_use_is_written_once_a_minute(planned: World) -> None:
    row, token = issue_token("pipeline", Role.OPERATOR, ADMIN, NOW)
    for seconds in (0, 20, 59):
        bearer = bearer_of(token)
        assert bearer is not None
        with counted_queries() as queries:
            note_use(bearer, NOW + timedelta(seconds=seconds))
        assert len(queries) == (1 if seconds == 0 else 0)
    assert row.last_used_at == NOW

    later = bearer_of(token)
    assert later is not None
    note_use(later, NOW + timedelta(seconds=60))
    db.session.expire_all()
    assert row.last_used_at == NOW + timedelta(seconds=60)
