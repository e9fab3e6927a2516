"""Where there is no product yet every way leads to what comes first."""

import re

import pytest
from flask import Flask

from evidence.actors import Role
from storage import db
from tests.faces.pages import Reader, everything
from tests.world import make_product, make_user

STEPS = "/planner/first-steps"
FORMS = ["/planner/freezes", "/planner/releases/new", "/planner/releases/new/answer", "/planner/import/releases"]


def ways(reader: Reader) -> set[str]:
    """What the band at the head of a page leads to."""
    head = reader.get(STEPS).html.partition("<main")[0]
    return {path for path in re.findall(r'href="([^"#]+)"', head) if path.startswith("/planner")}


def somebody(app: Flask, role: Role) -> Reader:
    make_user("admin@vendor.example", Role.ADMIN)
    if role is not Role.ADMIN:
        make_user("reader@vendor.example", role)
    return Reader(app, "admin@vendor.example" if role is Role.ADMIN else "reader@vendor.example")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONTACT])
def test_every_way_leads_to_a_page(app: Flask, role: Role) -> None:
    reader = somebody(app, role)
    found = ways(reader)
    assert len(found) > 12
    for path in found:
        page = reader.get(path)
        if role is Role.ADMIN:
            assert page.status == 200 or page.location == STEPS, path
        else:
            assert page.status == 200, path


def test_administrator_is_sent_to_the_first_steps(app: Flask) -> None:
    admin = somebody(app, Role.ADMIN)
    for path in ("/planner/", "/planner/year", "/planner/releases", "/planner/import"):
        assert admin.get(path).location == STEPS
    for path in FORMS:
        assert admin.post(path).location == STEPS


def test_others_read_what_is_missing_and_who_can_help(app: Flask) -> None:
    planner = somebody(app, Role.PLANNER)
    page = planner.get("/planner/releases/new")
    assert (page.status, "There is no product yet" in page.main) == (200, True)
    assert "An administrator can: admin@vendor.example." in page.main
    assert f'href="{STEPS}"' in page.html
    before = everything()
    assert [planner.post(path).status for path in FORMS] == [200] * len(FORMS)
    assert everything() == before


def test_product_that_is_not_there_stays_unknown(app: Flask) -> None:
    admin = somebody(app, Role.ADMIN)
    asked = ["/planner/?product=nowhere", "/planner/releases?product=nowhere", "/planner/products/nowhere"]
    assert [admin.get(path).status for path in asked] == [404, 404, 404]
    make_product()
    db.session.commit()
    assert [admin.get(path).status for path in asked] == [404, 404, 404]
    assert admin.get("/planner/releases").status == 200


def test_what_a_role_may_not_do_stays_so(app: Flask) -> None:
    viewer = somebody(app, Role.VIEWER)
    assert (viewer.get("/planner/releases/new").status, viewer.get("/planner/import/tenants").status) == (403, 403)
