"""Service hours: when availability is promised, and which maintenance is best kept out of (SLA 3.1)."""

from datetime import UTC, datetime, timedelta, tzinfo

from sla.breaches import Breach, Rule
from sla.periods import computed_moment
from sla.terms import Terms

SERVICE_HOURS_CLAUSE = "SLA 3.1"


def time_in_service_hours(starts_at: datetime, ends_at: datetime, terms: Terms, zone: tzinfo) -> timedelta:
    """Return how much of a window falls between 08:00 and 20:00 of any day, in elapsed time.

    The hours are on the clock of ``zone``, every day of the week. A window that ends before it starts has none.

    Source: SLA 3.1.
    """
    # Two readings of one zone are subtracted as the clock shows them, not as time went by.
    starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
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

    ``earliest`` is the next end of service hours after which a window of this length fits, None where none does.

    Source: SLA 3.1.
    """
    inside = time_in_service_hours(starts_at, ends_at, terms, zone)
    if not inside:
        return None
    return Breach(
        rule=Rule.SERVICE_HOURS,
        clause=SERVICE_HOURS_CLAUSE,
        given=f"PT{int(inside.total_seconds()) // 60}M",
        required=f"{terms.service_from:%H:%M}-{terms.service_until:%H:%M}",
        earliest=_next_quiet_start(starts_at, ends_at, terms, zone),
    )


def _next_quiet_start(starts_at: datetime, ends_at: datetime, terms: Terms, zone: tzinfo) -> datetime | None:
    length = ends_at.astimezone(UTC) - starts_at.astimezone(UTC)
    day = starts_at.astimezone(zone).date()
    # The first night may be over already and the second an hour short, when the clock goes forward.
    for nights in range(3):
        closes = computed_moment(day + timedelta(days=nights), terms.service_until, zone)
        if closes >= starts_at and not time_in_service_hours(closes, closes + length, terms, zone):
            return closes
    return None
