"""What is to be known of a poll, in one statement: whose address it is, whether it may be read, what is kept of it."""

from collections import namedtuple
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, Engine, PoolProxiedConnection, Select, bindparam, case, func, null, select

from accounts.models import User
from entrypoints.feeds.kinds import Asked
from storage import Revision
from storage.revision import FEEDS
from tenants.feed_models import FeedToken, KeptFeed
from tenants.models import Contact, Product, Tenant

_PATH: BindParameter[str] = bindparam("path")
_KNOWN: BindParameter[str] = bindparam("known")
_ZIPPED: BindParameter[int] = bindparam("zipped")
_REVISION = func.coalesce(select(Revision.number).where(Revision.name == FEEDS).scalar_subquery(), 0).label("revision")
# The bytes come only where the reader has not got them, and only those that it takes.
_KEPT = (
    KeptFeed.made_of,
    KeptFeed.tag,
    KeptFeed.modified_at,
    case((KeptFeed.tag == _KNOWN, null()), (_ZIPPED == 1, KeptFeed.zipped), else_=KeptFeed.plain).label("body"),
)


def _of_an_address() -> Select[Any]:
    return (
        select(
            FeedToken.ends_at,
            FeedToken.user_id,
            Tenant.id.label("tenant_id"),
            Tenant.ip_allowlist,
            User.active,
            User.role,
            Product.id.label("product_id"),
            func.coalesce(Contact.locale, Tenant.locale, User.locale).label("language"),
            _REVISION,
            *_KEPT,
        )
        .select_from(FeedToken)
        .outerjoin(Contact, Contact.id == FeedToken.contact_id)
        .outerjoin(Tenant, Tenant.id == func.coalesce(FeedToken.tenant_id, Contact.tenant_id))
        .outerjoin(User, User.id == FeedToken.user_id)
        .outerjoin(KeptFeed, KeptFeed.path == _PATH)
        .where(FeedToken.token_hash == bindparam("token_hash"))
    )


# Two statements and not one: a join on either this or that finds nothing by an index.
_CUSTOMERS = _of_an_address().outerjoin(Product, Product.id == Tenant.product_id)
_VENDORS = _of_an_address().outerjoin(Product, Product.slug == bindparam("slug"))
_EVERYBODYS = (
    select(Product.id.label("product_id"), Product.public_calendar, _REVISION, *_KEPT)
    .select_from(Product)
    .outerjoin(KeptFeed, KeptFeed.path == _PATH)
    .where(Product.slug == bindparam("slug"))
)


class Lookups:
    """The statements, written out once for the driver: what builds them anew costs more than all else of a poll."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._customers, self._vendors, self._everybodys = (
            _Written(statement, engine) for statement in (_CUSTOMERS, _VENDORS, _EVERYBODYS)
        )

    def found(self, asked: Asked, known: str, *, zipped: bool) -> Any:
        """Return what is to be known of a poll by a reader who has the bytes of the tag ``known``.

        None for an address that nobody has. Raises the driver's error where the database does not answer.
        """
        written = self._everybodys if not asked.token_hash else self._vendors if asked.slug else self._customers
        values = {
            "path": asked.path,
            "known": known,
            "zipped": int(zipped),
            "slug": asked.slug,
            "token_hash": asked.token_hash,
        }
        connection = self.engine.raw_connection()
        try:
            return written.first(connection, values)
        except self.engine.dialect.loaded_dbapi.Error:
            # The database may have gone away, and every connection with it: the next poll begins with a new one.
            connection.invalidate()
            self.engine.dispose()
            raise
        finally:
            connection.close()


class _Written:
    """A statement as the driver wants it, and what makes values of what it gives."""

    def __init__(self, statement: Select[Any], engine: Engine) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self._text, self._given = str(compiled), dict(compiled.params)
        self._places = compiled.positiontup
        columns = [(column.key, column.type.dialect_impl(engine.dialect)) for column in statement.selected_columns]
        self._processors = [kind.result_processor(engine.dialect, None) for _name, kind in columns]
        self._row: Any = namedtuple("Found", [name for name, _kind in columns])  # type: ignore[misc]

    def first(self, connection: PoolProxiedConnection, values: Mapping[str, Any]) -> Any:
        named = self._given | {name: value for name, value in values.items() if name in self._given}
        cursor = connection.cursor()
        cursor.execute(self._text, [named[name] for name in self._places] if self._places else named)
        row = cursor.fetchone()
        cursor.close()
        if row is None:
            return None
        return self._row._make(
            process(value) if process and value is not None else value
            for process, value in zip(self._processors, row, strict=True)
        )
