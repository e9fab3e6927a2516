"""`flask import reports`: number, tenant, title; all or nothing, and the second time nothing."""

import json

import pytest
from sqlalchemy import select

from release_notes.models import Report
from storage import db
from tenants.models import Product, Tenant
from tests.commands.conftest import Run, Table, everything
from tests.world import both_databases, make_product, make_tenant

HEADER = "number,tenant,title"


@pytest.fixture
def brug(product: Product) -> Tenant:
    return make_tenant(product, "brug")


def known() -> list[tuple[str, str]]:
    return [(row.number, row.title) for row in db.session.scalars(select(Report).order_by(Report.number, Report.id))]


@both_databases
def test_reports_come_in_once(run: Run, table: Table, brug: Tenant) -> None:
    make_tenant(brug.product, "dam")
    path = table(HEADER, "INC-1,brug,Zoeken is traag", "INC-1,dam,Het hunne", 'TIP-2,brug,"Een tip, met komma"')
    assert run("import", "reports", path).output == "file.csv: done: 3 new, 0 changed, 0 unchanged.\n"
    before = everything()
    assert run("import", "reports", path).output == "file.csv: done: 0 new, 0 changed, 3 unchanged.\n"
    assert everything() == before
    again = table(HEADER, "INC-1,brug,Zoeken was traag")
    assert run("import", "reports", again).output == "file.csv: done: 0 new, 1 changed, 0 unchanged.\n"
    assert known() == [("INC-1", "Zoeken was traag"), ("INC-1", "Het hunne"), ("TIP-2", "Een tip, met komma")]


def test_check_writes_nothing(run: Run, table: Table, brug: Tenant) -> None:
    before = everything()
    result = run("import", "reports", table(HEADER, "INC-1,brug,Zoeken"), "--check")
    assert (result.exit_code, everything()) == (0, before)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",brug,Zoeken", "line 3, column number, value '': Fill this in."),
        ("20811,brug,Zoeken", "line 3, column number, value '20811': Write the number as release notes name it"),
        ("INC,brug,Zoeken", "line 3, column number, value 'INC': Write the number as release notes name it"),
        ("INC 2,brug,Zoeken", "line 3, column number, value 'INC 2': Write the number as release notes name it"),
        ("INC-2,dam,Zoeken", "line 3, column tenant, value 'dam': There is no tenant with this name."),
        ("INC-2,brug,", "line 3, column title, value '': Fill this in."),
        ("inc-1,brug,Twice", "line 3, column number, value 'inc-1': This stands on line 2 already."),
    ],
)
def test_bad_row_is_told_and_nothing_is_written(run: Run, table: Table, brug: Tenant, line: str, said: str) -> None:
    before = everything()
    result = run("import", "reports", table(HEADER, "INC-1,brug,Zoeken", line))
    assert result.exit_code == 1
    assert result.stderr.startswith(said)
    assert everything() == before


def test_report_of_another_products_tenant_is_refused_where_one_is_named(run: Run, table: Table, brug: Tenant) -> None:
    make_tenant(make_product("other", "Other"), "dam")
    result = run("import", "reports", table(HEADER, "INC-1,dam,Zoeken"), "--product", "inconto")
    assert (result.exit_code, known()) == (1, [])


def test_reports_go_out_as_they_came_in(run: Run, table: Table, brug: Tenant) -> None:
    run("import", "reports", table(HEADER, "INC-1,brug,=Zoeken"))
    assert run("export", "reports").stdout == f"\ufeff{HEADER}\nINC-1,brug,'=Zoeken\n"
    assert json.loads(run("export", "reports", "--format", "json").stdout) == [
        {"number": "INC-1", "tenant": "brug", "title": "=Zoeken"}
    ]
