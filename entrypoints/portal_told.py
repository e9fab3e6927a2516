"""What we told a customer: promise, deadline, when, to whom, how it arrived; its own proof, to print or take along."""

import csv
import json
from io import StringIO
from typing import Any

from flask import Response, g

from compliance.bulletin_evidence import bulletin_proofs, bulletin_rows
from compliance.notice_evidence import as_rows, proof_for, proof_of
from entrypoints.formulas import guarded
from entrypoints.guards import now
from entrypoints.planner.filters import asked_page
from entrypoints.portal import portal, portal_page
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
    last = max(last_notice_told(tenant, now()) or now(), now())
    years = Years.asked(first_notice_told(tenant, now()), last, tenant.product.zone)
    notices = listed(notices_told(tenant, years.start, years.end, now()), asked_page())
    return portal_page(
        "portal/told.html",
        years=years,
        notices=notices,
        proofs=proof_of(notices.rows),
        bulletins=[one for one in bulletin_proofs(tenant) if years.start <= _announced(one) < years.end],
        head=head(),
    )


@portal.get("/<slug>/told.json")
def told_as_json(slug: str) -> Response:
    """All of it, in the columns of the evidence, with the end of the chain."""
    tenant: Tenant = g.tenant
    found = {"tenant": tenant.slug, "head": str(head()), "notices": _rows(tenant)}
    return _file(json.dumps(found, ensure_ascii=False, indent=1), "application/json", f"{tenant.slug}.json")


@portal.get("/<slug>/told.csv")
def told_as_csv(slug: str) -> Response:
    """The same for a spreadsheet, which takes UTF-8 for something else without the mark at its beginning."""
    tenant: Tenant = g.tenant
    rows, file = _rows(tenant), StringIO()
    if rows:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: guarded(one) if isinstance(one, str) else one for name, one in row.items()})
    return _file("\ufeff" + file.getvalue(), "text/csv; charset=utf-8", f"{tenant.slug}.csv")


def _rows(tenant: Tenant) -> list[dict[str, Any]]:
    return as_rows(proof_for(tenant, known_at=now()), tenant) + bulletin_rows(bulletin_proofs(tenant), tenant)


def _announced(proof: Any) -> Any:
    return proof.bulletin.announced_at or now()


def _file(body: str, content_type: str, name: str) -> Response:
    answer = Response(body, content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
