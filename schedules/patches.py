"""Record the patches of a release: improvements between releases, which ask for no notice (SLA 3.3)."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, require
from schedules.errors import VersionExists
from schedules.models import Patch, Release, Rollout
from schedules.running import AHEAD_OF_US
from schedules.searching import index_patch
from sla.versions import version_key
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import Environment, Installation, Tenant


def record_patch(
    release: Release,
    version: str,
    urgent: bool,
    deployed_at: datetime,
    notes_nl: str,
    notes_en: str,
    by: Actor,
    now: datetime,
) -> Patch:
    """Record that a patch of a release was deployed; it takes no slot of the year, and nobody is mailed.

    Raises VersionExists for a patch or a release that is known already; Refused for a version that is none of this
    release's, a moment to come, notes over 1 MB or in one language only, and a release that was cancelled or that
    nobody runs yet.

    Source: SLA 3.3.
    """
    require(by, May.OPERATE)
    if release.cancelled_at is not None:
        raise Refused("release", _("This release has been cancelled."))
    if not is_in_use(release, now):
        raise Refused("release", _("Nobody runs this release yet: there is nothing to patch before its first update."))
    with AllAtOnce() as each:
        words = each(patch_words, release, version, notes_nl, notes_en)
        if deployed_at > now + AHEAD_OF_US:
            each.add(Refused("deployed_at", _("This moment has not come yet.")))
    patch = Patch(
        release_id=release.id,
        version=words.version,
        urgent=urgent,
        deployed_at=deployed_at,
        notes_nl=words.notes_nl,
        notes_en=words.notes_en,
        recorded_by=by.name,
    )
    db.session.add(patch)
    try:
        db.session.flush()
        index_patch(patch)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise _exists(patch.version) from None
    return patch


@dataclass(frozen=True)
class PatchWords:
    """What is said of a patch."""

    version: str
    notes_nl: str
    notes_en: str


def patch_words(release: Release, version: str, notes_nl: str, notes_en: str) -> PatchWords:
    """The words in one form. Raises Refused for all that cannot be used, VersionExists for a version there is."""
    with AllAtOnce() as each:
        number, notes = each(_version_of, release, version), each(_notes, notes_nl, notes_en)
    return PatchWords(number, *notes)


def is_in_use(release: Release, now: datetime) -> bool:
    """Whether an update of a release has come for any tenant, by plan, or was reported to have taken place."""
    if release.acceptance_at <= now:
        return True
    own_dates = select(Rollout.id).where(
        Rollout.release_id == release.id, Rollout.planned_at <= now, Rollout.cancelled_at.is_(None)
    )
    reported = (
        select(Installation.id)
        .join(Environment, Environment.id == Installation.environment_id)
        .join(Tenant, Tenant.id == Environment.tenant_id)
        .where(
            Tenant.product_id == release.product_id,
            (Installation.version == release.version)
            | Installation.version.startswith(f"{release.version}.", autoescape=True),
        )
    )
    return any(db.session.scalar(query.limit(1)) is not None for query in (own_dates, reported))


def _version_of(release: Release, text: str) -> str:
    """A version of this release's patches, checked. Another spelling of a known one, such as 2027.1.01, is known."""
    version = checks.line("version", text, most=40)
    own = version_key(release.version)
    try:
        key = version_key(version)
    except ValueError:
        key = ()
    if not version.startswith(f"{release.version}.") or key[: len(own)] != own:
        raise Refused(
            "version", _("This is not a patch of %(release)s. Write it as %(release)s.1.", release=release.version)
        )
    patches = db.session.scalars(select(Patch.version).where(Patch.release_id == release.id))
    releases = db.session.scalars(
        select(Release.version).where(Release.product_id == release.product_id, Release.cancelled_at.is_(None))
    )
    if key in {version_key(known) for known in [*patches, *releases]}:
        raise _exists(version)
    return version


def _notes(notes_nl: str, notes_en: str) -> tuple[str, str]:
    """What it fixes in both languages, or in neither. Raises Refused for one alone: customers read it on the portal."""
    return checks.both("notes", checks.markdown, notes_nl, notes_en)


def _exists(version: str) -> VersionExists:
    return VersionExists("version", _("There is a version %(version)s already.", version=version))
