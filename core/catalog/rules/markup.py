"""Descriptions as merchants write them, made safe to show."""

import html
import re

import nh3

_TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "div", "em", "figcaption", "figure", "h2",
    "h3", "h4", "hr", "i", "img", "li", "ol", "p", "s", "small", "span", "strong", "sub", "sup",
    "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}

_TAG = re.compile(r"</?[a-zA-Z]")


def clean_description(text: str) -> str:
    """Safe HTML of what the merchant wrote.

    Plain text becomes paragraphs at empty lines. In HTML, scripts, styles, handlers, foreign
    pictures and unknown tags are dropped; links get ``rel="noopener nofollow"``.
    """
    text = text.replace("\0", "")
    if not _TAG.search(text):
        return _paragraphs(text)
    cleaned: str = nh3.clean(
        text,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_own_pictures,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow",
    )
    if not _TAG.search(cleaned):  # only tags that are not kept: what is left is plain text
        return _paragraphs(html.unescape(cleaned))
    return cleaned.strip()


def _own_pictures(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src") and not value.startswith("/media/"):
        return None
    return value


def _paragraphs(text: str) -> str:
    blocks = [block.strip() for block in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(
        f"<p>{html.escape(b, quote=False).replace(chr(10), '<br>')}</p>" for b in blocks if b
    )
