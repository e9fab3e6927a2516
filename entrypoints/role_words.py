"""What roles are called, and what they may do, on pages."""

from typing import Any

from flask_babel import lazy_gettext as _

from evidence.actors import Role

ROLES: dict[Role, Any] = {
    Role.VIEWER: _("viewer"),
    Role.PLANNER: _("planner"),
    Role.OPERATOR: _("operator"),
    Role.MANAGER: _("manager"),
    Role.ADMIN: _("admin"),
    Role.CONTACT: _("contact of a tenant"),
}
# Of the vendor's own people.
REACHES: dict[Role, Any] = {
    Role.VIEWER: _("reads everything and changes nothing"),
    Role.PLANNER: _("plans and moves releases and maintenance, writes release notes, records calls and letters"),
    Role.OPERATOR: _("reports versions, outages and how maintenance goes, records calls and letters"),
    Role.MANAGER: _("does what planners and operators do, approves, announces, publishes, cancels, keeps the tenants"),
    Role.ADMIN: _("does all of that, and keeps settings, colleagues and programs"),
}
