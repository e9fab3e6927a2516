"""What contacts ask in tests, and where."""

from sqlalchemy import select

from schedules.wave_models import DateRequest
from storage import db

ASK = {"asked_for": "2027-03-01T06:00", "reason": "jaarafsluiting"}


def of_brug(version: str = "2027.1") -> str:
    return f"/portal/zorggroep-de-brug/releases/{version}/date"


def the_request() -> DateRequest:
    return db.session.scalars(
        select(DateRequest).order_by(DateRequest.id.desc()).limit(1).execution_options(populate_existing=True)
    ).one()
