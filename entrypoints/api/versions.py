"""What a tenant's environment runs, as a deployment pipeline reports it (SLA 4.2)."""

from datetime import datetime
from typing import Literal

from flask import abort
from pydantic import ConfigDict

from entrypoints.api.calls import Answer, call
from entrypoints.api.found import the_tenant
from entrypoints.api.guard import caller
from entrypoints.api.shapes import Line, LocalMoment, Shape
from entrypoints.guards import now
from evidence.actors import May
from schedules.running import report_version, version_run
from schedules.support import support_picture
from sla.versions import Support
from storage import AllAtOnce
from tenants import checks
from tenants.installed import ran_at, running
from tenants.models import EnvironmentKind, Installation, Source, Tenant

ADDRESS = "/tenants/<slug>/environments/<any(acceptance, production):environment>/version"


class VersionReport(Shape):
    """A version that was installed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": "2027.1"}]})

    version: Line
    installed_at: LocalMoment | None = None
    """Now, where it is left out."""


class VersionAnswer(Shape):
    """What an environment runs."""

    tenant: str
    environment: EnvironmentKind
    version: str
    installed_at: datetime
    source: Source
    reported_by: str
    breach: Literal["", "missed", "unannounced", "early"]
    """How the update broke its promise: its notice was missed or not given, or it came before its date."""
    support: Support
    """Unknown where no release has this name: then nothing was promised, and it may be a mistake."""


@call("GET", ADDRESS, may=May.LOOK, answer=VersionAnswer, contacts=True)
def get_version(slug: str, environment: str) -> Answer:
    """What an environment runs now; 404 where nobody has said."""
    tenant, kind = the_tenant(slug), EnvironmentKind(environment)
    installation = running(tenant)[kind]
    if installation is None:
        abort(404)
    return Answer(_answer(tenant, kind, installation))


@call("PUT", ADDRESS, may=May.OPERATE, body=VersionReport, answer=VersionAnswer)
def put_version(slug: str, environment: str, body: VersionReport) -> Answer:
    """Report that an environment runs a version. The answer is that report, also where it was known before.

    A version that no release knows is recorded as it is said. A report about the past takes its place in the history.
    """
    tenant, kind = the_tenant(slug), EnvironmentKind(environment)
    since = now()
    with AllAtOnce() as each:
        if body.installed_at is not None:
            since = each(checks.local_moment, "installed_at", body.installed_at, tenant.product.zone)
        each(version_run, body.version)
    row = report_version(tenant, kind, body.version, since, caller(), now())
    known = row or ran_at(tenant, kind, since)
    if known is None:
        raise LookupError(f"{slug} {environment}: neither recorded nor known")
    return Answer(_answer(tenant, kind, known))


def _answer(tenant: Tenant, kind: EnvironmentKind, row: Installation) -> VersionAnswer:
    return VersionAnswer(
        tenant=tenant.slug,
        environment=kind,
        version=row.version,
        installed_at=row.installed_at,
        source=row.source,
        reported_by=row.reported_by,
        breach=row.breach,  # type: ignore[arg-type]
        support=support_picture(tenant.product, now()).status(row.version),
    )
