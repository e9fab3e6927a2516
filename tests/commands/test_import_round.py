"""A whole administration is taken over: once, all or nothing, and what lies in the past is history."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from entrypoints.imports.running import import_table
from entrypoints.settings import PROJECT
from outbox.models import OutboxMessage
from release_notes.models import ReleaseNote
from schedules.duties import keep_up
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState
from schedules.occasions import of_maintenance, of_release
from storage import db
from tenants.feed_models import FeedToken
from tenants.models import Contact, EnvironmentKind, Product, Source, Tenant
from tests.commands.conftest import Run, everything
from tests.world import ADMIN, NOW, both_databases, local

DATA = PROJECT / "demo" / "inconto"
TABLES = ("releases", "tenants", "contacts", "maintenance", "outages")
ROWS = {"releases": 8, "tenants": 60, "contacts": 134, "maintenance": 3, "outages": 3, "notes": 4}


def source(kind: str) -> Path:
    return DATA / "release_notes" if kind == "notes" else DATA / f"{kind}.csv"


def take_over_all(run: Run) -> None:
    for kind in ROWS:
        result = run("import", kind, source(kind))
        assert result.output == f"{source(kind).name}: done: {ROWS[kind]} new, 0 changed, 0 unchanged.\n"


@both_databases
def test_round_changes_nothing_the_second_time(run: Run, product: Product) -> None:
    take_over_all(run)
    before = everything()

    for kind, number in ROWS.items():
        result = run("import", kind, source(kind))
        assert result.output == f"{source(kind).name}: done: 0 new, 0 changed, {number} unchanged.\n"
    assert everything() == before
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 0


@both_databases
def test_check_writes_nothing(run: Run, product: Product) -> None:
    run("import", "releases", source("releases"))
    before = everything()

    result = run("import", "tenants", source("tenants"), "--check")

    assert result.output == "tenants.csv: would be 60 new, 0 changed, 0 unchanged. Nothing was written.\n"
    assert result.exit_code == 0
    assert everything() == before


def test_progress_is_told(product: Product) -> None:
    told: list[tuple[str, int, int]] = []

    import_table("contacts", source("contacts"), ADMIN, NOW, progress=lambda *one: told.append(one))

    assert told == [("contacts", 0, 134), ("contacts", 134, 134)]


def test_tenants_run_their_versions_since_the_release(run: Run, product: Product) -> None:
    take_over_all(run)
    tenant = db.session.scalars(select(Tenant).where(Tenant.slug == "gemeente-zilverkamp")).one()

    runs = {one.kind: one.installations[0] for one in tenant.environments}

    assert (tenant.imported, tenant.joined_at) == (True, NOW)
    assert runs[EnvironmentKind.ACCEPTANCE].installed_at == local("2026-11-09T07:00")
    assert runs[EnvironmentKind.PRODUCTION].installed_at == local("2026-03-09T06:00")
    assert runs[EnvironmentKind.PRODUCTION].told_at == local("2026-03-09T06:00")
    assert runs[EnvironmentKind.PRODUCTION].source is Source.IMPORT


def test_tenants_before_releases_run_their_versions_since_now(run: Run, product: Product) -> None:
    run("import", "tenants", source("tenants"))

    tenant = db.session.scalars(select(Tenant).limit(1)).one()

    assert {one.installations[0].installed_at for one in tenant.environments} == {NOW}


def test_agreements_and_addresses_are_taken_over(run: Run, product: Product) -> None:
    run("import", "tenants", source("tenants"))

    strict = db.session.scalars(select(Tenant).where(Tenant.slug == "groothandel-duinrand")).one()
    limited = db.session.scalars(select(Tenant).where(Tenant.slug == "installatiebedrijf-duinrand")).one()

    assert strict.agreement is not None
    assert strict.agreement.production_notice == "P6W"
    assert limited.agreement is None
    assert limited.ip_allowlist == "198.51.100.17/32\n2001:db8:12::/48"
    assert db.session.scalar(select(func.count(FeedToken.id))) == 60


def test_contacts_are_not_told_what_was_announced_before(run: Run, product: Product) -> None:
    run("import", "tenants", source("tenants"))
    run("import", "contacts", source("contacts"))

    assert set(db.session.scalars(select(Contact.caught_up_at))) == {NOW}


def test_past_is_history_and_a_deadline_that_passed_is_taken_over(run: Run, product: Product) -> None:
    take_over_all(run)
    assert product.plan_revision > product.kept_revision
    for release in db.session.scalars(select(Release)):
        keep_up(product, of_release(release), NOW)
    for window in db.session.scalars(select(MaintenanceWindow)):
        keep_up(product, of_maintenance(window), NOW)

    found = db.session.execute(
        select(Release.version, Notice.kind, Notice.state, func.count())
        .join(Release, Release.id == Notice.release_id)
        .group_by(Release.version, Notice.kind, Notice.state)
    )

    assert {(row[0], row[1].value, row[2]): row[3] for row in found} == {
        ("2026.4", "production", NoticeState.TAKEN_OVER): 60,
        ("2027.1", "acceptance", NoticeState.PLANNED): 60,
        ("2027.1", "production", NoticeState.PLANNED): 60,
        ("2027.2", "acceptance", NoticeState.PLANNED): 60,
        ("2027.2", "production", NoticeState.PLANNED): 60,
    }
    recorded = db.session.scalars(select(Release.version).where(Release.acceptance_recorded_at == NOW))
    assert sorted(recorded) == ["2025.3", "2025.4", "2026.1", "2026.2", "2026.3", "2026.4"]


def test_notes_of_a_past_release_are_published_then_and_told_to_nobody(run: Run, product: Product) -> None:
    run("import", "releases", source("releases"))
    run("import", "notes", source("notes"))

    notes = db.session.scalars(select(ReleaseNote).join(Release).where(Release.version == "2026.4")).all()

    # Nor were they saved after they were published.
    moments = [(note.saved_at, note.published_at, note.told_at) for note in notes]
    assert moments == [(local("2026-11-09T07:00"),) * 3] * 2


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_byte_order_mark_and_line_ends_do_not_matter(
    run: Run, product: Product, tmp_path: Path, mark: str, line_end: str
) -> None:
    text = source("outages").read_text(encoding="utf-8").splitlines()[0:3]
    (tmp_path / "o.csv").write_bytes((mark + line_end.join(text)).encode())

    assert run("import", "outages", tmp_path / "o.csv").output == "o.csv: done: 2 new, 0 changed, 0 unchanged.\n"
