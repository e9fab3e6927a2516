"""Sign-in by e-mail and password: the library's pages in our clothes, its mails through our outbox."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_security import MailUtil, Security, SQLAlchemyUserDatastore

from accounts.models import NamedRole, User
from accounts.people import send_account_mail
from storage import db


class OutboxMail(MailUtil):
    """Mails of the sign-in library are rows of the outbox like any other."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        send_account_mail(str(recipient), str(subject), body or "", html or "")


def set_up(app: Flask) -> None:
    app.config.setdefault("SECURITY_PASSWORD_HASH", "argon2")
    app.config.update(
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_PASSWORD_LENGTH_MIN=10,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        # An invitation is a link to choose a password; a fortnight, because people take holidays.
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(days=14),
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL=False,
        # One answer for a known and an unknown address: nobody learns here who our customers are.
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.config["BASE_URL"].startswith("https:"),
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=app.config["BASE_URL"].startswith("https:"),
        WTF_CSRF_TIME_LIMIT=None,
    )
    Security(app, SQLAlchemyUserDatastore(db, User, NamedRole), mail_util_cls=OutboxMail)
