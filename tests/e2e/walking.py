"""Walking through the store as people do: each person is a browser of their own."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

PASSWORD = "banyan-demo"  # printed by the demo itself
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@dataclass
class Person:
    """Somebody with a browser. ``page`` is their only tab."""

    page: Page
    base: str

    def go(self, path: str) -> None:
        """Open a path of the store; anything but a good answer fails the test."""
        response = self.page.goto(urljoin(self.base, path))
        assert response is not None
        assert response.ok, f"{path}: {response.status}"

    def status(self, path: str) -> int:
        """Open a path and tell the HTTP status."""
        response = self.page.goto(urljoin(self.base, path))
        assert response is not None
        return response.status

    def send(self, form: str, **buttons: str) -> None:
        """Press the button of the form with this action (and this name and value, if given)."""
        button = "".join(f'[name="{name}"][value="{value}"]' for name, value in buttons.items())
        chosen = button or ":not([type=button])"
        self.press(self.page.locator(f'form[action="{form}"] button{chosen}').last)

    def press(self, button: Locator) -> None:
        """Press something that leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            button.click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        """The page shows this somewhere."""
        expect(self.page.locator("body")).to_contain_text(text)


def shopper(browser: Browser, base: str) -> Person:
    """A browser on a phone, in English."""
    context = browser.new_context(viewport=PHONE, locale="en-US", base_url=base)
    return _person(context, base)


def merchant(browser: Browser, base: str, email: str = "admin@demo.banyan") -> Person:
    """A browser on a desk, signed in as staff, in English."""
    context = browser.new_context(viewport=DESK, locale="en-US", base_url=base)
    person = _person(context, base)
    person.go("/admin/signin?lang=en")
    person.page.fill("input[name=email]", email)
    person.page.fill("input[name=password]", PASSWORD)
    person.send("/admin/signin")
    return person


def distributor(browser: Browser, base: str, email: str) -> Person:
    """A demo member on a phone, signed in."""
    person = shopper(browser, base)
    person.go("/signin?by=email&lang=en")
    person.page.fill("input[name=email]", email)
    person.page.fill("input[name=password]", PASSWORD)
    person.send("/signin", action="enter")
    return person


def _person(context: BrowserContext, base: str) -> Person:
    context.set_default_timeout(10_000)
    return Person(context.new_page(), base)
