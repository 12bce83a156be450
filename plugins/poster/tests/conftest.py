import pytest

from plugins.poster.tests.press import Press


@pytest.fixture
def press(shop, maker):
    """Templates, members and posters of a shop with the plugin on."""
    return Press(shop, maker)


@pytest.fixture
def stage(press):
    """A press with a template, a product and a member."""
    press.one = press.template()
    press.pot = press.product()
    press.lin = press.maker.member("林知夏🎉")
    return press
