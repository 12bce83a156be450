import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import NotFound
from core.media.rules import checked_path, clean_filename, widths_for
from core.media.types import PictureView

HASH = "ab" + "0" * 62


@pytest.mark.parametrize(
    ("original", "widths"),
    [
        (100, (100,)),
        (160, (160,)),
        (200, (160, 200)),
        (330, (160, 320)),
        (1080, (160, 320, 480, 640, 750, 900, 1080)),
        (4000, (160, 320, 480, 640, 750, 900, 1080)),
    ],
)
def test_no_variant_is_wider_than_the_picture(original, widths):
    assert widths_for(original) == widths


@pytest.mark.parametrize(
    ("shelf", "name"),
    [
        ("ab", "../../secret.key"),
        ("..", f"{HASH}-160.webp"),
        ("cd", f"{HASH}-160.webp"),
        ("ab", f"{HASH}-160.svg"),
        ("ab", f"{HASH}-160.webp/.."),
        ("ab", f"{HASH}-160.webp\n"),
        ("ab", ""),
    ],
)
def test_only_addresses_that_were_given_out_lead_to_a_file(shelf, name):
    with pytest.raises(NotFound):
        checked_path(shelf, name)


def test_an_address_of_ours_is_a_path_below_the_uploads():
    assert checked_path("ab", f"{HASH}-160.webp") == f"ab/{HASH}-160.webp"


@given(st.text(max_size=400))
def test_file_names_lose_folders_and_signs_that_part_lists(name):
    cleaned = clean_filename(name)
    assert cleaned
    assert len(cleaned) <= 160
    assert not set(cleaned) & set("/\\|#\n")


def test_a_view_gives_the_address_that_fits():
    view = PictureView(
        id=None, content_hash=HASH, width=640, height=480, alt="", placeholder="",
        variants={"webp": (160, 320), "jpg": (320,), "avif": ()},
    )  # fmt: skip
    assert view.url(200, "webp") == f"/media/ab/{HASH}-320.webp"
    assert view.url(2000, "webp") == f"/media/ab/{HASH}-320.webp"
    assert view.url(100, "avif") == f"/media/ab/{HASH}-320.jpg"
    assert view.webp == f"/media/ab/{HASH}-160.webp 160w, /media/ab/{HASH}-320.webp 320w"
    assert view.avif == ""
