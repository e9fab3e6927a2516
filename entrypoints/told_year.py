"""A year of what a tenant was told, as its own page and the vendor's show it: by notice, else by mail, by hand."""

from datetime import datetime
from typing import Any

from compliance.bulletin_evidence import BulletinProof, bulletin_proofs
from compliance.mailed_evidence import first_mailed_at, mailed_proofs
from compliance.notice_evidence import proof_of
from entrypoints.filters import asked_page
from entrypoints.guards import now
from entrypoints.years import Years
from evidence.chain import head
from schedules.told_archive import first_notice_told, last_notice_told, notices_told
from storage.paging import listed, slice_of
from tenants.models import Tenant


def told_year(tenant: Tenant, known_at: datetime | None = None) -> dict[str, Any]:
    """Return what the page of a year shows, the latest first; with ``known_at`` what the tenant may read then.

    Notices and other mails are paged, each by a number of their own in the address.
    """
    bulletins = bulletin_proofs(tenant)
    began = [first_notice_told(tenant, known_at), first_mailed_at(tenant), *map(_announced, bulletins[-1:])]
    first = min(filter(None, began), default=None)
    last = max(last_notice_told(tenant, known_at) or now(), now())
    years = Years.asked(first, last, tenant.product.zone)
    notices = listed(notices_told(tenant, years.start, years.end, known_at), asked_page())
    return {
        "years": years,
        "notices": notices,
        "proofs": proof_of(notices.rows, to_tenant=known_at is not None),
        "mailed": slice_of(mailed_proofs(tenant, years.start, years.end), asked_page("mailed")),
        "bulletins": [one for one in bulletins if years.start <= _announced(one) < years.end],
        "head": head(),
    }


def _announced(proof: BulletinProof) -> datetime:
    return proof.bulletin.announced_at or now()
