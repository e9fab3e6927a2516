"""What waits for a second person."""

from flask_babel import gettext as _

from announcements.approvals import Waiting
from entrypoints.needs.duties import mails_of, named, page_of, until_when
from entrypoints.needs.need import Asking, Need
from entrypoints.needs.people import DutyPeople, whom
from tenants.wording import tenants_in_words


def approvals(asking: Asking) -> list[Need]:
    """Notices that leave only once a second person has read them; where there is nobody to tell, that comes first."""
    people = {one.duty: asking.people_of_near.get(one.duty, DutyPeople()) for one in asking.to_approve}
    return [_need(one, people[one.duty], asking) for one in asking.to_approve if people[one.duty].contacts]


def _need(one: Waiting, people: DutyPeople, asking: Asking) -> Need:
    duty, zone = one.duty, asking.product.timezone
    changed = _("Changed last by %(person)s.", person=duty.change.last_changed_by)
    return Need(
        kind="approval",
        what=named(duty),
        page=page_of(duty),
        at=duty.deadline_at,
        lines=(until_when(duty, zone), f"{changed} {one.why_not}".strip()),
        missing=(_("Waits for a second person."), *_nobody(people.without_contact)),
        people=whom(people.contacts, duty.tenants - people.without_contact),
        action=_("Look") if one.why_not else _("Read and approve"),
        action_page=mails_of(duty),
        about=named(duty),
    )


def _nobody(tenants: int) -> tuple[str, ...]:
    return (_("%(tenants)s without a contact", tenants=tenants_in_words(tenants)),) if tenants else ()
