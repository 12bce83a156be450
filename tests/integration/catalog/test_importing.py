"""Imports of sales and of the merchant's own format, on both databases."""

import pytest
import sqlalchemy as sa

from core.catalog import services as catalog
from core.catalog.importing import (
    CsvSource,
    export_products,
    failed_rows_csv,
    guess_mapping,
    import_file,
    import_source,
    noted_rows,
    preview_import,
    recent_runs,
    retry_rows,
)
from core.catalog.models import ImportRow, Product, Sku
from core.catalog.types import SkuDraft
from core.db.outbox import OutboxEvent
from core.kernel.clock import now
from core.kernel.errors import Conflict, Rejected
from core.media.services import store_picture
from core.stock import services as stock
from core.stock.models import StockMovement
from tests.integration.media.pictures import png

HEAD = "product,code,title,option1,value1,price,stock,category,pictures,state\n"


def source_of(text, name="products.csv"):
    return CsvSource.of_bytes(name, text.encode())


def bring_in(database, text):
    source = source_of(text)
    return import_source(database, source, guess_mapping(source.columns), actor="test")


def adds_up(found):
    parts = found.imported + found.merged + found.skipped + found.failed
    return parts == found.done == found.total == sum(found.reasons.values())


def counts(database):
    tables = (Product, Sku, StockMovement, OutboxEvent)
    with database.read() as session:
        return [session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]


# --- sales of another shop -------------------------------------------------------------------


@pytest.mark.slow
def test_every_line_of_the_real_file_is_accounted_for_and_a_second_run_changes_nothing(
    database, whole_file
):
    seen = []
    first = import_file(
        database, whole_file, actor="test", on_progress=lambda *step: seen.append(step)
    )
    assert adds_up(first)
    assert first.failed == 0
    assert first.created == first.imported > 0
    assert seen[0] == (0, first.total)
    assert seen[-1] == (first.total, first.total)
    before = counts(database)
    second = import_file(database, whole_file, actor="test")
    assert adds_up(second)
    assert (second.created, second.changed, second.unchanged) == (0, 0, first.created)
    assert counts(database) == before
    with database.read() as session:
        assert stock.verify(session).is_clean
        assert catalog.list_products(session).total == first.created


def test_what_the_merchant_changed_since_survives_a_second_run(database, excerpt):
    import_file(database, excerpt, actor="test")
    with database.write() as session:
        row = catalog.admin_products(session).items[0]
        edit = catalog.product_for_edit(session, row.id)
        catalog.save_skus(session, row.id, [SkuDraft(edit.skus[0].code, 77_700)], actor="test")
    import_file(database, excerpt, actor="test")
    with database.read() as session:
        assert catalog.product_for_edit(session, row.id).skus[0].price_fen == 77_700


def test_lines_that_were_not_taken_are_listed_with_their_content(database, excerpt):
    found = import_file(database, excerpt, actor="test")
    with database.read() as session:
        page = noted_rows(session, found.run_id, outcome="skipped", per_page=500)
    assert page.total == found.skipped == 41
    remark = next(row for row in page.items if row.code == "title.remark")
    assert remark.params["value"] in remark.content["Description"]


def test_an_import_that_stopped_goes_on_behind_its_last_chunk(database, excerpt):
    class Stopped(Exception):
        pass

    def stop(done, _total):
        if done >= 80:
            raise Stopped

    with pytest.raises(Stopped):
        import_file(database, excerpt, actor="test", on_progress=stop, chunk_lines=40)
    with database.read() as session:
        (halfway,) = recent_runs(session)
    assert (halfway.state, halfway.done) == ("running", 80)
    found = import_file(database, excerpt, actor="test")
    assert found.is_resumed
    assert found.run_id == halfway.run_id
    assert adds_up(found)
    assert (found.imported, found.merged, found.skipped) == (99, 60, 41)


def test_the_same_import_in_two_processes_at_once_does_no_line_twice(database, excerpt):
    inner = []

    def start_another(done, _total):
        if done == 80 and not inner:
            inner.append(import_file(database, excerpt, actor="other", chunk_lines=40))

    with pytest.raises(Conflict):
        import_file(database, excerpt, actor="test", on_progress=start_another, chunk_lines=40)
    assert adds_up(inner[0])
    with database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Product)) == 99


# --- the merchant's own format ---------------------------------------------------------------


def test_new_products_come_with_skus_stock_shelves_and_pictures(database, tmp_path):
    with database.write() as session:
        store_picture(session, tmp_path, "mug.png", png())
    found = bring_in(
        database,
        HEAD
        + "mug,A,粗陶杯,杯底,红,59,3,餐具 > 杯,mug.png,\n"
        + "mug,B,,杯底,蓝,61.50,0,,,\n"
        + "tray,T,茶盘,,,188,1,餐具,,draft\n",
    )
    assert adds_up(found)
    assert (found.created, found.failed) == (2, 0)
    with database.read() as session:
        mug = catalog.product_detail(session, "mug")
        assert [(sku.code, sku.price_fen, sku.available) for sku in mug.skus] == [
            ("A", 5_900, 3),
            ("B", 6_150, 0),
        ]
        assert (mug.category_name, len(mug.pictures), mug.is_on_sale) == ("杯", 1, True)
        assert catalog.product_detail(session, "tray", include_drafts=True).state == "draft"
        tree = catalog.categories(session)
        assert [(node.name, [c.name for c in node.children]) for node in tree] == [("餐具", ["杯"])]
        assert stock.verify(session).is_clean


def test_a_second_run_of_the_same_file_changes_nothing(database):
    text = HEAD + "mug,A,粗陶杯,杯底,红,59,3,餐具,,on_sale\nmug,B,,杯底,蓝,61.50,,,,\n"
    bring_in(database, text)
    before = counts(database)
    found = bring_in(database, text)
    assert (found.created, found.changed, found.unchanged) == (0, 0, 1)
    assert counts(database) == before


@pytest.mark.parametrize(
    ("head", "rows", "changed"),
    [
        ("product,code,price,stock\n", "mug,A,65,\nmug,B,,9\n", 1),
        ("code,price,stock\n", "A,65,\nB,,9\n", 2),
    ],
)
def test_a_file_changes_only_the_columns_it_has(database, head, rows, changed):
    bring_in(database, HEAD + "mug,A,粗陶杯,杯底,红,59,3,餐具,,\nmug,B,,杯底,蓝,61,4,,,\n")
    found = bring_in(database, head + rows)
    assert (found.changed, found.failed) == (changed, 0)
    with database.read() as session:
        mug = catalog.product_detail(session, "mug")
        assert (mug.title, mug.category_name) == ("粗陶杯", "餐具")
        assert [(sku.price_fen, sku.available, sku.label) for sku in mug.skus] == [
            (6_500, 3, "红"),
            (6_100, 9, "蓝"),
        ]
        assert stock.verify(session).is_clean


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ("new,N,,,,5,1,,,\n", {"title.needed"}),
        ("new,N,New,,,,1,,,\n", {"price.missing"}),
        ("new,N,New,,,5,1,,gone.png,\n", {"picture.unknown"}),
        ("mug,A,,杯底,红,59,1,,,\n", {"stock.promised"}),
        ("x,A,X,,,5,,,,\nx,T,,,,5,,,,\n", {"catalog.choice_twice", "product.line"}),
        ("x,A,X,色,1,5,,,,\nx,T,,色,2,5,,,,\n", {"code.elsewhere", "product.line"}),
        ("mug,B,,杯底,红,5,1,,,\n", {"catalog.choice_twice"}),
    ],
)
def test_what_does_not_fit_the_catalogue_fails_with_its_reason_and_changes_nothing(
    database, rows, reasons
):
    bring_in(database, HEAD + "mug,A,粗陶杯,杯底,红,59,3,,,\ntray,T,茶盘,,,188,1,,,\n")
    with database.write() as session:
        edit = catalog.product_for_edit(
            session, catalog.admin_products(session, query="A").items[0].id
        )
        stock.hold(session, "order-1", {edit.skus[0].id: 2}, now())
    before = counts(database)
    found = bring_in(database, HEAD + rows + "fine,F,Fine,,,5,1,,,\n")
    assert adds_up(found)
    assert found.created == 1
    assert set(found.reasons) == reasons | {"created"}
    assert counts(database)[:2] == [before[0] + 1, before[1] + 1]


def test_failed_lines_are_retried_alone_after_they_were_mended(database):
    found = bring_in(
        database,
        HEAD + "mug,A,粗陶杯,杯底,红,x,3,,,\nmug,B,,杯底,蓝,61,4,,,\ntray,T,茶盘,,,188,1,,,\n",
    )
    assert (found.imported, found.failed) == (1, 2)
    with database.read() as session:
        bad = next(
            row for row in noted_rows(session, found.run_id).items if row.code == "price.format"
        )
        file = "".join(failed_rows_csv(session, found.run_id, HEAD.strip().split(",")))
    assert "x" in bad.content["price"]
    assert "not an amount" in file
    again = retry_rows(database, found.run_id, {bad.line_no: {"price": "y"}}, actor="test")
    assert (again.imported, again.failed) == (1, 2)
    assert adds_up(again)
    mended = retry_rows(database, found.run_id, {bad.line_no: {"price": "59"}}, actor="test")
    assert (mended.imported, mended.failed, mended.created) == (3, 0, 2)
    assert adds_up(mended)
    with database.read() as session:
        assert len(catalog.product_detail(session, "mug").skus) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(ImportRow)) == 0


def test_a_preview_says_what_would_happen_and_writes_nothing(database):
    bring_in(database, HEAD + "mug,A,粗陶杯,,,59,3,,,\n")
    before = counts(database)
    source = source_of(
        HEAD + "mug,A,粗陶杯,,,60,3,,,\nnew,N,新,,,5,1,花器 > 瓶,,\nbad,X,坏,,,x,1,,,\n\n"
    )
    with database.read() as session:
        seen = preview_import(session, source, guess_mapping(source.columns))
    assert (seen.total, seen.changed, seen.created, seen.failed, seen.skipped) == (4, 1, 1, 1, 1)
    assert seen.new_categories == ("花器 > 瓶",)
    assert seen.samples[0].code == "price.format"
    assert counts(database) == before
    with database.read() as session:
        assert len(recent_runs(session)) == 1


def test_an_exported_catalogue_reads_back_without_a_change(database, tmp_path, excerpt):
    import_file(database, excerpt, actor="test")
    with database.write() as session:
        picture = store_picture(session, tmp_path, "=mug|1.png", png())
    bring_in(
        database,
        HEAD.replace("\n", ",description,attributes,active\n")
        + f"mug,A,=cmd|x!A1,杯底,红,59,3,餐具 > 杯,#{picture.content_hash[:16]},,"
        + '"<p>a, ""b""</p>","材质: 陶\n=容量: 1",\n'
        + "mug,B,,杯底,蓝,61.50,0,,,,,,0\n"
        + "tray,T,'+1 茶盘,,,188,1,餐具,,off_sale,,,\n",
    )
    before = counts(database)
    with database.read() as session:
        lines = export_products(session)
    text = "".join(lines)
    assert "'=cmd" in text
    for cell in (cell for line in lines for cell in line.split(",")):
        assert not cell.startswith(("=", "+", "-", "@"))
    found = bring_in(database, "\ufeff" + text)
    assert adds_up(found)
    assert (found.created, found.changed, found.failed) == (0, 0, 0)
    assert found.unchanged == before[0]
    assert counts(database) == before


def test_a_broken_file_is_refused_before_anything_is_written(database):
    with pytest.raises(Rejected):
        bring_in(database, 'code,title,price\nA,x,1\nB,"' + "y" * 200_000)
    with database.read() as session:
        assert recent_runs(session) == []
        assert session.scalar(sa.select(sa.func.count()).select_from(Product)) == 0


def test_thousands_of_products_are_added_by_few_statements(database, statements):
    rows = "".join(f"P{n},product {n},5\n" for n in range(1_000))
    bring_in(database, "code,title,price\n" + rows)
    assert len(statements) < 80
