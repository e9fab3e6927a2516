"""Who comes in where: guards, roles, a tenant's addresses, and what a browser is told to allow."""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from accounts.models import User
from announcements.models import BulletinKind
from announcements.services import announce_due
from schedules.date_requests import ask_for_date
from schedules.freezes import FreezeFacts, add_freeze
from schedules.waves import give_wave
from sla.terms import Change
from storage import db
from tenants.contacts import remove_contact
from tenants.feed_tokens import current
from tenants.models import Contact, Tenant
from tests.bulletins import announced, calls, drafted
from tests.faces.conftest import CONTACT, STRANGER
from tests.faces.pages import Form, Page, Reader, everything
from tests.planning import planned_release, planned_window, the_notice
from tests.requests import waiting_request
from tests.webhooks.listening import endpoint
from tests.world import MANAGER, NOW, World
from webhooks.queries import delivery_page
from webhooks.services import Scope, send_test

VENDOR = ("viewer", "planner", "operator", "manager", "admin")
PLANS = {"planner", "manager", "admin"}
OPERATES = {"operator", "manager", "admin"}
TELLS = {"planner", "operator", "manager", "admin"}
MANAGES = {"manager", "admin"}
ADMINISTERS = {"admin"}
# Blueprints that anybody may ask: the front door, what machines read by a secret address, and files.
# They show a mail, which brings its own style and may do nothing.
OF_MAILS = {"planner.mail_html", "planner.notes_mail"}
PUBLIC = {"login", "security", "unsubscribing", "health", "api_page", "images"}


@dataclass(frozen=True)
class Somewhere:
    """What stands in the addresses that are tried."""

    release: int
    window: int
    contact: int
    notice: int
    bulletin: int
    call: int
    endpoint: int
    delivery: int
    request: int
    wave: int
    asked: int
    token: str = "none"

    def of(self, rule: Rule) -> str:
        values = {
            "release_id": str(self.release),
            "window_id": str(self.window),
            "contact_id": str(self.contact),
            "notice_id": str(self.notice),
            "bulletin_id": str(self.bulletin),
            "bulletin_kind": "newsletter",
            "call_id": str(self.call),
            "endpoint_id": str(self.endpoint),
            "delivery_id": str(self.delivery),
            "request_id": str(self.request),
            "wave_id": str(self.wave),
            "asked_id": str(self.asked),
            "what": "leave",
            "slug": "inconto" if "/products/" in rule.rule else "zorggroep-de-brug",
            "language": "nl",
            "kind": "acceptance",
            "says": "planned",
            "version": "2027.1",
            "token_id": "1",
            "freeze_id": "1",
            "user_id": "1",
            "table": "releases",
            "example": "empty",
        }
        return "".join(values[part] if is_name else part for is_name, part in _parts(rule.rule))


def _parts(rule: str) -> list[tuple[bool, str]]:
    pieces = [(False, rule.split("<")[0])]
    for piece in rule.split("<")[1:]:
        name, _, rest = piece.partition(">")
        pieces += [(True, name.rpartition(":")[2]), (False, rest)]
    return pieces


def rules(app: Flask, blueprint: str, method: str) -> dict[str, Rule]:
    return {
        rule.endpoint: rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(f"{blueprint}.") and method in (rule.methods or ())
    }


@pytest.fixture
def somewhere(planned: World) -> Somewhere:
    release = planned_release(planned.product)
    window = planned_window(planned.product)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    draft, urgent = drafted(planned.product, BulletinKind.NEWSLETTER), announced(planned.product)
    hook = endpoint(scope=Scope(tenant=planned.brug), url="https://192.0.3.1/brug")
    send_test(hook, MANAGER, NOW)
    add_freeze(planned.product, FreezeFacts(NOW.date(), NOW.date(), "Druk", "Busy"), MANAGER, NOW)
    asked = waiting_request(planned.brug)
    later = release.production_at + timedelta(days=21)
    wave = give_wave(release, Change.PRODUCTION, [planned.peelrand.id], later, "Zorg", "why", MANAGER, NOW)
    other_date = ask_for_date(release, planned.brug.contacts[0], Change.PRODUCTION, later, "why", NOW)
    numbers = (notice.id, draft.id, calls(urgent)[0].id, hook.id, delivery_page(hook, 1).rows[0].id, asked.id)
    return Somewhere(release.id, window.id, planned.brug.contacts[0].id, *numbers, wave.id, other_date.id)


def test_blueprints_are_guarded_or_known_as_public(app: Flask) -> None:
    guarded = {name for name in app.blueprints if app.before_request_funcs.get(name)}
    assert guarded == {"planner", "portal", "mailbox", "api"}
    assert set(app.blueprints) - guarded == PUBLIC


def test_no_page_stands_outside_a_blueprint(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules() if "." not in rule.endpoint} == {"static"}


@pytest.mark.parametrize("blueprint", ["planner", "portal"])
def test_anonymous_reader_is_sent_to_sign_in(app: Flask, anybody: Reader, somewhere: Somewhere, blueprint: str) -> None:
    paths = [somewhere.of(rule) for rule in rules(app, blueprint, "GET").values()]
    assert len(paths) > 3
    pages = [anybody.get(path) for path in paths]
    assert {page.status for page in pages} == {302}
    assert [unquote(page.location) for page in pages] == [f"/login?next={path}" for path in paths]


def test_anonymous_reader_writes_nothing(app: Flask, anybody: Reader, somewhere: Somewhere) -> None:
    before = everything()
    pages = [anybody.post(somewhere.of(rule)) for rule in rules(app, "planner", "POST").values()]
    # Back to the form after signing in, not to an address that only takes a form.
    assert {(page.status, page.location.partition("?")[0]) for page in pages} == {(302, "/login")}
    assert everything() == before


def test_sign_in_never_leads_to_an_address_that_only_takes_forms(
    app: Flask, planned: World, somewhere: Somewhere
) -> None:
    only_forms = {
        name: rule for name, rule in rules(app, "planner", "POST").items() if name not in rules(app, "planner", "GET")
    }
    assert len(only_forms) > 5
    for rule in only_forms.values():
        reader = Reader(app)
        page = reader.post(somewhere.of(rule))
        page = reader.post(page.location, {"email": "admin@vendor.example", "password": "correct horse battery"})
        assert reader.follow(page).status in {200, 302}, rule.rule


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_contact_finds_nothing_at_the_planner(app: Flask, contact: Reader, somewhere: Somewhere, method: str) -> None:
    before = everything()
    asked = {
        name: contact.get(somewhere.of(rule)) if method == "GET" else contact.post(somewhere.of(rule))
        for name, rule in rules(app, "planner", method).items()
    }
    assert {name: page.status for name, page in asked.items()} == dict.fromkeys(asked, 404)
    assert everything() == before


def test_contact_of_another_tenant_finds_nothing_at_the_portal(
    app: Flask, stranger: Reader, somewhere: Somewhere, planned: World
) -> None:
    name = planned.brug.name
    announce_due(NOW)
    asked = {
        endpoint: stranger.get(somewhere.of(rule))
        for endpoint, rule in rules(app, "portal", "GET").items()
        if "<slug>" in rule.rule
    }
    assert {endpoint: page.status for endpoint, page in asked.items()} == dict.fromkeys(asked, 404)
    own = [stranger.follow(stranger.get("/")), stranger.get("/portal/ziekenhuis-peelrand")]
    own += [
        stranger.get(f"/portal/ziekenhuis-peelrand/{part}")
        for part in ("releases", "changes", "maintenance", "announcements", "calendar")
    ]
    assert [page.status for page in own] == [302, 200, 200, 200, 200, 200, 200]
    assert not any(name in page.html for page in [*asked.values(), *own])


def test_address_that_is_not_there_looks_like_somebody_elses(stranger: Reader, planned: World) -> None:
    theirs = stranger.get("/portal/zorggroep-de-brug")
    nobodys = stranger.get("/portal/zorggroep-de-dam")
    assert (theirs.status, theirs.main) == (nobodys.status, nobodys.main)


def test_vendor_finds_no_tenant_of_its_own_at_the_portal(planner: Reader) -> None:
    assert planner.get("/portal/zorggroep-de-brug").status == 404
    assert "Brug" not in planner.get("/portal/").seen


REACH = {
    "planner.alarms_by_mail": PLANS | OPERATES,
    "planner.new_release": PLANS,
    "planner.move": PLANS,
    "planner.titles": PLANS,
    "planner.new_release_answer": PLANS,
    "planner.move_answer": PLANS,
    "planner.new_maintenance_answer": PLANS,
    "planner.move_window_answer": PLANS,
    "planner.plan_year": PLANS,
    "planner.withdraw": PLANS,
    "planner.withdraw_window": PLANS,
    "planner.notes": PLANS,
    "planner.notes_mail": PLANS,
    "planner.restore": PLANS,
    "planner.new_maintenance": PLANS,
    "planner.new_freeze": PLANS,
    "planner.drop_freeze": PLANS,
    "planner.move_window": PLANS,
    "planner.own_date_of": PLANS,
    "planner.drop_own_date_of": PLANS,
    "planner.call_off_own_date_of": MANAGES,
    "planner.told": TELLS,
    "planner.waive": MANAGES,
    "planner.release_outbox": MANAGES,
    "planner.new_bulletin": PLANS,
    "planner.edit_bulletin": PLANS,
    "planner.choose_tenants": PLANS,
    "planner.move_the_wave": PLANS,
    "planner.drop_the_wave": PLANS,
    "planner.answer_date_request": PLANS,
    "planner.dates_to_choose": ADMINISTERS,
    "planner.drop": PLANS,
    "planner.announce": MANAGES,
    "planner.call": OPERATES,
    "planner.other_call": OPERATES,
    "planner.newsletter": MANAGES,
    "planner.patches": OPERATES,
    "planner.start_window": OPERATES,
    "planner.extend_window": OPERATES,
    "planner.finish_window": OPERATES,
    "planner.tenant_version": OPERATES,
    "planner.trial_mails": PLANS,
    "planner.approve_mails": MANAGES,
    "planner.announce_release": MANAGES,
    "planner.announce_window": MANAGES,
    "planner.publish": MANAGES,
    "planner.new_tenant": MANAGES,
    "planner.edit_tenant": MANAGES,
    "planner.add_tenant_contact": MANAGES,
    "planner.edit_contact": MANAGES,
    "planner.invite_contact": MANAGES,
    "planner.remove_tenant_contact": MANAGES,
    "planner.grant_account": MANAGES,
    "planner.refuse_account": MANAGES,
    "planner.erase_account_request": MANAGES,
    "planner.renew_calendar": MANAGES,
    "planner.first_mail": MANAGES,
    "planner.leave_demonstration": ADMINISTERS,
    "planner.colleague_list": ADMINISTERS,
    "planner.colleague_page": ADMINISTERS,
    "planner.close_colleague": ADMINISTERS,
    "planner.open_colleague": ADMINISTERS,
    "planner.mail_colleague_link": ADMINISTERS,
    "planner.import_page": PLANS,
    "planner.token_list": ADMINISTERS,
    "planner.revoke": ADMINISTERS,
    "planner.stop_calendar": MANAGES,
    "planner.renew_own_calendar": TELLS,
    "planner.stop_own_calendar": TELLS,
    "planner.new_product": ADMINISTERS,
    "planner.edit_product": ADMINISTERS,
    "planner.webhook_list": MANAGES,
    "planner.renew_webhook_secret": MANAGES,
    "planner.test_webhook": MANAGES,
    "planner.switch_webhook_off": MANAGES,
    "planner.switch_webhook_on": MANAGES,
    "planner.send_webhook_again": MANAGES,
    "planner.remove_webhook": MANAGES,
    "planner.cancel": MANAGES,
    "planner.cancel_window": MANAGES,
}


def test_every_address_that_takes_a_form_is_in_the_table(app: Flask) -> None:
    assert set(rules(app, "planner", "POST")) == set(REACH)


@pytest.mark.parametrize("role", VENDOR)
def test_role_reaches_as_far_as_the_table_says(app: Flask, planned: World, somewhere: Somewhere, role: str) -> None:
    reader = Reader(app, f"{role}@vendor.example")
    found = rules(app, "planner", "POST")
    before = everything()
    barred = {name for name in REACH if reader.post(somewhere.of(found[name])).status == 403}
    assert barred == {name for name, roles in REACH.items() if role not in roles}
    if role == "viewer":
        assert everything() == before


@pytest.mark.parametrize("role", VENDOR)
def test_forms_are_shown_to_those_who_may_send_them(
    app: Flask, planned: World, somewhere: Somewhere, role: str
) -> None:
    reader = Reader(app, f"{role}@vendor.example")
    found = rules(app, "planner", "GET")
    shown = {name: reader.get(somewhere.of(rule)).status for name, rule in found.items()}
    assert shown == {name: 200 if role in REACH.get(name, VENDOR) else 403 for name in found}


@pytest.mark.parametrize("role", VENDOR)
def test_pages_offer_no_button_that_the_role_may_not_press(
    app: Flask, planned: World, somewhere: Somewhere, role: str
) -> None:
    reader = Reader(app, f"{role}@vendor.example")
    release, window = f"/planner/releases/{somewhere.release}", f"/planner/maintenance/{somewhere.window}"
    # The ways in the band lead to lists, which share an address with what adds to them.
    html = "".join(
        reader.get(path).html.partition("<main")[2]
        for path in (
            *("/planner/", "/planner/releases", release, window, "/planner/tenants/zorggroep-de-brug"),
            *("/planner/bulletins", f"/planner/bulletins/{somewhere.bulletin}"),
            *(f"{release}/rollout", f"/planner/waves/{somewhere.wave}", f"/planner/date-requests/{somewhere.asked}"),
        )
    )
    both = {**rules(app, "planner", "GET"), **rules(app, "planner", "POST")}
    offered = {name for name in REACH if f'"{somewhere.of(both[name])}' in html}
    assert {name for name in offered if role not in REACH[name]} == set()
    assert (offered == set()) == (role == "viewer")


def test_removed_contact_is_out_at_once(contact: Reader, planned: World) -> None:
    assert contact.get("/portal/zorggroep-de-brug").status == 200
    removed = db.session.scalars(select(Contact).where(Contact.email == CONTACT)).one()
    remove_contact(removed, MANAGER)
    assert contact.get("/portal/zorggroep-de-brug").status == 404
    page = contact.get("/portal/")
    assert page.status == 200
    assert "Brug" not in page.seen


def test_person_whose_account_is_closed_is_out_at_once(manager: Reader) -> None:
    assert manager.get("/planner/").status == 200
    user = db.session.scalars(select(User).where(User.email == "manager@vendor.example")).one()
    user.active = False
    db.session.commit()
    assert manager.get("/planner/").location.startswith("/login?")


def test_changed_role_holds_at_once(manager: Reader, somewhere: Somewhere) -> None:
    path = f"/planner/releases/{somewhere.release}/cancel"
    assert manager.get(path).status == 200
    user = db.session.scalars(select(User).where(User.email == "manager@vendor.example")).one()
    user.role = next(role for role in type(user.role) if role.value == "viewer")
    db.session.commit()
    assert manager.get(path).status == 403


ADDRESSES = [
    ("192.0.2.0/24", "192.0.2.7", 200),
    ("192.0.2.0/24", "192.0.3.7", 403),
    ("192.0.2.7", "192.0.2.7", 200),
    ("192.0.2.7", "192.0.2.8", 403),
    # A dual-stack socket shows IPv4 readers so; a list may name them so.
    ("192.0.2.0/24", "::ffff:192.0.2.7", 200),
    ("192.0.2.0/24", "::ffff:192.0.3.7", 403),
    ("::ffff:192.0.2.0/120", "192.0.2.7", 200),
    ("::ffff:192.0.2.0/120", "::ffff:192.0.2.7", 200),
    ("::ffff:192.0.2.0/120", "192.0.3.7", 403),
    ("2001:db8::/32", "2001:db8:1::7", 200),
    ("2001:db8::/32", "2001:db9::7", 403),
    ("2001:db8::/32", "192.0.2.7", 403),
    ("192.0.2.0/24", "2001:db8::7", 403),
    ("0.0.0.0/0", "2001:db8::7", 403),
    ("::/0", "2001:db8::7", 200),
    ("192.0.2.0/24\n2001:db8::/32", "2001:db8::7", 200),
    ("192.0.2.0/24\n2001:db8::/32", "192.0.2.7", 200),
    ("192.0.2.0/24", "", 403),
    ("", "", 200),
    ("", "203.0.113.9", 200),
]


@pytest.fixture
def feed(app: Flask, planned: World) -> str:
    return f"/feeds/{current(app.config['FEED_KEY'], planned.brug.id)}.ics"


def limit(networks: str) -> None:
    tenant = db.session.scalars(select(Tenant).where(Tenant.slug == "zorggroep-de-brug")).one()
    tenant.ip_allowlist = networks
    db.session.commit()


@pytest.mark.parametrize("part", ["", "/releases", "/calendar", "feed", "feed of maintenance", "feed of news"])
def test_tenants_list_of_addresses_holds(anybody: Reader, contact: Reader, feed: str, part: str) -> None:
    paths = {"feed": feed, "feed of maintenance": feed.replace(".ics", "/maintenance.ics")}
    paths["feed of news"] = feed.replace(".ics", ".atom")
    path, reader = paths.get(part, f"/portal/zorggroep-de-brug{part}"), anybody if part in paths else contact
    answers = []
    for networks, address, _status in ADDRESSES:
        limit(networks)
        answers.append((networks, address, reader.get(path, address=address).status))
    assert answers == ADDRESSES


PROXIED = [
    # Nobody is trusted: what the header says is anybody's word.
    ("", "192.0.2.7", "", 200),
    ("", "203.0.113.9", "192.0.2.7", 403),
    ("", "192.0.2.7", "203.0.113.9", 200),
    # A proxy of ours says who asked it.
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7", 200),
    ("10.0.0.0/8", "10.0.0.1", "203.0.113.9", 403),
    ("10.0.0.0/8", "::ffff:10.0.0.1", "192.0.2.7", 200),
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7, 10.0.0.2", 200),
    ("fd00::/8", "fd00::1", "2001:db8::7", 403),
    ("10.0.0.0/8,fd00::/8", "fd00::1", "192.0.2.7, 10.0.0.2", 200),
    # What stood in the header before our proxy added to it is the reader's own invention.
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7, 203.0.113.9", 403),
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7, 203.0.113.9, 10.0.0.2", 403),
    ("10.0.0.0/8", "10.0.0.1", "192.0.2.7, unknown", 403),
    ("10.0.0.0/8", "10.0.0.1", "", 403),
    ("10.0.0.0/8", "10.0.0.1", ",", 403),
    ("10.0.0.0/8", "203.0.113.9", "192.0.2.7", 403),
    ("10.0.0.1", "10.0.0.2", "192.0.2.7", 403),
]


@pytest.mark.parametrize("place", ["portal", "feed"])
def test_forwarded_address_is_believed_of_our_own_proxies_only(
    app: Flask, contact: Reader, feed: str, place: str
) -> None:
    limit("192.0.2.0/24")
    path = feed if place == "feed" else "/portal/zorggroep-de-brug"
    answers = []
    for trusted, address, forwarded, _status in PROXIED:
        app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"TRUSTED_PROXIES": trusted})
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        answers.append((trusted, address, forwarded, contact.get(path, address=address, headers=headers).status))
    assert answers == PROXIED


def test_other_headers_move_no_reader(app: Flask, contact: Reader, feed: str) -> None:
    limit("192.0.2.0/24")
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"TRUSTED_PROXIES": "10.0.0.0/8"})
    for header in ("X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "X-Forwarded-Host"):
        headers = {header: "for=192.0.2.7" if header == "Forwarded" else "192.0.2.7"}
        for path in ("/portal/zorggroep-de-brug", feed):
            assert contact.get(path, address="10.0.0.1", headers=headers).status == 403, header


def test_reader_outside_the_addresses_learns_why_and_nothing_else(contact: Reader, somewhere: Somewhere) -> None:
    limit("192.0.2.0/24")
    page = contact.get("/portal/zorggroep-de-brug")
    assert page.status == 403
    assert page.main == (
        "You may not do this Your organisation lets people in from certain addresses only, and yours, 127.0.0.1, is "
        "not among them. Sign in from your organisation's network, or ask the help desk to add this address. "
        "Help desk: servicedesk@inconto.example, +31 85 018 5725 Sign out 403"
    )
    assert "2027.1" not in page.html
    assert "Zorggroep De Brug" not in page.html


def test_forms_without_their_token_are_refused(app: Flask, planned: World, somewhere: Somewhere) -> None:
    admin = Reader(app, "admin@vendor.example")
    app.config["WTF_CSRF_ENABLED"] = True
    before = everything()
    # Of programs no cookie is believed: they show their token with each request.
    takers = [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.endpoint.startswith("api.")
    ]
    asked: dict[str, Page] = {}
    for rule in takers:
        values = {"token": "none", "language": "nl"}
        path = somewhere.of(rule) if rule.endpoint.startswith(("planner.", "portal.")) else rule.rule
        for name, value in values.items():
            path = path.replace(f"<{name}>", value)
        asked[rule.endpoint] = admin.post(path, {"csrf_token": "forged"})
    # A reader's mail program posts this one by itself, without a page of ours (RFC 8058).
    assert {name: page.status for name, page in asked.items()} == {
        name: 404 if name == "unsubscribing.unsubscribe" else 400 for name in asked
    }
    assert everything() == before


def test_form_with_its_token_is_taken(app: Flask, planned: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    reader = Reader(app)
    page = reader.get("/login")
    form: Form = {"email": CONTACT, "password": "correct horse battery", "csrf_token": page.value("csrf_token")}
    assert reader.post("/login", form).location == "/"
    assert Reader(app).post("/login", form).status == 400


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "http://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%09/evil.example\t//",
    "//evil.example/%2f..",
    "evil.example",
    "",
]


def leads_out(location: str) -> bool:
    """Whether a browser would leave us: it leaves out tabs and line breaks, and takes a backslash for a slash."""
    seen = location.strip().translate(str.maketrans("\\", "/", "\t\r\n"))
    return urlsplit(urljoin("http://localhost/login", seen))[:2] != ("http", "localhost")


def test_choice_of_language_leads_nowhere_else(anybody: Reader) -> None:
    pages = {address: anybody.post("/language/en", {"back": address}) for address in ELSEWHERE}
    assert {address: (page.status, page.location) for address, page in pages.items()} == dict.fromkeys(
        ELSEWHERE, (302, "/")
    )


@pytest.mark.parametrize("address", ["/", "/planner/tenants?words=de+brug&page=2", "/portal/x/releases/2027.1"])
def test_choice_of_language_leads_back(anybody: Reader, address: str) -> None:
    page = anybody.post("/language/en", {"back": address})
    assert page.location == address
    assert page.headers["Set-Cookie"].startswith("language=en;")


@pytest.mark.parametrize("language", ["de", "NL", "..", "x" * 300])
def test_language_we_do_not_have_is_refused(anybody: Reader, language: str) -> None:
    page = anybody.post(f"/language/{language}")
    assert page.status == 404
    assert "language=" not in page.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("place", ["query", "form"])
def test_sign_in_leads_nowhere_else(app: Flask, planned: World, place: str) -> None:
    form = {"email": CONTACT, "password": "correct horse battery"}
    for address in ELSEWHERE:
        reader = Reader(app)
        if place == "query":
            page = reader.post("/login", form, query_string={"next": address})
        else:
            page = reader.post("/login", form | {"next": address})
        assert not leads_out(page.location), address


def test_sign_in_leads_to_the_page_that_was_asked(app: Flask, planned: World) -> None:
    reader = Reader(app)
    page = reader.get("/planner/tenants?words=brug")
    page = reader.post(page.location, {"email": "viewer@vendor.example", "password": "correct horse battery"})
    assert page.location == "/planner/tenants?words=brug"


def cookies(page: Page) -> dict[str, set[str]]:
    found = (one.split("; ") for one in page.headers.getlist("Set-Cookie"))
    return {parts[0].partition("=")[0]: {part.lower() for part in parts[1:]} for parts in found}


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_for_us_alone(app: Flask, planned: World, secure: bool) -> None:
    app.config["SESSION_COOKIE_SECURE"] = app.config["REMEMBER_COOKIE_SECURE"] = secure
    form = {"email": CONTACT, "password": "correct horse battery", "remember": "y"}
    set_by = cookies(Reader(app).post("/login", form)) | cookies(Reader(app).post("/language/nl"))
    assert {"session", "remember_token", "language"} <= set(set_by)
    wanted = {"httponly", "samesite=lax"} | ({"secure"} if secure else set())
    assert {name: wanted <= flags for name, flags in set_by.items()} == dict.fromkeys(set_by, True)
    assert {name: "secure" in flags for name, flags in set_by.items()} == dict.fromkeys(set_by, secure)


def policy(page: Page) -> dict[str, str]:
    parts = (part.split(maxsplit=1) for part in page.headers["Content-Security-Policy"].split(";"))
    return {part[0]: part[1] if len(part) > 1 else "" for part in parts}


@pytest.fixture
def pages(app: Flask, planned: World, somewhere: Somewhere) -> list[Page]:
    """A page of every kind: planner, portal, door, errors."""
    admin, contact, nobody = Reader(app, "admin@vendor.example"), Reader(app, CONTACT), Reader(app)
    # A mail in a frame is no page: it has its own styles, and may do nothing.
    asked = [rule for name, rule in rules(app, "planner", "GET").items() if name not in OF_MAILS]
    found = [admin.get(somewhere.of(rule)) for rule in asked]
    found += [
        contact.get(f"/portal/zorggroep-de-brug{path}")
        for path in ("", "/releases", "/maintenance", "/announcements", "/calendar")
    ]
    found += [nobody.get(path) for path in ("/login", "/reset", "/welcome/none", "/nowhere", "/planner/", "/mailbox/")]
    found += [contact.get("/planner/"), admin.get("/planner/releases/999"), admin.get("/nowhere")]
    found += [admin.post("/planner/", {}), admin.post("/planner/releases/new", {})]
    return found


def test_every_page_tells_the_browser_what_to_allow(pages: list[Page]) -> None:
    assert {page.status for page in pages} == {200, 302, 404, 405, 410, 422}
    for page in pages:
        allowed = policy(page)
        assert (allowed["default-src"], allowed["script-src"], allowed["style-src"]) == ("'self'",) * 3
        assert (allowed["object-src"], allowed["base-uri"], allowed["frame-ancestors"]) == ("'none'",) * 3
        assert allowed["form-action"] == "'self'"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"


def test_no_page_is_kept_by_anybody(pages: list[Page]) -> None:
    assert {page.headers["Cache-Control"] for page in pages} == {"no-store"}


def test_pages_hold_no_script_or_style_of_their_own(pages: list[Page]) -> None:
    for page in pages:
        for sign in ("<style", " style=", " onclick=", " onload=", "javascript:"):
            assert sign not in page.html
        assert re.findall(r'<script(?! src="/static/[a-z]+\.js\?v=[0-9a-f]{12}" defer></script>)', page.html) == []


def test_page_answers_with_a_way_on_where_something_is_wrong(app: Flask, planned: World) -> None:
    page = Reader(app, STRANGER).get("/portal/zorggroep-de-brug")
    assert 'href="/"' in page.html.partition("<main")[2]
