"""Pieces of plugins are used again for equal values, where nothing else can change their text."""

from types import SimpleNamespace

import jinja2
import pytest

from core.themes.sandbox import new_environment
from core.web.alike import key_of

SITE = SimpleNamespace(name="Banyan", bag=2, theme={})


def key(source, values, site=SITE):
    templates = {"piece.html": source, "part.html": "x"}
    env = new_environment(jinja2.DictLoader(templates), None, is_debug=False)
    env.globals.update(path=lambda: "/here")
    env.filters["ago"] = str
    return key_of(env, "piece.html", site, values)


def test_equal_values_give_one_key_and_others_another():
    source = "{% if fen %}{{ title|upper }} {{ fen }}{% endif %}"
    first = key(source, {"title": "杯", "fen": 1, "unused": []})
    assert first is not None
    assert first == key(source, {"title": "杯", "fen": 1})
    assert first != key(source, {"title": "杯", "fen": 2})
    assert first != key(source, {"title": "杯", "fen": True})


def test_facts_of_the_site_are_part_of_the_key():
    other = SimpleNamespace(name="Banyan", bag=3, theme={})
    assert key("{{ site.bag }}", {}) != key("{{ site.bag }}", {}, other)
    assert key("{{ site.name }}", {}) == key("{{ site.name }}", {}, other)


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("{{ path() }}", {}),
        ("{{ title|ago }}", {"title": "x"}),
        ("{{ [title]|map('ago')|join }}", {"title": "x"}),
        ("{% include 'part.html' %}{{ title }}", {"title": "x"}),
        ("{% include name %}", {"name": "part.html"}),
        ("{% for each in rows %}{{ each }}{% endfor %}", {"rows": ["a"]}),
        ("{{ product.title }}", {"product": SimpleNamespace(title="x")}),
        ("{{ site.theme }}", {}),
        ("{{ site['bag'] }}", {}),
        ("{% set seen = site %}{{ seen.bag }}", {}),
        ("{{ site.name }}", {"site": SimpleNamespace(name="mine")}),
        ("{{ title }}", {}),
    ],
)
def test_whatever_else_can_change_a_text_is_rendered_each_time(source, values):
    assert key(source, values) is None
