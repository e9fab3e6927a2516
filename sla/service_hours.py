"""Service hours: when availability is promised, and which maintenance is best kept out of (SLA 3.1)."""

from datetime import datetime, timedelta, tzinfo

from sla.breaches import Breach, Rule
from sla.periods import computed_moment
from sla.terms import Terms

SERVICE_HOURS_CLAUSE = "SLA 3.1"


def time_in_service_hours(starts_at: datetime, ends_at: datetime, terms: Terms, zone: tzinfo) -> timedelta:
    """Return how much of a window falls between 08:00 and 20:00 of any day, in elapsed time.

    The hours are on the clock of ``zone``, every day of the week. A window that ends before it starts has none.

    Source: SLA 3.1.
    """
    total = timedelta()
    day, last = starts_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
    while day <= last:
        opens = computed_moment(day, terms.service_from, zone)
        closes = computed_moment(day, terms.service_until, zone)
        total += max(min(closes, ends_at) - max(opens, starts_at), timedelta())
        day += timedelta(days=1)
    return total


def service_hours_breach(starts_at: datetime, ends_at: datetime, terms: Terms, zone: tzinfo) -> Breach | None:
    """Return the breach of maintenance inside service hours, which asks for a reason; None outside them.

    ``earliest`` is the next end of service hours.

    Source: SLA 3.1.
    """
    inside = time_in_service_hours(starts_at, ends_at, terms, zone)
    if not inside:
        return None
    local = starts_at.astimezone(zone)
    closes = computed_moment(local.date(), terms.service_until, zone)
    return Breach(
        rule=Rule.SERVICE_HOURS,
        clause=SERVICE_HOURS_CLAUSE,
        given=f"PT{int(inside.total_seconds()) // 60}M",
        required=f"{terms.service_from:%H:%M}-{terms.service_until:%H:%M}",
        earliest=max(closes, starts_at),
    )
