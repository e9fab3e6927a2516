"""The pages of the vendor's own people."""

from entrypoints.planner import bulletins, calls, maintenance, notes, products, releases, tenants, today
from entrypoints.planner.blueprint import planner

__all__ = ["bulletins", "calls", "maintenance", "notes", "planner", "products", "releases", "tenants", "today"]
