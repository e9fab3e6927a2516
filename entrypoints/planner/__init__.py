"""The pages of the vendor's own people."""

from entrypoints.planner import maintenance, notes, products, progress, releases, tenants, today
from entrypoints.planner.blueprint import planner

__all__ = ["maintenance", "notes", "planner", "products", "progress", "releases", "tenants", "today"]
