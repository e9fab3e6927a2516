"""A role of the vendor reaches as far as the table says."""

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import User
from storage import db
from tests.faces.access.places import Somewhere, rules
from tests.faces.pages import Reader, everything
from tests.world import World

VENDOR = ("viewer", "planner", "operator", "manager", "admin")
PLANS = {"planner", "manager", "admin"}
OPERATES = {"operator", "manager", "admin"}
TELLS = {"planner", "operator", "manager", "admin"}
MANAGES = {"manager", "admin"}
ADMINISTERS = {"admin"}
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
    "planner.year_answer": PLANS,
    "planner.own_date_answer": PLANS,
    "planner.wave_answer": PLANS,
    "planner.move_wave_answer": PLANS,
    "planner.date_request_answer": PLANS,
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
    # The announcement is a draft yet, of which nothing is going on.
    assert shown.pop("planner.bulletin_live") == 404
    assert shown == {name: 200 if role in REACH.get(name, VENDOR) else 403 for name in shown}


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


def test_changed_role_holds_at_once(manager: Reader, somewhere: Somewhere) -> None:
    path = f"/planner/releases/{somewhere.release}/cancel"
    assert manager.get(path).status == 200
    user = db.session.scalars(select(User).where(User.email == "manager@vendor.example")).one()
    user.role = next(role for role in type(user.role) if role.value == "viewer")
    db.session.commit()
    assert manager.get(path).status == 403
