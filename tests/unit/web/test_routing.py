"""Address rules build what Werkzeug's own build, and compile nothing before they are asked."""

import pytest
from werkzeug.routing import Map, Rule

from core.web.routing import LateRule

CASES = [
    ("/p/<slug>", {"slug": "杯 a/b"}),
    ("/orders/<int:number>/<rule>", {"number": 7, "rule": "x"}),
    ("/c/<slug>", {"slug": "pots", "page": 2, "sort": ["new", "price"]}),
    ("/plain", {}),
]


@pytest.mark.parametrize(("path", "values"), CASES)
def test_late_rules_build_the_same_addresses(path, values):
    built = [
        Map([kind(path, endpoint="here")]).bind("shop.example").build("here", values)
        for kind in (Rule, LateRule)
    ]
    assert built[0] == built[1]


def test_nothing_is_compiled_before_an_address_is_built(monkeypatch):
    compiled = []
    real = Rule._compile_builder

    def counted(rule, append_unknown=True):
        compiled.append(rule.rule)
        return real(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", counted)
    rules = Map([LateRule("/p/<slug>", endpoint="product"), LateRule("/bag", endpoint="bag")])
    assert not compiled

    adapter = rules.bind("shop.example")
    assert [adapter.build("bag") for _ in range(2)] == ["/bag", "/bag"]
    assert compiled == ["/bag"]
