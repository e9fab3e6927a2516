"""What people type of tenants in tests."""

from sqlalchemy import select

from storage import db
from tenants.models import Tenant
from tests.faces.pages import Form

PERIODS = ["1 fortnight", "P", "P0D", "P-1M", "PT24H", "P1.5M", "P3Y", "x" * 21, "P1M\0D", "💥"]
NEW = "/planner/tenants/new"
BRUG = "/planner/tenants/zorggroep-de-brug"
PEELRAND = "/planner/tenants/ziekenhuis-peelrand"
# As its page fills it in, which means now.
OPENED: Form = {"opened_at": "2026-11-23T10:00", "installed_at": "2026-11-23T10:00"}
REPORT: Form = OPENED | {"environment": "production", "version": "2026.4", "sure": "2026.4"}
LONG = "x" * 300
UNSEEN = "\u202e\u200b\0\n"


def tenant(slug: str) -> Tenant:
    return db.session.scalars(select(Tenant).where(Tenant.slug == slug)).one()
