"""The pages of the vendor's own people."""

from entrypoints.planner import (
    alarms,
    approvals,
    bulletins,
    calendars,
    calls,
    maintenance,
    notes,
    outbox,
    products,
    progress,
    releases,
    remedies,
    telling,
    tenants,
    today,
    tokens,
    webhooks,
)
from entrypoints.planner.blueprint import planner

__all__ = [
    "alarms",
    "approvals",
    "bulletins",
    "calendars",
    "calls",
    "maintenance",
    "notes",
    "outbox",
    "planner",
    "products",
    "progress",
    "releases",
    "remedies",
    "telling",
    "tenants",
    "today",
    "tokens",
    "webhooks",
]
