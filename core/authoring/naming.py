"""What a plugin may be called, explained in words when it may not."""

import keyword
import re

from core.host.reserved import RESERVED
from core.kernel.errors import InvalidInput

_LIMIT = 40
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def check_name(name: str) -> str:
    """The name, when a plugin may have it.

    Raises:
        InvalidInput: says in words what is wrong with it.
    """
    better = re.sub(r"[\s_-]+", "_", name.strip().lower()).strip("_")
    for is_wrong, sentence in (
        (not name, "A plugin needs a name."),
        (name != name.lower(), "Use lower-case letters only: “%(better)s”."),
        (re.search(r"[\s-]", name), "Join words by an underscore: “%(better)s”."),
        (not re.fullmatch(r"[a-z0-9_]*", name), "Use the letters a to z, digits and underscores."),
        (name[:1].isdigit(), "A name starts with a letter."),
        (name != better, "Single underscores stand between words only: “%(better)s”."),
        (len(name) > _LIMIT, "At most 40 characters: the name is a prefix of everything."),
        (name in RESERVED, "“%(name)s” means something else here; say what the plugin is for."),
        (keyword.iskeyword(name), "“%(name)s” is a word of Python."),
    ):
        if is_wrong:
            raise InvalidInput("authoring.name", sentence, field="name", name=name, better=better)
    return name


def check_english(label: str) -> str:
    """An English label on one line.

    Raises:
        InvalidInput: empty, too long, Chinese, or with characters that mean something in code.
    """
    label = _check_label(label, "English")
    if _CHINESE.search(label):
        raise InvalidInput(
            "authoring.english",
            "“%(label)s” is not English; Chinese has a label of its own.",
            field="label_en",
            label=label,
        )
    return label


def check_chinese(label: str) -> str:
    """A Chinese label on one line.

    Raises:
        InvalidInput: empty, too long, not Chinese, or with characters that mean something in code.
    """
    label = _check_label(label, "Chinese")
    if not _CHINESE.search(label):
        raise InvalidInput(
            "authoring.chinese",
            "“%(label)s” is not Chinese: merchants who read Chinese need a label, too.",
            field="label_zh",
            label=label,
        )
    return label


def _check_label(text: str, language: str) -> str:
    label = " ".join(text.split())
    if not 1 <= len(label) <= _LIMIT:
        raise InvalidInput(
            "authoring.label",
            "The %(language)s label needs 1 to 40 characters.",
            field="label",
            language=language,
        )
    if not label.isprintable() or re.search(r"""["\\%{}<>]""", label):
        raise InvalidInput(
            "authoring.label",
            "The %(language)s label goes without quotation marks, backslashes, %% { } < and >.",
            field="label",
            language=language,
        )
    return label
