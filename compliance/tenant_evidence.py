"""Everything that one tenant was told, in one file's rows: by notice, of release notes and updates, by hand."""

from datetime import datetime
from typing import Any

from compliance.bulletin_evidence import bulletin_proofs, bulletin_rows
from compliance.notes_evidence import notes_proofs, notes_rows
from compliance.notice_evidence import as_rows, proof_for
from tenants.models import Tenant


def evidence_rows(tenant: Tenant, *, known_at: datetime | None = None, language: str = "nl") -> list[dict[str, Any]]:
    """Return a row for each mail, call and letter; with ``known_at`` what the tenant may read then.

    Bulletins are named by their subject in ``language``, in which reasons are, too. Seven queries, whatever there is.
    """
    return [
        *as_rows(proof_for(tenant, known_at=known_at), tenant, language),
        *notes_rows(notes_proofs(tenant), tenant),
        *bulletin_rows(bulletin_proofs(tenant), tenant, language),
    ]
