"""What is planned changes while its mails are in every state there is: nobody hears old news after new."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from outbox.leases import LEASE
from outbox.models import MessageState, OutboxMessage
from schedules.models import Release
from schedules.release_cancelling import cancel_release
from storage import db
from tenants.contacts import remove_contact
from tenants.models import Contact, Tenant
from tests.faults.audit import rows
from tests.faults.ledger_server import DOT, RCPT
from tests.faults.scene import HOLD, MINUTE, Scene
from tests.planning import PRODUCTION_DEADLINE, moved, pass_of_the_clock, planned_release
from tests.world import MANAGER, World, both_databases, make_tenant

TOLD = PRODUCTION_DEADLINE - timedelta(days=6)
# A tenant for each state that a row can be in, with two contacts.
STATES = [state.value for state in MessageState]
MADE_UP: dict[str, dict[str, Any]] = {
    "claimed": {"owner": "gone", "lease_until": TOLD + HOLD},
    "committing": {"owner": "gone", "lease_until": TOLD + HOLD},
    "expired": {"reply": "not sent in time"},
    "cancelled": {"reply": "the plan has changed since"},
}

Change = Callable[[Release, Scene], None]


def moving(release: Release, scene: Scene) -> None:
    moved(release, "2027-01-25T06:00", "2027-02-15T06:00", now=scene.now)


def cancelling(release: Release, scene: Scene) -> None:
    cancel_release(release, MANAGER, scene.now)


def removing_a_contact(_release: Release, _scene: Scene) -> None:
    for contact in db.session.scalars(select(Contact).where(Contact.email.startswith("contact1@tenant-"))).all():
        remove_contact(contact, MANAGER)


def losing_all_contacts(_release: Release, _scene: Scene) -> None:
    """No service does this; a database can be in such a state all the same."""
    db.session.execute(delete(Contact).where(Contact.email.contains("@tenant-")))
    db.session.commit()


CHANGES: list[Change] = [moving, cancelling, removing_a_contact, losing_all_contacts]


def in_every_state(planned: World, scene: Scene) -> Release:
    """A release that was announced, and what became of its mails: each tenant's in another state."""
    for state in STATES:
        make_tenant(planned.product, f"tenant-{state}", contacts=2)
    release = planned_release(planned.product)
    scene.now = TOLD
    pass_of_the_clock(TOLD)
    for state, values in MADE_UP.items():
        of_tenant = OutboxMessage.address.endswith(f"@tenant-{state}.example")
        db.session.execute(update(OutboxMessage).where(of_tenant).values(state=MessageState(state), **values))
    db.session.commit()
    scene.remember()
    scene.server.order(RCPT, "say", text="451 4.3.0 Later", to="@tenant-queued.", times=0)
    scene.server.order(RCPT, "say", text="550 5.1.1 No such user", to="@tenant-failed.", times=0)
    scene.server.order(DOT, "drop", to="@tenant-uncertain.", times=0)
    # A server that drops connection after connection is left alone for a minute each time.
    for _number in range(4):
        # Whoever holds these is alive, and holds on to them.
        held = OutboxMessage.state.in_([MessageState.CLAIMED, MessageState.COMMITTING])
        db.session.execute(update(OutboxMessage).where(held).values(lease_until=scene.now + LEASE))
        db.session.commit()
        scene.sends()
        scene.now += MINUTE + MINUTE / 6
    scene.server.forget()
    found = {
        state: {row.state.value for row in rows().values() if f"@tenant-{state}." in row.address} for state in STATES
    }
    assert found == {state: {state} for state in STATES}
    return release


@both_databases
@pytest.mark.parametrize("change", CHANGES)
def test_plan_that_changes_at_every_state_of_its_mails(planned: World, scene: Scene, change: Change) -> None:
    release = in_every_state(planned, scene)
    old = set(rows())
    taken_before = len(scene.server.read().accepted)
    scene.now += MINUTE / 2
    change(db.session.get_one(Release, release.id), scene)
    for _number in range(6):
        pass_of_the_clock(scene.now)
        scene.sends()
        scene.now += LEASE + MINUTE
    for _number in range(3):
        scene.now += HOLD
        pass_of_the_clock(scene.now)
        scene.sends()
    pass_of_the_clock(scene.now)
    found = scene.audit()
    assert (found.violations, found.repeated_beyond) == ([], [])
    after = scene.server.read().accepted[taken_before:]
    if change in (moving, cancelling):
        # What was announced of the old plan leaves no more once the plan is another.
        assert [one.recipients for one in after if one.message_id in old] == []
        told = {one.recipients[0] for one in after}
        heard_before = {row.address for key, row in rows().items() if key in old and row.state == "sent"}
        assert heard_before <= told
    if change is removing_a_contact:
        assert [one.recipients for one in after if one.recipients[0].startswith("contact1@tenant-")] == []
    assert db.session.scalar(select(Tenant.id).limit(1)) is not None
