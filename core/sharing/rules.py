"""Decisions about sharing, in plain Python: who is a person, who may be bound, for how long."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

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
