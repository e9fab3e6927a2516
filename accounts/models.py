"""Rows about people who sign in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import g
from flask_security import RoleMixin, UserMixin
from sqlalchemy import String, true
from sqlalchemy.orm import Mapped, mapped_column

from accounts.request_pace import Limit, count, forget, used
from evidence.actors import Actor, Role
from storage import Base, Moment, choice, db

FAILURES_BEFORE_LOCK = 10
LOCKED_FOR = timedelta(minutes=15)
FROM_ONE_PLACE = Limit(FAILURES_BEFORE_LOCK, LOCKED_FOR)
# From everywhere: somebody who wants to keep a person out must have many places to ask from.
FAILURES_OF_ACCOUNT = 100


class NamedRole(RoleMixin):
    """A role as the sign-in library wants to see one; ours is a column of the user."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.permissions: list[str] = []


class User(Base, UserMixin):
    """A person of the vendor, or of a tenant. A contact's tenants are those that appointed the same address."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    # None until the person has followed the invitation.
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    # Changing it ends every session of this person.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    locale: Mapped[str] = mapped_column(String(2), default="nl")
    # Of people of the vendor whose role is told of alarms.
    alarms_by_mail: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[Moment]
    invited_at: Mapped[Moment | None]
    # When it last came in, by a password or by a link to choose one.
    signed_in_at: Mapped[Moment | None]
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[Moment | None]

    @property
    def roles(self) -> list[NamedRole]:  # type: ignore[override]
        """The one role, as the library's list."""
        return [NamedRole(self.role.value)]

    @property
    def is_contact(self) -> bool:
        return self.role is Role.CONTACT

    def locked_at(self, now: datetime) -> bool:
        """Tell whether wrong passwords from everywhere have locked it."""
        return self.locked_until is not None and self.locked_until > now

    @property
    def actor(self) -> Actor:
        return Actor(self.email, self.role)

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:
        """Count a wrong password where every process sees it, for the place that it comes from and for all."""
        count("sign-in", self._here, FROM_ONE_PLACE, datetime.now(UTC))
        self.failed_sign_ins += 1
        if self.failed_sign_ins >= FAILURES_OF_ACCOUNT:
            self.locked_until = datetime.now(UTC) + LOCKED_FOR
            self.failed_sign_ins = 0
        db.session.commit()

    def verify_and_update_password(self, password: str) -> bool:
        """Whether this is the password; at a locked door none is, or who goes on guessing would see which it was."""
        return bool(super().verify_and_update_password(password)) and not self.is_locked()

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """Tell whether too many wrong passwords came in; if not, what was wrong before is forgiven now."""
        now = datetime.now(UTC)
        locked = self.locked_until is not None and self.locked_until > now
        locked = locked or used("sign-in", self._here, now) >= FROM_ONE_PLACE.most
        if not locked and self.failed_sign_ins:
            self.failed_sign_ins = 0
            forget("sign-in", self._here)
            db.session.commit()
        return locked

    @property
    def _here(self) -> str:
        """This account, until its password changes, and the place that the form has told."""
        return f"{self.fs_uniquifier} {g.get('sign_in_place', '')}"

    def get_security_payload(self) -> dict[str, Any]:
        return {"email": self.email}
