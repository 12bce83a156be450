"""Designing a poster in admin, by dragging as a merchant does."""

from playwright.sync_api import Page, expect

from tests.e2e.walking import Person

NEW = "/admin/x/poster/templates/new?lang=en"
DESIGN, NAME = "square", "Square card"
WIDTH, FAR = 1080, 3000
AVATAR_X, CODE_MIDDLE = 652, 782  # of the design: where the portrait stands, the middle of its code


def design_poster(staff: Person) -> str:
    """Start from a design, drag its portrait to the middle of the code, and publish it.

    Returns:
        The template's name.
    """
    page, faults = staff.page, listen(staff.page)
    staff.go(NEW)
    staff.press(page.locator(f"button[name=starter][value={DESIGN}]"))
    change_canvas(page)
    portrait = page.locator("[data-pick]", has_text="Picture of the member")
    name = portrait.locator("[data-name]")
    assert name.evaluate("it => it.scrollWidth <= it.clientWidth")  # is not cut off
    portrait.click()
    drag_portrait(page, by=CODE_MIDDLE - AVATAR_X + 3)
    across = page.locator("[data-fields].chosen [name$=-x]")
    expect(across).to_have_value(str(CODE_MIDDLE))
    for keys, value in (
        ("Control+z", AVATAR_X),
        ("Control+Shift+z", CODE_MIDDLE),
        ("Shift+ArrowRight", CODE_MIDDLE + 10),
        ("Control+z", CODE_MIDDLE),
    ):
        page.keyboard.press(keys)
        expect(across).to_have_value(str(value))
    drag_portrait(page, by=FAR, is_guided=False)
    assert int(across.input_value()) <= WIDTH - 24  # enough of it stays to be grabbed again
    page.keyboard.press("Control+z")
    expect(across).to_have_value(str(CODE_MIDDLE))

    page.locator(".add summary").click()
    page.locator("[data-add=shape]").click()
    expect(page.locator("[data-row].chosen [data-name]")).to_have_text("Shape")
    page.keyboard.press("Delete")
    portrait.click()
    called = page.locator("[data-fields].chosen [name$=-name]")
    called.fill("Picture of the member, round")
    called.press("Control+s")  # saves what is still being typed
    expect(page.locator("[data-state]")).to_have_text("Saved as a draft")
    expect(page.locator("[name=revision]")).to_have_value("2")
    page.reload()
    portrait.click()
    expect(across).to_have_value(str(CODE_MIDDLE))
    staff.press(page.locator(".save-bar button[value=publish]"))
    staff.press(page.get_by_role("button", name="Publish for members"))
    staff.sees("Version 1 is what members get from now on.")
    assert not faults, faults
    return NAME


def change_canvas(page: Page) -> None:
    """Choose another size: the layers go with it, unless the tick is off; both can be undone."""
    layers = page.locator("[data-fields] [name$=-width], [data-fields] [name$=-size]")
    values = "all => all.map(it => Number(it.value))"
    before = layers.evaluate_all(values)
    page.select_option("[data-preset]", "750x1334")
    after = layers.evaluate_all(values)
    assert all(abs(was * 750 / 1080 - new) < 1 for was, new in zip(before, after, strict=True))
    page.uncheck("[data-scale]")
    assert layers.evaluate_all(values) == before
    page.check("[data-scale]")
    page.fill("[name=canvas_width]", "1080")  # a width and then a height are one change
    page.fill("[name=canvas_height]", "1080")
    page.locator("[name=canvas_height]").press("Tab")
    assert layers.evaluate_all(values) == before
    while page.locator("[data-undo]").is_enabled():
        page.locator("[data-undo]").click()
    assert layers.evaluate_all(values) == before
    expect(page.locator("[data-preset]")).to_have_value("1080x1080")


def drag_portrait(page: Page, by: int, *, is_guided: bool = True) -> None:
    """Drag the chosen portrait to the right by poster pixels; guide lines show near others."""
    canvas = page.locator("[data-canvas]").bounding_box()
    portrait = page.locator("[data-canvas] [data-grab]").bounding_box()
    assert canvas is not None
    assert portrait is not None
    scale = canvas["width"] / 1080
    x, y = portrait["x"] + portrait["width"] / 2, portrait["y"] + portrait["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by * scale, y, steps=6)
    if is_guided:
        expect(page.locator("[data-canvas] .guides line")).not_to_have_count(0)
    page.mouse.up()
    expect(page.locator("[data-canvas] .guides line")).to_have_count(0)


def listen(page: Page) -> list[str]:
    """A list that fills with what the browser complains about: scripts and the content policy."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    return faults
