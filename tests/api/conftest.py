"""Programs that ask: each has a token of its own. The clock stands still at ``NOW``."""

import json as jsons
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import Headers

from accounts.tokens import bearer_of, issue_token
from evidence.actors import Role
from storage import db
from tenants.models import Tenant
from tests.world import ADMIN, NOW, World

BRUG, PEELRAND = "zorggroep-de-brug", "ziekenhuis-peelrand"


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[time_machine.Traveller | None]:
    if request.node.get_closest_marker("real_clock") or request.node.get_closest_marker("browser"):
        yield None
        return
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@dataclass(frozen=True)
class Answer:
    """An answer as a program reads it."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return jsons.loads(self.body)

    @property
    def problem(self) -> tuple[int, str]:
        """The status and the detail of a refusal; both must be said as RFC 9457 wants it."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        assert self.json["status"] == self.status
        return self.status, self.json["detail"]

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong with each field."""
        return {one["field"]: one["message"] for one in self.json.get("errors", [])}


class Program:
    """Somebody's program with a token, or with none."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.app, self.token = app, token

    def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        match: str | None = None,
        key: str | None = None,
        body: bytes | None = None,
        content_type: str = "application/json",
        address: str = "127.0.0.1",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        given = dict(headers or {})
        if self.token is not None:
            given["Authorization"] = f"Bearer {self.token}"
        if match is not None:
            given["If-Match"] = match
        if key is not None:
            given["Idempotency-Key"] = key
        if json is not None:
            body = jsons.dumps(json).encode()
        if body is not None:
            given["Content-Type"] = content_type
        response = self.app.test_client().open(
            f"/api/v1{path}",
            method=method,
            data=body,
            headers=given,
            environ_overrides={"REMOTE_ADDR": address},
        )
        return Answer(response.status_code, response.headers, response.get_data())

    def get(self, path: str, **more: Any) -> Answer:
        return self.ask("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Answer:
        return self.ask("POST", path, json, **more)


def program(app: Flask, role: Role, tenant: str | None = None) -> Program:
    """A program of a role of the vendor, or of a tenant's contact."""
    row = db.session.scalars(select(Tenant).where(Tenant.slug == tenant)).one_or_none()
    name = f"{role.value} {tenant or ''}".strip()
    token = f"rat_{name.replace(' ', '_')}".ljust(47, "x")
    if bearer_of(token) is None:
        issue_token(name, role, ADMIN, NOW, tenant=row, token=token)
    return Program(app, token)


@pytest.fixture
def anybody(app: Flask, planned: World) -> Program:
    return Program(app, None)


@pytest.fixture
def planner(app: Flask, planned: World) -> Program:
    return program(app, Role.PLANNER)


@pytest.fixture
def operator(app: Flask, planned: World) -> Program:
    return program(app, Role.OPERATOR)


@pytest.fixture
def manager(app: Flask, planned: World) -> Program:
    return program(app, Role.MANAGER)


@pytest.fixture
def contact(app: Flask, planned: World) -> Program:
    """A program of Zorggroep De Brug."""
    return program(app, Role.CONTACT, BRUG)


@pytest.fixture
def stranger(app: Flask, planned: World) -> Program:
    """A program of another tenant, which must never see the first one's things."""
    return program(app, Role.CONTACT, PEELRAND)
