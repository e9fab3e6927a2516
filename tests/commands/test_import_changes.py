"""A file that differs from what stands: details are renewed, what was announced is not moved behind anybody's back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from time_machine import Traveller

from compliance.models import Outage
from schedules.duties import keep_up
from schedules.models import MaintenanceWindow
from schedules.notices import Notice, NoticeState
from schedules.occasions import of_maintenance, of_release
from schedules.release_cancelling import cancel_release
from storage import db
from tenants.contacts import remove_contact
from tenants.installing import install
from tenants.models import Contact, EnvironmentKind, Installation, Product, Source, Tenant
from tests.commands.conftest import Run, Table, everything, release
from tests.commands.headers import CONTACTS, MAINTENANCE, OUTAGES, RELEASES, TENANTS
from tests.world import MANAGER, NOW, World, local

R1 = "inconto,2027.1,2027-02-08T07:00,2027-03-15T06:00,Coderen,Coding"
SOON = "inconto,2026.4,2026-12-01T07:00,2027-01-04T06:00,,"
M1 = "inconto,M-1,2026-12-12T21:00,2026-12-13T02:00,production;acceptance,DEGRADED,Netwerk,Network"
O1 = "inconto,production,2026-07-09T10:12,2026-07-09T10:31,,Loadbalancer"
T1 = "vb,Voorbeeld,nl,inconto,2026.4,2026.3,,,,"


def test_tenant_is_renewed_and_its_duties_follow(run: Run, product: Product, table: Table) -> None:
    run("import", "tenants", table(f"{TENANTS},timezone", T1 + ",Europe/Lisbon"))
    revision = product.plan_revision

    result = run("import", "tenants", table(TENANTS, "vb,Vóórbeeld,en,inconto,2026.4,2026.3,,P6W,,192.0.2.0/24"))

    tenant = db.session.scalars(select(Tenant)).one()
    assert result.output == "file.csv: done: 0 new, 1 changed, 0 unchanged.\n"
    assert (tenant.name, tenant.locale, tenant.ip_allowlist) == ("Vóórbeeld", "en", "192.0.2.0/24")
    assert tenant.agreement is not None
    assert tenant.agreement.production_notice == "P6W"
    # What the file does not speak of stays.
    assert tenant.timezone == "Europe/Lisbon"
    assert product.plan_revision == revision + 1


def test_agreement_ends_where_the_file_has_none(run: Run, product: Product, table: Table) -> None:
    run("import", "tenants", table(TENANTS, T1[:-2] + "P3W,,"))
    run("import", "tenants", table(TENANTS, T1))

    assert db.session.scalars(select(Tenant)).one().agreement is None


def test_version_that_was_reported_since_is_not_undone(run: Run, product: Product, table: Table) -> None:
    run("import", "tenants", table(TENANTS, T1))
    tenant = db.session.scalars(select(Tenant)).one()
    production = next(one for one in tenant.environments if one.kind is EnvironmentKind.PRODUCTION)
    install(production, "2026.4", NOW + timedelta(hours=1), Source.REPORT, "pipeline", to_tell=False)
    db.session.commit()

    result = run("import", "tenants", table(TENANTS, T1))

    assert result.output == "file.csv: done: 0 new, 0 changed, 1 unchanged.\n"
    assert running(production.id) == "2026.4"


def test_version_that_is_news_is_recorded(run: Run, product: Product, table: Table, clock: Traveller) -> None:
    run("import", "tenants", table(TENANTS, T1))
    clock.shift(timedelta(days=1))

    result = run("import", "tenants", table(TENANTS, T1.replace("2026.3", "2026.4.1")))

    assert result.output == "file.csv: done: 0 new, 1 changed, 0 unchanged.\n"
    rows = db.session.execute(select(Installation.version, Installation.installed_at, Installation.replaced_at))
    assert {tuple(row) for row in rows} == {
        ("2026.4", NOW, None),
        ("2026.3", NOW, NOW + timedelta(days=1)),
        ("2026.4.1", NOW + timedelta(days=1), None),
    }


def running(environment_id: int) -> str | None:
    return db.session.scalar(
        select(Installation.version).where(
            Installation.environment_id == environment_id, Installation.replaced_at.is_(None)
        )
    )


def test_tenant_of_another_product_is_not_taken(run: Run, planned: World, table: Table) -> None:
    run("products", "create", "other", "--name", "Other")

    result = run("import", "tenants", table(TENANTS, "ziekenhuis-peelrand,Peelrand,nl,other,,,,,,"))

    assert result.stderr.startswith(
        "line 2, column slug, value 'ziekenhuis-peelrand': A tenant of another product has this name."
    )


def test_contact_is_renewed_and_the_others_stay(run: Run, planned: World, table: Table) -> None:
    line = "zorggroep-de-brug,Nieuwe naam,CONTACT1@zorggroep-de-brug.example,020-1234567,en"

    result = run("import", "contacts", table(CONTACTS, line))

    rows = db.session.execute(
        select(Contact.slot, Contact.name, Contact.phone, Contact.locale)
        .where(Contact.tenant_id == planned.brug.id)
        .order_by(Contact.slot)
    )
    assert result.output == "file.csv: done: 0 new, 1 changed, 0 unchanged.\n"
    assert rows.all() == [(1, "Nieuwe naam", "+31 20 123 4567", "en"), (2, "Contact 2", "", "en")]


def test_contact_takes_the_place_that_is_free(run: Run, planned: World, table: Table) -> None:
    remove_contact(planned.brug.contacts[0], MANAGER)

    run("import", "contacts", table(CONTACTS, "zorggroep-de-brug,Jan,jan@x.example,,nl"))

    assert db.session.scalar(select(Contact.slot).where(Contact.email == "jan@x.example")) == 1


def test_titles_are_renewed(run: Run, product: Product, table: Table) -> None:
    run("import", "releases", table(RELEASES, R1))

    result = run("import", "releases", table(RELEASES, R1.replace("Coding", "Automatic coding")))

    assert result.output == "file.csv: done: 0 new, 1 changed, 0 unchanged.\n"
    assert (release().title_en, release().edits, release().revision) == ("Automatic coding", 1, 1)


MOVED = [
    (
        "releases",
        RELEASES,
        R1,
        R1.replace("02-08", "02-09"),
        "acceptance_at",
        "It is planned at 2027-02-08T07:00 here.",
    ),
    (
        "releases",
        RELEASES,
        R1,
        R1.replace("03-15", "03-16"),
        "production_at",
        "It is planned at 2027-03-15T06:00 here.",
    ),
    ("releases", RELEASES, R1, R1.replace("2027.1", "2027.01"), "version", "This is the same version as 2027.1."),
    (
        "maintenance",
        MAINTENANCE,
        M1,
        M1.replace("21:00", "20:00"),
        "starts_at",
        "It is planned at 2026-12-12T21:00 here.",
    ),
    (
        "maintenance",
        MAINTENANCE,
        M1,
        M1.replace("DEGRADED", "OUTAGE"),
        "impact",
        "This maintenance is recorded differently here.",
    ),
    (
        "maintenance",
        MAINTENANCE,
        M1,
        M1.replace(";acceptance", ""),
        "environments",
        "This maintenance is recorded differently",
    ),
    ("outages", OUTAGES, O1, O1.replace("10:31", "10:30"), "ends_at", "It stands with its end at 2026-07-09T10:31."),
    ("outages", OUTAGES, O1, O1.replace(",,", ",ziekenhuis-peelrand,"), "tenants", "It stands for other tenants."),
]


@pytest.mark.parametrize(("kind", "header", "line", "other", "column", "message"), MOVED)
def test_what_was_announced_is_not_moved_by_a_file(
    run: Run, planned: World, table: Table, kind: str, header: str, line: str, other: str, column: str, message: str
) -> None:
    run("import", kind, table(header, line))
    before = everything()

    result = run("import", kind, table(header, other))

    assert result.stderr.startswith(f"line 2, column {column}, value ")
    assert message in result.stderr
    assert everything() == before


def test_cancelled_release_does_not_come_back(run: Run, product: Product, table: Table) -> None:
    run("import", "releases", table(RELEASES, R1))
    cancel_release(release(), MANAGER, NOW)

    result = run("import", "releases", table(RELEASES, R1))

    assert result.output == "file.csv: done: 0 new, 0 changed, 1 unchanged.\n"
    assert release().cancelled_at == NOW


def test_window_for_some_tenants(run: Run, planned: World, table: Table) -> None:
    path = table(f"{MAINTENANCE},tenants", f"{M1},ziekenhuis-peelrand; ziekenhuis-peelrand")
    run("import", "maintenance", path)
    assert run("import", "maintenance", path).output == "file.csv: done: 0 new, 0 changed, 1 unchanged.\n"

    window = db.session.scalars(select(MaintenanceWindow)).one()
    keep_up(planned.product, of_maintenance(window), NOW)

    assert (window.acceptance, window.production, window.all_tenants) == (True, True, False)
    assert db.session.scalars(select(Notice.tenant_id)).all() == [planned.peelrand.id]


def test_announcement_of_before_is_kept_and_needs_no_other(run: Run, planned: World, table: Table) -> None:
    columns = f"{RELEASES},acceptance_announced_at,production_announced_at"
    run("import", "releases", table(columns, f"{R1},2026-11-01T09:00,"))

    keep_up(planned.product, of_release(release()), NOW)

    found = db.session.execute(
        select(Notice.kind, Notice.state, Notice.announced_at).where(Notice.tenant_id == planned.brug.id)
    )
    assert {(kind.value, state, at) for kind, state, at in found} == {
        ("acceptance", NoticeState.TAKEN_OVER, local("2026-11-01T09:00")),
        ("production", NoticeState.PLANNED, None),
    }
    again = run("import", "releases", table(RELEASES, R1))
    assert again.output == "file.csv: done: 0 new, 0 changed, 1 unchanged.\n"
    late = run("import", "releases", table(columns, f"{R1},,2026-11-01T09:00"))
    assert "column production_announced_at" in late.stderr


def test_deadline_that_passed_is_taken_over(run: Run, planned: World, table: Table) -> None:
    run("import", "releases", table(RELEASES, SOON))

    keep_up(planned.product, of_release(release("2026.4")), NOW)

    states = db.session.execute(select(Notice.kind, Notice.state).where(Notice.tenant_id == planned.brug.id))
    assert {kind.value: state for kind, state in states} == {
        "acceptance": NoticeState.TAKEN_OVER,
        "production": NoticeState.PLANNED,
    }


def test_local_time_that_is_there_twice_is_the_first(run: Run, product: Product, table: Table) -> None:
    run("import", "outages", table(OUTAGES, "inconto,production,2026-10-25T01:30,2026-10-25T02:30,,Net"))

    outage = db.session.scalars(select(Outage)).one()
    assert (outage.starts_at, outage.ends_at) == (
        datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    )
