"""The pages of the vendor's own people."""

from entrypoints.planner import maintenance, notes, outbox, products, releases, tenants, today
from entrypoints.planner.blueprint import planner

__all__ = ["maintenance", "notes", "outbox", "planner", "products", "releases", "tenants", "today"]
