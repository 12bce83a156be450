"""Who may open a plugin's pages: browsers of everybody, and what each of them gets."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from core.api.contributions import AdminPage, StorePage
from core.api.testing.story import NOWHERE, Story
from core.host.loading import LoadedPlugin
from core.host.shop import Shop
from core.members.services import open_session
from core.members.types import MemberView
from core.staff import services as staff

OWN = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
_PLACE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
Page = StorePage | AdminPage


@dataclass(frozen=True)
class Faces:
    """Browsers by who sits before them."""

    nobody: FlaskClient
    member: FlaskClient
    clerk: FlaskClient  # staff without any right
    owner: FlaskClient

    @classmethod
    def of(cls, app: Any, story: Story, sign_in: Callable[..., FlaskClient], owner: Any) -> "Faces":
        """A browser for each."""
        hashed = staff.prepare_staff_password("correct horse battery")
        with story.shop.database.write() as session:
            role = staff.create_role(session, name="nobody", permissions=())
            clerk = staff.create_staff(
                session,
                email="clerk@example.com",
                name="店员",
                role_key=role.key,
                password_hash=hashed,
            )
        return cls(
            app.test_client(),
            sign_in(story.member),
            sign_in(clerk.id, "staff"),
            sign_in(owner, "staff"),
        )


def signed_in(shop: Shop, app: Any, who: MemberView | UUID, realm: str = "member") -> FlaskClient:
    """A browser with somebody signed in.

    Args:
        shop: where.
        app: its web application.
        who: a member, or the id of one or of staff.
        realm: ``"member"`` or ``"staff"``.
    """
    with shop.database.write() as session:
        token = open_session(session, realm, who if isinstance(who, UUID) else who.id)
    browser: FlaskClient = app.test_client()
    browser.set_cookie(f"banyan_{realm}", token)
    return browser


def pages_of(loaded: LoadedPlugin) -> list[Page]:
    """Every page that a plugin brings."""
    return [*loaded.contributions.store_pages, *loaded.contributions.admin_pages]


def address(page: Page, story: Story) -> str:
    """A page's address with its places filled from the story, else with what is nowhere."""
    known = story.values()

    def fill(place: re.Match[str]) -> str:
        converter, name = place.groups()
        return known.get(name) or ("1" if converter in {"int", "float"} else str(NOWHERE))

    return _PLACE.sub(fill, page.path)


def open_page(browser: FlaskClient, page: Page, method: str, story: Story, **more: Any) -> Any:
    """Ask for a page as its own form or link would."""
    more.setdefault("headers", OWN)
    return browser.open(address(page, story), method=method, buffered=True, **more)


def faults_of_access(faces: Faces, page: Page, story: Story) -> Iterator[str]:
    """What is wrong with who gets in; sentences."""
    for method in page.methods:
        what = f"{method} {page.path}"
        answers = {
            name: open_page(getattr(faces, name), page, method, story)
            for name in ("nobody", "member", "clerk", "owner")
        }
        if isinstance(page, AdminPage):
            wanted = "owner"
            for name in ("nobody", "member"):
                if not _leads_to(answers[name], "/admin/sign"):
                    yield f"{what} lets {name} in ({answers[name].status_code})"
            if answers["clerk"].status_code != 403:
                yield f"{what} lets staff without rights in ({answers['clerk'].status_code})"
        else:
            wanted = "member" if page.access == "member" else "nobody"
            if page.access == "member" and not _leads_to(answers["nobody"], "/signin"):
                yield f"{what} lets guests in ({answers['nobody'].status_code})"
        yield from _faults_of_answer(what, answers[wanted])
        if method != "GET":
            foreign = open_page(faces.owner, page, method, story, headers=FOREIGN)
            if foreign.status_code not in {303, 400, 403}:
                yield f"{what} takes forms of other sites ({foreign.status_code})"


def _faults_of_answer(what: str, answer: Any) -> Iterator[str]:
    if answer.status_code >= 500 or answer.status_code in {401, 403, 405}:
        yield f"{what} answers {answer.status_code} to those it is for"


def _leads_to(answer: Any, path: str) -> bool:
    return answer.status_code == 303 and str(answer.location).startswith(path)
