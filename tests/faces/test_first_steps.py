"""The first steps of an empty product are measured; a trial mail; the way out of the demonstration."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select, update

from accounts.models import User
from accounts.token_models import ApiToken
from accounts.tokens import token_named
from announcements.models import TrialMail
from app import create_app
from demo.loading import load, loaded
from demo.people import PEOPLE, let_in, password
from entrypoints.doctor.mail import MEND
from entrypoints.first_steps.machinery import ADVICE
from entrypoints.settings import Settings
from evidence.actors import Role
from outbox.delivery import beat
from outbox.models import MessageState, OutboxMessage
from schedules.history import ReleaseRecord, take_over_release
from storage import db
from tenants.models import Contact, Product
from tests.conftest import FOR_TESTS, Visitor
from tests.faces.pages import Page, Reader, everything, words
from tests.planning import messages, planned_release, send
from tests.smtp_server import SMTPServer
from tests.world import NOW, PASSWORD, PLANNER, World, both_databases, local, make_product, make_tenant, make_user

STEPS = "/planner/first-steps"
TRIAL = f"{STEPS}/trial"
HOST = "127.0.0.1"
LEAVE = "/planner/demonstration/leave"
PRODUCT, SERVER, WORKER, TRIAL_MAIL, COLLEAGUES, EARLIER, TENANTS, CONTACTS, RELEASE = range(9)


def steps(page: Page) -> list[str]:
    """Each step as it is read, the ticked ones too."""
    (inner,) = re.findall(r'<ol class="first-steps">(.*?)</ol>', page.html, re.DOTALL)
    return [words(one) for one in re.findall(r"<li>(.*?)</li>", inner, re.DOTALL)]


def done(page: Page) -> set[int]:
    """The numbers of those that are done."""
    return {number for number, one in enumerate(ticked(page)) if one}


def ticked(page: Page) -> list[bool]:
    return [" done " in step for step in steps(page)]


def test_empty_product_begins_here(app: Flask) -> None:
    make_user("admin@vendor.example", Role.ADMIN)
    admin = Reader(app, "admin@vendor.example")
    page = admin.follow(admin.get("/planner/"))
    assert ticked(page) == [False] * 9
    assert "0 of 9 done." in page.main
    assert 'href="/planner/products/new"' in page.html
    assert steps(page)[SERVER] == (
        "Set a mail server Only what a mail server of yours has accepted counts as told to a customer. to do "
        "None is set: mails go to the built-in mailbox, and nothing counts as given. Set "
        "MAIL_SERVER and MAIL_DEFAULT_SENDER in the environment or in .env, and start again. Read the built-in mailbox "
        "Or on the server: MAIL_SERVER=smtp.example.com MAIL_DEFAULT_SENDER=Inconto <notices@example.com>"
    )


def test_each_step_is_measured(app: Flask) -> None:
    make_user("manager@vendor.example", Role.MANAGER)
    manager = Reader(app, "manager@vendor.example")
    product = make_product()
    assert done(manager.get(STEPS)) == {PRODUCT}
    assert "Inconto is new here." in manager.get("/planner/").main
    make_tenant(product, "zorggroep-de-brug")
    assert done(manager.get(STEPS)) == {PRODUCT, TENANTS, CONTACTS}
    make_tenant(product, "nobody-home", contacts=0)
    page = manager.get(STEPS)
    assert done(page) == {PRODUCT, TENANTS}
    assert "1 tenant has no contact: nobody there can be told." in steps(page)[CONTACTS]
    beat("worker", NOW)
    planned_release(product)
    assert done(manager.get(STEPS)) == {PRODUCT, TENANTS, WORKER, RELEASE}
    assert "new here" not in manager.get("/planner/").main
    make_user("viewer@vendor.example", Role.VIEWER)
    assert done(manager.get(STEPS)) == {PRODUCT, TENANTS, WORKER, RELEASE, COLLEAGUES}
    beat("worker", NOW - timedelta(hours=1))
    assert (
        "to do None runs since Mon 23 November 2026, 09:00. “make run” starts one as well."
        in steps(manager.get(STEPS))[WORKER]
    )


def test_earlier_releases_are_known_with_the_last_two_and_are_no_plan(app: Flask) -> None:
    make_user("planner@vendor.example", Role.PLANNER)
    planner = Reader(app, "planner@vendor.example")
    product = make_product()
    page = planner.get(STEPS)
    assert "to do No release is known. Was there none before? Then pass this over." in steps(page)[EARLIER]
    assert 'href="/planner/import/releases?product=inconto"' in page.html
    for number, (version, state, complete) in enumerate(
        [
            ("2026.1", "2026.1 is the last version; none before it is known.", False),
            ("2026.2", "2026.2 is the last version, 2026.1 the one before it.", True),
        ],
        1,
    ):
        dates = local(f"2026-0{number * 2}-02T06:00"), local(f"2026-0{number * 2}-23T06:00")
        take_over_release(product, ReleaseRecord(version, *dates), PLANNER, NOW)
        db.session.commit()
        page = planner.get(STEPS)
        assert state in steps(page)[EARLIER]
        assert (EARLIER in done(page), RELEASE in done(page)) == (complete, False)
    # There is still a release to plan.
    make_tenant(product, "zorggroep-de-brug")
    assert "Inconto is new here." in planner.get("/planner/").main


def test_step_that_needs_another_says_so(app: Flask) -> None:
    make_user("admin@vendor.example", Role.ADMIN)
    admin = Reader(app, "admin@vendor.example")
    page = admin.get(STEPS)
    for number in (EARLIER, TENANTS, CONTACTS, RELEASE):
        assert steps(page)[number].endswith("First add your product."), number
    product = make_product()
    page = admin.get(STEPS)
    assert "First add its tenants." in steps(page)[CONTACTS]
    assert "First add its tenants: so far nobody would be told." in steps(page)[RELEASE]
    make_tenant(product, "zorggroep-de-brug")
    assert "First add" not in admin.get(STEPS).main


def test_done_step_leads_to_its_place(admin: Reader) -> None:
    html = admin.get(STEPS).html
    for place in ("products/inconto", "colleagues", "tenants?product=inconto"):
        assert f'href="/planner/{place}"' in html.partition("<main")[2]


def test_role_is_offered_what_it_may_do(app: Flask, planned: World, operator: Reader) -> None:
    page = operator.get(STEPS)
    assert "A planner can do so." in steps(page)[RELEASE]
    assert "/planner/import/" not in page.html.partition("<main")[2]
    assert "/planner/colleagues" not in page.html


def test_trial_mail_goes_to_oneself_and_counts_once_a_real_server_took_it(manager: Reader) -> None:
    assert "Mail a trial to manager@vendor.example" in steps(manager.get(STEPS))[TRIAL_MAIL]
    page = manager.follow(manager.post(TRIAL))
    assert "A trial leaves within a minute, to manager@vendor.example." in page.main
    (message,) = messages()
    assert (message.address, message.letter.subject) == ("manager@vendor.example", "Trial: mail arrives")
    assert (message.announcement_id, message.tenant_id, message.contact_id) == (None, None, None)
    assert "is on its way" in steps(page)[TRIAL_MAIL]

    send(None, NOW, trial=True)
    page = manager.get(STEPS)
    assert (ticked(page)[TRIAL_MAIL], "A real server has taken none yet." in steps(page)[TRIAL_MAIL]) == (False, True)
    db.session.execute(update(OutboxMessage).values(trial=False))
    db.session.commit()
    page = manager.get(STEPS)
    assert (
        ticked(page)[TRIAL_MAIL],
        "The mail server took the one to manager@vendor.example" in steps(page)[TRIAL_MAIL],
    ) == (True, True)
    db.session.execute(update(OutboxMessage).values(bounced_at=NOW))
    db.session.commit()
    assert (ticked(manager.get(STEPS))[TRIAL_MAIL], "came back" in steps(manager.get(STEPS))[TRIAL_MAIL]) == (
        False,
        True,
    )


def test_refused_trial_shows_the_answer(manager: Reader) -> None:
    manager.post(TRIAL)
    db.session.execute(update(OutboxMessage).values(state=MessageState.FAILED, reply="550 no such user"))
    db.session.commit()
    assert "was refused: 550 no such user" in steps(manager.get(STEPS))[TRIAL_MAIL]


def test_trial_mails_are_ten_an_hour_at_most(manager: Reader) -> None:
    for _number in range(10):
        assert manager.post(TRIAL).status == 302
    page = manager.follow(manager.post(TRIAL))
    assert page.alerts == ["You get 10 trial mails an hour at most. Wait a while before you ask for more."]
    assert db.session.scalar(select(func.count(TrialMail.id))) == 10


def test_only_managers_mail_a_trial(
    planner: Reader, operator: Reader, contact: Reader, anybody: Reader, admin: Reader
) -> None:
    for reader in (planner, operator):
        assert reader.post(TRIAL).status == 403
        assert "A manager can do so." in steps(reader.get(STEPS))[TRIAL_MAIL]
    assert contact.post(TRIAL).status == contact.get(STEPS).status == 404
    assert anybody.post(TRIAL).location.startswith("/login")
    assert messages() == []
    assert admin.post(TRIAL).status == 302


def test_mail_server_is_spoken_to(app: Flask, settings: Settings, planned: World) -> None:
    # What the other application does waits for nobody.
    db.session.remove()
    with SMTPServer() as server:
        given = {"MAIL_SERVER": HOST, "MAIL_PORT": server.port}
        other = create_app(settings.model_copy(update=given), **FOR_TESTS)
        other.test_client_class = Visitor
        with other.app_context():
            reader = Reader(other, "manager@vendor.example")
            page = reader.get(STEPS)
            assert steps(page)[SERVER].endswith(f" done {HOST} answers.")
            viewer = Reader(other, "viewer@vendor.example")
    with other.app_context():
        found = steps(reader.get(STEPS))[SERVER]
        assert f"{HOST} does not answer as it should. Nothing listens there: look at MAIL_SERVER" in found
        assert str(server.port) in found
        # Where it stands is not everybody's to know.
        assert str(server.port) not in steps(viewer.get(STEPS))[SERVER]


def test_every_advice_of_the_doctor_is_given_in_the_readers_language(app: Flask) -> None:
    assert list(ADVICE) == [kind for kind, _text in MEND]
    said = [str(advice).rstrip(".").lower() for advice in ADVICE.values()]
    with force_locale("en"):
        assert said != [str(advice).rstrip(".").lower() for advice in ADVICE.values()]
        assert [str(advice).rstrip(".").lower() for advice in ADVICE.values()] == [text.lower() for _kind, text in MEND]


@pytest.fixture
def demonstration(app: Flask) -> None:
    now = datetime.now(UTC)
    load(now)
    let_in(now)


def one_of_them(app: Flask, role: Role) -> Reader:
    person = next(one for one in PEOPLE if one.role is role)
    return Reader(app, person.email, password(str(app.config["SECRET_KEY"]), person.email))


@pytest.mark.usefixtures("demonstration")
def test_demonstration_says_so_and_is_left_by_an_administrator(app: Flask) -> None:
    manager, admin = one_of_them(app, Role.MANAGER), one_of_them(app, Role.ADMIN)
    assert "This is the demonstration." in manager.get("/planner/").main
    assert LEAVE not in manager.get("/planner/").html
    assert manager.get(LEAVE).status == manager.post(LEAVE, {"sure": "y"}).status == 403
    assert LEAVE in admin.get("/planner/").html
    page = admin.get(LEAVE)
    contacts = db.session.scalar(select(func.count(Contact.id)))
    assert f"The product Inconto, with 60 tenants and {contacts} contacts." in page.main
    before = everything()
    for form, wrong in (
        ({"email": "ik@vendor.example"}, {"sure": "Tick this, so that nothing goes by mistake."}),
        ({"sure": "y"}, {"email": "Fill this in."}),
        ({"sure": "y", "email": "nonsense"}, {"email": "This is no e-mail address."}),
    ):
        page = admin.post(LEAVE, form)
        assert (page.status, list(page.wrong)) == (422, list(wrong)), form
    taken = admin.post(LEAVE, {"sure": "y", "email": "manager@inconto.example"})
    assert taken.wrong == {"email": "This address has an account already: sign in with it, and leave from there."}
    assert everything() == before

    page = admin.post(LEAVE, {"sure": "y", "email": "ik@vendor.example"})
    assert loaded() is None
    assert db.session.execute(select(User.email, User.role)).all() == [("ik@vendor.example", Role.ADMIN)]
    assert page.status == 302
    path = re.sub(r"^https?://[^/]+", "", page.location)
    assert "ik@vendor.example" in admin.get(path).seen
    chosen = admin.post(path, {"password": PASSWORD, "again": PASSWORD})
    home = admin.follow(admin.follow(chosen))
    assert home.location == STEPS
    assert admin.get(path).status == 410


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize("language", [None, "en"])
@both_databases
def test_way_out_leads_in_again_whatever_the_browser_says_of_its_language(app: Flask, language: str | None) -> None:
    person = next(one for one in PEOPLE if one.role is Role.ADMIN)
    words = password(str(app.config["SECRET_KEY"]), person.email)
    admin = Reader(app, person.email, words, language=language)
    page = admin.post(LEAVE, {"sure": "y", "email": "ik@vendor.example"})
    assert page.status == 302
    path = re.sub(r"^https?://[^/]+", "", page.location)
    assert "ik@vendor.example" in admin.get(path).seen
    # Whoever closes this page too early finds the link in the mail.
    (mail,) = db.session.scalars(select(OutboxMessage))
    assert mail.address == "ik@vendor.example"
    (link,) = re.findall(r"http://localhost(/welcome/\S+)", mail.letter.plain)
    assert Reader(app).post(link, {"password": PASSWORD, "again": PASSWORD}).location == "/"


@pytest.mark.usefixtures("demonstration")
def test_who_has_an_account_of_their_own_keeps_it(app: Flask) -> None:
    make_user("own@vendor.example", Role.ADMIN)
    own = Reader(app, "own@vendor.example")
    assert "Your e-mail address" not in own.get(LEAVE).main
    page = own.follow(own.post(LEAVE, {"sure": "y"}))
    assert ticked(page) == [False] * 9
    assert "The demonstration is gone." in page.main
    assert db.session.scalars(select(Product)).all() == []
    assert [user.email for user in db.session.scalars(select(User))] == ["own@vendor.example"]


@pytest.mark.usefixtures("demonstration")
@both_databases
def test_token_that_the_demonstrations_people_made_goes_with_them(app: Flask) -> None:
    make_user("own@vendor.example", Role.ADMIN)
    own, invented = Reader(app, "own@vendor.example"), one_of_them(app, Role.ADMIN)
    for reader, name in ((own, "pipeline"), (own, "revoked"), (invented, "backdoor")):
        reader.post("/planner/tokens", {"name": name, "role": "admin", "tenant": ""})
    revoked = token_named("revoked")
    assert revoked is not None
    own.post(f"/planner/tokens/{revoked.id}/revoke")

    page = own.get(LEAVE)
    assert "Accounts of the vendor: own@vendor.example." in page.main
    assert "API tokens: pipeline. Whoever holds one comes in afterwards too" in page.main
    own.post(LEAVE, {"sure": "y"})
    assert list(db.session.scalars(select(ApiToken.name).order_by(ApiToken.name))) == ["pipeline", "revoked"]


def test_there_is_no_way_out_of_what_is_real(admin: Reader) -> None:
    assert "demonstration" not in admin.get("/planner/").main
    before = everything()
    assert (admin.get(LEAVE).status, admin.post(LEAVE, {"sure": "y"}).status) == (200, 422)
    assert "There is no demonstration here any more." in admin.get(LEAVE).main
    assert everything() == before
