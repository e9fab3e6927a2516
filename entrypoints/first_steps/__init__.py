"""What a new vendor does first. Whether it is done is measured, not ticked."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from entrypoints.first_steps import data, machinery
from entrypoints.first_steps.step import Measured, Step
from evidence.actors import Actor
from schedules.models import Release
from storage import db
from tenants.queries import audience, products

__all__ = ["Step", "first_steps"]


def first_steps(config: dict[str, Any], by: Actor, now: datetime) -> list[Step]:
    """The steps in the order in which they are done, for the first product or for none yet.

    Speaks to the mail server first, for some seconds at most, with no transaction open.
    """
    db.session.rollback()
    server = machinery.mail_server(config, by)
    product = next(iter(products()), None)
    measured = Measured(now, by, product.timezone if product else "Europe/Amsterdam")
    people, releases = None, 0
    if product is not None:
        people = audience(product)
        releases = db.session.scalar(select(func.count()).where(Release.product_id == product.id)) or 0
    return [
        data.product(product, measured),
        data.tenants(product, people, measured),
        data.contacts(product, people, measured),
        server,
        machinery.worker(measured),
        machinery.trial_mail(measured),
        data.release(product, releases, measured),
    ]
