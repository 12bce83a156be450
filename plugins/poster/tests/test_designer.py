"""The designer as a plain form: round trips, layers, conflicts, refusals."""

import io
import re

import pytest

from plugins.poster.admin.designer_form import DesignForm
from plugins.poster.admin.designer_wording import KINDS
from plugins.poster.rules import Kind
from plugins.poster.services.starters import starters
from plugins.poster.tests.desk import Desk, changed, fields_of, key_of
from plugins.poster.tests.sheets import picture


@pytest.fixture
def database_url(sqlite_url):
    """What pages show does not depend on the database."""
    return sqlite_url


@pytest.fixture
def plugins_on():
    return ("poster",)


@pytest.fixture
def desk(shop, make_staff, sign_in):
    return Desk(shop, sign_in(make_staff(name="店主"), "staff"))


@pytest.fixture
def path(desk):
    """A template from the first design, as a draft."""
    return desk.begin()


def test_every_page_opens_in_both_languages_from_nothing_to_a_second_version(desk):
    for desk.language in ("zh", "en"):
        assert desk.get().status_code == 200
        path = desk.begin()
        for _ in range(2):
            for page in ("", "/templates/new", path, f"{path}/design", f"{path}/publish"):
                answer = desk.get(page)
                assert (page, answer.status_code) == (page, 200)
                assert "%(" not in answer.text
            assert desk.publish(path).status_code == 303
            fields = changed(desk.fields(path), background="#EEEEEE")
            assert desk.save(path, fields).status_code == 303
        assert desk.publish(path).status_code == 303
        assert desk.get(f"{path}/versions/2").status_code == 200
        assert desk.get(f"{path}/versions/9").status_code == 404
        assert desk.get("/templates/nonsense").status_code == 404
        assert desk.get("", shown="archived").status_code == 200


def test_a_form_that_is_sent_as_it_came_changes_nothing(desk):
    path = desk.begin("invite")
    before = desk.draft(path).layout
    assert before.background_media_id is not None
    assert desk.save(path, desk.fields(path)).status_code == 303
    assert desk.draft(path).layout == before


def test_every_design_comes_back_from_its_form_as_it_was():
    for starter in starters("zh"):
        assert DesignForm.of(starter.layout, 0, 1).layout() == starter.layout


def test_designs_upon_pictures_leave_nothing_to_advise_in_either_language(desk):
    for desk.language, said in (("zh", "没有问题"), ("en", "All good")):
        for starter in starters(desk.language):
            if starter.picture is not None:
                page = desk.get(f"{desk.begin(starter.key)}/design").text
                told = re.findall(r"<li class=\"(?:bad|warn)\">.*", page)
                assert (starter.key, told, said in page) == (starter.key, [], True)


def test_all_values_of_a_layer_are_fields(desk, path):
    fields = desk.fields(path)
    title, code = key_of(fields, "Title"), key_of(fields, "QR code")
    fields = changed(
        fields,
        **{
            f"{title}-x": "48",
            f"{title}-size": "５０",
            f"{title}-weight": "regular",
            f"{title}-align": "center",
            f"{title}-max_lines": "3",
            f"{title}-colour": "#aa2200",
            f"{title}-strike": "1",
            f"{title}-hidden": "1",
            f"{title}-text": "Just for you: {}",
            f"{code}-radius": "12",
            f"{code}-locked": "1",
            "canvas_height": "1400",
        },
    )
    assert desk.save(path, fields).status_code == 303
    layout = desk.draft(path).layout
    found = {layer.name: layer for layer in layout.layers}
    layer = found["Title"]
    assert (layer.box.x, layer.text, layer.is_hidden) == (48, "Just for you: {}", True)
    font = layer.font
    assert (font.size, font.weight, font.align, font.max_lines) == (50, "regular", "center", 3)
    assert (font.colour, font.strike) == ("#AA2200", True)
    assert (found["QR code"].radius, found["QR code"].is_locked) == (12, True)
    assert layout.height == 1400


def test_too_many_layers_are_refused_and_not_read(desk, path):
    fields = [each for each in desk.fields(path) if each[0] in {"base", "revision"}]
    fields += [("canvas_width", "750"), ("canvas_height", "1334"), ("background", "#FFFFFF")]
    fields += [("layer", f"n{number}") for number in range(60)]
    layer = {"kind": "shape", "x": "0", "y": "0", "width": "9", "height": "9"}
    for number in range(60):
        fields += [(f"n{number}-{name}", value) for name, value in layer.items()]
        fields.append((f"n{number}-name", str(number)))
    answer = desk.save(path, fields)
    assert answer.status_code == 422
    assert "A poster has at most 40 layers." in answer.text
    assert answer.text.count("data-row=") == 41 + len(KINDS)


def test_layers_are_added_copied_moved_and_deleted_by_buttons_and_kept_once_saved(desk, path):
    names = [layer.name for layer in desk.draft(path).layout.layers]
    fields = desk.fields(path)
    title = key_of(fields, "Title")
    for do in (f"copy:{title}", f"up:{title}", "add:shape", f"drop:{key_of(fields, 'Line')}"):
        answer = desk.save(path, fields, do)
        assert answer.status_code == 200
        assert "Not saved yet" in answer.text
        fields = fields_of(answer.text)
    assert [layer.name for layer in desk.draft(path).layout.layers] == names

    desk.save(path, fields)
    layers = desk.draft(path).layout.layers
    at = names.index("Title")
    expected = [*names[:at], "Title 2", "Title", *names[at + 1 :], "Shape"]
    expected.remove("Line")
    assert [layer.name for layer in layers] == expected
    copied, shape = layers[at], layers[-1]
    assert (copied.box.x, copied.kind) == (layers[at + 1].box.x + 24, Kind.TITLE)
    assert shape.box.x + shape.box.width / 2 == pytest.approx(375, abs=1)


def test_two_people_at_one_draft_never_overwrite_each_other_unseen(
    shop, desk, path, make_staff, sign_in
):
    other = Desk(shop, sign_in(make_staff(name="小陈"), "staff"))
    mine, theirs = desk.fields(path), other.fields(path)
    title = key_of(mine, "Title")
    assert other.save(path, changed(theirs, **{f"{title}-y": "700"})).status_code == 303

    answer = desk.save(path, changed(mine, **{f"{title}-x": "99"}))
    assert answer.status_code == 409
    assert "Somebody else changed this poster meanwhile" in answer.text
    assert "x 40, y 700" in answer.text
    assert "x 99, y 790" in answer.text
    assert desk.draft(path).layout.layers[3].box.y == 700

    assert desk.save(path, fields_of(answer.text)).status_code == 303
    assert desk.draft(path).layout.layers[3].box.x == 99


def test_a_version_published_meanwhile_is_noticed_although_no_draft_is_left(desk, path):
    desk.publish(path)
    opened = desk.fields(path)
    desk.save(path, changed(desk.fields(path), background="#FFEEDD"))
    desk.publish(path)
    assert desk.draft(path) is None
    assert desk.save(path, changed(opened, background="#000000")).status_code == 409
    assert desk.draft(path) is None


@pytest.mark.parametrize("end", ["publish", "discard"])
def test_a_draft_that_follows_another_one_is_never_taken_for_it(desk, path, end):
    desk.publish(path)
    desk.save(path, changed(desk.fields(path), background="#FFEEDD"))
    opened = desk.fields(path)
    desk.post(f"{path}/{end}", revision=dict(opened)["revision"])
    desk.save(path, changed(desk.fields(path), background="#EEDDFF"))
    assert desk.save(path, changed(opened, background="#000000")).status_code == 409
    assert desk.publish(path, revision=dict(opened)["revision"]).status_code == 409
    assert desk.draft(path).layout.background == "#EEDDFF"


WRONG = [
    ("Title", "x", "left", "A whole number, please."),
    ("Title", "x", "", "A whole number, please."),
    ("Title", "size", "4", "The letters of “Title” are 10 to 400 pixels high."),
    ("Title", "colour", "red", "The layer “Title” needs a colour"),
    ("QR code", "opacity", "120", "The opacity of “QR code” is 0 to 100 percent."),
    ("Title", "name", "", "needs a name"),
    ("QR code", "name", "Title", "There are two layers named “Title”."),
    ("Title", "width", "-5", "The width of “Title” is 1 to 8832 pixels."),
    ("Title", "height", "0", "The height of “Title” is 1 to 8832 pixels."),
]


def test_what_cannot_be_painted_is_refused_at_its_field_and_nothing_typed_is_lost(desk, path):
    fields = desk.fields(path)
    for layer, field, value, sentence in WRONG:
        name = f"{key_of(fields, layer)}-{field}"
        typed = changed(fields, **{name: value, "background": "#ABCDEF"})
        answer = desk.save(path, typed)
        assert (name, answer.status_code) == (name, 422)
        assert sentence in answer.text
        assert wrong_fields(answer.text) == {name}
        assert 'width="-5"' not in answer.text
        assert sorted(fields_of(answer.text)) == sorted(typed)
    assert desk.draft(path).revision == 1


def wrong_fields(page: str) -> set[str]:
    """Names of the fields that a page marks as wrong."""
    tags = re.findall(r"<(?:input|textarea)[^>]*aria-invalid=\"true\"", page)
    return {re.findall(r' name="([^"]*)"', tag)[0] for tag in tags}


def test_all_that_is_wrong_with_a_layer_is_told_at_once_each_at_its_field(desk, path):
    fields = desk.fields(path)
    key = key_of(fields, "Title")
    wrong = {"width": "-5", "height": "high", "size": "0", "x": "99999", "colour": "red"}
    typed = changed(fields, **{f"{key}-{name}": value for name, value in wrong.items()})
    told = desk.save(path, typed, "look")
    for sentence in (
        "The width of “Title” is 1 to 8832 pixels.",
        "A whole number, please.",
        "The letters of “Title” are 10 to 400 pixels high.",
        "The layer “Title” needs a colour",
        "The layer “Title” stands outside the poster.",
    ):
        assert told.text.count(sentence) == 1, sentence
    refused = desk.save(path, typed)
    assert wrong_fields(refused.text) == {
        f"{key}-{name}" for name in ("width", "height", "size", "colour")
    }


def test_an_unfinished_draft_is_kept_and_publishing_names_all_that_is_wrong(desk, path):
    fields = desk.fields(path)
    code, title = key_of(fields, "QR code"), key_of(fields, "Title")
    small = {f"{code}-width": "90", f"{code}-height": "90", f"{title}-x": "300"}
    assert desk.save(path, changed(fields, **small)).status_code == 303

    page = desk.get(f"{path}/publish").text
    for sentence in (
        "The QR code “QR code” must be at least 165 pixels wide and high.",
        "The layer “Title” stands outside the poster.",
    ):
        assert sentence in page
    answer = desk.publish(path)
    assert answer.status_code == 422
    assert desk.published(path).version == 0


def test_the_script_is_told_in_the_language_of_the_page_what_is_wrong(desk):
    said = {
        "zh": ("二维码", "海报需要一个二维码，且只能有一个。"),
        "en": ("QR code", "A poster has exactly one QR code."),
    }
    for desk.language, (name, sentence) in said.items():
        path = desk.begin()
        fields = desk.fields(path)
        hidden = changed(fields, **{f"{key_of(fields, name)}-hidden": "1"})
        told = desk.save(path, [*hidden, ("strip", "1")], "look")
        assert told.status_code == 200
        assert sentence in told.text
        assert told.text.count("data:image/jpeg;base64,") == 6
        assert desk.draft(path).revision == 1


def test_a_picture_is_taken_in_with_the_form_and_re_encoded(desk, path):
    fields = desk.fields(path)
    upload = (io.BytesIO(picture(400, 300, kind="PNG")), "树.png")
    answer = desk.save(path, [*fields, ("background_media_file", upload)])
    assert answer.status_code == 303
    media = desk.draft(path).layout.background_media_id
    assert media is not None
    shelf = desk.get("/pictures").text
    assert f'data-picture="{media}"' in shelf
    address = shelf.split(f'data-picture="{media}"')[1].split('src="')[1].split('"')[0]
    with desk.browser.get(address) as stored:
        assert stored.data[8:12] == b"WEBP"


def test_letters_that_a_picture_swallows_are_told(desk, path):
    fields = desk.fields(path)
    name = key_of(fields, "Name")
    for colour, is_told in (("#101010", True), ("#F5F5F5", False)):
        upload = (io.BytesIO(picture(400, 300, colour)), "a.jpg")
        answer = desk.save(path, [*fields, ("background_media_file", upload)], "preview")
        said = f'data-choose="{name}">“Name” can hardly be told' in answer.text
        assert (colour, said) == (colour, is_told)


def test_words_that_do_not_fit_their_box_are_told(desk, path):
    fields = desk.fields(path)
    words = f"{key_of(fields, 'Recommendation')}-text"
    for text, is_told in (("Good!", False), ("Good! " * 20, True), ("{title} " * 20, False)):
        told = desk.save(path, changed(fields, **{words: text}), "look").text
        assert (text, "does not fit its box and is cut" in told) == (text, is_told)


def test_a_file_that_is_no_picture_is_refused_by_name_and_all_else_stays_typed(desk, path):
    typed = changed(desk.fields(path), background="#ABCDEF")
    answer = desk.save(path, [*typed, ("background_media_file", (io.BytesIO(b"<svg>"), "a.svg"))])
    assert answer.status_code == 422
    assert "a.svg: This is not a picture we can take." in answer.text
    assert sorted(fields_of(answer.text)) == sorted(typed)

    told = desk.post("/pictures", file=(io.BytesIO(b"GIF89a"), "b.gif"))
    assert (told.status_code, "not a picture" in told.json["error"]) == (422, True)
    told = desk.post("/pictures", file=(io.BytesIO(picture(64, 64)), "c.jpg"))
    assert set(told.json) == {"id", "name"}


def test_nonsense_in_the_form_never_breaks_the_page(desk, path):
    fields = desk.fields(path)
    nonsense = [("layer", "../x"), ("layer", "zz"), ("zz-kind", "video"), ("yy-x", "1")]
    assert desk.save(path, [*fields, *nonsense]).status_code == 303
    for do in ("up:none", "drop:", "add:video", "copy:zz"):
        assert desk.save(path, desk.fields(path), do).status_code == 200
    assert desk.save(path, []).status_code == 422
    assert desk.draft(path).layout.layers == starters("en")[0].layout.layers
