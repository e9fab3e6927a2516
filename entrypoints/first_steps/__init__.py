"""What a new vendor does first. Whether it is done is measured, not ticked."""

from datetime import datetime
from typing import Any

from accounts.colleagues import colleagues_let_in
from entrypoints.first_steps import data, machinery, people
from entrypoints.first_steps.step import Measured, Step
from evidence.actors import Actor
from schedules.queries import planned_ahead
from schedules.support import support_picture
from storage import db
from tenants.audiences import audience
from tenants.models import Product

__all__ = ["Step", "first_steps"]


def first_steps(config: dict[str, Any], product: Product | None, by: Actor, now: datetime) -> list[Step]:
    """The steps in the order in which they are done, for a product or for none yet.

    Mail comes before whoever gets it, and releases before the tenants that run them. Speaks to the mail server first,
    for some seconds at most, with no transaction open.
    """
    db.session.rollback()
    server = machinery.mail_server(config, by)
    measured = Measured(now, by, product.timezone if product else "Europe/Amsterdam")
    told = audience(product) if product is not None else None
    return [
        data.product(product, measured),
        server,
        machinery.worker(measured),
        machinery.trial_mail(measured),
        people.colleagues(colleagues_let_in(), measured, mails_leave=bool(config["MAIL_SERVER"])),
        data.earlier_releases(product, support_picture(product, now) if product else None, measured),
        data.tenants(product, told, measured),
        data.contacts(product, told, measured),
        data.release(product, told, planned_ahead(product) if product else 0, measured),
    ]
