"""The same request twice is done once: the second gets the answer of the first (Idempotency-Key)."""

import hashlib
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from accounts.token_models import KeptAnswer
from storage import Conflict, Refused, db

KEPT_FOR = timedelta(days=2)
HEADER = "Idempotency-Key"
LONGEST_KEY = 255


def claim(token_id: int, key: str, method: str, address: str, body: bytes, now: datetime) -> KeptAnswer | None:
    """Claim a key in the running transaction, so that it stands if and only if the work does. None: go on and do it.

    Returns the answer where the work was done before; whoever asks at the same moment waits for it here. Raises
    Refused where the key stood for another request, Conflict where the answer to this one is not there.
    """
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Refused(HEADER, _("An Idempotency-Key has 1 to 255 plain characters, such as a UUID."))
    digest = hashlib.sha256(b"\n".join([method.encode(), address.encode(errors="replace"), body])).hexdigest()
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    claimed = db.session.scalar(
        insert(KeptAnswer)
        .values(token_id=token_id, key=key, request_hash=digest, made_at=now, headers="{}")
        .on_conflict_do_nothing()
        .returning(KeptAnswer.token_id)
    )
    if claimed is not None:
        return None
    kept = db.session.scalars(
        select(KeptAnswer).where(KeptAnswer.token_id == token_id, KeptAnswer.key == key)
    ).one_or_none()
    if kept is not None and kept.request_hash != digest:
        raise Refused(HEADER, _("This Idempotency-Key stood for another request. Choose a new one for each request."))
    if kept is None or kept.status is None:
        raise Conflict(
            HEADER,
            _("This request was carried out, and its answer is not there. Ask again in a second, or look what is new."),
        )
    return kept


def keep(token_id: int, key: str, status: int, headers: str, body: bytes) -> None:
    """Write down the answer to what was done under a key."""
    db.session.execute(
        update(KeptAnswer)
        .where(KeptAnswer.token_id == token_id, KeptAnswer.key == key)
        .values(status=status, headers=headers, body=body)
    )
    db.session.commit()


def forget_old(now: datetime) -> int:
    """Forget answers that nobody will ask for any more: they may name people. Returns how many; commits."""
    found = db.session.execute(
        delete(KeptAnswer).where(KeptAnswer.made_at < now - KEPT_FOR).execution_options(synchronize_session=False)
    )
    db.session.commit()
    return int(found.rowcount)  # type: ignore[attr-defined]
