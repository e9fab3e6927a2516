"""What a file brings in is on record, with who brought it."""

import json
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

from evidence.chain import head, verify
from evidence.models import Entry
from release_notes.models import ReleaseNote
from schedules.history import ReleaseRecord
from schedules.models import MaintenanceWindow
from storage import db
from tenants.models import Contact, Product, Tenant
from tests.commands.conftest import Run, Table, release
from tests.commands.headers import CONTACTS, MAINTENANCE, RELEASES, TENANTS
from tests.world import NOW, World, both_databases, local

R1 = "inconto,2027.1,2027-02-08T07:00,2027-03-15T06:00,Coderen,Coding"
M1 = "inconto,M-1,2026-12-12T21:00,2026-12-13T02:00,production;acceptance,DEGRADED,Netwerk,Network"


@both_databases
def test_contacts_are_on_record_as_those_who_are_changed_by_hand(run: Run, planned: World, table: Table) -> None:
    before = head().id
    renewed = "zorggroep-de-brug,Eva de Wit,contact1@zorggroep-de-brug.example,+31 6 12345678,en"
    standing = "zorggroep-de-brug,Contact 2,contact2@zorggroep-de-brug.example,,en"
    file = table(CONTACTS, renewed, standing, "ziekenhuis-peelrand,Nieuw,nieuw@peelrand.example,,nl")
    run("import", "--check", "contacts", file)
    assert head().id == before
    # Twice: nothing is changed the second time, so nothing is on record of it.
    for _time in range(2):
        run("import", "contacts", file)
    numbers = {one.email: one.id for one in db.session.scalars(select(Contact))}
    assert on_record_since(before) == [
        (
            "contact_changed",
            "command line",
            planned.brug.id,
            {"contact": numbers["contact1@zorggroep-de-brug.example"], "fields": ["locale", "name", "phone"]},
        ),
        ("contact_added", "command line", planned.peelrand.id, {"contact": numbers["nieuw@peelrand.example"]}),
    ]
    assert verify() == []


@both_databases
def test_plans_are_on_record_with_who_brought_them_in(run: Run, planned: World, table: Table) -> None:
    before = head().id
    columns = f"{RELEASES},acceptance_announced_at,production_announced_at"
    releases = table(columns, f"{R1},2026-11-01T09:00,", name="releases.csv")
    maintenance = table(MAINTENANCE, M1, name="maintenance.csv")
    for kind, file in (("releases", releases), ("maintenance", maintenance)):
        run("import", "--check", kind, file)
        # Twice: nothing is planned the second time, so nothing is on record of it.
        run("import", kind, file)
        run("import", kind, file)
    window = db.session.scalars(select(MaintenanceWindow)).one()
    assert on_record_since(before) == [
        (
            "planned",
            "command line",
            None,
            {
                "acceptance_announced_at": "2026-11-01T08:00:00+00:00",
                "acceptance_at": "2027-02-08T06:00:00+00:00",
                "imported": True,
                "production_at": "2027-03-15T05:00:00+00:00",
                "release": release().id,
                "revision": 1,
                "slot": 1,
                "version": "2027.1",
                "year": 2027,
            },
        ),
        (
            "planned",
            "command line",
            None,
            {
                "ends_at": "2026-12-13T01:00:00+00:00",
                "impact": "DEGRADED",
                "imported": True,
                "maintenance": window.id,
                "reference": "M-1",
                "revision": 1,
                "starts_at": "2026-12-12T20:00:00+00:00",
            },
        ),
    ]
    assert verify() == []


def test_versions_and_published_notes_are_on_record(run: Run, product: Product, table: Table, tmp_path: Path) -> None:
    past = R1.replace("2027-02-08", "2026-02-09").replace("2027-03-15", "2026-03-16").replace("2027.1", "2026.1")
    run("import", "releases", table(RELEASES, past))
    before = head().id
    run("import", "tenants", table(TENANTS, "vb,Voorbeeld,nl,inconto,,2026.1,,,,"))
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "2026.1.nl.md").write_text("# Nieuw\n")
    run("import", "notes", folder)
    tenant = db.session.scalars(select(Tenant)).one()
    installed = {"installed_at": "2026-03-16T05:00:00+00:00", "version": "2026.1", "imported": True, "breach": ""}
    text = db.session.scalars(select(ReleaseNote.markdown)).one()
    published = {"published_at": "2026-02-09T06:00:00+00:00", "sha256": {"nl": sha256(text.encode()).hexdigest()}}
    assert on_record_since(before) == [
        ("updated", "command line", tenant.id, installed | {"environment": "production"}),
        ("notes_published", "command line", None, published | {"imported": True, "release": release("2026.1").id}),
    ]


def on_record_since(number: int) -> list[tuple[str, str, int | None, object]]:
    found = db.session.scalars(select(Entry).where(Entry.id > number).order_by(Entry.id))
    return [(one.kind, one.actor, one.tenant_id, json.loads(one.facts)) for one in found]


def test_contacts_of_a_file_with_a_mistake_leave_no_trace(run: Run, planned: World, table: Table) -> None:
    before = head()
    wrong = "nobody,Niemand,niemand@peelrand.example,,nl"
    run("import", "contacts", table(CONTACTS, "ziekenhuis-peelrand,Nieuw,nieuw@peelrand.example,,nl", wrong))
    assert head() == before


def test_release_record_holds_utc_however_typed(run: Run, product: Product, table: Table) -> None:
    run("import", "releases", table(RELEASES, R1.replace("2027-02-08T07:00", "2027-02-08 06:00Z")))

    assert release().acceptance_at == local("2027-02-08T07:00")
    assert ReleaseRecord("2027.1", NOW, NOW).title_nl == ""
