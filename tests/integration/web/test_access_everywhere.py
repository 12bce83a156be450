"""Every address of the application, walked by everybody who should and should not use it.

Nothing here is written by hand for one page: a route that is added is walked from its first day.
"""

import pytest
import sqlalchemy as sa

from core.members.models import AuthSession
from core.staff.models import Role, Staff
from core.staff.services import create_role, create_staff, prepare_staff_password
from core.web.access import access_of
from tests.integration.web.everything import changed_tables, fill, routes, rows

OWN = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = (
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Referer": "https://localhost.evil.example/localhost"},
    {},
)
FORM = {
    "name": "别人",
    "phone": "13900000000",
    "province": "上海市",
    "city": "上海市",
    "district": "静安区",
    "detail": "山屿路 1 号",
}
EXPORT = ".csv"
"""Handing data out is written to the audit log; nothing else may change when they are fetched."""


@pytest.fixture
def plugins_on():
    return ("distribution", "membership", "member_pricing", "poster", "welcome_offer")


@pytest.fixture
def world(shop, maker):
    return fill(shop, maker)


@pytest.fixture
def faces(app, world, make_member, sign_in):
    """Browsers by who sits before them."""
    return {
        "nobody": app.test_client(),
        "owner": sign_in(world.owner),
        "another": sign_in(make_member("别人")),
    }


@pytest.fixture
def employ(shop, make_staff, sign_in):
    """A browser of staff whose role holds just these rights: ``employ("order.view")``."""
    count = iter(range(10_000))
    make_staff()
    hashed = prepare_staff_password("correct horse battery")

    def open_browser(*rights: str):
        number = next(count)
        with shop.database.write() as session:
            role = create_role(session, name=f"role{number}", permissions=rights, extra=rights)
            person = create_staff(
                session,
                email=f"role{number}@example.com",
                name="员工",
                role_key=role.key,
                password_hash=hashed,
            )
        return sign_in(person.id, "staff")

    return open_browser


def send(browser, route, values, **more):
    more.setdefault("headers", OWN)
    more.setdefault("data", FORM if route.method == "POST" else None)
    return browser.open(route.path(values), method=route.method, buffered=True, **more)


def leads_to(response, path: str) -> bool:
    return response.status_code == 303 and response.location.startswith(f"{path}?next=")


def test_what_is_not_open_to_everybody_leads_nobody_further_than_signing_in(app, world, faces):
    for route in routes(app):
        response = send(faces["nobody"], route, world.values)
        head = route.kind.partition(":")[0]
        if head == "member":
            assert leads_to(response, "/signin"), (route, response.status)
        elif head == "staff":
            assert leads_to(response, "/admin/signin"), (route, response.status)
        elif head == "notify":
            assert response.status_code == 403, (route, response.status)
        else:
            assert not leads_to(response, "/signin"), route
            assert response.status_code < 500, (route, response.status)
            assert response.status_code not in {401, 403}, (route, response.status)


def test_a_session_of_one_face_opens_no_door_of_the_other(app, world, faces, employ):
    clerk = employ("order.view")
    for route in routes(app):
        head = route.kind.partition(":")[0]
        if head == "staff":
            for name in ("owner", "another"):
                response = send(faces[name], route, world.values)
                assert leads_to(response, "/admin/signin"), (route, name, response.status)
        if head == "member":
            response = send(clerk, route, world.values)
            assert leads_to(response, "/signin"), (route, response.status)


def test_staff_need_just_the_right_that_is_declared(app, world, employ):
    browsers = {}
    bare = employ()
    rights = {route.kind.partition(":")[2] for route in routes(app)} - {""}
    for route in routes(app):
        head, _, right = route.kind.partition(":")
        if head != "staff":
            continue
        if not right:
            if route.method == "GET":
                assert send(bare, route, world.values).status_code < 400, route
            continue
        assert send(bare, route, world.values).status_code == 403, route
        without = browsers.get(f"-{right}") or employ(*(rights - {right}))
        browsers[f"-{right}"] = without
        assert send(without, route, world.values).status_code == 403, route
        if route.method == "GET":
            holder = browsers.get(right) or employ(right)
            browsers[right] = holder
            assert send(holder, route, world.values).status_code != 403, route


def test_what_belongs_to_a_member_does_not_exist_for_another(shop, app, world, faces):
    mine = {"order_no", "address_id", "after_sale_id", "payout_id", "token"}
    walked = 0
    for route in routes(app):
        if route.kind != "member" or not mine & set(route.arguments):
            continue
        if route.method == "GET":
            assert send(faces["owner"], route, world.values).status_code in {200, 303}, route
        before = rows(shop)
        response = send(faces["another"], route, world.values)
        assert response.status_code == 404, (route, response.status)
        assert not changed_tables(before, rows(shop)), route
        walked += 1
    assert walked > 15


def test_ids_of_others_in_forms_touch_nothing_of_theirs(shop, app, world, faces):
    with shop.database.read() as session:
        keys = session.scalars(sa.select(AuthSession.token_hash)).all()
    v = world.values
    forms = (
        ("/checkout", {"want": f"{world.sku_id}:1", "address": v["address_id"], "action": "place",
                       "expected_total_fen": "9900", "request_key": "x"}),
        *(("/me/settings/sessions", {"key": key}) for key in keys),
        ("/cart", {"remove": str(world.sku_id)}),
        (f"/me/orders/{v['order_no']}/after-sale",
         {f"quantity.{world.line_id}": "1", "reason": "other", "kind": "refund"}),
    )  # fmt: skip
    theirs = str(world.owner.id)

    def owned():
        return {
            name: [row for row in found if any(theirs in cell for cell in row)]
            for name, found in rows(shop).items()
        }

    before = owned()
    for path, form in forms:
        faces["another"].post(path, data=form, headers=OWN)
        assert owned() == before, (path, form)


def look(shop, browser, found, values) -> set[str]:
    """Ask for addresses in every way that must not change anything; tables that changed."""
    before = rows(shop)
    for route in found:
        for method in ("GET", "HEAD", "OPTIONS"):
            browser.open(route.path(values), method=method, data=FORM, headers=OWN, buffered=True)
    return changed_tables(before, rows(shop))


def test_looking_changes_nothing_for_anybody(shop, app, world, faces, employ):
    rights = {route.kind.partition(":")[2] for route in routes(app)} - {""}
    looks = [route for route in routes(app) if route.method == "GET"]
    exports = [route for route in looks if route.rule.endswith(EXPORT)]
    others = [route for route in looks if route not in exports]
    for name, browser in {**faces, "staff": employ(*rights)}.items():
        if look(shop, browser, others, world.values):
            for route in others:  # once more, one by one, to name it
                assert not look(shop, browser, [route], world.values), (name, route)
        assert look(shop, browser, exports, world.values) <= {"audit_entry"}, name


def test_nothing_is_done_for_pages_of_other_sites(shop, app, world, faces, employ):
    rights = {route.kind.partition(":")[2] for route in routes(app)} - {""}
    walkers = {"owner": faces["owner"], "staff": employ(*rights)}
    posts = [route for route in routes(app) if route.method == "POST" and route.kind != "notify"]
    before = rows(shop)
    for turn, browser in enumerate(walkers.values()):
        for number, route in enumerate(posts):
            headers = FOREIGN[(turn + number) % len(FOREIGN)]
            response = send(browser, route, world.values, headers=headers)
            assert response.status_code == 403, (route, headers, response.status)
    assert not changed_tables(before, rows(shop))


def test_pages_of_plugins_declare_what_they_hold_and_are_gone_when_off(shop, app, faces):
    declared = {
        rule.rule: access_of(app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()
    }
    pages = [page for _, page in shop.plugins.all_contributions("store_pages")]
    assert len(pages) > 5
    for page in pages:
        assert declared[page.path] == {"guest": "public", "member": "member"}[page.access], (
            page.path
        )
    shop.plugins.disable("distribution", "test")
    for page in pages:
        if page.path.startswith("/x/distribution") and "<" not in page.path:
            for browser in faces.values():
                answer = browser.open(page.path, method=page.methods[0], headers=OWN)
                assert answer.status_code == 404, page.path


def test_staff_put_away_or_with_a_narrower_role_lose_every_page_at_once(shop, app, world, employ):
    browser = employ("order.view", "product.view")
    assert browser.get("/admin/orders").status_code == 200
    with shop.database.write() as session:
        session.execute(
            sa.update(Role).where(Role.name == "role0").values(permissions=["product.view"])
        )
    assert browser.get("/admin/orders").status_code == 403
    with shop.database.write() as session:
        session.execute(
            sa.update(Staff).where(Staff.email == "role0@example.com").values(is_active=False)
        )
    for route in routes(app):
        if route.kind.startswith("staff"):
            response = send(browser, route, world.values)
            assert leads_to(response, "/admin/signin"), (route, response.status)
