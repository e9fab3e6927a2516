"""The page of programs: a token is shown once, and let in no more with a button."""

import re

from accounts.tokens import bearer_of
from tests.faces.pages import Page, Reader
from tests.world import World

PAGE = "/planner/tokens"


def shown_token(page: Page) -> str:
    return page.html.partition('id="token" value="')[2].partition('"')[0]


def test_token_is_shown_once(admin: Reader) -> None:
    page = admin.post(PAGE, {"name": "pipeline", "role": "operator", "tenant": ""})

    token = shown_token(page)
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"rat_[\w-]{43}", token)
    bearer = bearer_of(token)
    assert bearer is not None
    assert (bearer.name, bearer.role.value) == ("pipeline", "operator")
    assert token not in admin.get(PAGE).html
    assert "pipeline operator never admin@vendor.example" in admin.get(PAGE).main


def test_revoked_token_lets_in_no_more(admin: Reader) -> None:
    token = shown_token(admin.post(PAGE, {"name": "pipeline", "role": "operator"}))
    bearer = bearer_of(token)
    assert bearer is not None

    page = admin.follow(admin.post(f"{PAGE}/{bearer.id}/revoke"))

    assert bearer_of(token) is None
    assert "pipeline is let in no more." in page.seen
    assert "Revoked on" in page.main


def test_token_of_a_contact_names_its_tenant(admin: Reader, planned: World) -> None:
    page = admin.post(PAGE, {"name": "theirs", "role": "contact", "tenant": "zorggroep-de-brug"})

    bearer = bearer_of(shown_token(page))
    assert bearer is not None
    assert bearer.tenant_id == planned.brug.id


def test_what_cannot_be_used_is_said_beside_its_field(admin: Reader) -> None:
    for form, wrong in [
        ({"name": "", "role": "viewer"}, {"name": "Fill this in."}),
        ({"name": "x", "role": "boss"}, {"role": "Choose a role."}),
        ({"name": "x", "role": "contact", "tenant": "no"}, {"tenant": "There is no tenant no."}),
    ]:
        page = admin.post(PAGE, form)
        assert (page.status, page.wrong) == (422, wrong)
    assert "No program is let in yet." in admin.get(PAGE).main
