"""What an environment ran, from when to when: one version at any moment, whatever order the reports come in."""

from datetime import datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from storage import db
from tenants.installed import history, running
from tenants.installing import install
from tenants.models import EnvironmentKind, Installation, Source, Tenant
from tenants.queries import tenant_page
from tests.planning import counted_queries
from tests.world import World, both_databases, local, make_tenant

MONDAY, TUESDAY, WEDNESDAY = local("2026-11-02T06:00"), local("2026-11-03T06:00"), local("2026-11-04T06:00")


def report(tenant: Tenant, version: str, since: datetime, *, to_tell: bool = True) -> Installation | None:
    environment = next(one for one in tenant.environments if one.kind is EnvironmentKind.PRODUCTION)
    row = install(environment, version, since, Source.REPORT, "pipeline", to_tell=to_tell)
    db.session.commit()
    return row


def ran(tenant: Tenant) -> list[tuple[str, datetime, datetime | None]]:
    return [(row.version, row.installed_at, row.replaced_at) for _kind, row in history(tenant)]


@both_databases
def test_install_replaces_what_ran(planned: World) -> None:
    report(planned.brug, "2026.3", MONDAY)
    report(planned.brug, "2026.4", TUESDAY)

    assert ran(planned.brug) == [("2026.4", TUESDAY, None), ("2026.3", MONDAY, TUESDAY)]


@both_databases
def test_install_of_the_past_takes_its_place_in_the_history(planned: World) -> None:
    report(planned.brug, "2026.4", WEDNESDAY)
    report(planned.brug, "2026.2", MONDAY)
    late = report(planned.brug, "2026.3", TUESDAY)

    assert ran(planned.brug) == [
        ("2026.4", WEDNESDAY, None),
        ("2026.3", TUESDAY, WEDNESDAY),
        ("2026.2", MONDAY, TUESDAY),
    ]
    # Nobody is told of what has been replaced already.
    assert late is not None
    assert late.told_at == TUESDAY


def test_install_of_what_runs_already_is_no_news(planned: World) -> None:
    report(planned.brug, "2026.4", MONDAY)

    assert report(planned.brug, "2026.4", TUESDAY) is None
    assert ran(planned.brug) == [("2026.4", MONDAY, None)]


def test_install_of_an_older_version_again_is_news(planned: World) -> None:
    for version, since in (("2026.3", MONDAY), ("2026.4", TUESDAY), ("2026.3", WEDNESDAY)):
        report(planned.brug, version, since)

    assert [version for version, *_rest in ran(planned.brug)] == ["2026.3", "2026.4", "2026.3"]


@pytest.mark.parametrize(("to_tell", "told_at"), [(True, None), (False, MONDAY)])
def test_install_is_told_where_there_is_something_to_tell(
    planned: World, to_tell: bool, told_at: datetime | None
) -> None:
    row = report(planned.brug, "2026.4", MONDAY, to_tell=to_tell)

    assert row is not None
    assert row.told_at == told_at


@both_databases
def test_two_open_versions_are_refused_by_the_database(planned: World) -> None:
    report(planned.brug, "2026.3", MONDAY)
    (row,) = db.session.scalars(select(Installation))
    second = {"environment_id": row.environment_id, "version": "2026.4", "installed_at": TUESDAY}

    with pytest.raises(IntegrityError):
        db.session.execute(
            insert(Installation).values(second | {"source": Source.REPORT, "reported_by": "", "breach": ""})
        )
    db.session.rollback()

    assert ran(planned.brug) == [("2026.3", MONDAY, None)]


def test_running_shows_each_environment(planned: World) -> None:
    report(planned.brug, "2026.4", MONDAY)

    found = running(planned.brug)

    assert {kind: row and row.version for kind, row in found.items()} == {
        EnvironmentKind.ACCEPTANCE: None,
        EnvironmentKind.PRODUCTION: "2026.4",
    }


def test_tenant_page_asks_the_same_number_of_queries_for_one_and_for_three(planned: World) -> None:
    numbers = []
    for slug in ("first", "second", "third"):
        report(make_tenant(planned.product, f"search-{slug}", contacts=2), "2026.4", MONDAY)
        db.session.commit()
        with counted_queries() as queries:
            page = tenant_page(planned.product, 1, words="search", version="2026.4", environment="production")
            shown = [(row[0].name, row[2], row[3]) for row in page.rows]
        numbers.append((len(page.rows), len(queries)))

    assert shown == [(f"Search {name}", "2026.4", 2) for name in ("First", "Second", "Third")]
    assert [rows for rows, _queries in numbers] == [1, 2, 3]
    assert len({queries for _rows, queries in numbers}) == 1
