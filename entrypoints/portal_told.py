"""What we told a customer: promise, deadline, when, to whom, how it arrived; its own proof, to print or take along."""

import json

from flask import Response, g

from compliance.tenant_evidence import evidence_rows
from entrypoints.guards import now
from entrypoints.portal import portal, portal_page
from entrypoints.told_sheet import told_sheet
from entrypoints.told_year import told_year
from evidence.chain import head
from tenants.models import Tenant

__all__ = ["portal"]


@portal.get("/<slug>/told")
def told(slug: str) -> str:
    """A year of it, the latest change first."""
    return portal_page("portal/told.html", **told_year(g.tenant, now()))


@portal.get("/<slug>/told.json")
def told_as_json(slug: str) -> Response:
    """All of it, in the columns of the evidence, with the end of the chain."""
    tenant: Tenant = g.tenant
    found = {"tenant": tenant.slug, "head": str(head()), "notices": evidence_rows(tenant, known_at=now())}
    return _file(json.dumps(found, ensure_ascii=False, indent=1), "application/json", f"{tenant.slug}.json")


@portal.get("/<slug>/told.csv")
def told_as_csv(slug: str) -> Response:
    """The same for people, in the language of the page."""
    tenant: Tenant = g.tenant
    return _file(told_sheet(tenant), "text/csv; charset=utf-8", f"{tenant.slug}.csv")


def _file(body: str, content_type: str, name: str) -> Response:
    answer = Response(body, content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
