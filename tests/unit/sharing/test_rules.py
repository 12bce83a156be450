from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from core.sharing.rules import (
    counts_gone,
    counts_of_edge,
    is_human,
    is_over,
    protected_until,
    sum_counts,
)

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
ANDROID = "Mozilla/5.0 (Linux; Android 12; {}) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"

PEOPLE = {
    "WeChat's browser": f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.44(0x18002c2d) NetType/WIFI",
    "WeChat on Android": ANDROID.format("V2183A; wv") + " MMWEBID/1 MicroMessenger/8.0.43.2500",
    "WeCom": f"{IPHONE} wxwork/4.1.10 MicroMessenger/7.0.1",
    "QQ's browser": ANDROID.format("M2012K11AC") + " MQQBrowser/6.2 V1_AND_SQ_8.9.50 QQ/8.9.50",
    "Alipay": f"{IPHONE} AliApp(AP/10.5.10) AlipayClient/10.5.10",
    "Weibo": ANDROID.format("Mi 10") + " Weibo (Xiaomi-Mi 10__weibo__13.1.2__android)",
    "Safari": f"{IPHONE} Version/17.0 Mobile/15E148 Safari/604.1",
    "a Cubot telephone": ANDROID.format("CUBOT X50"),
    "Facebook's browser": f"{IPHONE} [FBAN/FBIOS;FBAV/400.0]",
    "Line's browser": f"{IPHONE} Safari Line/13.0",
    "Pinterest's browser": ANDROID.format("SM-G991B") + " [Pinterest/Android]",
    "a headless browser of a test": "Mozilla/5.0 (X11; Linux) HeadlessChrome/140.0 Safari/537.36",
}
ROBOTS = {
    "WeChat's preview": "MicroMessenger Client",
    "WeChat's preview on iOS": "WeChat/8.0.40.33 CFNetwork/1408.0.4 Darwin/22.5.0",
    "QQ's check of links": "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) QQ-URL-Manager",
    "Android without a browser": "Dalvik/2.1.0 (Linux; U; Android 10; Mi 9)",
    "Feishu": "Mozilla/5.0 (compatible; LarkUrl2Meta/1.0)",
    "DingTalk": "Mozilla/5.0 (compatible; DingTalkBot-LinkService/1.0)",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack's pictures": "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Telegram": "TelegramBot (like TwitterBot)",
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "iMessage": f"{IPHONE} Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Twitter": "Twitterbot/1.0",
    "WhatsApp": "WhatsApp/2.23.20.0",
    "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0)",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Google": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Google as a telephone": ANDROID.format("Nexus 5X") + " (compatible; Googlebot/2.1)",
    "Bing": "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Baidu": "Mozilla/5.0 (compatible; Baiduspider/2.0)",
    "Sogou": "Sogou web spider/4.0",
    "ByteDance": "Mozilla/5.0 (compatible; Bytespider)",
    "curl": "curl/8.5.0",
    "a program": "python-requests/2.32",
    "nobody": "  ",
}


@pytest.mark.parametrize("name", PEOPLE)
def test_people_are_people(name):
    assert is_human(PEOPLE[name], {})


@pytest.mark.parametrize("name", ROBOTS)
def test_robots_and_previews_are_not(name):
    assert not is_human(ROBOTS[name], {})


@pytest.mark.parametrize(
    "headers",
    [
        {"Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"SEC-PURPOSE": "Prefetch"},
        {"X-Moz": "prefetch"},
        {"X-Purpose": "preview"},
        {"Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Dest": "iframe"},
    ],
)
def test_a_page_nobody_asked_for_is_not_visited(headers):
    assert not is_human(PEOPLE["Safari"], headers)


def test_a_page_asked_for_is_visited():
    headers = {"Sec-Fetch-Dest": "document", "Sec-Fetch-User": "?1", "Accept": "text/html"}
    assert is_human(PEOPLE["Safari"], headers)


@pytest.mark.parametrize("method", ["HEAD", "head", "OPTIONS", "POST"])
def test_only_opening_a_page_is_a_visit(method):
    assert not is_human(PEOPLE["Safari"], {}, method)


def test_protection_ends_to_the_second_and_zero_days_never_end():
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    until = protected_until(at, 30)

    assert protected_until(at, 0) is None
    assert not is_over(None, at + timedelta(days=9999), is_locked=False)
    assert not is_over(until, at + timedelta(days=30, seconds=-1), is_locked=False)
    assert is_over(until, at + timedelta(days=30), is_locked=False)
    assert not is_over(until, at + timedelta(days=31), is_locked=True)


def test_an_edge_counts_its_member_and_two_levels_below_for_those_above():
    a, b, c = uuid4(), uuid4(), uuid4()

    assert counts_of_edge((a, b, c), 4, 7) == {a: (1, 4, 7), b: (0, 1, 4), c: (0, 0, 1)}
    assert counts_of_edge((a, None, None), 0, 0, sign=-1) == {a: (-1, 0, 0)}
    assert counts_of_edge((None, None, None), 4, 7) == {}


def test_changes_of_one_member_are_taken_together():
    a, b = uuid4(), uuid4()

    assert sum_counts({a: (1, 2, 3)}, {a: (-1, 0, 1), b: (0, 0, 1)}) == {
        a: (0, 2, 4),
        b: (0, 0, 1),
    }


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))), ids=str)
def test_edges_of_a_chain_that_go_together_take_everything_once_in_any_order(order):
    """A chain 0 ← 1 ← 2 ← 3 ← 4 whose edges of 1, 2 and 3 go; the one of 4 stays."""
    ids = [uuid4() for _ in range(5)]
    uplines = {
        1: (ids[0], None, None),
        2: (ids[1], ids[0], None),
        3: (ids[2], ids[1], ids[0]),
    }
    below = {ids[1]: (1, 1), ids[2]: (1, 1), ids[3]: (1, 0)}

    changes = counts_gone({ids[place]: uplines[place] for place in order}, below)

    assert {ids.index(each): counts for each, counts in changes.items()} == {
        0: (-1, -1, -1),
        1: (-1, -1, -1),
        2: (-1, -1, 0),
    }
