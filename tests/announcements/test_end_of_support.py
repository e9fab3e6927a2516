"""Contacts are warned before the version that they run loses full support (SLA 4.2)."""

import pytest

from announcements.notice_desks import desk_shown
from announcements.readers import Told, contacts_of
from announcements.reminding import remind
from announcements.specimen import specimens
from schedules.models import Release
from schedules.notices import Says
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date
from schedules.running import report_version
from sla.terms import Change
from tenants.models import EnvironmentKind, Tenant
from tests.approving import print_of
from tests.planning import counted_queries, messages, moved, planned_release, read, told_and_given
from tests.world import MANAGER, NOW, OPERATOR, World, both_databases, local, make_tenant

# 2027.2 is the second after 2026.4, which De Brug runs.
ACCEPTANCE, PRODUCTION = "2027-05-17T06:00", "2027-06-14T06:00"
TOLD = local("2027-05-12T09:00")
FROM = "From Mon 14 June 2027, 2026.4 no longer has full support (SLA 4.2). Your production environment runs it now."
ONCE = (
    "Once 2027.2 is in production for most customers, 2026.4 no longer has full support (SLA 4.2). "
    "Your production environment runs it now."
)
VANAF = (
    "Vanaf ma 14 juni 2027 krijgt 2026.4 geen volledige ondersteuning meer (SLA 4.2). "
    "Jullie productieomgeving draait nu op die versie."
)


@pytest.fixture
def ending(planned: World) -> Release:
    """The release that ends the support of 2026.4, of which De Brug runs a patch; Peelrand runs the next one."""
    planned_release(planned.product, "2026.4", "2026-12-21T06:00", "2027-01-25T06:00")
    planned_release(planned.product, "2027.1", "2027-02-15T06:00", "2027-03-15T06:00")
    told_and_given(local("2027-02-12T06:00"))
    runs(planned.brug, "2026.4")
    runs(planned.peelrand, "2027.1")
    return planned_release(planned.product, "2027.2", ACCEPTANCE, PRODUCTION, now=local("2027-04-01T06:00"))


def runs(tenant: Tenant, version: str) -> None:
    report_version(tenant, EnvironmentKind.PRODUCTION, version, NOW, OPERATOR, NOW)


def todos(tenant: Tenant, subject: str) -> list[str]:
    """What the last mails of that subject tell a tenant's contacts to do, and know."""
    found = [read(one) for one in messages(tenant)]
    texts = [mail.text for mail in found if subject in mail.subject]
    return [text.split("\n\n")[3].strip().partition("users. ")[2] for text in texts]


@both_databases
def test_notice_and_reminder_warn_whose_version_loses_support(planned: World, ending: Release) -> None:
    told_and_given(TOLD)
    remind(local("2027-06-07T06:00"))
    assert todos(planned.brug, "Production to 2027.2") == [FROM]
    assert todos(planned.brug, "Reminder: production to 2027.2") == [FROM]
    dutch = [read(one).text for one in messages(planned.brug) if one.letter.language == "nl"]
    assert sum(VANAF in text for text in dutch) == 2
    # Nobody else, and no other letter.
    assert sum("SLA 4.2" in read(one).text for one in messages()) == 4


def test_who_updates_meanwhile_is_reminded_without_it(planned: World, ending: Release) -> None:
    told_and_given(TOLD)
    runs(planned.brug, "2027.1")
    remind(local("2027-06-07T06:00"))
    assert todos(planned.brug, "Reminder: production to 2027.2") == [""]


def test_patch_ends_with_its_release(planned: World, ending: Release) -> None:
    runs(planned.brug, "2026.4.2")
    told_and_given(TOLD)
    assert todos(planned.brug, "Production to 2027.2") == [FROM.replace("2026.4", "2026.4.2")]


def test_moved_names_the_new_day_and_off_says_nothing(planned: World, ending: Release) -> None:
    told_and_given(TOLD)
    moved(ending, ACCEPTANCE, "2027-06-28T06:00", now=TOLD)
    told_and_given(TOLD)
    assert todos(planned.brug, "Moved: production to 2027.2") == [FROM.replace("14 June", "28 June")]
    cancel_release(ending, MANAGER, TOLD)
    told_and_given(TOLD)
    off = [read(one).text for one in messages(planned.brug) if "Off: production" in one.letter.subject]
    assert [("off" in text, "SLA 4.2" in text) for text in off] == [(True, False)]


@pytest.mark.parametrize(
    ("own", "told_before", "words"),
    [
        pytest.param("2027-07-12T06:00", True, FROM, id="later-and-everybodys-date-was-told"),
        pytest.param("2027-07-12T06:00", False, ONCE, id="later-and-everybodys-date-is-not-theirs-to-know"),
        pytest.param("2027-06-07T06:00", False, "", id="earlier"),
    ],
)
def test_own_date_names_everybodys_only_to_whoever_was_told_it(
    planned: World, ending: Release, own: str, told_before: bool, words: str
) -> None:
    now = local("2027-04-02T06:00")
    if told_before:
        now = TOLD
        told_and_given(TOLD)
    give_own_date(ending, planned.brug, Change.PRODUCTION, local(own), "Vakantie", MANAGER, now)
    told_and_given({ONCE: local("2027-06-05T06:00"), "": local("2027-05-05T06:00")}.get(words, TOLD))
    assert todos(planned.brug, "roduction to 2027.2")[-1] == words


def test_who_approves_sees_it_and_what_was_seen_changes_with_it(planned: World, ending: Release) -> None:
    now = local("2027-05-10T06:00")
    desk = desk_shown(ending, Change.PRODUCTION, Says.PLANNED, now)
    english = specimens(ending, Change.PRODUCTION, Says.PLANNED, desk, now, planned.brug.contacts[1].id)[1]
    assert FROM in english.text
    seen = print_of(ending, Change.PRODUCTION, now)
    assert print_of(ending, Change.PRODUCTION, now) == seen
    runs(planned.brug, "2027.1")
    assert print_of(ending, Change.PRODUCTION, now) != seen


@both_databases
def test_many_tenants_cost_no_more_queries_than_one(planned: World, ending: Release) -> None:
    desk = desk_shown(ending, Change.PRODUCTION, Says.PLANNED, TOLD)
    told = Told(starts_at=ending.production_at)
    tenants, numbers, warned = [planned.brug.id], [], []
    for number in range(12):
        tenant = make_tenant(planned.product, f"tenant-{number}")
        runs(tenant, ("2026.4.1", "2027.1")[number % 2])
        tenants.append(tenant.id)
    # The first reads what the session does not hold yet.
    for some in (tenants[:1], tenants[:1], tenants):
        contacts = contacts_of(some)
        with counted_queries() as statements:
            rows = desk.addressed(dict.fromkeys(some, told), contacts, TOLD)
        numbers.append(len(statements))
        warned.append(len([row for row in rows if row["fields"]["support"]]))
    assert (numbers[1:], warned) == ([3, 3], [2, 2, 8])
