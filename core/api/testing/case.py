"""One plugin in one shop in which everything happened once: what the contract's tests look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask.testing import FlaskClient

from core.api.testing.driving import Outbox, StoreClock
from core.api.testing.faces import Faces
from core.api.testing.making import Maker
from core.api.testing.story import Story
from core.host.models import PluginFault
from core.host.shop import Shop


@dataclass
class Case:
    """One plugin in one shop, with everything a test of the contract moves."""

    shop: Shop
    name: str
    maker: Maker
    clock: StoreClock
    outbox: Outbox
    open_app: Callable[[], Any]
    sign_in: Callable[..., FlaskClient]
    story: Story
    owner: UUID

    @property
    def loaded(self) -> Any:
        """The plugin as the shop has it."""
        return self.shop.plugins.plugins[self.name]

    def faces(self, app: Any) -> Faces:
        """A browser for everybody."""
        return Faces.of(app, self.story, self.sign_in, self.owner)

    def walk(self, app: Any) -> Iterator[tuple[str, Any]]:
        """Every page of the story, opened by those it is for, in both languages."""
        guest, story = app.test_client(), self.story
        member, owner = self._browser(app, story.member), self._browser(app, self.owner)
        for browser, paths in (
            (guest, story.store_pages),
            (member, story.member_pages),
            (owner, story.admin_pages),
        ):
            for path in paths:
                yield path, browser.get(path, buffered=True)

    def _browser(self, app: Any, who: Any) -> FlaskClient:
        signed = self.sign_in(who, "staff") if isinstance(who, UUID) else self.sign_in(who)
        browser: FlaskClient = app.test_client()
        for realm in ("member", "staff"):
            cookie = signed.get_cookie(f"banyan_{realm}")
            if cookie is not None:
                browser.set_cookie(f"banyan_{realm}", cookie.value)
        return browser

    def faults(self) -> list[str]:
        """What the shop noted against the plugin."""
        self.shop.plugins.faults.flush()
        query = sa.select(PluginFault).where(PluginFault.plugin == self.name)
        with self.shop.database.read() as session:
            return [f"{row.hook}: {row.last_error}" for row in session.scalars(query)]
