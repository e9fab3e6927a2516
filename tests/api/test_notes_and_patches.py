"""Release notes and patches, as a pipeline brings them."""

from flask import Flask
from sqlalchemy import func, select

from evidence.actors import Role
from schedules.models import Patch
from storage import db
from tests.api.conftest import Program, program
from tests.planning import in_use, planned_release
from tests.world import World


def test_notes_are_written_and_published(manager: Program, planned: World) -> None:
    release = planned_release(planned.product)
    address = f"/releases/{release.id}/notes"
    assert manager.get(f"{address}/nl").status == 404
    seen = {"revisions": {"nl": 1, "en": 1}}
    assert manager.post(f"{address}/publish", seen).problem[0] == 422
    for language in ("nl", "en"):
        answer = manager.ask("PUT", f"{address}/{language}", {"markdown": f"Wat **{language}**"})
        assert (answer.status, answer.headers["ETag"], answer.json["revision"]) == (200, '"1"', 1)

    assert manager.post(f"{address}/publish", seen).json["notes"] == {"nl": "published", "en": "published"}
    assert manager.get(f"{address}/nl").json["published_by"] == "token manager"


def test_notes_that_were_not_read_are_not_published(manager: Program, planned: World) -> None:
    address = f"/releases/{planned_release(planned.product).id}/notes"
    for language in ("nl", "en"):
        manager.ask("PUT", f"{address}/{language}", {"markdown": "gelezen"})
    manager.ask("PUT", f"{address}/en", {"markdown": "never read"})

    refused = manager.post(f"{address}/publish", {"revisions": {"nl": 1, "en": 1}})

    assert (refused.problem[0], list(refused.wrong)) == (409, ["revisions"])
    assert manager.post(f"{address}/publish", {}).wrong == {"revisions": "Fill this in."}
    assert manager.get(f"{address}/nl").json["published_at"] is None
    published = manager.post(f"{address}/publish", {"revisions": {"nl": 1, "en": 2}})
    assert published.json["notes"] == {"nl": "published", "en": "published"}


def test_notes_that_were_written_meanwhile_are_not_overwritten(manager: Program, planned: World) -> None:
    address = f"/releases/{planned_release(planned.product).id}/notes/nl"
    manager.ask("PUT", address, {"markdown": "een"})
    assert manager.ask("PUT", address, {"markdown": "twee"}, match='"1"').headers["ETag"] == '"2"'
    assert manager.ask("PUT", address, {"markdown": "drie"}, match='"1"').problem[0] == 412
    assert manager.get(address).json["markdown"] == "twee"


def test_patch_belongs_to_its_release(app: Flask, manager: Program, operator: Program, planned: World) -> None:
    release = planned_release(planned.product)
    sent = {
        "release": "2027.1",
        "version": "2027.1.1",
        "urgent": True,
        "deployed_at": "2026-11-23T09:30",
        "notes": {"nl": "Hersteld", "en": "Mended"},
    }

    early = operator.post("/products/inconto/patches", sent)
    assert (early.status, list(early.wrong)) == (422, ["release"])
    in_use(release)
    answer = operator.post("/products/inconto/patches", sent)

    assert answer.status == 201
    assert answer.json == sent | {
        "id": answer.json["id"],
        "deployed_at": "2026-11-23T08:30:00Z",
        "recorded_by": "token operator",
    }
    assert manager.get("/products/inconto/patches?release=2027.1").json["items"] == [answer.json]
    assert manager.get("/products/inconto/patches?release=2027.2").json["total"] == 0
    assert operator.post("/products/inconto/patches", sent).problem[0] == 409
    unknown = operator.post("/products/inconto/patches", sent | {"release": "2030.1"})
    assert unknown.wrong == {"release": "There is no release of this version."}
    half = operator.post(
        "/products/inconto/patches", sent | {"version": "2027.1.2", "notes": {"nl": "", "en": "Mended"}}
    )
    assert half.wrong == {"notes.nl": "Say it in Dutch as well: customers read it in their own language."}
    assert program(app, Role.PLANNER).post("/products/inconto/patches", sent).problem[0] == 403
    assert db.session.scalar(select(func.count(Patch.id))) == 1
