"""Values that cannot be taken over: each with its line, column, value and what to do about it."""

import pytest

from tests.commands.conftest import Run, Table, everything
from tests.commands.headers import CONTACTS, MAINTENANCE, OUTAGES, RELEASES, TENANTS
from tests.world import World

R1 = "inconto,2027.1,2027-02-08T07:00,2027-03-15T06:00,Coderen,Coding"
M1 = "inconto,M-1,2026-12-12T21:00,2026-12-13T02:00,production,DEGRADED,Netwerk,Network"
O1 = "inconto,production,2026-07-09T10:12,2026-07-09T10:31,,Loadbalancer"
T1 = "vb,Voorbeeld,nl,inconto,2026.4,2026.3,,,,"
NO_SUCH_TIME = "This date or time does not exist. Write it as 2027-03-15T06:00."
SKIPPED = "This time does not exist: the clock goes forward over it that night. Choose an hour later."

BAD_ROWS = [
    ("tenants", TENANTS, [T1.replace("vb", "Vb")], "line 2, column slug, value 'Vb': Use small letters, digits and"),
    ("tenants", TENANTS, [T1, T1], "line 3, column slug, value 'vb': This stands on line 2 already."),
    ("tenants", TENANTS, [T1.replace("Voorbeeld", " ")], "line 2, column name, value '': Fill this in."),
    ("tenants", TENANTS, [T1.replace(",nl,", ",de,")], "line 2, column locale, value 'de': Choose nl or en."),
    ("tenants", TENANTS, [T1.replace("inconto", "x")], "line 2, column product, value 'x': There is no product with"),
    ("tenants", TENANTS, [T1.replace("inconto", "")], "line 2, column product, value '': Fill this in."),
    ("tenants", TENANTS, [T1[:-2] + "2W,,"], "line 2, column production_notice, value '2W': This is not a period."),
    (
        "tenants",
        TENANTS,
        [T1 + "192.0.2.0/99"],
        "line 2, column ip_allowlist, value '192.0.2.0/99': 192.0.2.0/99 is no",
    ),
    ("tenants", TENANTS, [T1.replace("2026.4", "4" * 41)], "line 2, column acceptance_version, value '4444"),
    ("contacts", CONTACTS, ["x,Jan,jan@x.example,,nl"], "line 2, column tenant, value 'x': There is no tenant with"),
    ("contacts", CONTACTS, [",Jan,jan@x.example,,nl"], "line 2, column tenant, value '': Fill this in."),
    (
        "contacts",
        CONTACTS,
        [f"ziekenhuis-peelrand,Jan,jan{number}@x.example,,nl" for number in range(3)],
        "line 4, column email, value 'jan2@x.example': All three places for contacts are taken",
    ),
    (
        "contacts",
        CONTACTS,
        ["ziekenhuis-peelrand,Jan,jan.example,,nl"],
        "line 2, column email, value 'jan.example': This is not an e-mail address.",
    ),
    (
        "contacts",
        CONTACTS,
        ["ziekenhuis-peelrand,Jan,jan@x.example,,nl", "ziekenhuis-peelrand,Piet,Jan@X.example,,nl"],
        "line 3, column email, value 'Jan@X.example': This stands on line 2 already.",
    ),
    (
        "contacts",
        CONTACTS,
        ["ziekenhuis-peelrand,Jan,jan@x.example,call me,nl"],
        "line 2, column phone, value 'call me': This is not a telephone number.",
    ),
    (
        "releases",
        RELEASES,
        [R1.replace("2027.1", "spring")],
        "line 2, column version, value 'spring': This is not a vers",
    ),
    ("releases", RELEASES, [R1.replace("2027.1", "")], "line 2, column version, value '': This is not a version."),
    (
        "releases",
        RELEASES,
        [R1.replace("02-08", "02-29")],
        f"line 2, column acceptance_at, value '2027-02-29T07:00': {NO_SUCH_TIME}",
    ),
    (
        "releases",
        RELEASES,
        [R1.replace("03-15T06", "03-28T02")],
        f"line 2, column production_at, value '2027-03-28T02:00': {SKIPPED}",
    ),
    (
        "releases",
        RELEASES,
        [R1.replace("2027-02-08T07:00", "8-2-2027")],
        f"line 2, column acceptance_at, value '8-2-2027': {NO_SUCH_TIME}",
    ),
    (
        "releases",
        RELEASES,
        [R1.replace("02-08", "03-16")],
        "line 2, column production_at, value '2027-03-15T06:00': Production must come after acceptance.",
    ),
    ("releases", RELEASES, [R1, R1], "line 3, column version, value '2027.1': This stands on line 2 already."),
    (
        "releases",
        RELEASES,
        [R1, R1.replace("2027.1", "2027.01")],
        "line 3, column version, value '2027.01': This stands on line 2",
    ),
    (
        "releases",
        RELEASES,
        [R1, "inconto,2026.9,2027-05-08T07:00,2027-06-15T06:00,,"],
        "line 3, column version, value '2026.9': 2026.9 is lower than 2027.1, which comes before it.",
    ),
    (
        "releases",
        RELEASES,
        [f"inconto,2027.{number},2027-02-08T07:00,2027-0{number}-15T06:00,," for number in (5, 4, 7, 6, 3)],
        "line 4, column production_at, value '2027-07-15T06:00': This is one release too many in 2027: there are 4",
    ),
    (
        "releases",
        f"{RELEASES},acceptance_announced_at",
        [f"{R1},2026-11-23T10:01"],
        "line 2, column acceptance_announced_at, value '2026-11-23T10:01': This moment has not come yet.",
    ),
    (
        "maintenance",
        MAINTENANCE,
        [M1.replace("12-13", "12-11")],
        "line 2, column ends_at, value '2026-12-11T02:00': The end must come",
    ),
    ("maintenance", MAINTENANCE, [M1, M1], "line 3, column reference, value 'M-1': This stands on line 2 already."),
    (
        "maintenance",
        MAINTENANCE,
        [M1.replace("production", "production;test")],
        "line 2, column environments, value 'production;test': Choose one of: acceptance, production.",
    ),
    (
        "maintenance",
        MAINTENANCE,
        [M1.replace("production", ";")],
        "line 2, column environments, value ';': Choose one of: acceptance, production.",
    ),
    (
        "maintenance",
        MAINTENANCE,
        [M1.replace("DEGRADED", "SLOW")],
        "line 2, column impact, value 'SLOW': Choose one of: NO-IMPACT, REDUCED-REDUNDANCY, DEGRADED, OUTAGE.",
    ),
    (
        "maintenance",
        f"{MAINTENANCE},tenants",
        [f"{M1},nobody"],
        "line 2, column tenants, value 'nobody': There is no tenant nobody of this product.",
    ),
    (
        "outages",
        OUTAGES,
        [O1.replace("10:31", "10:12")],
        "line 2, column ends_at, value '2026-07-09T10:12': The end must come",
    ),
    (
        "outages",
        OUTAGES,
        [O1.replace("2026-07", "2027-07")],
        "line 2, column ends_at, value '2027-07-09T10:31': This moment has not come yet.",
    ),
    (
        "outages",
        OUTAGES,
        [O1, O1],
        "line 3, column starts_at, value '2026-07-09T10:12': This stands on line 2 already.",
    ),
    (
        "outages",
        OUTAGES,
        [O1.replace(",,", ",nobody;ziekenhuis-peelrand,")],
        "line 2, column tenants, value 'nobody;ziekenhuis-peelrand': There is no tenant nobody of this product.",
    ),
]


@pytest.mark.parametrize(("kind", "header", "rows", "message"), BAD_ROWS)
def test_value_that_cannot_be_is_refused(
    run: Run, planned: World, table: Table, kind: str, header: str, rows: list[str], message: str
) -> None:
    result = run("import", kind, table(header, *rows))

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 2, result.stderr
    assert result.stderr.startswith(message)


def test_all_that_is_wrong_is_said_at_once(run: Run, planned: World, table: Table) -> None:
    before = everything()
    path = table(
        TENANTS,
        "Vb,,de,x,,,2W,,,nowhere",
        T1,
        "voorbeeld-twee,Twee,fr,inconto,,,,,,",
    )

    result = run("import", "tenants", path)

    assert [line.split(",")[:2] for line in result.stderr.splitlines()[:-1]] == [
        ["line 2", " column product"],
        ["line 2", " column slug"],
        ["line 2", " column name"],
        ["line 2", " column locale"],
        ["line 2", " column acceptance_notice"],
        ["line 2", " column ip_allowlist"],
        ["line 4", " column locale"],
    ]
    assert everything() == before


def test_problems_are_told_by_line_though_releases_are_taken_by_date(run: Run, planned: World, table: Table) -> None:
    late = "inconto,2026.9,2027-05-08T07:00,2027-06-15T06:00,,"
    later = "inconto,2026.8,2027-08-08T07:00,2027-09-15T06:00,,"

    result = run("import", "releases", table(RELEASES, later, late, R1))

    assert [line[:6] for line in result.stderr.splitlines()[:-1]] == ["line 2", "line 3"]
