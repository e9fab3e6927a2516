"""The demonstration, and one of its people who leaves it."""

from flask import Flask

from demo.loading import load, loaded
from demo.people import PEOPLE, let_in, password
from evidence.actors import Actor, Role
from tenants.models import Product
from tests.faces.pages import Reader
from tests.world import NOW

LEAVE = "/planner/demonstration/leave"
INVENTED = Actor(PEOPLE[4].email, Role.ADMIN)


def the_demonstration() -> Product:
    """Loaded, and its people let in."""
    load(NOW)
    let_in(NOW)
    product = loaded()
    assert product is not None
    return product


def its_admin(app: Flask) -> Reader:
    """The invented administrator, signed in."""
    return Reader(app, INVENTED.name, password(str(app.config["SECRET_KEY"]), INVENTED.name))
