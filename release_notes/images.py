"""Pictures in release notes: taken in, found, and thrown away where no notes show them."""

from datetime import datetime, timedelta
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, require
from release_notes.image_kinds import picture_of
from release_notes.image_names import NAME, new_name
from release_notes.models import NoteImage, ReleaseNote
from schedules.models import Release
from storage import Refused, db
from tenants import checks

LARGEST = 2 * 1024 * 1024
MOST = 50
# Notes are written over weeks; who cut a picture out may put it back.
KEPT_UNUSED = timedelta(days=30)


def add_image(release: Release, data: bytes, alt_nl: str, alt_en: str, by: Actor, now: datetime) -> NoteImage:
    """Take in a picture for the notes of a release; the same one a second time is the first, with the words of now.

    Raises Refused for what is no picture or too large, where its words are missing, and for one too many.
    """
    require(by, May.PLAN)
    if not data:
        raise Refused("image", _("Choose a picture."))
    if len(data) > LARGEST:
        raise Refused("image", _("This picture is larger than 2 MB. Save it smaller."))
    picture = picture_of(data)
    if picture is None:
        raise Refused("image", _("This is no PNG, JPEG, GIF or WebP that can be shown. Save it as one of these."))
    words = checks.line("alt_nl", alt_nl, most=300), checks.line("alt_en", alt_en, most=300)
    digest = sha256(data).hexdigest()
    db.session.execute(select(Release.id).where(Release.id == release.id).with_for_update())
    image = _same(release, digest)
    if image is None:
        if len(images_of(release)) >= MOST:
            db.session.rollback()
            raise Refused("image", _("These notes have %(most)d pictures, which is the most there may be.", most=MOST))
        image = NoteImage(
            release_id=release.id,
            name=new_name(picture.width, picture.height, picture.kind),
            sha256=digest,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size=len(data),
            uploaded_at=now,
            uploaded_by=by.name,
            data=data,
        )
        db.session.add(image)
    (image.alt_nl, image.alt_en), image.look_at = words, now + KEPT_UNUSED
    try:
        db.session.commit()
    except IntegrityError:
        # Somebody uploaded the same picture at this moment.
        db.session.rollback()
        image = _same(release, digest)
        if image is None:
            raise
    return image


def images_of(release: Release) -> list[NoteImage]:
    """The pictures of a release's notes, in the order in which they came, without their octets."""
    return list(db.session.scalars(select(NoteImage).where(NoteImage.release_id == release.id).order_by(NoteImage.id)))


def image_named(name: str) -> NoteImage | None:
    if not NAME.fullmatch(name):
        return None
    return db.session.scalars(select(NoteImage).where(NoteImage.name == name)).one_or_none()


def is_published(image: NoteImage) -> bool:
    """Whether notes that customers may read, or were mailed, show a picture."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    ReleaseNote.release_id == image.release_id,
                    ReleaseNote.published_at.is_not(None),
                    ReleaseNote.markdown.contains(image.name, autoescape=True),
                )
            )
        )
    )


def drop_unused(now: datetime) -> int:
    """Throw away pictures that no saved notes have shown for a while. Returns how many; commits."""
    due = db.session.execute(
        select(NoteImage.id, NoteImage.release_id)
        .where(NoteImage.look_at <= now)
        .order_by(NoteImage.look_at)
        .limit(100)
    ).all()
    db.session.rollback()
    dropped = 0
    for image_id, release_id in due:
        # Whoever saves notes of this release waits, or we do: a picture that somebody shows now stays.
        db.session.execute(select(Release.id).where(Release.id == release_id).with_for_update())
        image = db.session.get(NoteImage, image_id, populate_existing=True)
        if image is not None and image.look_at <= now:
            shown = exists().where(
                ReleaseNote.release_id == release_id, ReleaseNote.markdown.contains(image.name, autoescape=True)
            )
            if db.session.scalar(select(shown)):
                image.look_at = now + KEPT_UNUSED
            else:
                db.session.delete(image)
                dropped += 1
        db.session.commit()
    return dropped


def _same(release: Release, digest: str) -> NoteImage | None:
    return db.session.scalars(
        select(NoteImage).where(NoteImage.release_id == release.id, NoteImage.sha256 == digest)
    ).one_or_none()
