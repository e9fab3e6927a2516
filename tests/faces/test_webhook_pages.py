"""Managers set webhooks up, see whether they arrive, and are shown each secret once."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from standardwebhooks import Webhook

from evidence.models import Entry
from storage import db
from tests.faces.pages import Page, Reader
from tests.planning import counted_queries
from tests.webhooks.listening import EVERYTHING, PUBLIC, Receiver, allow, deliveries, endpoint, happened
from tests.world import NOW, World, make_tenant
from webhooks.delivery import deliver_due
from webhooks.models import WebhookEndpoint
from webhooks.services import Scope, secret

LIST = "/planner/webhooks"
FORM = {"url": PUBLIC, "events": list(EVERYTHING), "product": "", "tenant": ""}


def one() -> WebhookEndpoint:
    db.session.rollback()
    return db.session.scalars(select(WebhookEndpoint)).one()


def secret_on(page: Page) -> str:
    (found,) = re.findall(r"whsec_[A-Za-z0-9+/=]{44}", page.html)
    return str(found)


def test_webhook_is_added_and_its_secret_is_shown_once(manager: Reader) -> None:
    page = manager.post(LIST, FORM)
    hook = one()
    shown = secret_on(page)

    assert (page.status, shown, hook.scope, hook.created_by) == (200, secret(hook), "all", "manager@vendor.example")
    assert page.headers["Cache-Control"] == "no-store"
    path = f"{LIST}/{hook.id}"
    assert [shown in manager.get(where).html for where in (LIST, path)] == [False, False]
    assert "Nothing was sent yet." in manager.get(path).main
    (entry,) = db.session.scalars(select(Entry).where(Entry.kind == "webhook_added"))
    assert (entry.actor, PUBLIC in entry.facts, shown in entry.facts) == ("manager@vendor.example", False, False)


def test_same_address_twice_is_refused(manager: Reader) -> None:
    manager.post(LIST, FORM)
    again = manager.post(LIST, FORM)
    assert (again.status, again.wrong) == (422, {"url": "This address is told of this already."})
    assert manager.post(LIST, FORM | {"product": "inconto"}).status == 200


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"url": ""}, "url", "Write an address such as https://hooks.example.com/announcements."),
        ({"url": "https://localhost/"}, "url", "This leads to a private address."),
        ({"url": "http://192.0.3.1/"}, "url", "Only https is sent to"),
        ({"events": []}, "events", "Choose at least one of these."),
        ({"events": ["webhook.test"]}, "events", "Choose at least one of these."),
        ({"tenant": "nobody"}, "tenant", "There is no tenant nobody."),
        ({"product": "nothing"}, "product", "Choose one of these."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    manager: Reader, form: dict[str, object], field: str, words: str
) -> None:
    page = manager.post(LIST, FORM | form)
    assert (page.status, list(page.wrong)) == (422, [field])
    assert words in page.wrong[field]
    assert db.session.scalars(select(WebhookEndpoint)).all() == []


def test_all_that_is_wrong_is_said_at_once(manager: Reader) -> None:
    page = manager.post(LIST, {"url": "nonsense", "events": [], "product": "", "tenant": "nobody"})
    assert (page.status, sorted(page.wrong)) == (422, ["events", "tenant", "url"])
    assert db.session.scalars(select(WebhookEndpoint)).all() == []


def test_tenant_is_named_as_people_call_it(manager: Reader, planned: World) -> None:
    form = manager.get(LIST)
    assert '<option value="zorggroep-de-brug">Zorggroep De Brug</option>' in form.html
    assert manager.post(LIST, FORM | {"tenant": "zorggroep de br"}).status == 200
    assert db.session.scalars(select(WebhookEndpoint.tenant_id)).all() == [planned.brug.id]
    page = manager.post(LIST, FORM | {"tenant": "z"})
    assert page.wrong["tenant"] == (
        "Which of these do you mean: Ziekenhuis Peelrand (ziekenhuis-peelrand), Zorggroep De Brug (zorggroep-de-brug)?"
    )


def test_every_page_about_webhooks_bears_the_products_name(manager: Reader, planned: World) -> None:
    hook = endpoint()
    for page in (manager.get(LIST), manager.get(f"{LIST}/{hook.id}"), manager.post(f"{LIST}/{hook.id}/secret")):
        assert '<a class="brand" href="/">Inconto</a>' in page.html


def test_deliveries_are_paged_and_filtered(manager: Reader, planned: World) -> None:
    hook = endpoint()
    for _number in range(52):
        manager.post(f"{LIST}/{hook.id}/test")
    page = manager.get(f"{LIST}/{hook.id}")
    assert "1–50 of 52" in page.main
    assert manager.get(f"{LIST}/{hook.id}?page=2").html.count('class="when"') == 2
    assert "No delivery is like that." in manager.get(f"{LIST}/{hook.id}?state=failed").main
    assert "1–50 of 52" in manager.get(f"{LIST}/{hook.id}?state=nonsense").main


def test_tenants_page_leads_to_a_webhook_of_its_own(manager: Reader, planned: World) -> None:
    page = manager.get("/planner/tenants/zorggroep-de-brug")
    assert f'href="{LIST}?tenant=zorggroep-de-brug"' in page.html
    form = manager.get(f"{LIST}?tenant=zorggroep-de-brug")
    assert form.value("tenant") == "zorggroep-de-brug"
    manager.post(LIST, FORM | {"tenant": "zorggroep-de-brug"})
    hook = one()
    assert (hook.tenant_id, hook.product_id) == (planned.brug.id, planned.product.id)
    assert PUBLIC in manager.get("/planner/tenants/zorggroep-de-brug").main
    assert PUBLIC not in manager.get("/planner/tenants/ziekenhuis-peelrand").main


def test_test_event_arrives_and_its_answer_shows(app: Flask, manager: Reader) -> None:
    allow(app)
    with Receiver() as receiver:
        receiver.status, receiver.reply = 200, b"<b>Thank you</b>"
        key = secret_on(manager.post(LIST, FORM | {"url": receiver.url()}))
        path = f"{LIST}/{one().id}"
        page = manager.follow(manager.post(f"{path}/test"))
        assert "A test leaves within a minute" in page.seen
        deliver_due(NOW, "worker")
        assert Webhook(key).verify(receiver.came[0].body, receiver.came[0].headers)["type"] == "webhook.test"
    page = manager.get(path)
    assert "a test" in page.main
    assert "delivered 1 attempt HTTP 200 <b>Thank you</b>" in page.main
    assert "<b>Thank you" not in page.html


def test_failing_webhook_shows_why_and_when_it_is_tried_again(app: Flask, manager: Reader, planned: World) -> None:
    allow(app)
    with Receiver() as receiver:
        receiver.status = 503
        path = f"{LIST}/{endpoint(receiver.url()).id}"
        happened(planned.brug)
        deliver_due(NOW, "worker")
    page = manager.get(path)
    assert "a notice was given" in page.main
    assert "waits 1 attempt again at Mon 23 November 2026, 10:00 HTTP 503" in page.main
    assert "fails since Mon 23 November 2026, 10:00" in page.main


def test_webhook_is_switched_off_and_on_and_removed(manager: Reader, planned: World) -> None:
    path = f"{LIST}/{endpoint().id}"
    off = manager.follow(manager.post(f"{path}/off"))
    assert "switched off since Mon 23 November 2026, 10:00, manager@vendor.example" in off.main
    refused = manager.follow(manager.post(f"{path}/test"))
    assert (refused.alerts, deliveries()) == (["This webhook is switched off. Switch it on first."], [])
    on = manager.follow(manager.post(f"{path}/on"))
    assert ("Switch off" in on.main, "Switch on" in on.main) == (True, False)
    gone = manager.follow(manager.post(f"{path}/remove"))
    assert ("There is none yet." in gone.main, manager.get(path).status) == (True, 404)
    kinds = list(db.session.scalars(select(Entry.kind).where(Entry.kind.startswith("webhook")).order_by(Entry.id)))
    assert kinds == ["webhook_added", "webhook_off", "webhook_on", "webhook_removed"]


def test_new_secret_is_shown_once_and_the_one_before_holds_for_a_day(manager: Reader, planned: World) -> None:
    hook = endpoint()
    before, path = secret(hook), f"{LIST}/{hook.id}"
    page = manager.post(f"{path}/secret")
    assert secret_on(page) == secret(one()) != before
    assert "For a day messages are signed with the secret before as well." in page.main


def test_only_what_was_given_up_is_sent_again(app: Flask, manager: Reader, planned: World) -> None:
    allow(app)
    with Receiver() as receiver:
        hook = endpoint(receiver.url())
        other, path = endpoint(), f"{LIST}/{hook.id}"
        elsewhere = f"{LIST}/{other.id}/deliveries"
        happened(planned.brug)
        number = deliveries()[0].id
        refused = manager.follow(manager.post(f"{path}/deliveries/{number}/again"))
        assert refused.alerts == ["This was not given up."]
        receiver.status = 410
        deliver_due(NOW, "worker")
        assert "the receiver wants no more (410)" in manager.get(path).main
        assert manager.post(f"{elsewhere}/{number}/again").status == 404
        assert "It is tried again." in manager.follow(manager.post(f"{path}/deliveries/{number}/again")).seen


def test_who_does_not_manage_sees_no_more_than_the_host(planner: Reader, planned: World) -> None:
    hook = endpoint("https://192.0.3.1/a-secret-of-theirs")
    page = planner.get(f"{LIST}/{hook.id}")
    assert (page.status, "192.0.3.1" in page.main, "a-secret" in page.html) == (200, True, False)
    assert "<form" not in page.html.partition("<main")[2]
    assert "a-secret" not in planner.get("/planner/tenants/zorggroep-de-brug").html


def test_list_asks_the_same_number_of_queries_for_one_and_for_many(manager: Reader, planned: World) -> None:
    endpoint(scope=Scope(tenant=planned.brug))
    with counted_queries() as few:
        manager.get(LIST)
    for number in range(3):
        endpoint(scope=Scope(tenant=make_tenant(planned.product, f"tenant-{number}")))
    with counted_queries() as many:
        manager.get(LIST)
    assert len(few) == len(many)


def test_metrics_count_deliveries(anybody: Reader, planned: World) -> None:
    endpoint()
    happened(planned.brug)
    assert 'announcements_webhooks{state="queued"} 1.0' in anybody.get("/metrics").html


def test_pages_are_dutch_as_well(app: Flask, manager: Reader, planned: World) -> None:
    hook = endpoint(scope=Scope(tenant=planned.brug))
    manager.client.set_cookie("language", "nl")
    page = manager.get(f"{LIST}/{hook.id}")
    assert "alleen Zorggroep De Brug" in page.main
    assert "een aankondiging is gedaan, een aankondiging is gemist" in page.main
