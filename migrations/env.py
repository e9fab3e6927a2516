"""How Alembic reaches the application's database, on SQLite and on PostgreSQL."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

# Every package's rows must be known before the schema is compared.
import accounts.models
import accounts.request_models
import accounts.token_models  # noqa: F401
import alarms.models  # noqa: F401
import announcements.models  # noqa: F401
import compliance.models  # noqa: F401
import evidence.models  # noqa: F401
import outbox.hold_models
import outbox.models
import outbox.report_models  # noqa: F401
import release_notes.models  # noqa: F401
import schedules.freeze_models
import schedules.models
import schedules.notices
import schedules.wave_models  # noqa: F401
import tenants.models  # noqa: F401
from storage import db


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # Batch mode copies a table and drops the old one, upon which CASCADE would delete the rows of its children.
        # On the driver's own connection, because within a transaction SQLite does not heed it; and taken from the pool,
        # because whoever came next would write without them.
        connection.detach()
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        user_module_prefix="storage.types.",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


with current_app.app_context(), db.engine.connect() as connection:
    migrate(connection)
