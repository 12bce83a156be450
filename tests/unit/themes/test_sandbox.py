from dataclasses import dataclass

import jinja2
import pytest

from core.themes.loader import LayeredLoader
from core.themes.sandbox import fill_text, new_environment


@dataclass(frozen=True)
class Card:
    title: str
    _secret: str = "secret"

    def twice(self):
        return self.title * 2


def environment(tmp_path, **templates):
    for name, text in templates.items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    loader = LayeredLoader([tmp_path], dict)
    return new_environment(loader, None, is_debug=True)


def render(tmp_path, text, **values):
    return environment(tmp_path, page=text).get_template("page.html").render(**values)


def test_values_are_escaped(tmp_path):
    assert render(tmp_path, "{{ card.title }}", card=Card("<b>")) == "&lt;b&gt;"
    assert render(tmp_path, "{{ card.twice() }}", card=Card("<")) == "&lt;&lt;"


@pytest.mark.parametrize(
    "text",
    [
        "{{ card._secret }}",
        "{{ card.__class__.__mro__ }}",
        "{{ card.twice.__globals__ }}",
        "{{ ''.__class__ }}",
        "{{ [].append(1) }}",
        "{{ values.clear() }}",
        "{{ '{0.__class__}'.format(card) }}",
        "{{ card.nothing }}",
    ],
)
def test_templates_reach_nothing_private_and_change_nothing(tmp_path, text):
    values = {"a": 1}
    with pytest.raises((jinja2.exceptions.SecurityError, jinja2.UndefinedError)):
        render(tmp_path, text, card=Card("t"), values=values)
    assert values == {"a": 1}


@pytest.mark.parametrize("name", ["safe", "attr", "xmlattr", "pprint", "tojson", "urlize"])
def test_filters_that_are_not_listed_do_not_exist(tmp_path, name):
    with pytest.raises(jinja2.TemplateAssertionError):
        render(tmp_path, "{{ card.title|" + name + " }}", card=Card("t"))


def test_texts_named_by_constants_are_settled_while_compiling(tmp_path):
    env = environment(
        tmp_path, page="{{ _('Tea') }} {{ _('%(n)s cups', n=count) }} {{ icon('x', filled=True) }}"
    )
    asked = []

    def gettext(text):
        asked.append(text)
        return {"Tea": "<茶> 100%%", "%(n)s cups": "%(n)s 杯"}[text]

    env.folds = {"gettext": gettext, "icon": lambda name, filled=False: f"<{name}{filled}>"}
    env.globals["fill_text_"] = fill_text
    template = env.get_template("page.html")
    asked.clear()

    assert template.render(count="<2>") == "<茶> 100% &lt;2&gt; 杯 <xTrue>"
    assert asked == []


def test_layers_are_searched_in_order(tmp_path):
    custom, theme, plugin, parent = (
        tmp_path / name for name in ("custom", "theme", "gift", "parent")
    )
    for folder in (custom, theme, plugin, parent):
        folder.mkdir()
    (parent / "a.html").write_text("parent", encoding="utf-8")
    (theme / "a.html").write_text("theme", encoding="utf-8")
    (plugin / "b.html").write_text("plugin", encoding="utf-8")
    loader = LayeredLoader([custom, theme, parent], lambda: {"gift": plugin})
    env = new_environment(loader, None, is_debug=True)

    assert env.get_template("a.html").render() == "theme"
    assert env.get_template("plugins/gift/b.html").render() == "plugin"
    (custom / "a.html").write_text("custom", encoding="utf-8")
    (theme / "plugins" / "gift").mkdir(parents=True)
    (theme / "plugins" / "gift" / "b.html").write_text("themed", encoding="utf-8")
    assert env.get_template("a.html").render() == "custom"
    assert env.get_template("plugins/gift/b.html").render() == "themed"
    with pytest.raises(jinja2.TemplateNotFound):
        env.get_template("../parent/a.html")


def test_a_part_beside_the_including_file_is_found(tmp_path):
    (tmp_path / "plugins" / "gift").mkdir(parents=True)
    (tmp_path / "plugins" / "gift" / "page.html").write_text('{% include "./row.html" %}')
    (tmp_path / "plugins" / "gift" / "row.html").write_text("row")
    env = environment(tmp_path)

    assert env.get_template("plugins/gift/page.html").render() == "row"
