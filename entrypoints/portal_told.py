"""What we told a customer: promise, deadline, when, to whom, how it arrived; its own proof, to print or take along."""

import json
from typing import Any

from flask import Response, g

from compliance.bulletin_evidence import bulletin_proofs
from compliance.notes_evidence import notes_proofs
from compliance.notice_evidence import proof_of
from compliance.tenant_evidence import evidence_rows
from entrypoints.filters import asked_page
from entrypoints.guards import now
from entrypoints.portal import portal, portal_page
from entrypoints.told_sheet import told_sheet
from entrypoints.years import Years
from evidence.chain import head
from schedules.told_archive import first_notice_told, last_notice_told, notices_told
from storage.paging import listed
from tenants.models import Tenant

__all__ = ["portal"]


@portal.get("/<slug>/told")
def told(slug: str) -> str:
    """A year of it, the latest change first."""
    tenant: Tenant = g.tenant
    bulletins, notes = bulletin_proofs(tenant), notes_proofs(tenant)
    began = [first_notice_told(tenant, now()), *map(_announced, bulletins[-1:]), *(one.told_at for one in notes[-1:])]
    first = min(filter(None, began), default=None)
    years = Years.asked(first, max(last_notice_told(tenant, now()) or now(), now()), tenant.product.zone)
    notices = listed(notices_told(tenant, years.start, years.end, now()), asked_page())
    return portal_page(
        "portal/told.html",
        years=years,
        notices=notices,
        proofs=proof_of(notices.rows, to_tenant=True),
        notes=[one for one in notes if years.start <= one.told_at < years.end],
        bulletins=[one for one in bulletins if years.start <= _announced(one) < years.end],
        head=head(),
    )


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


def _announced(proof: Any) -> Any:
    return proof.bulletin.announced_at or now()


def _file(body: str, content_type: str, name: str) -> Response:
    answer = Response(body, content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
