"""The database handle, the base class of the rows, and the column types."""

from storage.among import among
from storage.database import Base, db, snapshot
from storage.errors import Conflict, Refused
from storage.types import Moment, choice

__all__ = ["Base", "Conflict", "Moment", "Refused", "among", "choice", "db", "snapshot"]
