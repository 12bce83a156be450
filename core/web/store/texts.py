"""Terms and privacy in plain words: what the code does. A merchant's lawyer may say more."""

from core.kernel.values import dataclass


@dataclass(frozen=True)
class Text:
    """A page of text: title, then (heading, paragraph) pairs; catalogue entries all."""

    title: str
    parts: tuple[tuple[str, str], ...]


PAGES: dict[str, Text] = {
    "terms": Text(
        "Terms of use",
        (
            (
                "Who you buy from",
                "You buy from %(shop)s. By placing an order you offer to buy; the contract is"
                " made when the order is paid.",
            ),
            (
                "Prices and payment",
                "Prices are in yuan and include tax. The price you confirm at checkout is the"
                " price you pay: if anything changed meanwhile, you are shown the change and "
                "asked again. An order that is not paid in time is cancelled and its pieces "
                "go back on the shelf.",
            ),
            (
                "How it reaches you",
                "Parcels are sent to the address you choose. You can follow them in your "
                "order. An order that you do not confirm yourself counts as received after "
                "the period the store has set.",
            ),
            (
                "Returns",
                "Within %(days)s days of receipt you can ask for money back in the order. "
                "What you paid for a line comes back in proportion to what you return, the "
                "way it was paid.",
            ),
            (
                "Sharing",
                "A link that you share carries a token of yours, so that the store knows who "
                "recommended it. Rewards, if the store offers any, come only from goods that "
                "were really bought.",
            ),
        ),
    ),
    "privacy": Text(
        "Privacy",
        (
            (
                "What is stored",
                "Your phone number or e-mail address, your name and addresses for delivery, "
                "your orders, your consents, and where you are signed in.",
            ),
            (
                "What it is for",
                "To send you what you ordered, to let you sign in, and to keep the books as "
                "the law asks. News and offers are sent only if you said yes, and you can say"
                " no at any time.",
            ),
            (
                "Cookies",
                "The store sets cookies to keep you signed in, to remember your bag and your "
                "language, and to know which shared link brought you here. There are no "
                "cookies of others.",
            ),
            (
                "Your rights",
                "In the settings you can download everything stored about you, change it, and"
                " close your account. Closing erases who you are; orders stay without your "
                "name.",
            ),
        ),
    ),
}
