"""The vendor's pages, behind one guard."""

from flask import Blueprint

from entrypoints.guards import only_vendor

planner = Blueprint("planner", __name__, url_prefix="/planner")
planner.before_request(only_vendor)
