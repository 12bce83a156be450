"""A real browser keeps the session of whoever signs in from the page's script."""

import threading

import pytest
from werkzeug.serving import make_server

from core.members.services import create_member, prepare_password

EMAIL = "owner@shop.example"
PASSWORD = "correct horse battery"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough for what a browser sees."""
    return sqlite_url


@pytest.fixture
def address(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)


@pytest.mark.parametrize(
    ("door", "house", "cookie"),
    [("/signin?by=email", "/me", "banyan_member"), ("/admin/signin", "/admin/", "banyan_staff")],
)
def test_script_on_a_page_cannot_read_the_session_it_is_shown_in(
    browser, address, shop, make_staff, door, house, cookie
):
    make_staff(email=EMAIL)
    with shop.database.write() as session:
        create_member(session, source="test", email=EMAIL, password=prepare_password(PASSWORD))
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(address + door)
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**{house}*")
    assert cookie in {each["name"] for each in context.cookies()}
    assert cookie not in page.evaluate("document.cookie")
    context.close()
