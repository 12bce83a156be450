"""Stands in every region with a mark that names it, and in one with blocks that are kept."""

import itertools

from core.api.contributions import Block
from core.api.hooks import hookimpl
from core.api.regions import Region

NAME = "stands_everywhere"
CARDS = {Region.CARD_BADGES, Region.CARD_AFTER_PRICE}
asked = itertools.count(1)


def mark(context):
    values = {"region": context.region, "subject": kind(context.subject)}
    if context.region in CARDS:
        return {"cards": {card.id: values for card in context.subject}}
    if context.region == Region.PRINT_ORDER:
        return {"slips": {slip.order_id: values for slip in context.subject}}
    return values


def kind(subject):
    """What a block is told its page is about, as the reference words it."""
    if subject is None:
        return "none"
    if type(subject) is tuple:
        return f"tuple[{kind(subject[0])}, ...]"
    return type(subject).__name__


def count(context):
    """Tells how often it was asked, and about what and whom."""
    about = "a" if context.subject is not None else "no"
    reader = "a" if context.member_id else "no"
    return {"told": f"{context.locale}-{next(asked)}: {about} subject, {reader} member"}


def tell_owner(context):
    """Whose bag it is."""
    return {"told": context.subject.owner}


def count_cards(context):
    """The same on each card."""
    return {"cards": {card.id: {"told": next(asked)} for card in context.subject}}


@hookimpl
def register_blocks():
    info, kept = Region.PRODUCT_INFO, {"fresh_seconds": 60.0, "after": "price"}
    return [
        *(Block(f"{NAME}.{each.name.lower()}", each, "mark.html", mark) for each in Region),
        *(
            Block(f"{NAME}.by_{each}", info, "told.html", count, cache=(each,), **kept)
            for each in ("subject", "member")
        ),
        Block(
            f"{NAME}.bag",
            Region.CART_AFTER,
            "told.html",
            tell_owner,
            fresh_seconds=60.0,
            cache=("subject",),
        ),
        Block(
            f"{NAME}.on_card",
            Region.CARD_AFTER_PRICE,
            "on_card.html",
            count_cards,
            fresh_seconds=60.0,
        ),
    ]
