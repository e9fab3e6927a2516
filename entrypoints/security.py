"""Sign-in by e-mail and password: the library's pages in our clothes, its mails through our outbox."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, g, request
from flask_babel import gettext as _
from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    MailUtil,
    ResetPasswordForm,
    Security,
    SQLAlchemyUserDatastore,
    hash_password,
)
from flask_security.utils import hash_data

from accounts.models import NamedRole, User
from accounts.people import invite_who_never_was, mail_new_password_link, note_sign_in
from accounts.request_pace import NEW_PASSWORDS_FROM_ONE_PLACE, NEW_PASSWORDS_TO_ONE, mailbox_of, too_often
from entrypoints.client_address import place_of
from entrypoints.guards import now
from entrypoints.settings import PROJECT
from entrypoints.whose_page import only_product
from storage import db

_NOTHING = "nobody's"


class OutboxMail(MailUtil):
    """The one mail that the sign-in library sends, a link to a new password, is a row of the outbox in our own words.

    The library's link would start with whatever host the request named, which anybody can forge.
    """

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
        mail_new_password_link(kwargs["user"], datetime.now(UTC))


class SignInForm(LoginForm):
    """Who knows the password may know why it does not let in; everybody else gets the one answer."""

    def validate(self, **kwargs: Any) -> bool:
        # The person's row counts wrong passwords by it.
        g.sign_in_place, _site = place_of(request)
        lets_in: bool = super().validate(**kwargs)
        if self.user_authenticated and self.ifield is not None:
            self.form_errors, self.ifield.errors = [*self.ifield.errors], []
        if lets_in:
            user: Any = self.user
            note_sign_in(user, now())
        return lets_in


class NewPasswordForm(ForgotPasswordForm):
    """The library refuses a link to those who are locked out by wrong passwords; for them it is the way in.

    So it is for a contact whom nobody invited: it gets the invitation, and the page is the same for everybody. Whoever
    asks too often gets the same answer, and no mail; and every answer costs the same work, so that nobody learns from
    its time who has an account.
    """

    def validate(self, **kwargs: Any) -> bool:
        asked = str(self.email.data or "")[:254]
        known = bool(super(ForgotPasswordForm, self).validate(**kwargs))
        user: Any = self.user
        too_often = self._too_often(asked)
        if user is None and not too_often:
            invite_who_never_was(asked, now())
        mails = not too_often and known and user is not None and bool(user.is_active)
        if mails:
            # The library spends this on those whom it does not know.
            hash_password(_NOTHING)
        if not mails or user.password is None:
            # And this on the link, which it makes and we make again for our own mail.
            hash_data(_NOTHING)
            hash_data(_NOTHING)
        return mails

    def _too_often(self, address: str) -> bool:
        moment, (place, _site) = now(), place_of(request)
        return too_often("password place", place, NEW_PASSWORDS_FROM_ONE_PLACE, moment) or too_often(
            "password", mailbox_of(address), NEW_PASSWORDS_TO_ONE, moment
        )


class OtherPasswordForm(ChangePasswordForm):
    """The library calls the old password by the name of any, and does not say how long the new one must be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.label.text = _("Your present password")
        self.new_password.description = _("At least ten characters.")


class LostPasswordForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = _("At least ten characters.")


class Users(SQLAlchemyUserDatastore):
    def set_uniquifier(self, user: Any, uniquifier: str | None = None) -> None:
        """With a new password all sessions end, and so does the wait after too many wrong ones."""
        user.failed_sign_ins, user.locked_until = 0, None
        super().set_uniquifier(user, uniquifier)


def set_up(app: Flask) -> None:
    app.config.setdefault("SECURITY_PASSWORD_HASH", "argon2")
    app.config.update(
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_PASSWORD_LENGTH_MIN=10,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_I18N_DIRNAME=["builtin", str(PROJECT / "translations")],
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
    users = Users(db, User, NamedRole)
    security = Security(
        app,
        users,
        mail_util_cls=OutboxMail,
        login_form=SignInForm,
        forgot_password_form=NewPasswordForm,
        change_password_form=OtherPasswordForm,
        reset_password_form=LostPasswordForm,
    )
    # The page to change a password has the vendor's menu, which leads on into one product.
    security.change_password_context_processor(lambda: {"product": only_product(), "zone": ""})
