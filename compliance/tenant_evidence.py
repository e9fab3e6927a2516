"""Everything that one tenant was told, in one file's rows: by notice, by what else was mailed, by hand."""

from datetime import datetime
from typing import Any

from compliance.bulletin_evidence import bulletin_proofs, bulletin_rows
from compliance.mailed_evidence import mailed_proofs, mailed_rows
from compliance.notice_evidence import as_rows, proof_for
from tenants.models import Tenant


def evidence_rows(tenant: Tenant, *, known_at: datetime | None = None, language: str = "nl") -> list[dict[str, Any]]:
    """Return a row for each mail, call and letter; with ``known_at`` what the tenant may read then.

    Bulletins are named by their subject in ``language``, in which reasons are, too. Eight queries at most.
    """
    return [
        *as_rows(proof_for(tenant, known_at=known_at), tenant, language),
        *mailed_rows(mailed_proofs(tenant), tenant),
        *bulletin_rows(bulletin_proofs(tenant), tenant, language),
    ]
