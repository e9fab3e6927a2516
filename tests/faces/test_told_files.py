"""What a customer takes along of what it was told: CSV and JSON."""

import csv
import json
from datetime import timedelta
from io import StringIO

import time_machine
from flask import Flask

from announcements.calls import record_call
from evidence.chain import head
from tests.bulletins import announced, calls
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.faces.told import SENT, TOLD, told_of_a_release
from tests.world import NOW, OPERATOR, World


def test_customer_takes_everything_along(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    with time_machine.travel(SENT + timedelta(hours=1), tick=False):
        reader = Reader(app, CONTACT)
        as_json, as_csv = reader.get(f"{TOLD}.json"), reader.get(f"{TOLD}.csv")
    assert as_json.headers["Content-Disposition"] == "attachment; filename=zorggroep-de-brug.json"
    found = json.loads(as_json.body)
    assert (found["tenant"], found["head"]) == ("zorggroep-de-brug", str(head()))
    assert as_csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(as_csv.body.decode("utf-8-sig"))))
    assert [(row["Kind"], row["Address"]) for row in rows] == [
        (row["kind"], row["address"]) for row in found["notices"]
    ]
    assert {row["What the mail server said, or what was said on the telephone"] for row in rows} == {
        "250 2.0.0 Ok: queued as 17"
    }
    assert list(rows[-1].items()) == [
        ("Organisation", "Zorggroep De Brug"),
        ("About", "2027.1"),
        ("Kind", "acceptance"),
        ("What was said", "notice"),
        ("Takes place", "2027-01-18 06:00"),
        ("Promised ahead", "2 weeks"),
        ("Clause", "SLA 3.3"),
        ("To be told by", "2027-01-04 06:00"),
        ("How it was kept", "told in time, to every contact"),
        ("Announced", "2027-01-03 06:00"),
        ("Told", "2027-01-03 06:00"),
        ("Days ahead", "15"),
        ("Missed since", ""),
        ("The reason it came later", ""),
        ("Way", "mail"),
        ("Name", "Contact 2"),
        ("Address", "contact2@zorggroep-de-brug.example"),
        ("Language", "English"),
        ("Subject", "[Inconto] Acceptance to 2027.1 on Mon 18 January 2027, 06:00"),
        ("What it said of the end of full support", ""),
        (
            "What became of it",
            "Our mail server took it on Sun 3 January 2027, 06:00, to deliver it; it has not come back.",
        ),
        ("Sent", "2027-01-03 06:00"),
        ("What the mail server said, or what was said on the telephone", "250 2.0.0 Ok: queued as 17"),
        ("How we know, where no server said so", ""),
        ("Came back on", ""),
        ("What the report said", ""),
        ("Message-ID", found["notices"][-1]["message_id"]),
        ("SHA-256", "ab" * 32),
        ("Times are those of", "Europe/Amsterdam"),
    ]


def test_spreadsheet_is_in_the_readers_language(app: Flask, planned: World) -> None:
    bulletin = announced(planned.product, subject_nl="Inloggen lukt niet", subject_en="Signing in fails")
    record_call(calls(bulletin, planned.brug)[0], "no_answer", "", OPERATOR, NOW)
    told_of_a_release(planned)
    with time_machine.travel(SENT + timedelta(hours=1), tick=False):
        file = Reader(app, CONTACT, language="nl").get(f"{TOLD}.csv").body.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(file), delimiter=";"))
    chosen = ("Over", "Soort", "Beloofd vooraf", "Hoe het is nagekomen", "Dagen vooraf", "Manier", "Taal")
    assert [tuple(row[name] for name in chosen) for row in rows[-5:]] == [
        ("2027.1", "acceptatie", "2 weken", "op tijd verteld, aan elke contactpersoon", "15", "mail", "Nederlands"),
        ("2027.1", "acceptatie", "2 weken", "op tijd verteld, aan elke contactpersoon", "15", "mail", "Engels"),
        ("Inloggen lukt niet", "Urgent", "", "", "", "mail", "Nederlands"),
        ("Inloggen lukt niet", "Urgent", "", "", "", "mail", "Engels"),
        ("Inloggen lukt niet", "Urgent", "", "", "", "telefoon", ""),
    ]
    assert [row["Wat ermee gebeurde"] for row in rows[-3:]][-1] == "er werd niet opgenomen"
