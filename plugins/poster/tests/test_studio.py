"""The studio on the phone: who may be there, choosing, waiting, the picture, what came of it."""

import io
import re

import pytest
import sqlalchemy as sa
from PIL import Image

from core.api.sharing import shares_by_id
from core.api.testing.costs import statements_sent
from core.api.web import is_promoter
from core.host.models import JobRun
from plugins.poster.admin.studio_settings import MEMBERS
from plugins.poster.models import Poster, Tally
from plugins.poster.rules import Purpose
from plugins.poster.services import making, templates
from plugins.poster.services.starters import starters

OWN = {"Origin": "http://localhost"}
ROOT = "/x/poster"
STAFF = "staff:00000000-0000-0000-0000-000000000001"


@pytest.fixture
def database_url(sqlite_url):
    """What pages show does not depend on the database."""
    return sqlite_url


@pytest.fixture
def plugins_on():
    return ("poster",)


class Studio:
    """A shop with a template of each purpose that every member may use, and a member's phone."""

    def __init__(self, shop, maker, sign_in, run_job, clock):
        self.shop, self.maker, self.run_job, self.clock = shop, maker, run_job, clock
        self.sign_in = sign_in
        self.open_to(MEMBERS)
        self.pot = maker.product("青瓷侧把壶", skus=[("POT", 26_800, 50)])
        self.member = maker.member("林知夏")
        self.phone = sign_in(self.member)
        self.templates = {}
        for starter in starters("zh_Hans_CN"):
            if starter.purpose not in self.templates:
                self.templates[starter.purpose] = self.publish(starter)

    def publish(self, starter, layout=None):
        with self.shop.database.write() as session:
            key = templates.create(session, starter.name, starter.purpose, starter.layout, STAFF)
            templates.publish(session, key, layout or starter.layout, STAFF)
        return key

    def open_to(self, makers):
        known = dict(self.shop.plugins.settings_of("poster"))
        self.shop.plugins.save_settings("poster", {**known, "makers": makers}, STAFF)

    def page(self, path, status=200):
        answer = self.phone.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.location)
        return answer.text

    def make(self, purpose=Purpose.PRODUCT, **form):
        """Tap the button; the address of the poster's page."""
        about = (
            {"product": str(self.pot.id)} if purpose is Purpose.PRODUCT else {"purpose": purpose}
        )
        data = {"template": str(self.templates[purpose]), **about, **form}
        answer = self.phone.post(f"{ROOT}/new", data=data, headers=OWN)
        assert answer.status_code == 303, answer.text
        return answer.location

    def made(self, purpose=Purpose.PRODUCT):
        """A poster that is ready, and its page."""
        address = self.make(purpose)
        self.run_job("poster.render")
        return address, self.page(address)

    def picture_of(self, html):
        """The poster as the page serves it."""
        address = re.search(r'src="(/x/poster/[0-9a-f-]{36}/[0-9a-f]{64}\.jpg)"', html)[1]
        return address, self.phone.get(address, buffered=True)

    def state(self, address):
        return self.phone.get(f"{address}/state").json["state"]

    def count(self, what):
        with self.shop.database.read() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(what))


@pytest.fixture
def studio(shop, maker, sign_in, run_job, clock):
    return Studio(shop, maker, sign_in, run_job, clock)


def test_from_the_product_to_a_picture_to_press_and_hold(studio):
    chooser = studio.page(f"{ROOT}/new?product={studio.pot.id}")
    assert "青瓷侧把壶" in chooser
    look = re.search(rf'src="({ROOT}/looks/[^"]+)"', chooser)[1]
    assert Image.open(io.BytesIO(studio.phone.get(look).data)).width == 360

    address = studio.make()
    waiting = studio.page(address)
    assert studio.state(address) == "waiting"
    assert 'http-equiv="refresh"' in waiting
    assert f'data-poster="{address}/state"' in waiting
    assert f"{ROOT}/looks" not in waiting

    studio.run_job("poster.render")
    assert studio.state(address) == "ready"
    html = studio.page(address)
    assert "长按图片" in html
    picture, answer = studio.picture_of(html)
    assert answer.mimetype == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    found = Image.open(io.BytesIO(answer.data))
    assert f'src="{picture}" width="{found.width}" height="{found.height}"' in html
    assert "¥268" in re.search(r"<textarea[^>]*>([^<]*)", html)[1]
    assert re.search(r"http://localhost/s/[2-9A-HJ-NP-Z]{10}", html)


def test_tapping_twice_makes_one_poster_and_one_share(studio):
    assert studio.make() == studio.make()
    assert studio.count(Poster) == 1


@pytest.mark.parametrize("purpose", [Purpose.SHOP, Purpose.INVITE])
def test_posters_of_the_shop_and_of_an_invitation_lead_home(studio, purpose):
    _address, html = studio.made(purpose)
    assert studio.picture_of(html)[1].status_code == 200
    short = re.search(r"http://localhost(/s/\w{10})", html)[1]
    assert re.fullmatch(r"/\?s=[\w-]{16}", studio.phone.get(short).location)


def test_looking_at_a_ready_poster_is_counted_once_a_day(studio, clock):
    address, _html = studio.made()
    studio.page(address)
    clock.advance(days=1)
    studio.page(address)
    studio.page(address)
    with studio.shop.database.read() as session:
        counts = session.scalars(sa.select(Tally.shown_count)).all()
    assert counts == [1, 1]


def test_a_new_price_asks_for_a_new_poster_and_the_old_code_goes_on(studio, shop, app):
    address, html = studio.made()
    assert "海报内容有变化" not in html
    with shop.database.write() as session:
        session.execute(sa.text("UPDATE sku SET price_fen = 19900 WHERE code = 'POT'"))
        session.execute(sa.text("UPDATE product SET min_price_fen = 19900, max_price_fen = 19900"))
    assert "海报内容有变化" in studio.page(address)
    anew = studio.phone.post(f"{address}/again", headers=OWN).location
    assert anew != address
    studio.run_job("poster.render")
    fresh = studio.page(anew)
    assert "海报内容有变化" not in fresh
    assert "¥199" in fresh
    with shop.database.read() as session:
        shares = set(session.scalars(sa.select(Poster.share_id)))
        assert len(shares) == len(shares_by_id(session, list(shares))) == 1
    listed = studio.page(f"{ROOT}/")
    assert anew in listed
    assert f'href="{address}"' not in listed


def test_another_name_portrait_or_title_asks_for_a_new_poster(studio, shop):
    address, _html = studio.made()
    for changed in (
        "UPDATE member SET nickname = '知夏'",
        "UPDATE product SET title = '青瓷侧把壶 大'",
    ):
        with shop.database.write() as session:
            session.execute(sa.text(changed))
        assert "海报内容有变化" in studio.page(address)
        assert "has changed" in studio.page(f"{address}?lang=en")
        address = studio.phone.post(f"{address}/again", headers=OWN).location
        studio.run_job("poster.render")
        assert "海报内容有变化" not in studio.page(address)
        assert "has changed" not in studio.page(f"{address}?lang=en")
        studio.page(f"{address}?lang=zh-CN")


def test_a_failure_says_so_and_trying_again_helps(studio, shop, clock):
    address = studio.make()
    with shop.database.write() as session:
        session.execute(sa.update(Poster).values(state="failed", error="boom", claimed_at=None))
    page = studio.page(address)
    assert "海报没能生成" in page
    assert "boom" not in page
    assert studio.phone.post(f"{address}/again", headers=OWN).location == address
    studio.run_job("poster.render")
    assert studio.state(address) == "ready"


def test_a_page_that_waits_for_a_dead_worker_says_so_and_asks_for_another(studio, shop, clock):
    address = studio.make()
    with shop.database.write() as session:
        assert making.claim(session)
        session.execute(sa.update(JobRun).values(state="done"))
    assert (studio.state(address), studio.count(JobRun)) == ("waiting", 1)
    clock.advance(minutes=2)
    for _ in range(2):
        assert studio.state(address) == "slow"
        page = studio.page(address)
        assert "比平时慢一些" in page
        assert 'http-equiv="refresh"' in page
    assert studio.count(JobRun) == 2


def test_an_expired_code_and_a_file_that_is_gone_are_told(studio, shop, clock):
    address, html = studio.made()
    picture, _answer = studio.picture_of(html)
    shop_files = next((shop.config.uploads / "plugins" / "poster").rglob("*.jpg"))
    shop_files.unlink()
    assert "已被清理" in studio.page(address)
    assert studio.phone.get(picture, buffered=True).status_code == 404
    studio.phone.post(f"{address}/again", headers=OWN)
    studio.run_job("poster.render")
    assert studio.phone.get(picture, buffered=True).status_code == 200
    with shop.database.write() as session:
        session.execute(sa.update(Poster).values(expires_at=Poster.asked_at))
    assert "海报已过期" in studio.page(address)


def test_posters_are_seen_by_those_whose_they_are(studio, maker):
    address, html = studio.made()
    picture, _answer = studio.picture_of(html)
    other = studio.sign_in(maker.member("苏晚"))
    for path in (address, f"{address}/state", picture):
        assert other.get(path, buffered=True).status_code == 404
    assert other.post(f"{address}/again", headers=OWN).status_code == 404


def test_a_guest_signs_in_and_comes_back(studio, client):
    path = f"{ROOT}/new?product={studio.pot.id}"
    answer = client.get(path)
    assert answer.status_code in {302, 303}
    assert "/signin?next=/x/poster/new%3Fproduct%3D" in answer.location


def test_only_promoters_find_the_studio_unless_the_merchant_opens_it(studio, app):
    with app.test_request_context("/"):
        assert not is_promoter(studio.member.id)
    slug = re.search(r'href="(/p/[^"]+)"', studio.page("/"))[1]
    entry = f'href="{ROOT}/new?product={studio.pot.id}"'
    assert entry in studio.page(slug)
    assert f'href="{ROOT}/"' in studio.page("/me")
    address = studio.make()

    studio.open_to("promoters")
    assert entry not in studio.page(slug)
    assert f'href="{ROOT}/"' not in studio.page("/me")
    for path in (f"{ROOT}/", f"{ROOT}/new?purpose=shop", f"{ROOT}/products", address):
        assert "海报仅向已通过的推广者开放" in studio.page(path)
    count = studio.count(Poster)
    form = {"template": str(studio.templates[Purpose.SHOP]), "purpose": "shop"}
    answer = studio.phone.post(f"{ROOT}/new", data=form, headers=OWN)
    assert "海报仅向已通过的推广者开放" in answer.text
    assert studio.count(Poster) == count


def test_what_cannot_be_made_is_said(studio, shop):
    nowhere = "0" * 8 + "-0000-0000-0000-" + "0" * 12
    assert studio.page(f"{ROOT}/new?product={nowhere}", 404)
    assert studio.page(f"{ROOT}/new?product=x", 404)
    assert studio.phone.get(f"{ROOT}/new?purpose=fax").location == f"{ROOT}/products"
    assert studio.make(template="x").startswith(f"{ROOT}/new?product=")
    assert studio.make(template=str(studio.templates[Purpose.SHOP])).startswith(f"{ROOT}/new")
    address = studio.make(Purpose.SHOP)
    with shop.database.write() as session:
        templates.rename(session, studio.templates[Purpose.SHOP], "店铺", is_shown=False)
    assert "还没有模板" in studio.page(f"{ROOT}/new?purpose=shop")
    again = studio.phone.post(f"{address}/again", headers=OWN)
    assert again.location == f"{ROOT}/new?purpose=shop"
    assert "该模板或商品已下架" in studio.page(again.location)
    assert "青瓷侧把壶" in studio.page(f"{ROOT}/products?q=青瓷")
    assert "没有找到" in studio.page(f"{ROOT}/products?q=没有这样的词")


def test_pages_cost_the_same_however_many_posters_there_are(studio, shop):
    address, _html = studio.made()
    studio.made(Purpose.SHOP)
    costs = {f"{ROOT}/": 9, f"{ROOT}/new?product={studio.pot.id}": 4, address: 13}
    for path in costs:
        studio.page(path)
    for path, most in costs.items():
        with statements_sent(shop) as sent:
            studio.page(path)
        assert len(sent) <= most, (path, sent)
