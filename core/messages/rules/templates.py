"""What messages say, in Chinese and English. Rooms and plugins declare theirs at import."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.kernel.errors import InvariantError


@dataclass(frozen=True)
class Text:
    """One language of a template, with ``%(name)s`` places; the subject is used by mail only."""

    subject: str
    body: str


@dataclass(frozen=True)
class Template:
    """A message.

    Args:
        key: ``room.name`` or ``plugin.name``.
        texts: by language, ``zh`` and ``en`` at least.
        is_secret: the body holds a code; the log forgets it once it is sent (sandbox excepted).
    """

    key: str
    texts: Mapping[str, Text]
    is_secret: bool = False


_templates: dict[str, Template] = {}


def declare_template(template: Template) -> Template:
    """Make a template known. Declaring it again replaces it.

    Raises:
        InvariantError: a language is missing.
    """
    if not {"zh", "en"} <= set(template.texts):
        raise InvariantError(
            "messages.language", "Template %(key)s lacks a language.", key=template.key
        )
    _templates[template.key] = template
    return template


def find_template(key: str) -> Template:
    """The template of that key.

    Raises:
        InvariantError: nobody declared it.
    """
    if key not in _templates:
        raise InvariantError("messages.template", "There is no template %(key)s.", key=key)
    return _templates[key]


def language(locale: str) -> str:
    """``zh`` or ``en`` for a locale such as ``zh_Hans_CN``; anything unknown reads Chinese."""
    return "en" if locale.lower().startswith("en") else "zh"


def render(key: str, kind: str, locale: str, params: Mapping[str, Any]) -> str:
    """The text to send. For mail the subject line and an empty line come first.

    Raises:
        InvariantError: unknown template, or a place without a value.
    """
    text = find_template(key).texts[language(locale)]
    try:
        body = text.body % params
        return f"{text.subject % params}\n\n{body}" if kind == "email" else body
    except KeyError as error:
        raise InvariantError(
            "messages.params", "Template %(key)s needs %(name)s.", key=key, name=str(error)
        ) from error
