"""How often a tenant's contacts may make us mail others: whom they invite need not want it."""

from datetime import datetime

from flask_babel import get_locale
from flask_babel import gettext as _

from accounts.people import user_with
from accounts.request_pace import HOUR, TO_ONE_ADDRESS, Limit, count, end_of, mailbox_of
from evidence.actors import Actor, Role
from storage import Refused
from tenants.models import Tenant
from tenants.wording import moment_in_words

BY_ONE_TENANT = Limit(10, HOUR)


def require_pace(tenant: Tenant, address: str, by: Actor, now: datetime) -> None:
    """Count a mail that a contact causes, in the running transaction; raise Refused where it is one too many.

    Three a day go to an address whose reader has not come in yet. People of the vendor are not counted.
    """
    if by.role is not Role.CONTACT:
        return
    if count("tenant mails", str(tenant.id), BY_ONE_TENANT, now) > BY_ONE_TENANT.most:
        words = _("We mail ten times an hour for your contacts. Try again after %(moment)s.")
        raise Refused("email", words % {"moment": _when(tenant, BY_ONE_TENANT, now)})
    user, mailbox = user_with(address), mailbox_of(address)
    unknown = user is None or user.password is None
    if unknown and count("invited", mailbox, TO_ONE_ADDRESS, now) > TO_ONE_ADDRESS.most:
        words = _("This address got three mails today, and nobody came in with it. Try again after %(moment)s.")
        raise Refused("email", words % {"moment": _when(tenant, TO_ONE_ADDRESS, now)})


def _when(tenant: Tenant, limit: Limit, now: datetime) -> str:
    return moment_in_words(end_of(limit, now), tenant.product.timezone, str(get_locale() or "nl"))
