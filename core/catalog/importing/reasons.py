"""Every reason a line can have, as a sentence for the merchant."""

from core.catalog.importing.types import Outcome

REASONS: dict[str, str] = {
    "created": "New product.",
    "changed": "The product was changed.",
    "same": "The product is as the file says already.",
    "exists": "The product exists already and is left as it is.",
    "merged.same": "Another line stands for this product and says the same.",
    "merged.title": "Another description is more frequent for this code.",
    "merged.price": "Another price is more frequent for this code.",
    "merged.both": "Another description and another price are more frequent for this code.",
    "line.blank": "The line is empty.",
    "code.service": "“%(value)s” is postage, a fee or another booking, not a product.",
    "title.remark": "“%(value)s” is a remark of the warehouse, not the name of a product.",
    "title.missing": "The line has no description.",
    "price.zero": "The price is zero: a gift, a sample or a correction.",
    "price.negative": "The price is negative: a correction of the books.",
    "quantity.return": "The quantity is negative: goods that came back.",
    "quantity.zero": "The quantity is zero.",
    "quantity.absurd": "“%(value)s” pieces are more than one line can mean.",
    "line.cells": "The line has more or fewer cells than the head.",
    "code.missing": "The code is missing.",
    "code.twice": "The code “%(value)s” stands in more than one line.",
    "code.elsewhere": "The code “%(value)s” belongs to another product.",
    "number.format": "“%(value)s” is not a whole number.",
    "count.format": "“%(value)s” is not a whole number from 0 up.",
    "price.format": "“%(value)s” is not an amount in yuan with at most two decimals.",
    "price.absurd": "“%(value)s” is above ¥100,000,000.00, the most a product can cost.",
    "title.needed": "A new product needs a title.",
    "price.missing": "The price is missing.",
    "state.format": "“%(value)s” is no state. Use draft, on_sale or off_sale.",
    "active.format": "“%(value)s” is neither yes nor no.",
    "product.differs": "The lines of this product differ in “%(column)s”.",
    "product.line": "Another line of this product cannot be imported.",
    "picture.unknown": "There is no picture called “%(value)s”. Upload it first.",
    "category.path": "“%(value)s” cannot be made a category; they are at most three deep.",
    "stock.promised": "The stock cannot be below the %(value)s pieces promised to open orders.",
}
"""Reason code → catalogue entry. Faults of drafts (``catalog.*``) bring their own sentence."""

IMPORTED_REASONS = ("created", "changed", "same", "exists")


def outcome_name(outcome: Outcome) -> str:
    """The word for an outcome, a catalogue entry."""
    return {
        Outcome.IMPORTED: "imported",
        Outcome.MERGED: "merged",
        Outcome.SKIPPED: "skipped",
        Outcome.FAILED: "failed",
    }[outcome]
