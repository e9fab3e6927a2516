"""Calling tenants about an urgent announcement, from its page."""

import re

from sqlalchemy import update

from announcements.calls import record_call
from compliance.bulletin_evidence import bulletin_proofs, bulletin_rows
from storage import db
from tenants.contacts import ContactFacts, change_contact
from tenants.models import Contact
from tests.bulletins import announced, calls, drafted, fresh
from tests.faces.pages import Reader
from tests.planning import send
from tests.world import MANAGER, NOW, OPERATOR, World, make_tenant


def test_tenants_not_reached_stand_first_with_numbers_to_dial(operator: Reader, planned: World) -> None:
    contact = planned.peelrand.contacts[0]
    change_contact(contact, ContactFacts("Wil Jansen", contact.email, "020 123 4567"), MANAGER)
    make_tenant(planned.product, "aardappel", contacts=0)
    bulletin = announced(planned.product)
    send(planned.brug, NOW)
    html = operator.get(f"/planner/bulletins/{bulletin.id}").html
    names = re.findall(r'<a href="/planner/tenants/([a-z-]+)">', html)
    assert names == ["aardappel", "ziekenhuis-peelrand", "zorggroep-de-brug"]
    assert html.count("nobody to reach") == 1
    assert html.count('href="tel:+31-20-123-4567"') == 1


def test_somebody_else_is_called_where_there_is_no_contact(operator: Reader, planned: World) -> None:
    tenant = make_tenant(planned.product, "aardappel", contacts=0)
    bulletin = announced(planned.product, tenants=("aardappel",))
    path = f"/planner/bulletins/{bulletin.id}/tenants/aardappel/calls"
    refused = operator.post(path, {"name": "", "phone": "020 123 4567", "state": "reached"})
    assert (refused.status, refused.wrong) == (422, {f"name-{tenant.id}": "Fill this in."})
    assert 'value="020 123 4567"' in refused.html

    page = operator.post(
        path, {"name": "Portier", "phone": "020 123 4567", "state": "reached", "outcome": "Geeft door"}
    )
    assert fresh(bulletin).closed_at == NOW
    assert "Portier" in operator.follow(page).main
    assert operator.post(path.replace("aardappel", "nergens"), {}).status == 404


def test_page_of_many_is_small_and_asks_only_for_what_changed(operator: Reader, planned: World) -> None:
    many = [make_tenant(planned.product, f"veel-{number}", contacts=3) for number in range(15)]
    db.session.execute(update(Contact).values(phone="020 123 4567"))
    db.session.commit()
    bulletin = announced(planned.product)
    path = f"/planner/bulletins/{bulletin.id}"
    page = operator.get(path)
    assert "Page 1 of 2" in page.main
    assert len(page.html) < 50_000
    # One form a tenant: for whom to call now.
    assert page.html.count('name="state" value="reached"') == 10
    (part,) = re.findall(r'data-from="([^"]+)"', page.html)
    assert part == f"{path}/live"

    first = operator.client.get(part)
    assert "<html" not in first.text
    again = operator.client.get(part, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    record_call(calls(bulletin, many[0])[0], "no_answer", "", OPERATOR, NOW)
    changed = operator.client.get(part, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.text.count("no answer")) == (200, 1)
    draft = drafted(planned.product)
    assert operator.get(f"/planner/bulletins/{draft.id}/live").status == 404


def test_whoever_else_was_called_is_written_down_in_a_form_asked_for(operator: Reader, planned: World) -> None:
    bulletin = announced(planned.product)
    path = f"/planner/bulletins/{bulletin.id}"
    second = calls(bulletin, planned.brug)[1]
    assert f'id="said-{second.id}"' not in operator.get(path).html
    (place,) = re.findall(rf'href="([^"]+open=call-{second.id}[^"]*)"', operator.get(path).html)
    assert f'id="said-{second.id}"' in operator.get(place.partition("#")[0]).html
    assert f'id="name-{planned.brug.id}"' in operator.get(f"{path}?open=tenant-{planned.brug.id}").html


def test_call_without_an_outcome_says_so_beside_it(operator: Reader, planned: World) -> None:
    bulletin = announced(planned.product)
    call = calls(bulletin)[0]
    page = operator.post(f"/planner/bulletins/{bulletin.id}/calls/{call.id}", {"outcome": "x"})
    assert (page.status, page.wrong) == (422, {f"said-{call.id}": "Say whether you reached somebody."})
    other = announced(planned.product, subject_en="Another")
    assert operator.post(f"/planner/bulletins/{other.id}/calls/{call.id}", {"state": "reached"}).status == 404


def test_what_was_said_says_in_which_language(operator: Reader, planned: World) -> None:
    bulletin = announced(planned.product)
    path = f"/planner/bulletins/{bulletin.id}"
    [call] = calls(bulletin, planned.peelrand)
    operator.post(f"{path}/calls/{call.id}", {"state": "reached", "outcome": "Knows of it"})
    assert "reached: Knows of it (" in operator.get(path).main
    assert '<span lang="en">Knows of it</span>' in operator.get(path).html
    person = {"name": "Jan", "phone": "020 123 4567", "state": "reached", "outcome": "Knows it too"}
    operator.post(f"{path}/tenants/ziekenhuis-peelrand/calls", person)
    rows = bulletin_rows(bulletin_proofs(planned.peelrand), planned.peelrand)
    said = [(row["server_reply"], row["language"]) for row in rows if row["channel"] == "telephone"]
    assert said == [("Knows of it", "en"), ("Knows it too", "en")]


def test_nobody_is_said_to_be_out_of_reach_before_the_mails_are_written(operator: Reader, planned: World) -> None:
    bulletin = announced(planned.product, tenants=("zorggroep-de-brug",))
    bulletin.written_at = None
    db.session.commit()
    page = operator.get(f"/planner/bulletins/{bulletin.id}")
    assert "Zorggroep De Brug on its way" in page.main
    assert "nobody to reach" not in page.main
