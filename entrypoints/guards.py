"""Who may come in: one guard for each audience. Somebody else's tenant does not exist (404)."""

from datetime import UTC, datetime

from flask import abort, g, redirect, request, url_for
from flask_login import logout_user
from flask_security import current_user
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.wrappers import Response

from accounts.people import tenants_of
from entrypoints.client_address import allowed, client_address
from entrypoints.too_late import too_late
from entrypoints.whose_page import all_products
from evidence.actors import Actor, May, Role
from tenants.models import Product, Tenant


def only_vendor() -> Response | tuple[str, int] | None:
    """Let people of the vendor in; send others to sign in, or tell a contact that there is nothing here."""
    if not current_user.is_authenticated:
        return _to_sign_in()
    if current_user.role is Role.CONTACT:
        abort(404)
    return None


def only_own_tenant() -> Response | tuple[str, int] | None:
    """Let a contact in to its own tenant, from an address that the tenant allows (SLA 2.3)."""
    if not current_user.is_authenticated:
        return _to_sign_in()
    slug = (request.view_args or {}).get("slug")
    g.tenants = tenants_of(current_user)
    if slug is None:
        return None
    tenant = next((one for one in g.tenants if one.slug == slug), None)
    if tenant is None:
        abort(404)
    check_address(tenant)
    g.tenant = tenant
    return None


def _to_sign_in() -> Response | tuple[str, int]:
    """Send to the sign-in page, and from there back to what was asked; a form that was sent is shown, to send again."""
    late = too_late()
    if late is not None:
        return late
    asked = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=asked))


def only_administrators_or_this_machine() -> None:
    """Let in who may read other people's mails."""
    if not may_read_mailbox():
        abort(404)


def may_read_mailbox() -> bool:
    """Whether this is an administrator, or whoever sits at this machine: mails hold links that let their reader in."""
    if may("administer"):
        return True
    address = client_address(request)
    # A proxy on this machine speaks for readers elsewhere.
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and address is not None and address.is_loopback


def check_address(tenant: Tenant) -> None:
    """Answer 403 to a reader outside the networks that the tenant allows."""
    if not allowed(client_address(request), tenant.ip_allowlist):
        abort(403, "address")


def actor() -> Actor:
    """Who is signed in, as services want to know."""
    signed_in: Actor = current_user.actor
    return signed_in


def may(what: str) -> bool:
    """Whether the person who is signed in may do this; templates ask it to show a button or not."""
    return bool(current_user.is_authenticated) and actor().may(May(what))


def require_may(what: May) -> None:
    """Answer 403 where the person's role does not reach this far."""
    if not actor().may(what):
        abort(403, "role")


def forget_who_is_gone() -> None:
    """Sign out somebody whose account was removed meanwhile: no page can say who that is."""
    try:
        _signed_in = current_user.is_authenticated
    except ObjectDeletedError:
        logout_user()


class NoProductYet(Exception):
    """A page about a product was asked for where there is none."""


def chosen_product() -> Product:
    """The product that the page is about: the one asked for, else the first by name.

    404 for one that is not there. Raises NoProductYet, which has a page of its own, where there is none to choose.
    """
    found = all_products()
    asked = request.args.get("product") or request.form.get("product")
    if not found and not asked:
        raise NoProductYet
    product = next((one for one in found if one.slug == asked), None) if asked else next(iter(found), None)
    if product is None:
        abort(404)
    return product


def now() -> datetime:
    """The moment of this request."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment: datetime = g.now
    return moment
