"""The pages of the vendor's own people."""

from entrypoints.planner import alarms, maintenance, notes, products, releases, tenants, today
from entrypoints.planner.blueprint import planner

__all__ = ["alarms", "maintenance", "notes", "planner", "products", "releases", "tenants", "today"]
