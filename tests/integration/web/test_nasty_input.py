"""Whatever anybody sends, a page answers in words: no text and no file makes one fail.

What each page reads is not written down here: a first walk notes every field that is asked for.
"""

import io
from collections import defaultdict

import pytest
from flask import Request
from werkzeug.datastructures import MultiDict

from tests.integration.web.everything import NOWHERE, fill, routes

pytestmark = pytest.mark.slow
STRICTEST = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
LIGHTEST = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OWN = {"Sec-Fetch-Site": "same-origin"}
NASTY = (
    "",
    "a\x00b",
    "²",
    "٣",
    "99999999999999999999",
    "-1",
    "1e9",
    "NaN",
    "9999-12-31",
    "0001-01-01",
    "\u202e💥" * 40,
    "长" * 9_000,
    "100%_\\'\"",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    NOWHERE,
)
FILES = (b"", b"\x00" * 600, b"a,b\x00c\r\n\xff\xfe", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64)
CHOICES = {
    "action": ("place", "code", "enter", "checkout", "clear"),
    "do": ("delete", "skip", "refund", "remove"),
    "by": ("email", "phone"),
    "then": ("bag", "buy"),
    "sure": ("1",),
    "terms": ("1",),
}
APART = {"/signout", "/admin/signout", "/me/settings/erase", "/me/settings/sessions"}
APART |= {"/admin/account/sessions", "/admin/plugins/<name>/switch"}
"""What would end the walk: signing out, closing the account, switching off."""


class Noting(MultiDict):
    """Fields that notes which of them are asked for."""

    notes: set[str]

    def _note(self, name: object) -> None:
        self.notes.add(str(name))

    def __contains__(self, name: object) -> bool:
        self._note(name)
        return super().__contains__(name)

    def __getitem__(self, name: str) -> str:
        self._note(name)
        return super().__getitem__(name)

    def get(self, name, default=None, type=None):  # noqa: A002 (werkzeug's name)
        self._note(name)
        return super().get(name, default, type)

    def getlist(self, name, type=None):  # noqa: A002 (werkzeug's name)
        self._note(name)
        return super().getlist(name, type)


ASKED: dict[tuple[str, str], set[str]] = defaultdict(set)


class NotingRequest(Request):
    """A request whose fields note what is asked of them, by address."""

    def _noting(self, where: str, fields: MultiDict) -> Noting:
        noting = Noting(fields)
        noting.notes = ASKED[str(self.url_rule), where]
        return noting

    @property
    def args(self):
        return self._noting("args", super().args)

    @property
    def form(self):
        return self._noting("form", super().form)

    @property
    def files(self):
        return self._noting("files", super().files)


@pytest.fixture
def plugins_on():
    return ("distribution", "welcome_offer")


@pytest.fixture
def world(shop, maker):
    return fill(shop, maker)


@pytest.fixture
def browsers(app, world, make_staff, sign_in):
    """Who may do most on each face, in an application as it runs in production."""
    app.testing = False
    staff = sign_in(make_staff(), "staff")
    return {"staff": staff, "member": sign_in(world.owner), "public": app.test_client()}


@pytest.fixture
def asked(app, world, browsers):
    """Names of the fields that each address asks for: ``asked(route, "form")``."""
    app.request_class = NotingRequest
    for turn in range(2):
        for route in walked(app):
            chosen = {name: values[turn % len(values)] for name, values in CHOICES.items()}
            send(browsers, route, world.values, chosen)
    app.request_class = Request
    more = {"cell.1.0", "option0", f"quantity.{world.sku_id}", f"quantity.{world.line_id}"}
    assert len({name for names in ASKED.values() for name in names}) > 100
    return lambda route, where: ASKED[route.rule, where] | (more if where == "form" else set())


def walked(app):
    """Routes of people, without those that would end the walk."""
    return [r for r in routes(app) if r.kind != "notify" and r.rule not in APART]


def send(browsers, route, values, form):
    browser = browsers.get(route.kind.partition(":")[0], browsers["public"])
    data = form if route.method == "POST" else None
    return browser.open(
        route.path(values), method=route.method, headers=OWN, data=data, buffered=True
    )


@STRICTEST
def test_every_field_takes_any_text(app, world, browsers, asked):
    faults = set()
    for turn, text in enumerate(NASTY):
        chosen = {name: values[turn % len(values)] for name, values in CHOICES.items()}
        for route in walked(app):
            browser = browsers.get(route.kind.partition(":")[0], browsers["public"])
            filled = {
                where: {name: chosen.get(name, text) for name in asked(route, where)}
                for where in ("args", "form")
            }
            response = browser.open(
                route.path(world.values),
                method=route.method,
                headers=OWN,
                query_string=filled["args"],
                data=filled["form"] if route.method == "POST" else None,
                buffered=True,
            )
            if response.status_code >= 500:
                faults.add((route.method, route.rule, text[:20]))
            assert "a=b" not in response.headers.getlist("Set-Cookie")
    assert not faults, sorted(faults)


@LIGHTEST
def test_every_file_field_takes_any_bytes(app, world, browsers, asked):
    faults = set()
    posts = [route for route in walked(app) if asked(route, "files") and route.method == "POST"]
    assert len(posts) > 2
    for content in FILES:
        for name in ("x.csv", "x.png", "../../x.svg", "\x00.csv"):
            for route in posts:
                form = {
                    field: (io.BytesIO(content), name) for field in sorted(asked(route, "files"))
                }
                if send(browsers, route, world.values, form).status_code >= 500:
                    faults.add((route.rule, name, content[:10]))
    assert not faults, sorted(faults)


@STRICTEST
def test_every_address_takes_any_text(app, world, browsers):
    faults = set()
    for text in NASTY:
        for route in walked(app):
            if not route.arguments:
                continue
            values = {f"{route.rule}:{name}": text or " " for name in route.arguments}
            if send(browsers, route, values, {}).status_code >= 500:
                faults.add((route.method, route.rule, text[:20]))
    assert not faults, sorted(faults)


@LIGHTEST
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n--x--", "multipart/form-data"),
        (b"%ff%fe=%zz&=&&&a", "application/x-www-form-urlencoded"),
        (b"\xff" * 400, "application/json"),
        (b"x=1", "text/plain; charset=none"),
    ],
)
def test_broken_bodies_are_refused_or_empty(app, world, browsers, body, kind):
    for route in walked(app):
        if route.method == "POST":
            browser = browsers.get(route.kind.partition(":")[0], browsers["public"])
            response = browser.post(
                route.path(world.values), data=body, content_type=kind, headers=OWN
            )
            assert response.status_code < 500, route


@LIGHTEST
def test_a_body_too_large_is_refused_in_words(app, world, browsers):
    app.config["MAX_CONTENT_LENGTH"] = 2000
    for route in walked(app):
        if route.method == "POST":
            answer = send(browsers, route, world.values, {"note": "x" * 3000})
            assert answer.status_code in {303, 413}, (route, answer.status)
