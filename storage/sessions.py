"""The session that services write with, and how a request that is only to be shown again keeps them from it."""

from flask_sqlalchemy.session import Session as PlainSession

from storage.errors import Refused

# In ``Session.info``: what to refuse each commit with, and whether there was one.
INSTEAD, WROTE = "instead", "wrote"


class Session(PlainSession):
    """A session whose commits can be refused for as long as a request lasts."""

    def commit(self) -> None:
        """Write. Raises Refused, with nothing written, where it is told to refuse."""
        refused: Refused | None = self.info.get(INSTEAD)
        if refused is not None:
            self.rollback()
            raise refused
        super().commit()
        self.info[WROTE] = True
