from uuid import UUID

from core.media.types import PictureView
from core.web.pictures import picture, preload

VIEW = PictureView(
    id=UUID(int=1),
    content_hash="ab" * 32,
    width=900,
    height=600,
    alt='Pot "A"',
    placeholder="",
    variants={"avif": [320, 640], "webp": [160, 320], "jpg": [640]},
)


def test_a_picture_brings_every_format_its_size_and_what_it_shows():
    html = str(picture(VIEW, "46vw"))

    assert html.count("<source") == 2
    assert 'type="image/avif"' in html
    assert 'width="900" height="600"' in html
    assert 'alt="Pot &#34;A&#34;"' in html
    assert 'loading="lazy"' in html
    assert "style=" not in html


def test_the_main_picture_is_loaded_first():
    html = str(picture(VIEW, "100vw", eager=True))

    assert "lazy" not in html
    assert 'fetchpriority="high"' in html
    assert "imagesrcset" in preload(VIEW, "100vw")


def test_a_thumbnail_is_one_element():
    html = str(picture(VIEW, "40px", alt="", small=True, css="on"))

    assert html.startswith("<img ")
    assert 'alt=""' in html
    assert 'class="on"' in html


def test_a_missing_picture_is_an_empty_frame():
    assert str(picture(None, "46vw")) == '<span class="noimg"></span>'
    assert str(preload(None, "46vw")) == ""
