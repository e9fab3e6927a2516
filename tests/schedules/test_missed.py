"""A missed notice that a manager lets pass: told late, openly, with the reason; never by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from announcements.settling import settle, watch_deadlines
from evidence.actors import NotAllowed
from evidence.models import Entry
from schedules.missed import missed_notices, waive_missed
from schedules.models import Release
from schedules.notices import NoticeState
from schedules.reasons import Reason
from sla.terms import Change
from storage import Refused, db
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    messages,
    notices,
    pass_of_the_clock,
    planned_release,
    queued_mails,
    send,
    the_notice,
)
from tests.world import MANAGER, PLANNER, World, both_databases

LATE = ACCEPTANCE_DEADLINE + timedelta(minutes=1)
REASON = Reason("De mailserver was stuk.", "The mail server was broken.")


def missed_release(planned: World) -> Release:
    """A release whose acceptance notices waited for nobody and lapsed."""
    release = planned_release(planned.product)
    watch_deadlines(LATE)
    db.session.expire_all()
    return release


@both_databases
def test_missed_notices_are_listed_by_tenant(planned: World) -> None:
    release = missed_release(planned)
    assert [notice.tenant for notice in missed_notices(release)] == [planned.peelrand, planned.brug]


@both_databases
def test_waived_notice_is_told_late_with_the_reason(planned: World) -> None:
    release = missed_release(planned)
    assert waive_missed(release, Change.ACCEPTANCE, REASON, MANAGER, LATE) == 2
    first, second = notices(release, Change.ACCEPTANCE, planned.brug)
    assert (first.state, second.state) == (NoticeState.WAIVED, NoticeState.PLANNED)
    assert first.missed_at == LATE
    pass_of_the_clock(LATE + timedelta(minutes=1))
    mails = [mail for mail in queued_mails(planned.peelrand) if "2 weken" in mail.headline]
    assert [mail.headline.endswith(REASON.nl) for mail in mails] == [True]
    mails = [mail for mail in queued_mails(planned.brug) if "2 weeks" in mail.headline]
    assert [mail.headline.endswith(REASON.en) for mail in mails] == [True]
    send(None, LATE + timedelta(minutes=2))
    settle(LATE + timedelta(minutes=2))
    db.session.expire_all()
    assert the_notice(release, Change.ACCEPTANCE, planned.brug).state is NoticeState.COMPLETE
    assert "waived" in set(db.session.scalars(select(Entry.kind)))


def test_waiving_lets_the_update_be_recorded(planned: World) -> None:
    release = missed_release(planned)
    waive_missed(release, Change.ACCEPTANCE, REASON, MANAGER, LATE, planned.brug)
    pass_of_the_clock(LATE + timedelta(minutes=1))
    send(None, LATE + timedelta(minutes=2))
    assert [notice.tenant for notice in missed_notices(release)] == [planned.peelrand]
    assert the_notice(release, Change.ACCEPTANCE, planned.peelrand).state is NoticeState.MISSED
    assert [waiver.tenant for waiver in release.waivers] == [planned.brug]


def test_what_had_waited_in_the_outbox_does_not_stand_in_the_way(planned: World) -> None:
    """The mail server was away until the deadline: the same contacts are told again, by another announcement."""
    release = planned_release(planned.product)
    pass_of_the_clock(ACCEPTANCE_DEADLINE - timedelta(hours=1))
    assert messages(planned.brug)
    watch_deadlines(LATE)
    db.session.expire_all()
    waive_missed(release, Change.ACCEPTANCE, REASON, MANAGER, LATE)
    before = len(messages(planned.brug))
    pass_of_the_clock(LATE + timedelta(minutes=1))
    assert len(messages(planned.brug)) == before + 2


def test_waiving_twice_tells_once(planned: World) -> None:
    release = missed_release(planned)
    waive_missed(release, Change.ACCEPTANCE, REASON, MANAGER, LATE)
    with pytest.raises(Refused):
        waive_missed(release, Change.ACCEPTANCE, REASON, MANAGER, LATE)
    assert len(notices(release, Change.ACCEPTANCE, planned.brug)) == 2


@pytest.mark.parametrize(
    ("nl", "en", "field"),
    [
        ("", "", "reason_nl"),
        ("  ", "\u2028", "reason_nl"),
        ("Te laat", " ", "reason_en"),
        ("\u200b", "Too late", "reason_nl"),
        ("x" * 1001, "Too late", "reason_nl"),
        ("Te laat", "x" * 1001, "reason_en"),
    ],
)
def test_waiving_needs_a_reason_in_both_languages(planned: World, nl: str, en: str, field: str) -> None:
    release = missed_release(planned)
    with pytest.raises(Refused) as refusal:
        waive_missed(release, Change.ACCEPTANCE, Reason(nl, en), MANAGER, LATE)
    assert refusal.value.field == field
    assert release.waivers == []


def test_waiving_needs_a_manager(planned: World) -> None:
    release = missed_release(planned)
    with pytest.raises(NotAllowed):
        waive_missed(release, Change.ACCEPTANCE, REASON, PLANNER, LATE)


def test_waiving_after_the_update_is_refused(planned: World) -> None:
    release = missed_release(planned)
    with pytest.raises(Refused):
        waive_missed(release, Change.ACCEPTANCE, REASON, MANAGER, release.acceptance_at + timedelta(minutes=1))
