import gzip

import pytest

from core.catalog.importing.mappings import checked_mapping, guess_mapping
from core.catalog.importing.sources import CsvSource
from core.kernel.errors import NotFound, Rejected


def read(data, name="file.csv"):
    source = CsvSource.of_bytes(name, data)
    return source, list(source.lines())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_common_spreadsheet_programs_are_read(encoding, delimiter):
    text = f"编码{delimiter}标题\r\nA1{delimiter}青瓷壶\r\n"
    source, lines = read(text.encode(encoding))
    assert source.columns == ("编码", "标题")
    assert lines[0].cells == {"编码": "A1", "标题": "青瓷壶"}


def test_lines_keep_their_number_in_the_file_even_with_breaks_in_cells():
    _, lines = read(b'code,title\nA,"two\nlines"\nB,one\n')
    assert [(line.no, line.cells["code"]) for line in lines] == [(2, "A"), (4, "B")]


def test_blank_short_and_long_lines_are_told_apart():
    _, lines = read(b"code,title\n,\nA\nB,x,y\nC,x,\n")
    assert [line.fault for line in lines] == ["line.blank", "line.cells", "line.cells", ""]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.head"),
        (b",,\n", "import.head"),
        (b"code,code\n", "import.column_twice"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "import.encoding"),
        (b"a,b\n\xff\xff\xff", "import.encoding"),
        (b"x" * (21 * 1024 * 1024), "import.too_big"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(data, code):
    with pytest.raises(Rejected) as refused:
        read(data)
    assert refused.value.code == code


def test_a_cell_without_an_end_names_the_line():
    with pytest.raises(Rejected) as refused:
        read(b'code,title\nA,x\nB,"' + b"y" * 200_000)
    assert refused.value.code == "import.broken"
    assert refused.value.params["line"] >= 3


def test_a_packed_file_is_unpacked_and_a_cut_one_refused(tmp_path):
    whole = tmp_path / "a.csv.gz"
    whole.write_bytes(gzip.compress(b"code,title\nA,x\n"))
    assert [line.cells["code"] for line in CsvSource.of_file(whole).lines()] == ["A"]
    cut = tmp_path / "b.csv.gz"
    cut.write_bytes(whole.read_bytes()[:-9])
    with pytest.raises(Rejected):
        CsvSource.of_file(cut)


def test_a_kept_upload_is_found_by_its_hash_only(tmp_path):
    kept = CsvSource.keep(tmp_path / "imports", "a.csv", b"code\nA\n")
    again = CsvSource.kept(tmp_path / "imports", "a.csv", kept.content_hash)
    assert [line.cells for line in again.lines()] == [{"code": "A"}]
    for wrong in ("0" * 64, "../secret", ""):
        with pytest.raises(NotFound):
            CsvSource.kept(tmp_path / "imports", "a.csv", wrong)


def test_the_head_tells_sales_from_products_in_either_language():
    sales = guess_mapping(["InvoiceNo", "StockCode", "Description", "Quantity", "UnitPrice"])
    assert (sales.form, sales.columns["price"]) == ("invoices", "UnitPrice")
    chinese = guess_mapping(["规格编码", "标题", "价格", "别的"])
    assert chinese.columns == {"code": "规格编码", "title": "标题", "price": "价格"}
    assert guess_mapping(["CODE", " Title "]).columns == {"code": "CODE", "title": " Title "}


def test_a_head_without_what_is_needed_names_the_field():
    with pytest.raises(Rejected, match="code"):
        guess_mapping(["title", "price"])


def test_a_chosen_mapping_must_name_fields_and_columns_that_exist():
    with pytest.raises(Rejected):
        checked_mapping("products", {"code": "Nope"}, ["SKU"])
    with pytest.raises(Rejected):
        checked_mapping("products", {"colour": "SKU"}, ["SKU"])
