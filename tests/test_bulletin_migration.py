"""A table that SQLite makes anew keeps the rows of its children."""

import flask_migrate
from sqlalchemy import func, select

from announcements.models import Bulletin, BulletinTenant
from storage import db
from tests.bulletins import announced
from tests.world import World, both_databases

BEFORE_CALLS = "e46f3d2fb7bf"


@both_databases
def test_bulletins_keep_their_tenants_when_the_schema_goes_back_and_forth(planned: World) -> None:
    number = announced(planned.product).id
    db.session.remove()
    flask_migrate.downgrade(revision=BEFORE_CALLS)
    flask_migrate.upgrade()

    assert db.session.scalar(select(func.count()).select_from(BulletinTenant)) == 2
    assert db.session.get_one(Bulletin, number).revision == 1
