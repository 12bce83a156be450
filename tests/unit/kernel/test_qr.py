import re

from core.kernel.qr import qr_svg


def test_a_code_is_square_has_a_quiet_edge_and_differs_by_its_text():
    svg = str(qr_svg("https://shop.example/?s=abc"))
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg).group(1))
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1", svg)}

    assert size >= 21 + 4
    assert min(min(spot) for spot in dark) == 2
    assert max(max(spot) for spot in dark) == size - 3
    assert svg != str(qr_svg("https://shop.example/?s=abd"))


def test_what_is_encoded_is_never_written_as_markup():
    assert "<script" not in str(qr_svg("<script>alert(1)</script>"))
