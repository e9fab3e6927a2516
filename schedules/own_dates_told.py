"""Whether a notice told a tenant a date of its own, or everybody's; the notice itself does not say."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select

from evidence.chain import Kind
from evidence.models import Entry
from schedules.models import Rollout
from schedules.notices import Notice
from sla.terms import Change
from storage import db
from tenants.models import Tenant


@dataclass(frozen=True)
class OwnDates:
    """The dates of its own that a tenant has and had for one kind of update; read when they are asked for."""

    tenant: Tenant
    kind: Change

    def told_by(self, notice: Notice) -> bool:
        """Whether this is about a date of its own: its present one, or the one that it had when it was told."""
        if (notice.release_id, notice.planned_at) in self._present:
            return True
        told_at = notice.announced_at or notice.created_at
        before = [planned_at for since, planned_at in self._had[notice.release_id] if since <= told_at]
        return bool(before) and before[-1] == notice.planned_at

    @cached_property
    def _present(self) -> set[tuple[int, datetime]]:
        rows = select(Rollout.release_id, Rollout.planned_at).where(
            Rollout.tenant_id == self.tenant.id, Rollout.kind == self.kind
        )
        return {(row.release_id, row.planned_at) for row in db.session.execute(rows)}

    @cached_property
    def _had(self) -> dict[int | None, list[tuple[datetime, datetime | None]]]:
        """From when on which date held, by release, as it went on record; None once it went along with everybody."""
        rows = select(Entry.happened_at, Entry.facts).where(
            Entry.tenant_id == self.tenant.id, Entry.kind == Kind.MOVED.value
        )
        found: dict[int | None, list[tuple[datetime, datetime | None]]] = defaultdict(list)
        for happened_at, text in db.session.execute(rows.order_by(Entry.id)):
            facts = json.loads(text)
            if facts["kind"] == self.kind.value:
                planned_at = datetime.fromisoformat(facts["planned_at"]) if facts["planned_at"] else None
                found[facts["release"]].append((happened_at, planned_at))
        return found
