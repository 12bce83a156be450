"""Carrying out decisions: new products in bulk, changes one by one in a savepoint each."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from core.catalog.importing.deciding import Decision, decide, failed
from core.catalog.importing.snapshots import category_paths
from core.catalog.importing.types import NewProduct, Unit
from core.catalog.rules.drafts import ProductState
from core.catalog.services.bulk import BulkProduct, add_products
from core.catalog.services.categories import create_category
from core.catalog.services.products import save_pictures, set_product_state, update_product
from core.catalog.services.skus import save_skus
from core.catalog.types import CategoryDraft, ProductDraft
from core.kernel.errors import Conflict, Rejected
from core.stock.rules import MovementKind
from core.stock.services import recount, set_low_at


class Shelves:
    """Shelves by their path of names; missing ones are made when first asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids = {path: shelf for shelf, path in category_paths(session).items()}

    def find_or_make(self, path: tuple[str, ...]) -> UUID | None:
        """The id of a shelf; ``None`` for the empty path."""
        if path not in self._ids:
            above = self.find_or_make(path[:-1])
            draft = CategoryDraft(name=path[-1], parent_id=above, position=1000)
            self._ids[path] = create_category(self._session, draft)
        return self._ids[path]


def carry_out(
    session: Session, decisions: Sequence[Decision], *, key: str, actor: str
) -> list[Decision]:
    """Write what was decided; a change that is refused comes back as failed, the rest goes on.

    ``key`` is unique for this import and these lines: stock is booked under it once.
    """
    if all(decision.action == "none" for decision in decisions):
        return list(decisions)
    shelves = Shelves(session)
    _add(session, [each for each in decisions if each.action == "add"], shelves, actor)
    written: list[Decision] = []
    touched: set[UUID] = set()
    for number, decision in enumerate(decisions):
        current = decision
        if decision.stored is not None and decision.stored.id in touched:
            # Another line of this batch changed the same product: look at it anew.
            (current,) = decide(session, [Unit(decision.verdicts, decision.product)])
        if current.action == "change" and current.stored is not None:
            touched.add(current.stored.id)
            current = _change(session, current, shelves, f"{key}:{number}", actor)
        written.append(current)
    return written


def _add(session: Session, decisions: Sequence[Decision], shelves: Shelves, actor: str) -> None:
    products = []
    for decision in decisions:
        new = decision.product
        assert new is not None
        products.append(
            BulkProduct(
                draft=_shelved(new, shelves),
                skus=new.skus,
                pictures=decision.pictures or (),
                state=new.state or ProductState.ON_SALE,
            )
        )
    add_products(session, products, actor=actor, kind=MovementKind.IMPORTED)


def _change(
    session: Session, decision: Decision, shelves: Shelves, key: str, actor: str
) -> Decision:
    new, stored = decision.product, decision.stored
    assert new is not None
    assert stored is not None
    try:
        with session.begin_nested():
            shelf = shelves.find_or_make(new.category) if "category" in new.given else None
            draft = stored.wanted_draft(new, shelf)
            if draft != stored.draft:
                update_product(session, stored.id, draft)
            skus = stored.wanted_skus(new)
            if skus != tuple(sku.draft for sku in stored.skus):
                save_skus(session, stored.id, skus, actor=actor)
            _change_stock(session, decision, key, actor)
            if decision.pictures is not None and decision.pictures != stored.pictures:
                save_pictures(session, stored.id, decision.pictures)
            if new.state and new.state != stored.state:
                set_product_state(session, [stored.id], new.state)
    except (Rejected, Conflict) as error:
        return failed(decision.verdicts, error.code, error.message, **error.params)
    return decision


def _change_stock(session: Session, decision: Decision, key: str, actor: str) -> None:
    new, stored = decision.product, decision.stored
    assert new is not None
    assert stored is not None
    own = {sku.draft.code: sku.draft for sku in stored.skus}
    counted = {
        sku.id: new.stock[code]
        for code, sku in own.items()
        if sku.id is not None and code in new.stock and new.stock[code] != sku.on_hand
    }
    if counted:
        recount(session, counted, key=key, actor=actor)
    for code, low_at in new.low_at.items():
        sku = own.get(code)
        if sku is not None and sku.id is not None and sku.low_at != low_at:
            set_low_at(session, sku.id, low_at)


def _shelved(new: NewProduct, shelves: Shelves) -> ProductDraft:
    return replace(new.draft, category_id=shelves.find_or_make(new.category))
