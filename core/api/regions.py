"""Names of the places where blocks may stand. Every theme renders every store region."""

from enum import StrEnum


class Region(StrEnum):
    """A region: an ordered list of core's and plugins' blocks. Names are stable.

    Each says where it stands and what a block there gets as ``BlockContext.subject``.
    """

    LAYOUT_HEAD = "store.layout.head"
    """The end of the ``head`` of every page: meta tags, hints. Subject: the page's."""
    LAYOUT_BODY_END = "store.layout.body_end"
    """The end of every page, behind all that is seen. Subject: the page's."""
    ANNOUNCEMENT = "store.layout.announcement"
    """Between the bar on top and the content of every page. Subject: the page's."""
    HEADER_ACTIONS = "store.layout.header.actions"
    """The right end of the bar on top of every page. Subject: the page's."""
    TABBAR = "store.layout.tabbar"
    """Entries of the main navigation, on pages that have it. Subject: the page's."""
    FOOTER = "store.layout.footer"
    """The foot of every page: record number, links. Subject: the page's."""
    CARD_BADGES = "store.card.badges"
    """The picture's corner of every product card, on any page.

    Asked once a page for all its cards, also of plugins' pages that call
    ``core.api.web.note_cards``. Subject: ``tuple[ProductCard, ...]``.
    """
    CARD_AFTER_PRICE = "store.card.after_price"
    """Behind the price of every product card; asked like :data:`CARD_BADGES`.

    Subject: ``tuple[ProductCard, ...]``.
    """
    HOME_MAIN = "store.home.main"
    """The home page's sections, from top to bottom. Subject: none."""
    LIST_FILTERS = "store.list.filters"
    """Above the products of a category or of a search. Subject: ``tuple[ProductCard, ...]``."""
    LIST_AFTER_ITEMS = "store.list.after_items"
    """Below the products of a category or of a search.

    Subject: ``tuple[ProductCard, ...]``.
    """
    SEARCH_SUGGEST = "store.search.suggest"
    """Under the search box, on the search page only. Subject: ``tuple[ProductCard, ...]``."""
    PRODUCT_GALLERY_OVERLAY = "store.product.gallery_overlay"
    """On top of a product's pictures. Subject: ``ProductSubject``."""
    PRODUCT_INFO = "store.product.info"
    """Price, title and what is told beside them. Subject: ``ProductSubject``."""
    PRODUCT_CELLS = "store.product.cells"
    """Lines under the title: options, offers, shipping, assurance.

    Subject: ``ProductSubject``.
    """
    PRODUCT_MAIN = "store.product.main"
    """What follows below: details, description, related products.

    Subject: ``ProductSubject``.
    """
    PRODUCT_BUYBAR = "store.product.buybar"
    """The bar at the foot of a product page. Subject: ``ProductSubject``."""
    PRODUCT_OPTION_SHEET = "store.product.option_sheet"
    """In the form that puts the product into the bag, while there is something to buy.

    Subject: ``ProductSubject``.
    """
    PRODUCT_SHARE_SHEET = "store.product.share_sheet"
    """In the sheet that shares a product, below the link: other ways to share it.

    Subject: ``ProductSubject``.
    """
    CART_LINES_AFTER = "store.cart.lines_after"
    """Right behind the lines of a bag that is not empty. Subject: ``CartView``."""
    CART_TOTALS = "store.cart.totals"
    """What a bag that is not empty costs. Subject: ``CartView``."""
    CART_AFTER = "store.cart.after"
    """At the end of the bag's page, also of an empty bag's. Subject: ``CartView``."""
    CHECKOUT_SECTIONS = "store.checkout.sections"
    """Sections of the checkout, within its form. Subject: ``CartView``."""
    CHECKOUT_TOTALS = "store.checkout.totals"
    """What the order will cost. Subject: ``CartView``."""
    CHECKOUT_BEFORE_SUBMIT = "store.checkout.before_submit"
    """The last thing before an order is placed. Subject: ``CartView``."""
    PAY_METHODS = "store.pay.methods"
    """Ways to pay, within the cashier's form. Subject: ``OrderView``."""
    PAY_RESULT_AFTER = "store.pay.result_after"
    """Below what became of a payment. Subject: ``OrderView``."""
    ORDER_DETAIL = "store.order.detail"
    """Everything of an order on the shopper's page about it. Subject: ``OrderView``."""
    ORDER_ACTIONS = "store.order.actions"
    """What the shopper can do with an order, in the bar at its foot. Subject: ``OrderView``."""
    LOGIN_METHODS = "store.login.methods"
    """Ways to sign in or register. Subject: none."""
    MEMBER_HOME_CARDS = "member.home.cards"
    """Cards of the member centre; guests see the page, too.

    Subject: ``MemberView``, none for guests.
    """
    MEMBER_HOME_MENU = "member.home.menu"
    """Lines of the member centre's menu. Subject: ``MemberView``, none for guests."""
    MEMBER_HOME_ASSETS = "member.home.assets"
    """What a member owns: balance, points, coupons.

    Subject: ``MemberView``, none for guests.
    """
    DISTRIBUTOR_HOME_MAIN = "distributor.home.main"
    """The distributor centre's first page, above the latest commission. Subject: none."""
    DISTRIBUTOR_HOME_MENU = "distributor.home.menu"
    """Among the tools of the distributor centre's first page. Subject: none."""
    DISTRIBUTOR_MONEY_AFTER = "distributor.home.money_after"
    """Behind the distributor's balances on the centre's first page. Subject: none."""
    DISTRIBUTOR_POSTER_TEMPLATES = "distributor.poster.templates"
    """Behind the templates that a member chooses a poster from. Subject: none."""
    DISTRIBUTOR_WITHDRAW_METHODS = "distributor.withdraw.methods"
    """Ways to be paid, in the form that asks for a payout. Subject: none."""
    DISTRIBUTOR_APPLY_FIELDS = "distributor.apply.fields"
    """Fields of the form with which a member becomes a distributor. Subject: none."""
    PRINT_ORDER = "print.order"
    """At the end of every packing slip that staff prints; a plugin's style sheets are not there.

    Asked once for all slips that are printed together, it answers
    ``{"slips": {order id: values}}``; slips that are not in it show nothing.
    Subject: ``tuple[PackingSlip, ...]``.
    """
