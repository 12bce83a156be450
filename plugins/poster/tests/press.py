"""A shop that prints posters: a published template, a product with a picture, and what was made."""

from dataclasses import replace

import sqlalchemy as sa

from core.api.media import Files
from core.api.sharing import create_share
from core.catalog import services as catalog
from core.catalog.types import SkuDraft
from core.media.services import store_picture
from plugins.poster.models import Poster
from plugins.poster.rules import Purpose
from plugins.poster.services import posters, templates
from plugins.poster.services.posters import PLUGIN
from plugins.poster.tests.sheets import LAYOUT, picture


class Press:
    """What tests of posters do; each method is a unit of work of its own."""

    def __init__(self, shop, maker):
        self.shop, self.maker = shop, maker
        self.files = Files.of(shop.config.uploads, PLUGIN)

    def template(self, layout=None, purpose=Purpose.PRODUCT, name="晨光"):
        with self.shop.database.write() as session:
            made = templates.create(session, name, purpose, layout or self.layout(), "test")
            templates.publish(session, made, layout or self.layout(), "test")
        return made

    def layout(self):
        """All kinds of layers, without the picture that is not in this shop."""
        return replace(LAYOUT, layers=tuple(each for each in LAYOUT.layers if each.name != "标志"))

    def product(self, title="山岚 · 青瓷侧把壶", fen=26800):
        return self.maker.product(title, skus=[(title[:8], fen, 10)])

    def picture_id(self, colour="#7AA08E"):
        with self.shop.database.write() as session:
            data = picture(400, 400, colour)
            return store_picture(session, self.shop.config.uploads, "a.jpg", data).id

    def reprice(self, product, fen):
        with self.shop.database.write() as session:
            edit = catalog.product_for_edit(session, product.id)
            skus = [SkuDraft(sku.code, fen, sku.options, id=sku.id) for sku in edit.skus]
            catalog.save_skus(session, product.id, skus, actor="test")

    def ask(self, member, template_id, product=None, session=None, **more):
        """A poster of a member; ``product`` is what the template is for."""
        if session is None:
            with self.shop.database.write() as opened:
                return self.ask(member, template_id, product, opened, **more)
        product_id = product.id if product is not None else None
        kind = "product" if product_id else "store"
        share = create_share(session, member.id, kind, str(product_id or ""), "poster")
        more.setdefault("target", f"https://shop.example.com{share.short_path}")
        return posters.request_poster(
            session, member.id, template_id, product_id, share, shop="山屿集", **more
        )

    def rows(self):
        with self.shop.database.read() as session:
            return list(session.scalars(sa.select(Poster).order_by(Poster.id)))

    def row(self, poster_id):
        with self.shop.database.read() as session:
            return session.get(Poster, poster_id)
