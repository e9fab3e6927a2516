"""What a tenant was told by hand can be shown: each mail, each call, on the page and in the export."""

import csv
from io import StringIO

from flask import Flask

from announcements.calls import record_call
from announcements.models import BulletinKind
from compliance.bulletin_evidence import bulletin_proofs, bulletin_rows
from compliance.notice_evidence import as_rows, proof_for
from tests.bulletins import announced, calls
from tests.planning import counted_queries, planned_release, send
from tests.world import NOW, OPERATOR, World


def test_rows_show_every_mail_and_every_call(planned: World) -> None:
    bulletin = announced(planned.product)
    announced(planned.product, tenants=("zorggroep-de-brug",))
    send(planned.peelrand, NOW)
    record_call(calls(bulletin, planned.peelrand)[0], "reached", "Weet het", OPERATOR, NOW)

    rows = bulletin_rows(bulletin_proofs(planned.peelrand), planned.peelrand)
    told = [
        (row["clause"], row["channel"], row["contact"], row["mail_state"], row["server_reply"], row["recorded_by"])
        for row in rows
    ]
    assert told == [
        ("SLA 4.1", "mail", "Contact 1", "sent", "", ""),
        ("SLA 4.1", "telephone", "Contact 1", "reached", "Weet het", OPERATOR.name),
    ]
    assert {row["given_at"] for row in rows} == {NOW.isoformat()}


def test_rows_have_the_names_of_those_of_notices(planned: World) -> None:
    planned_release(planned.product)
    announced(planned.product, BulletinKind.TERMS)
    notices = as_rows(proof_for(planned.brug), planned.brug)
    bulletins = bulletin_rows(bulletin_proofs(planned.brug), planned.brug)
    assert {tuple(row) for row in bulletins} == {tuple(row) for row in notices}


def test_export_holds_both(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    announced(planned.product, BulletinKind.TERMS)
    result = app.test_cli_runner().invoke(args=["evidence", "export", "--tenant", "zorggroep-de-brug"])
    assert [row["kind"] for row in csv.DictReader(StringIO(result.output))] == [
        "production",
        "acceptance",
        "terms",
        "terms",
    ]


def test_proof_asks_no_more_of_more(planned: World) -> None:
    announced(planned.product)
    with counted_queries() as one:
        bulletin_proofs(planned.brug)
    for number in range(4):
        announced(planned.product, subject_en=f"Another {number}")
    with counted_queries() as many:
        assert len(bulletin_proofs(planned.brug)) == 5
    assert len(one) == len(many)
