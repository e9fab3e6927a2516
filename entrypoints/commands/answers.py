"""How a command answers: in English, and with exit code 1 and a sentence where something is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError, ProgrammingError

from evidence.actors import NotAllowed
from storage import Refused, db


@contextmanager
def in_english() -> Iterator[None]:
    """Let what services say be English, and a refusal end the command; nothing is half-written then."""
    with force_locale("en"):
        try:
            yield
        except Refused as refused:
            db.session.rollback()
            raise click.ClickException("\n".join(f"{one.field}: {one.message}" for one in refused.all)) from None
        except NotAllowed as refused:
            db.session.rollback()
            raise click.ClickException(f"{refused}.") from None
        except (OperationalError, ProgrammingError) as error:
            db.session.rollback()
            problem = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(
                f"The database cannot be used: {problem}. `flask doctor` says how to mend it."
            ) from None
