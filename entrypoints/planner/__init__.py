"""The pages of the vendor's own people."""

from entrypoints.planner import approvals, maintenance, notes, products, releases, remedies, telling, tenants, today
from entrypoints.planner.blueprint import planner

__all__ = [
    "approvals",
    "maintenance",
    "notes",
    "planner",
    "products",
    "releases",
    "remedies",
    "telling",
    "tenants",
    "today",
]
