"""Factories: members, products, orders and staff, made through the shop's own services."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog import services as catalog
from core.catalog.models import Sku
from core.catalog.types import ProductDraft, SkuDraft
from core.host.shop import Shop
from core.kernel.ids import new_token
from core.ledger import services as ledger
from core.members import services as members
from core.members.types import AddressForm, MemberView
from core.orders import services as orders
from core.orders.states import AfterSaleKind
from core.orders.types import ConfirmOutcome, PlacedOrder
from core.payments import services as payments
from core.payments.types import PaymentOutcome, PaymentResult, StartResult
from core.payouts import services as payouts
from core.settings.services import save_settings
from core.sharing import services as sharing
from core.staff import services as staff

GATEWAY = "test"
ACTOR = "test"
ADDRESS = AddressForm(
    name="林小山",
    phone="13800000000",
    province="上海市",
    city="上海市",
    district="静安区",
    detail="山屿路 1 号",
)

Line = tuple[str, int, int]
"""SKU code, pieces, unit price in fen."""


@dataclass(frozen=True)
class ProductMade:
    """A product and its SKUs by code."""

    id: UUID
    skus: dict[str, UUID]


@dataclass(frozen=True)
class OrderMade:
    """An order as it was placed, by whom, and what its payment came to."""

    id: UUID
    order_no: str
    total_fen: int
    member_id: UUID
    payment_no: str = ""

    @classmethod
    def of(cls, placed: PlacedOrder, member_id: UUID, payment_no: str = "") -> "OrderMade":
        """From what placement answered."""
        return cls(placed.order_id, placed.order_no, placed.total_fen, member_id, payment_no)


class Maker:
    """Makes things in one shop. Numbers in names and codes keep them apart."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._count = itertools.count(1)

    def member(
        self, nickname: str = "", *, referrer: MemberView | None = None, phone: str | None = None
    ) -> MemberView:
        """A member with an address, bound to ``referrer`` if given."""
        with self._shop.database.write() as session:
            number = next(self._count)
            member_id = members.create_member(
                session, source="test", nickname=nickname or f"会员{number}", phone=phone
            )
            home = replace(ADDRESS, detail=f"{ADDRESS.detail}-{number}")  # nobody lives together
            members.add_address(session, member_id, home)
            if referrer is not None:
                check = self._shop.plugins.check
                sharing.bind(session, member_id, referrer.id, reason="test", check=check)
            return members.member_view(session, member_id)

    def product(
        self,
        title: str = "",
        *,
        skus: Sequence[tuple[str, int, int]] = (),
        cost_fen: int = 0,
        category_id: UUID | None = None,
        is_on_sale: bool = True,
    ) -> ProductMade:
        """A product on sale.

        Args:
            title: its name.
            skus: (code, price in fen, pieces on hand) each; one at 99 yuan by default.
            cost_fen: cost of each SKU.
            category_id: where it stands.
            is_on_sale: ``False`` leaves it a draft.
        """
        number = next(self._count)
        wanted = skus or [(f"SKU-{number}", 9900, 100)]
        drafts = [
            SkuDraft(code, price, {"规格": code}, cost_fen=cost_fen, on_hand=on_hand)
            for code, price, on_hand in wanted
        ]
        with self._shop.database.write() as session:
            draft = ProductDraft(title or f"商品{number}", category_id=category_id)
            product_id = catalog.create_product(session, draft, skus=drafts, actor=ACTOR)
            if is_on_sale:
                catalog.set_product_state(session, [product_id], "on_sale")
            edit = catalog.product_for_edit(session, product_id)
        return ProductMade(product_id, {sku.code: sku.id for sku in edit.skus})

    def order(
        self,
        lines: Sequence[Line] = (("SKU-1", 1, 9900),),
        *,
        member: MemberView | None = None,
        paid: bool = True,
        received: bool = False,
        request_key: str = "",
    ) -> OrderMade:
        """An order of ``lines``; SKUs that do not exist yet are made with plenty in stock.

        Args:
            lines: (SKU code, pieces, unit price in fen) each; the price counts for new SKUs only.
            member: who orders; somebody new by default.
            paid: pay it at a gateway that exists for tests only.
            received: also ship it and confirm receipt.
            request_key: what makes a repeated placement harmless; random by default.
        """
        buyer = member or self.member()
        made = self._place(buyer, self._wants(lines), request_key or new_token(12))
        if not (paid or received):
            return made
        payment_no, _ = self.pay(made)
        made = OrderMade(made.id, made.order_no, made.total_fen, buyer.id, payment_no)
        if received:
            self.receive(made)
        return made

    def pay(
        self, order: OrderMade, amount_fen: int | None = None, *, payer: str = ""
    ) -> tuple[str, ConfirmOutcome]:
        """Pay an order (all of it by default) and let the gateway confirm; the payment's number.

        ``payer``: the account that the gateway says was paid from.
        """
        database, amount = self._shop.database, order.total_fen
        with database.write() as session:
            placed = orders.order_detail(session, order.order_no)
            attempt = payments.start_attempt(
                session,
                order_id=order.id,
                amount_fen=amount,
                gateway_key=GATEWAY,
                expires_at=placed.expires_at,
            )
            started = StartResult(gateway_ref=f"test-{attempt.payment_no}", pay_url="")
            payments.attach_start(session, attempt.payment_no, started)
        result = PaymentResult(
            payment_no=attempt.payment_no,
            gateway_ref=started.gateway_ref,
            outcome=PaymentOutcome.SUCCEEDED,
            amount_fen=amount if amount_fen is None else amount_fen,
            payer=payer,
        )
        with database.write() as session:
            outcome = orders.confirm_payment(session, result, extensions=self._shop.extensions())
        return attempt.payment_no, outcome

    def receive(self, order: OrderMade) -> None:
        """Ship a paid order and confirm its receipt."""
        settings = self._shop.settings()
        with self._shop.database.write() as session:
            orders.ship(session, order.order_no, carrier="SF", tracking_no="SF1", actor=ACTOR)
            orders.confirm_receipt(session, order.order_no, actor=ACTOR, settings=settings)

    def refund(self, order: OrderMade, pieces: Mapping[str, int] | None = None) -> None:
        """Money of an order goes back through the gateway, agreed by staff.

        Args:
            order: paid by :meth:`order` or :meth:`pay`.
            pieces: SKU code → pieces that go back; everything that is left when missing.
        """
        with self._shop.database.write() as session:
            view = orders.order_detail(session, order.order_no)
            wants = {
                line.line_id: line.left_quantity if pieces is None else pieces.get(line.sku_code, 0)
                for line in view.lines
            }
            asked = orders.open_by_staff(
                session,
                order_no=order.order_no,
                kind=AfterSaleKind.REFUND,
                wants={line_id: count for line_id, count in wants.items() if count},
                reason="test",
                actor=ACTOR,
            )
            refund_id = orders.approve_after_sale(session, asked, actor=ACTOR)
        if refund_id is not None:
            with self._shop.database.write() as session:
                orders.refund_done(session, refund_id)

    def transfer(self, member: MemberView, referrer: MemberView | None) -> None:
        """Staff gives a member another referrer, or none."""
        with self._shop.database.write() as session:
            new = referrer.id if referrer else None
            sharing.transfer(session, member.id, new, actor=ACTOR, reason="test")

    def approve_payout(self, payout_id: UUID) -> None:
        """Staff releases a payout; the wallet channel pays it at once."""
        with self._shop.database.write() as session:
            payouts.approve(session, payout_id, ACTOR)

    def reject_payout(self, payout_id: UUID, reason: str = "test") -> None:
        """Staff refuses a payout; its amount goes back."""
        with self._shop.database.write() as session:
            payouts.reject(session, payout_id, ACTOR, reason)

    def settings(self, **changes: Any) -> None:
        """Change the store's settings, such as ``payout_by_bank_card=True``."""
        with self._shop.database.write() as session:
            save_settings(session, changes)
        self._shop.counters.refresh(force=True)

    def check_books(self) -> None:
        """Recompute the whole ledger; fails naming what is wrong."""
        with self._shop.database.read() as session:
            report = ledger.verify(session)
        assert report.is_clean, report.problems

    def staff(self, role: str = "owner", *, email: str = "", name: str = "店主") -> UUID:
        """A staff member with a built-in role; the password is ``correct horse battery``."""
        hashed = staff.prepare_staff_password("correct horse battery")
        with self._shop.database.write() as session:
            staff.ensure_builtin_roles(session)
            person = staff.create_staff(
                session,
                email=email or f"staff{next(self._count)}@example.com",
                name=name,
                role_key=role,
                password_hash=hashed,
            )
        return person.id

    def _wants(self, lines: Sequence[Line]) -> dict[UUID, int]:
        wants: dict[UUID, int] = {}
        for code, quantity, price_fen in lines:
            with self._shop.database.read() as session:
                sku_id = session.scalar(sa.select(Sku.id).where(Sku.code == code))
            if sku_id is None:
                sku_id = self.product(f"商品 {code}", skus=[(code, price_fen, 1000)]).skus[code]
            wants[sku_id] = wants.get(sku_id, 0) + quantity
        return wants

    def _place(self, buyer: MemberView, wants: dict[UUID, int], request_key: str) -> OrderMade:
        settings, extensions = self._shop.settings(), self._shop.extensions()
        with self._shop.database.write() as session:
            view = orders.wants_view(
                session,
                wants,
                member_id=buyer.id,
                settings=settings,
                extensions=extensions,
                province=ADDRESS.province,
            )
            placed = orders.place_order(
                session,
                member_id=buyer.id,
                address_id=_address_of(session, buyer.id),
                expected_total_fen=view.quote.total_fen if view.quote else 0,
                request_key=request_key,
                settings=settings,
                extensions=extensions,
                wants=wants,
            )
        return OrderMade.of(placed, buyer.id)


def _address_of(session: Session, member_id: UUID) -> UUID:
    return members.addresses_of(session, member_id)[0].id
