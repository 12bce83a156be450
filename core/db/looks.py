"""Sessions that only read."""

from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session


class Look(Session):
    """A session on one connection that it opens itself, at its first statement.

    A session's own way to a connection and back costs twice what a short statement does; most
    pages look with prepared statements only and need nothing of it. The connection is given back
    when the look is closed; a look that was closed opens another.
    """

    _opened: sa.Connection | None = None
    _source: sa.Engine | None = None

    def opened(self) -> sa.Connection:
        """The connection of this look."""
        if self._opened is None:
            if self.in_transaction():
                return self.connection()
            self._source = self._source or cast(sa.Engine, self.get_bind())
            self._opened = self.bind = self._source.connect()
            self._opened.begin()
        return self._opened

    def close(self) -> None:
        """End the look."""
        try:
            super().close()
        finally:
            opened, self._opened = self._opened, None
            if opened is not None:
                self.bind = self._source
                opened.close()
