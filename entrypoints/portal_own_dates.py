"""What stands beside a production date on the portal: what was agreed, what was asked, and what can be done."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from schedules.agreed_dates import agreed_dates
from schedules.choosing import offer
from schedules.date_request_queries import latest_requests
from schedules.known_dates import states_known
from schedules.models import Rollout
from schedules.notices import Notice, Says
from sla.terms import Change
from tenants.models import Tenant


def beside_dates(tenant: Tenant, notices: Iterable[Notice | None], now: datetime) -> dict[str, Any]:
    """What the templates of these notices need, by release: agreed dates, questions, and where one can choose."""
    told = {one.release.id: one for one in notices if one is not None and one.release and _stands(one)}
    agreed = agreed_dates(tenant, now)
    offers = {number: offer(one.release, tenant, now) for number, one in told.items() if one.release}
    asked = latest_requests(tenant, now)
    return {
        "dates_asked": asked,
        "asked_states": states_known(asked.values()),
        "dates_agreed": {number: agreed[number] for number, one in told.items() if not_told(agreed.get(number), one)},
        "dates_to_choose": {number for number, offered in offers.items() if offered is not None and offered.moments},
    }


def _stands(notice: Notice) -> bool:
    return notice.kind is Change.PRODUCTION and notice.says is not Says.CANCELLED


def not_told(agreed: Rollout | None, told: Notice) -> bool:
    """Whether a tenant agreed to another date than the one it was told last."""
    return agreed is not None and agreed.planned_at != told.planned_at
