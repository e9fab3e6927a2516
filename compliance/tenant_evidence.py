"""Everything that one tenant was told, in one file's rows: by notice, of release notes and updates, by hand."""

from typing import Any

from compliance.bulletin_evidence import bulletin_proofs, bulletin_rows
from compliance.notes_evidence import notes_proofs, notes_rows
from compliance.notice_evidence import as_rows, known_to_tenant, proof_for
from tenants.models import Tenant


def evidence_rows(tenant: Tenant, *, as_told: bool = False, language: str = "nl") -> list[dict[str, Any]]:
    """Return a row for each mail, call and letter; ``as_told``: without what the tenant has not been told yet.

    Bulletins are named by their subject in ``language``. Seven queries, whatever there is.
    """
    proofs = [one for one in proof_for(tenant) if not as_told or known_to_tenant(one)]
    return [
        *as_rows(proofs, tenant),
        *notes_rows(notes_proofs(tenant), tenant),
        *bulletin_rows(bulletin_proofs(tenant), tenant, language),
    ]
