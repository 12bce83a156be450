"""Decisions about sharing, in plain Python: who is a person, who may be bound, for how long."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

TARGET_KINDS = frozenset({"product", "store", "activity"})
CHANNELS = frozenset({"link", "qr", "poster"})
VISIT_KINDS = frozenset({"visit", "scan"})
DEPTH = 3
"""Levels that are kept and paid; no setting raises it."""

_ROBOTS = re.compile(
    r"""
    # (a Cubot is a telephone, held by a human)
    (?<!cu)bot\b | bot[/;_-] | robot | crawl | spider | slurp | scrap(?:er|y) | archiver
    # previews of links in chats
    | facebookexternalhit | facebot | facebookcatalog | meta-external | twitterbot | slackbot
    | slack-imgproxy | telegrambot | ^whatsapp/ | discordbot | linkedinbot | skypeuripreview
    | ^viber/ | line-poker | larkurl2meta | dingtalkbot | embedly | iframely | vkshare | ^pinterest/
    | mastodon | bingpreview | google-inspectiontool | googleother | google-read-aloud
    | mediapartners | apis-google | feedfetcher | link\s?preview | preview\b | snippet
    # WeChat and QQ fetch links with clients of their own, not with their browsers
    | micromessenger\ client | wechat/[\d.]+\ cfnetwork | wechatshareextension | cfnetwork/
    | qq-url-manager | qqdownload | tencent-?(?:cloud|security|url) | urlcheck | ^dalvik/
    # search engines whose names end otherwise
    | baiduspider | yisou | sogou\ (?:web|inst|pic) | 360spider | haosou | bytespider
    # programs
    | ^curl/ | ^wget/ | python-(?:requests|urllib|httpx)|python/ | aiohttp | ^httpx | go-http-client
    | ^java/ | okhttp | apache-httpclient | libwww | node-fetch | ^axios | undici | ^ruby | guzzle
    | postmanruntime | phantomjs | lighthouse | gtmetrix | pingdom | uptime | monitor | statuscake
    | validator | w3c_
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PREFETCH_HEADERS = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_PREFETCH = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)


def is_human(user_agent: str, headers: Mapping[str, str], method: str = "GET") -> bool:
    """Whether a request looks like a person opening a page.

    Not people: robots, programs that draw link previews (WeChat, QQ, Slack, Telegram, Facebook,
    Twitter and others), browsers that fetch a page before anybody asked for it, ``HEAD`` requests,
    loads of a page as a picture, script or frame, and clients that do not say what they are. The
    browsers inside WeChat and QQ are people's. A headless browser without other marks passes.

    Args:
        user_agent: the header as sent.
        headers: all request headers; names in any case.
        method: of the request.
    """
    if method.upper() != "GET" or not user_agent.strip() or _ROBOTS.search(user_agent):
        return False
    lowered = {name.lower(): value for name, value in headers.items()}
    if any(_PREFETCH.search(lowered.get(name, "")) for name in _PREFETCH_HEADERS):
        return False
    return lowered.get("sec-fetch-dest", "document") == "document"


def protected_until(at: datetime, days: int) -> datetime | None:
    """When a referral bound or renewed at ``at`` ends; ``None``: never (0 days)."""
    return at + timedelta(days=days) if days > 0 else None


def is_over(until: datetime | None, at: datetime, *, is_locked: bool) -> bool:
    """Whether a referral no longer counts at an instant; a locked one always counts."""
    return not is_locked and until is not None and until <= at


Uplines = tuple[UUID | None, UUID | None, UUID | None]
"""Who stands one, two and three levels above; nobody stands above nobody."""
Counts = tuple[int, int, int]
"""Members one, two and three levels below, or by how many they change."""


def counts_of_edge(
    uplines: Uplines, children: int, grandchildren: int, sign: int = 1
) -> dict[UUID, Counts]:
    """What an edge brings to the counts of those above it.

    Args:
        uplines: of the edge's member.
        children: how many stand directly below the member.
        grandchildren: how many stand below those.
        sign: -1 for an edge that goes.
    """
    brought = ((1, children, grandchildren), (0, 1, children), (0, 0, 1))
    return {
        upline: (sign * counts[0], sign * counts[1], sign * counts[2])
        for upline, counts in zip(uplines, brought, strict=True)
        if upline is not None
    }


def sum_counts(*parts: Mapping[UUID, Counts]) -> dict[UUID, Counts]:
    """Changes of counts taken together, member by member."""
    found: dict[UUID, Counts] = {}
    for part in parts:
        for member_id, more in part.items():
            counts = found.get(member_id, (0, 0, 0))
            found[member_id] = (counts[0] + more[0], counts[1] + more[1], counts[2] + more[2])
    return found


def counts_gone(
    edges: Mapping[UUID, Uplines], below: Mapping[UUID, tuple[int, int]]
) -> dict[UUID, Counts]:
    """What the counts above lose when edges go together, some of them perhaps below others.

    As if they went one after the other: whoever stands below an edge that has gone brings nothing
    any more to those above it.

    Args:
        edges: member → uplines, as stored.
        below: how many stand one and two levels below each, where anybody does.
    """
    changes: dict[UUID, Counts] = {}
    gone: set[UUID] = set()
    for member_id, uplines in edges.items():
        children, grandchildren = below.get(member_id, (0, 0))
        lost = changes.get(member_id, (0, 0, 0))
        left = _reached(uplines, gone)
        changes = sum_counts(
            changes,
            counts_of_edge(left, children + lost[0], grandchildren + lost[1], sign=-1),
        )
        gone.add(member_id)
    return changes


def _reached(uplines: Uplines, gone: set[UUID]) -> Uplines:
    """The uplines that still stand above when some members have no edge any more."""
    first, second, third = uplines
    if first in gone:
        return first, None, None
    if second in gone:
        return first, second, None
    return first, second, third
