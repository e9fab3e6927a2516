"""Who runs what: a chart for each environment, and the tenants to filter; filters stand in the address."""

import io
from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from entrypoints.exports.writing import write_csv
from entrypoints.filters import asked_choice, asked_page, asked_text, in_address
from entrypoints.guards import chosen_product, now
from entrypoints.planner.blueprint import planner
from entrypoints.presenting_notices import support_in_words
from schedules.support import support_picture
from schedules.version_shares import ORDER, Shares, shares
from sla.versions import Support
from storage.sought import sought_words
from tenants.models import EnvironmentKind
from tenants.version_lists import Wanted, all_by_version, tenants_by_version

UNKNOWN = "-"  # in an address, of an environment of which nothing is known
COLUMNS = ("name", "tenant", "production", "production_support", "acceptance", "acceptance_support")


@planner.get("/versions")
def versions() -> str:
    """Tenants by version: how many have full support, and which must update first (SLA 4.2)."""
    product = chosen_product()
    picture = support_picture(product, now())
    charts = {kind: shares(product, kind, picture) for kind in (EnvironmentKind.PRODUCTION, EnvironmentKind.ACCEPTANCE)}
    wanted, asked = _asked(charts)
    ranked = charts[wanted.environment].newest_first if asked.get("sort") == "version" else None
    address = {"product": product.slug, **asked}
    return render_template(
        "planner/versions.html",
        product=product,
        picture=picture,
        charts=charts,
        found=tenants_by_version(product, wanted, asked_page(), ranked),
        asked=asked,
        address=address,
        environment=wanted.environment,
        statuses=[(one.value, support_in_words(one)) for one in ORDER],
        running=[
            (version or UNKNOWN, version or _("unknown")) for version, _number in charts[wanted.environment].running
        ],
        unknown=UNKNOWN,
        as_file=url_for("planner.versions_as_file", **address),
    )


@planner.get("/versions.csv")
def versions_as_file() -> Response:
    """The same tenants, all of them, for a spreadsheet."""
    product = chosen_product()
    picture = support_picture(product, now())
    charts = {kind: shares(product, kind, picture) for kind in EnvironmentKind}
    wanted, _asked_for = _asked(charts)
    file = io.StringIO()
    write_csv(file, COLUMNS, (_row(row, picture) for row in all_by_version(product, wanted)))
    name = f"{product.slug}-versions-{now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _row(row: Any, picture: Any) -> dict[str, str]:
    return {
        "name": row.name,
        "tenant": row.slug,
        "production": row.production or "",
        "production_support": picture.status(row.production).value,
        "acceptance": row.acceptance or "",
        "acceptance_support": picture.status(row.acceptance).value,
    }


def _asked(charts: dict[EnvironmentKind, Shares]) -> tuple[Wanted, dict[str, Any]]:
    """What the address asks for, and the filters to stand in other addresses."""
    environment = EnvironmentKind(asked_choice("environment", [one.value for one in EnvironmentKind]) or "production")
    status = asked_choice("status", [one.value for one in ORDER])
    version = asked_text("version")
    words = asked_text()
    found: set[str | None] | None = set(charts[environment].versions(Support(status))) if status else None
    if version:
        only: set[str | None] = {None if version == UNKNOWN else version}
        found = only if found is None else found & only
    asked = in_address(
        environment=environment.value if environment is EnvironmentKind.ACCEPTANCE else "",
        status=status,
        version=version,
        words=words,
        sort=asked_choice("sort", ["version"]),
    )
    return Wanted(environment, found, sought_words(words)), asked
