"""Values: alike by their fields, and quick to make."""

import importlib
import pkgutil
from dataclasses import dataclass, field, is_dataclass, replace

import core.api
from core.kernel import values
from core.pricing.values import Adjustment


@values.dataclass(frozen=True)
class Parcel:
    grams: int
    code: str = field(default="", repr=False)


@values.dataclass(frozen=True, kw_only=True)
class Gift(Parcel):
    ribbon: bool


def test_values_are_alike_by_class_and_fields() -> None:
    assert Parcel(5, "a") == Parcel(5, code="a")
    assert Parcel(5, "a") != Parcel(5, "b")
    assert Parcel(5, "a") != (5, "a")
    assert Gift(grams=5, ribbon=True) != Gift(grams=5, ribbon=False)
    assert Parcel(5) != Gift(5, ribbon=True)
    assert len({Parcel(5, "a"), Parcel(5, "a"), Parcel(6, "a"), Gift(6, "a", ribbon=True)}) == 3


def test_a_value_can_be_written_down_and_changed_by_a_copy() -> None:
    assert repr(Gift(5, "secret", ribbon=True)) == "Gift(grams=5, ribbon=True)"
    assert replace(Parcel(5, "a"), grams=7) == Parcel(7, "a")


def test_a_value_may_have_its_own_way_to_be_told() -> None:
    @values.dataclass(frozen=True)
    class Secret:
        text: str

        def __repr__(self) -> str:
            return "Secret(***)"

    assert repr(Secret("x")) == "Secret(***)"


def test_values_of_either_way_are_known_as_frozen() -> None:
    @dataclass
    class Open:
        grams: int

    assert values.is_frozen(Gift)
    assert values.is_frozen(Adjustment)
    assert not values.is_frozen(Open)
    assert not values.is_frozen(int)


def _handed_to_plugins() -> dict[str, type]:
    modules = pkgutil.walk_packages(core.api.__path__, "core.api.")
    doors = [importlib.import_module(m.name) for m in modules if ".testing" not in m.name]
    things = (getattr(door, name) for door in doors for name in getattr(door, "__all__", ()))
    return {t.__qualname__: t for t in things if isinstance(t, type) and is_dataclass(t)}


def test_what_plugins_are_handed_refuses_changes_while_the_shop_runs() -> None:
    handed = _handed_to_plugins()
    assert len(handed) > 100
    changeable = {name for name, t in handed.items() if not t.__dataclass_params__.frozen}  # type: ignore[attr-defined]
    assert changeable <= {"Contributions"}
