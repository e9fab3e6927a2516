"""What of bulletins goes on record in the evidence: ids and hashes, no name, no address, no telephone number."""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from announcements.models import Bulletin, BulletinCall, BulletinKind
from evidence.actors import THE_CLOCK, Actor
from evidence.chain import Happening, Kind
from tenants.models import LANGUAGES

CLAUSES = {BulletinKind.URGENT: "SLA 4.1", BulletinKind.NEWSLETTER: "SLA 5.4", BulletinKind.TERMS: "SLA 6.1"}


def announced(
    bulletin: Bulletin,
    announcement_id: int,
    tenant_ids: Iterable[int],
    contacts: Iterable[Any],
    by: str,
    *,
    joined_late: bool = False,
) -> list[Happening]:
    """To each tenant the words by their hashes, and the contacts for whom they were frozen."""
    by_tenant = defaultdict(list)
    for contact in contacts:
        by_tenant[contact.tenant_id].append(contact.id)
    words = {one: _hash(f"{bulletin.subject(one)}\n\n{bulletin.markdown(one)}") for one in LANGUAGES}
    shared = _named(bulletin) | {
        "announcement": announcement_id,
        "clause": CLAUSES[bulletin.kind],
        "effective_on": bulletin.effective_on.isoformat() if bulletin.effective_on else None,
        "sha256": words,
        **({"joined_late": True} if joined_late else {}),
    }
    return [
        Happening(Kind.ANNOUNCED, by, tenant_id, shared | {"contacts": by_tenant[tenant_id]})
        for tenant_id in tenant_ids
    ]


def called(call: BulletinCall, by: Actor) -> Happening:
    facts = {
        "bulletin": call.bulletin_id,
        "call": call.id,
        "contact": call.contact_id,
        "state": call.state.value,
        # What was said may name people; that it was not changed afterwards can be shown all the same.
        "outcome_sha256": _hash(call.outcome),
    }
    return Happening(Kind.CALLED, by.name, call.tenant_id, facts)


def closed(bulletin: Bulletin, tenants: int, by: Actor) -> Happening:
    """Every tenant has been reached."""
    return Happening(Kind.GIVEN, by.name, None, _named(bulletin) | {"tenants": tenants})


def opened_again(bulletin: Bulletin, unreached: int) -> Happening:
    """What had reached a tenant came back after all."""
    return Happening(Kind.NOT_GIVEN, THE_CLOCK.name, None, _named(bulletin) | {"tenants": unreached})


def missed(bulletin: Bulletin, unreached: int) -> Happening:
    """The day came on which terms change, and not everybody had been told."""
    effective_on = bulletin.effective_on.isoformat() if bulletin.effective_on else None
    facts = _named(bulletin) | {"effective_on": effective_on, "tenants": unreached}
    return Happening(Kind.MISSED, THE_CLOCK.name, None, facts)


def dropped(bulletin: Bulletin, by: Actor) -> Happening:
    return Happening(Kind.CANCELLED, by.name, None, _named(bulletin))


def _named(bulletin: Bulletin) -> dict[str, Any]:
    return {"bulletin": bulletin.id, "kind": bulletin.kind.value}


def _hash(words: str) -> str:
    return sha256(words.encode()).hexdigest() if words else ""
