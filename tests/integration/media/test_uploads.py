import io
import struct
import zlib

import pytest
import sqlalchemy as sa
from PIL import Image, ImageCms

from core.db.engine import Database
from core.kernel.errors import NotFound, Rejected
from core.media.models import Media
from core.media.rules import MAX_BYTES
from core.media.services import (
    list_pictures,
    media_file,
    picture_views,
    prepare_picture,
    record_picture,
    store_picture,
)
from tests.integration.media.pictures import encoded, png


def refusal(tmp_path, data):
    with pytest.raises(Rejected) as refused:
        prepare_picture(tmp_path, "upload", data)
    assert list(tmp_path.iterdir()) == []
    return refused.value.code


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_a_picture_becomes_every_format_in_widths_it_can_fill(tmp_path, format_name):
    prepared = prepare_picture(tmp_path, "a/b\\壶.png", encoded(format_name, (700, 350)), " 壶 ")
    assert (prepared.filename, prepared.alt) == ("壶.png", "壶")
    assert prepared.variants["webp"] == (160, 320, 480, 640)
    assert prepared.variants["jpg"] == (320, 640)
    assert prepared.placeholder.startswith("data:image/webp;base64,")
    files = sorted(tmp_path.rglob("*.*"))
    assert len(files) == 4 + 4 + 2
    for file in files:
        with Image.open(file) as picture:
            assert picture.width == int(file.stem.rpartition("-")[2])
            assert picture.height == picture.width // 2


def test_nothing_but_pixels_is_kept(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    exif[0x8825] = {1: "N", 2: (52.0, 0.0, 0.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded("JPEG", (400, 300), exif=exif, icc_profile=profile, comment=b"secret word")
    prepare_picture(tmp_path, "a.jpg", data + b"<?php secret tail ?>")
    for file in tmp_path.rglob("*.*"):
        assert b"secret" not in file.read_bytes()
        with Image.open(file) as picture:
            assert not picture.getexif()
            assert "icc_profile" not in picture.info


def test_a_picture_lying_on_its_side_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    prepared = prepare_picture(tmp_path, "a.jpg", encoded("JPEG", (400, 200), exif=exif))
    assert (prepared.width, prepared.height) == (200, 400)


def test_see_through_parts_become_white(tmp_path):
    data = encoded("PNG", (200, 200), mode="RGBA", color=(0, 0, 0, 0))
    prepared = prepare_picture(tmp_path, "a.png", data)
    name = f"{prepared.content_hash[:2]}/{prepared.content_hash}-200.jpg"
    with Image.open(tmp_path / name) as picture:
        assert min(picture.getpixel((100, 100))) > 250


@pytest.mark.parametrize("mode", ["L", "P", "LA", "CMYK", "1", "I;16"])
def test_odd_colour_modes_are_taken(tmp_path, mode):
    format_name = "JPEG" if mode == "CMYK" else "PNG"
    data = io.BytesIO()
    Image.new(mode, (100, 100)).save(data, format_name)
    assert prepare_picture(tmp_path, "a", data.getvalue()).width == 100


def test_a_bomb_is_refused_by_its_head_before_it_is_unpacked(tmp_path):
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)

    def chunk(kind, body):
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9))
    assert refusal(tmp_path, bomb) == "media.too_many_pixels"
    assert refusal(tmp_path, png((7_000, 7_000), mode="1", color=0)) == "media.too_many_pixels"


def test_moving_pictures_are_refused(tmp_path):
    frames = [Image.new("RGB", (50, 50), (n, 0, 0)) for n in (0, 200)]
    for format_name in ("PNG", "WEBP"):
        data = io.BytesIO()
        frames[0].save(data, format_name, save_all=True, append_images=frames[1:])
        assert refusal(tmp_path, data.getvalue()) == "media.animated"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "media.type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "media.type"),
        (b"GIF89a" + b"\0" * 40, "media.type"),
        (b"%PDF-1.7", "media.type"),
        (encoded("BMP"), "media.type"),
        (encoded("TIFF"), "media.type"),
        (b"\xff" * (MAX_BYTES + 1), "media.too_big"),
        (encoded("JPEG", (400, 400))[:900], "media.broken"),
        (png((400, 400))[:200], "media.broken"),
        (png((8, 400)), "media.too_small"),
        (png((13_000, 20)), "media.too_long"),
    ],
)
def test_what_is_no_good_picture_is_refused_with_a_sentence(tmp_path, data, code):
    assert refusal(tmp_path, data) == code


def test_the_same_upload_is_one_picture(database_url, tmp_path):
    database = Database(database_url)
    with database.write() as session:
        first = store_picture(session, tmp_path / "up", "a.png", png(), "first")
        again = store_picture(session, tmp_path / "up", "b.png", png(), "again")
        other = record_picture(
            session, prepare_picture(tmp_path / "up", "c.png", png(color=(1, 2, 3)))
        )
        assert first.id == again.id != other.id
        assert session.scalar(sa.select(sa.func.count()).select_from(Media)) == 2
        views = picture_views(session, [first.id, other.id])
        assert views[first.id].alt == "first"
        assert [view.id for view in list_pictures(session).items] == [other.id, first.id]
        shelf, _, name = views[first.id].src.removeprefix("/media/").partition("/")
    database.dispose()
    assert media_file(tmp_path / "up", shelf, name).stat().st_size > 0
    with pytest.raises(NotFound):
        media_file(tmp_path / "up", shelf, name.replace("-", "-9"))
