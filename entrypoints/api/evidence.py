"""The proof of notice of one tenant, to lay before a customer."""

from compliance.tenant_evidence import evidence_rows
from entrypoints.api.calls import Answer, call
from entrypoints.api.found import the_tenant
from entrypoints.api.guard import own_tenant_id
from entrypoints.api.shapes import Page, Paging, Shape
from entrypoints.guards import now
from evidence.actors import May
from evidence.chain import head


class EvidenceRow(Shape):
    """One mail, call or letter about one promise; or a promise of which nothing was sent. Empty where it has none."""

    tenant: str
    change: str
    kind: str
    says: str
    planned_at: str
    promise: str
    clause: str
    deadline_at: str
    state: str
    announced_at: str
    given_at: str
    days_ahead: float | None
    missed_at: str
    joined_late: bool
    waiver: str
    """Why it came later, in Dutch."""
    waiver_en: str
    waived_by: str
    channel: str
    contact: str
    address: str
    language: str
    mail_state: str
    sent_at: str
    server_reply: str
    proof: str
    bounced_at: str
    bounce: str
    message_id: str
    sha256: str
    trial: bool
    recorded_by: str
    subject: str
    """Of a mail: as its reader got it."""
    support_warning: str
    """What a mail said of the end of full support of the version that the tenant runs (SLA 4.2)."""


class EvidenceAnswer(Page[EvidenceRow]):
    """What was announced, when, to whom, how it arrived; a part of it."""

    tenant: str
    head: str
    """The end of the chain of evidence at this moment: kept outside, it shows what is cut off later."""


@call("GET", "/tenants/<slug>/evidence", may=May.LOOK, query=Paging, answer=EvidenceAnswer, contacts=True)
def tenant_evidence(slug: str, query: Paging) -> Answer:
    """What was promised to a tenant and announced, when, to whom, and how it arrived; the latest change first."""
    tenant = the_tenant(slug)
    rows = evidence_rows(tenant, known_at=now() if own_tenant_id() is not None else None)
    part = Page.part_of(rows, query, lambda row: EvidenceRow(**(row | {"trial": bool(row["trial"])})))
    return Answer(EvidenceAnswer(tenant=tenant.slug, head=str(head()), **dict(part)))
