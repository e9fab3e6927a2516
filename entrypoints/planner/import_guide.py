"""What each file that can be brought in holds: what it is for, its columns, and an example to begin with."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

_MOMENT = _("Date and time on the product's clock, such as 2026-09-14T06:00.")
_PRODUCT = _("The product's name in addresses. Empty: the product that you have chosen.")
_TENANT = _("The tenant's name in addresses.")
_TENANTS = _("Names of tenants in addresses, apart by semicolons. Empty: all of them.")
_TITLE = _("What it is about, in one line. May be empty.")
_NOTICE = _("What the signed agreement says where it differs, such as P3W for three weeks or P2M. Empty: the SLA's.")
_RUNS = _("The version that runs there now. Empty: not known.")
_TOLD = _("When you announced it yourself. Empty: not, or not known.")


@dataclass(frozen=True)
class Guide:
    """``needs`` is the file that comes before this one, where there is one."""

    title: Any
    purpose: Any
    columns: dict[str, Any]
    rows: tuple[tuple[str, ...], ...]
    needs: str = ""


GUIDES = {
    "releases": Guide(
        _("Releases"),
        _(
            "Earlier ones, so that it is known which version is the last and which the one before it (SLA 4.2), and "
            "those to come. For what is past nothing is mailed; what lies ahead is announced by itself when its time "
            "has come."
        ),
        {
            "product": _PRODUCT,
            "version": _("Such as 2026.3."),
            "acceptance_at": _MOMENT,
            "production_at": _MOMENT,
            "title_nl": _TITLE,
            "title_en": _TITLE,
            "acceptance_announced_at": _TOLD,
            "production_announced_at": _TOLD,
        },
        (
            (
                *("", "2026.2", "2026-05-18T06:00", "2026-06-15T06:00", "Snellere rapporten", "Faster reports"),
                *("2026-05-01T10:00", "2026-05-12T10:00"),
            ),
            (
                *("", "2026.3", "2026-08-17T06:00", "2026-09-14T06:00", "Nieuwe startpagina", "A new first page"),
                *("2026-07-31T10:00", "2026-08-11T10:00"),
            ),
        ),
    ),
    "tenants": Guide(
        _("Tenants"),
        _("Your customers, what their agreements say and which versions they run."),
        {
            "slug": _("Its name in addresses: lower-case letters, digits and hyphens. It cannot be changed later."),
            "name": _("What you call it."),
            "locale": _("The language of what is not for one person: nl or en."),
            "product": _PRODUCT,
            "acceptance_version": _RUNS,
            "production_version": _RUNS,
            "acceptance_notice": _NOTICE,
            "production_notice": _NOTICE,
            "maintenance_notice": _NOTICE,
            "ip_allowlist": _("Networks that may see its portal, apart by semicolons. Empty: all."),
            "timezone": _("Where its clock differs from the product's, such as Europe/London."),
        },
        (
            ("voorbeeld-zorg", "Voorbeeld Zorg", "nl", "", "2026.3", "2026.3", "", "", "", "", ""),
            (
                "voorbeeld-london",
                "Voorbeeld London",
                "en",
                "",
                "2026.3",
                "2026.2",
                "P3W",
                "P2M",
                "",
                "",
                "Europe/London",
            ),
        ),
    ),
    "contacts": Guide(
        _("Contacts"),
        _("Those at your tenants who are told of everything, three a tenant at most (SLA 4.1). Nobody is mailed now."),
        {
            "tenant": _TENANT,
            "name": _("As the mails greet it."),
            "email": _("Where the mails go; it signs in to the portal with it."),
            "phone": _("With or without the country's number. May be empty."),
            "locale": _("Its language: nl or en."),
        },
        (
            ("voorbeeld-zorg", "Anna de Vries", "anna@voorbeeld-zorg.example", "0612345678", "nl"),
            ("voorbeeld-london", "Sam Jones", "sam@voorbeeld-london.example", "", "en"),
        ),
        needs="tenants",
    ),
    "maintenance": Guide(
        _("Maintenance"),
        _("Windows that were, for the record, and those to come, which are announced when their time has come."),
        {
            "product": _PRODUCT,
            "reference": _("A number of your own that no other has."),
            "starts_at": _MOMENT,
            "ends_at": _MOMENT,
            "environments": _("acceptance, production, or both apart by a semicolon."),
            "impact": _("NO-IMPACT, REDUCED-REDUNDANCY, DEGRADED or OUTAGE."),
            "reason_nl": _TITLE,
            "reason_en": _TITLE,
            "tenants": _TENANTS,
        },
        (
            (
                *("", "M-2026-014", "2026-10-10T21:00", "2026-10-11T02:00", "acceptance;production", "OUTAGE"),
                *("Nieuwe databaseversie", "New version of the database", ""),
            ),
        ),
    ),
    "outages": Guide(
        _("Outages"),
        _("When the product was not there, from which availability is reckoned (SLA 3.1)."),
        {
            "product": _PRODUCT,
            "environment": _("acceptance or production."),
            "starts_at": _MOMENT,
            "ends_at": _MOMENT,
            "tenants": _TENANTS,
            "cause": _TITLE,
        },
        (("", "production", "2026-07-09T10:12", "2026-07-09T10:31", "", "Load balancer"),),
    ),
    "reports": Guide(
        _("Reports"),
        _("What tenants brought to the help desk, so that each sees which of its own a release solves (SLA 5)."),
        {
            "number": _("As the help desk gave it."),
            "tenant": _TENANT,
            "title": _("What it is about, in one line."),
        },
        (("INC-1042", "voorbeeld-zorg", "Rapport opent langzaam"),),
        needs="tenants",
    ),
}
