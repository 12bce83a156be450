"""Whole templates: publishing, versions, copies, the archive, and pictures of them."""

import io

import pytest
from PIL import Image

from core.api.testing.costs import statements_sent
from core.staff import services as staff
from plugins.poster.rules import Layout, Purpose
from plugins.poster.services import designing, templates
from plugins.poster.tests.desk import Desk, changed, key_of

LAYER = {
    "kind": "shape",
    "width": "200",
    "height": "100",
    "colour": "#123B30",
    "radius": "40",
}


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


def opened(answer, kind):
    assert answer.status_code == 200
    assert answer.mimetype == f"image/{kind}"
    return Image.open(io.BytesIO(answer.data))


def test_a_version_never_changes_and_an_old_one_comes_back_as_a_new_one(desk):
    path = desk.begin("square")
    first = desk.draft(path).layout
    assert desk.publish(path, summary="首发").status_code == 303
    fields = desk.fields(path)
    title = key_of(fields, "Title")
    desk.save(path, changed(fields, **{f"{title}-size": "44", f"{title}-colour": "#AA2200"}))
    assert desk.published(path).layout == first

    page = desk.get(f"{path}/publish").text
    for word in ("Font size", "<del><span", "50</del>", "44</ins>", "#AA2200</ins>"):
        assert word in page
    assert ">Title changed</textarea>" in page
    desk.publish(path, summary="")
    assert desk.published(path).version == 2

    page = desk.get(f"{path}/versions/2").text
    assert "44</ins>" in page
    assert "首发" in desk.get(path).text
    answer = desk.post(f"{path}/versions/1", revision=0)
    assert answer.headers["Location"].endswith("/design")
    assert desk.published(path).version == 2
    desk.publish(path)
    assert (desk.published(path).version, desk.published(path).layout) == (3, first)


def test_a_draft_that_somebody_changed_after_it_was_looked_at_is_not_published(desk):
    path = desk.begin("square")
    seen = dict(desk.fields(path))["revision"]
    desk.save(path, changed(desk.fields(path), background="#FFEEDD"))
    answer = desk.publish(path, revision=seen, summary="改字号")
    assert answer.status_code == 409
    assert "Somebody else changed this poster meanwhile" in answer.text
    assert ">改字号</textarea>" in answer.text
    assert desk.published(path).version == 0


def test_templates_are_copied_renamed_led_archived_and_thrown_away(desk, shop):
    one, two = desk.begin("square", name="方图"), desk.begin("square", name="方图二")
    for path in (one, two):
        desk.publish(path)

    def lead():
        with desk.shop.database.read() as session:
            return designing.leading(session)

    assert lead() == {desk.id(one)}
    desk.post(f"{two}/lead")
    assert lead() == {desk.id(two)}
    assert "Members see “方图二” first now." in desk.get().text

    desk.post(f"{two}/archive", do="archive")
    assert lead() == {desk.id(one)}
    assert "方图二" not in desk.get().text
    assert "方图二" in desk.get("", shown="archived").text
    desk.post(f"{two}/archive", do="show")
    assert lead() == {desk.id(two)}

    assert desk.post(f"{one}/rename", name="").status_code == 303
    assert "A template needs a name" in desk.get(one).text
    desk.post(f"{one}/rename", name="秋茶")
    copy = desk.post(f"{one}/copy").headers["Location"]
    copied = desk.published(copy.removesuffix("/design"))
    assert (copied.name, copied.version, copied.purpose) == ("秋茶, copy", 0, Purpose.PRODUCT)

    desk.save(one, changed(desk.fields(one), background="#000000"))
    desk.post(f"{one}/discard", revision=1)  # what somebody saw who looked before
    assert "Somebody else changed this poster meanwhile" in desk.get(one).text
    desk.post(f"{one}/versions/1", revision=0)
    assert desk.draft(one).layout.background == "#000000"
    desk.post(f"{one}/discard", revision=desk.draft(one).revision)
    assert desk.draft(one) is None
    assert len(desk.all()) == 3
    desk.post(f"{one}/remove")
    assert len(desk.all()) == 2


def test_a_template_that_members_have_posters_of_is_archived_and_never_deleted(desk, stage):
    path = f"/templates/{stage.one}"
    assert "/remove" in desk.get(path).text
    stage.ask(stage.lin, stage.one, stage.pot)
    page = desk.get(path).text
    assert "/remove" not in page
    desk.post(f"{path}/remove")
    assert "Members have posters of this template. Archive it instead." in desk.get(path).text
    assert [each.id for each in desk.all()] == [stage.one]


def test_who_may_only_look_sees_everything_and_changes_nothing(
    desk, shop, make_staff, sign_in, press
):
    path = f"/templates/{press.template()}"
    clerk = Desk(shop, sign_in(make_staff(role="clerk"), "staff"))
    assert clerk.get().status_code == 403

    with shop.database.write() as session:
        role = next(each for each in staff.list_roles(session) if each.key == "clerk")
        rights = {"poster.view"}
        staff.update_role(session, role.id, permissions=rights, extra=rights)
    for page in ("", path, f"{path}/design", f"{path}/versions/1", f"{path}/look.jpg"):
        assert (page, clerk.get(page).status_code) == (page, 200)
    assert 'data-designer="view"' in clerk.get(f"{path}/design").text
    for page in (f"{path}/publish", "/templates/new", "/pictures"):
        assert clerk.get(page).status_code == 403
    for page in (f"{path}/copy", f"{path}/remove", f"{path}/design", "/templates/new", "/pictures"):
        assert clerk.post(page).status_code == 403
    assert len(desk.all()) == 1


def test_a_layer_is_painted_alone_on_nothing(desk):
    shape = opened(desk.get("/layer.webp", **LAYER), "webp").convert("RGBA")
    assert shape.size == (200, 100)
    assert shape.getpixel((0, 0))[3] == 0
    assert shape.getpixel((100, 50)) == (0x12, 0x3B, 0x30, 255)

    text = {**LAYER, "kind": "text", "text": "{shop}", "size": "40", "radius": "0"}
    ink = opened(desk.get("/layer.webp", **text), "webp").convert("RGBA")
    assert ink.getchannel("A").getextrema() == (0, 255)

    avatar = {**LAYER, "kind": "avatar", "width": "100", "radius": "50"}
    plain, missing = (
        opened(desk.get("/layer.webp", sample=each, **avatar), "webp").convert("RGBA")
        for each in ("plain", "missing")
    )
    for each in (plain, missing):
        assert each.getpixel((1, 1))[3] < 40
        assert each.getpixel((50, 50))[3] > 250
    assert plain.tobytes() != missing.tobytes()

    for wrong in ({"kind": "video"}, {"width": "x"}, {"width": "0"}, {"colour": "red"}):
        assert desk.get("/layer.webp", **{**LAYER, **wrong}).status_code == 404


def test_a_template_looks_different_for_other_people_and_is_kept_until_it_changes(desk):
    path = desk.begin("square")
    looks = {}
    for sample in ("plain", "long", "emoji", "missing", "cheap", "dear"):
        answer = desk.get(f"{path}/look.jpg", sample=sample, w=300)
        assert opened(answer, "jpeg").size == (300, 300)
        looks[sample] = answer.data
    assert len(set(looks.values())) == 6

    url = f"/admin/x/poster{path}/look.jpg?w=300&lang=en"
    tag = desk.browser.get(url).headers["ETag"]
    assert desk.browser.get(url, headers={"If-None-Match": tag}).status_code == 304
    desk.save(path, changed(desk.fields(path), background="#000000"))
    assert desk.browser.get(url, headers={"If-None-Match": tag}).status_code == 200
    assert desk.get(f"{path}/look.jpg", of="7").status_code == 404


def test_the_list_asks_no_more_often_when_there_are_more_templates(desk, shop, press):
    press.template()
    desk.get()
    with statements_sent(shop) as few:
        desk.get()
    for number in range(5):
        press.template(name=f"模板{number}")
    with statements_sent(shop) as many:
        desk.get()
    assert len(many) == len(few) <= 14


def test_what_begins_alike_bears_a_number_so_that_it_can_be_told_apart(desk):
    for _time in range(3):
        desk.begin("square")
    copied = [desk.post(f"{desk.begin('shop', name='秋茶')}/copy") for _time in range(2)]
    assert {answer.status_code for answer in copied} == {303}
    names = sorted(each.name for each in desk.all())
    square = names[0].removesuffix(" 2") if names[0].endswith(" 2") else names[0]
    assert {square, f"{square} 2", f"{square} 3"} < set(names)
    assert {"秋茶, copy", "秋茶, copy 2"} < set(names)
    long = "茶" * 60
    for name in (long, f"{long[:58]} 2"):
        desk.begin("square", name=name)
    with desk.shop.database.read() as session:
        assert designing.free_name(session, long) == f"{long[:58]} 3"
        assert designing.free_name(session, " 新 茶 ") == "新 茶"


def test_many_templates_come_in_pages_and_every_purpose_keeps_its_count(desk):
    sheet = Layout(750, 1334, "#FFFFFF")
    with desk.shop.database.write() as session:
        for number in range(30):
            purpose = Purpose.SHOP if number % 3 else Purpose.PRODUCT
            templates.create(session, f"模板{number:02}", purpose, sheet, "test")
    first, second, beyond = (desk.get(page=each).text for each in (1, 2, 99))
    assert first.count("<article") == 24
    assert second.count("<article") == 6
    assert beyond.count("<article") == 6
    assert "模板27" in first
    assert "模板20" in first
    assert "模板29" not in first
    assert "模板29" in second
    assert "1–24 of 30" in first
    assert ">20<" in second
    only = desk.get(purpose="product")
    assert only.text.count("<article") == 10
    assert 'rel="next"' not in only.text
    assert desk.get(purpose="??").text.count("<article") == 24


def test_an_empty_sheet_of_no_known_size_or_purpose_is_refused_with_what_was_typed(desk):
    for wrong, told in (
        ({"size": "0x9", "purpose": "invite"}, "Please choose one of the sizes."),
        ({"purpose": "invite"}, "Please choose one of the sizes."),
        ({"size": "square", "purpose": "??"}, "Please choose what the poster leads to."),
        ({"size": "square"}, "Please choose what the poster leads to."),
    ):
        answer = desk.post("/templates/new", starter="", name="秋茶", **wrong)
        assert (answer.status_code, told in answer.text) == (422, True), wrong
        assert 'value="秋茶"' in answer.text
        if wrong.get("purpose") == "invite":
            assert 'value="invite" checked' in answer.text
        if wrong.get("size") == "square":
            assert '<option value="square" selected>' in answer.text
    assert desk.all() == []
    fine = desk.post("/templates/new", starter="", name="秋茶", size="square", purpose="invite")
    assert fine.status_code == 303
    (made,) = desk.all()
    assert (made.layout.width, made.purpose) == (1080, Purpose.INVITE)
