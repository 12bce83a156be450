"""HEAD: what GET would say, without a body and without anything left open."""

from io import BytesIO

from core.catalog.importing import CsvSource, guess_mapping, import_source

FILE = b"code,title,price\nA-1,Cup,dear\n"


def test_asking_for_the_head_of_a_file_that_reads_the_database_keeps_no_connection(
    shop, make_staff, sign_in
):
    source = CsvSource("cups.csv", lambda: BytesIO(FILE))
    report = import_source(shop.database, source, guess_mapping(source.columns), actor="staff")
    path = f"/admin/imports/{report.run_id}/failed.csv"
    browser = sign_in(make_staff(), "staff")
    whole = browser.get(path, buffered=True)
    assert "dear" in whole.get_data(as_text=True)
    assert shop.database.engine.pool.checkedout() == 0
    answers = [browser.head(path) for _ in range(5)]
    assert {(answer.status_code, answer.mimetype) for answer in answers} == {(200, "text/csv")}
    assert {answer.data for answer in answers} == {b""}
    assert shop.database.engine.pool.checkedout() == 0
