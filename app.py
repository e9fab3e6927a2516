"""The application: settings, extensions, faces and commands put together; the only file that knows all."""

from typing import Any

from flask import Flask
from flask_migrate import Migrate

from entrypoints import babel, commands, faces, logs, security
from entrypoints.settings import PROJECT, Settings, read_settings
from storage import db


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """Return the product, ready to serve; ``overrides`` are Flask configuration, for tests.

    Raises WrongSetting where a setting cannot be used.
    """
    settings = settings or read_settings()
    logs.set_up()
    app = Flask(__name__, root_path=str(PROJECT))
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key(),
        # Calendar addresses are derived from it; it must not be the key that signs sessions, nor stand in the database.
        FEED_KEY=settings.secret_key(),
        BASE_URL=settings.base_url,
        SQLALCHEMY_DATABASE_URI=settings.database_url(),
        MAIL_SERVER=settings.MAIL_SERVER,
        MAIL_PORT=settings.mail_port,
        MAIL_USE_TLS=settings.MAIL_USE_TLS,
        MAIL_USE_SSL=settings.MAIL_USE_SSL,
        MAIL_USERNAME=settings.MAIL_USERNAME,
        MAIL_PASSWORD=settings.MAIL_PASSWORD,
        MAIL_DEFAULT_SENDER=settings.MAIL_DEFAULT_SENDER,
        ALARM_URLS=settings.ALARM_URLS,
        ALARM_LANGUAGE=settings.ALARM_LANGUAGE,
        MAIL_CONNECTIONS=settings.MAIL_CONNECTIONS,
        MAIL_MAX_EMAILS=settings.MAIL_MAX_EMAILS,
        MAIL_RATE=settings.MAIL_RATE,
        MAIL_JOURNAL=settings.MAIL_JOURNAL,
        MAIL_DKIM_KEY=settings.MAIL_DKIM_KEY,
        MAIL_DKIM_SELECTOR=settings.MAIL_DKIM_SELECTOR,
        MAIL_DKIM_DOMAIN=settings.MAIL_DKIM_DOMAIN,
        MAIL_JOURNAL_READ=settings.MAIL_JOURNAL_READ,
        MAIL_REPORTS_READ=settings.MAIL_REPORTS_READ,
        # Secrets of webhooks are derived from it, for the same reason.
        WEBHOOK_KEY=settings.secret_key(),
        WEBHOOK_ALLOW_PRIVATE=settings.WEBHOOK_ALLOW_PRIVATE,
        WEBHOOK_ALLOW_HTTP=settings.WEBHOOK_ALLOW_HTTP,
        API_RATE=settings.API_RATE,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        # Release notes may have 1 MB, which is more than the library takes of a form by itself.
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
    )
    app.config.update(overrides)
    db.init_app(app)
    Migrate(app, db, directory=str(PROJECT / "migrations"), render_as_batch=True, compare_type=True)
    babel.set_up(app)
    security.set_up(app)
    faces.set_up(app)
    commands.set_up(app)
    return app
