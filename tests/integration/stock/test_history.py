"""Any history of holds, payments, returns and corrections leaves stock that adds up."""

from collections import Counter
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import core.schema
from core.catalog import services as catalog
from core.catalog.types import ProductDraft, SkuDraft
from core.db.engine import Database
from core.kernel.clock import now
from core.kernel.errors import Conflict, Rejected
from core.stock import services as stock

SKUS = 2
WHICH = st.integers(0, SKUS - 1)
ORDERS = st.integers(0, 4)


class StockHistory(RuleBasedStateMachine):
    """The services against counters in Python."""

    def __init__(self) -> None:
        super().__init__()
        self.database = Database("sqlite://")
        core.schema.metadata.create_all(self.database.engine)
        self.on_hand: Counter[UUID] = Counter()
        self.held: dict[str, dict[UUID, int]] = {}
        self.ended: dict[str, str] = {}
        self.keys: set[str] = set()

    def teardown(self) -> None:
        self.database.dispose()

    @initialize(counts=st.lists(st.integers(0, 6), min_size=SKUS, max_size=SKUS))
    def open_store(self, counts):
        drafts = [SkuDraft(str(n), 100, {"n": str(n)}, on_hand=c) for n, c in enumerate(counts)]
        with self.database.write() as session:
            product_id = catalog.create_product(
                session, ProductDraft("壶"), skus=drafts, actor="test"
            )
            edit = catalog.product_for_edit(session, product_id)
        self.skus = [sku.id for sku in edit.skus]
        self.on_hand.update(dict(zip(self.skus, counts, strict=True)))

    def free(self, sku):
        return self.on_hand[sku] - sum(wants.get(sku, 0) for wants in self.held.values())

    @rule(order=ORDERS, pieces=st.dictionaries(WHICH, st.integers(1, 4), min_size=1))
    def hold(self, order, pieces):
        reference = f"order-{order}"
        if reference in self.held or reference in self.ended:
            return
        wants = {self.skus[n]: count for n, count in pieces.items()}
        fits = all(self.free(sku) >= count for sku, count in wants.items())
        try:
            with self.database.write() as session:
                stock.hold(session, reference, wants, now())
        except Rejected:
            assert not fits
        else:
            assert fits
            self.held[reference] = wants

    @rule(order=ORDERS)
    def pay(self, order):
        reference = f"order-{order}"
        try:
            with self.database.write() as session:
                done = stock.take(session, reference)
        except Conflict:
            assert self.ended[reference] == "released"
            return
        assert done == (reference in self.held)
        if done:
            self.on_hand.subtract(self.held.pop(reference))
            self.ended[reference] = "taken"

    @rule(order=ORDERS)
    def cancel(self, order):
        reference = f"order-{order}"
        with self.database.write() as session:
            assert stock.release(session, reference) == (reference in self.held)
        if self.held.pop(reference, None):
            self.ended[reference] = "released"

    @rule(which=WHICH, pieces=st.integers(1, 3), key=st.sampled_from("abcd"))
    def give_back(self, which, pieces, key):
        sku = self.skus[which]
        with self.database.write() as session:
            done = stock.put_back(session, "order", {sku: pieces}, key=key, actor="test")
        booked = f"{key}:{sku}"
        assert done == (booked not in self.keys)
        if done:
            self.keys.add(booked)
            self.on_hand[sku] += pieces

    @rule(which=WHICH, pieces=st.integers(-4, 4), key=st.uuids())
    def correct(self, which, pieces, key):
        sku = self.skus[which]
        try:
            with self.database.write() as session:
                stock.adjust(session, sku, pieces, key=str(key), reason="", actor="test")
        except Rejected:
            assert self.free(sku) + pieces < 0
        else:
            self.on_hand[sku] += pieces

    @invariant()
    def it_adds_up(self):
        if not self.on_hand and not hasattr(self, "skus"):
            return
        with self.database.read() as session:
            assert stock.verify(session).is_clean
            assert stock.available(session, self.skus) == {s: self.free(s) for s in self.skus}


TestStockHistory = StockHistory.TestCase
TestStockHistory.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
