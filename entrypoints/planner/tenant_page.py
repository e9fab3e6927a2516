"""What a tenant's page reads: what it runs, what comes, who it is, what was agreed, told and asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import render_template

from entrypoints.forms import EmptyForm
from entrypoints.guards import may, now
from entrypoints.presenting import form_value
from entrypoints.tenant_forms import ContactForm, VersionForm
from release_notes.reports import reports_of
from schedules.date_request_queries import requests_of
from schedules.notices import Notice, NoticeState
from schedules.queries import notices_of_tenant
from schedules.support import support_picture
from schedules.wave_queries import own_dates_of, waves_of
from sla.terms import Change
from tenants.feed_tokens import old_until
from tenants.installed import history, running
from tenants.models import Tenant
from tenants.terms import terms_of
from webhooks.queries import endpoints_of

# What is over and shown at once; the page of the evidence has all of it.
MOST_PAST = 15
MOST_RAN = 10
_OUT = {NoticeState.SUPERSEDED, NoticeState.CANCELLED}


def page_of_tenant(row: Tenant, **forms: Any) -> str:
    """Render a tenant's page; ``forms`` are those that were sent and come back."""
    at = form_value(now(), row.product.timezone)
    shown: dict[str, Any] = {
        "contact_form": ContactForm(formdata=None, locale=row.locale),
        "version_form": VersionForm(formdata=None, environment="production", installed_at=at, opened_at=at),
    }
    notices, ran = notices_of_tenant(row), history(row)
    ahead = coming(notices, now())
    past = [one for one in notices if one not in ahead]
    return render_template(
        "planner/tenants/page.html",
        tenant=row,
        product=row.product,
        running=running(row),
        history=ran[:MOST_RAN],
        earlier=ran[MOST_RAN:],
        ahead=ahead,
        past=past[:MOST_PAST],
        more_past=max(0, len(past) - MOST_PAST),
        terms=terms_of(row, now().astimezone(row.product.zone).date()),
        changes=list(Change),
        own_dates=own_dates_of(row),
        waves=waves_of(row),
        requests=requests_of(row),
        reports=reports_of(row),
        picture=support_picture(row.product, now()),
        webhooks=endpoints_of(row.id) if may("manage") else [],
        form=EmptyForm(formdata=None),
        old_until=old_until(row.id, now()),
        **(shown | forms),
    )


def coming(notices: Sequence[Notice], at: datetime) -> list[Notice]:
    """The notices of what lies ahead, as they stand, the first change first."""
    return sorted(
        (one for one in notices if one.planned_at > at and one.state not in _OUT),
        key=lambda one: (one.planned_at, one.id),
    )
