"""Where parcels go: the member's address book and the fields of an address."""

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

import flask
from flask import request
from werkzeug.wrappers import Response

from core.kernel.errors import InvalidInput, Rejected
from core.kernel.values import dataclass
from core.members.services import (
    add_address,
    address_of,
    addresses_of,
    delete_address,
    set_default_address,
    update_address,
)
from core.members.types import AddressForm
from core.web import context, figures, flash, i18n
from core.web.access import access
from core.web.render import render_store_page

bp = flask.Blueprint("store_addresses", __name__)

_PROVINCES = """
    北京市 天津市 河北省 山西省 内蒙古自治区 辽宁省 吉林省 黑龙江省 上海市 江苏省 浙江省 安徽省
    福建省 江西省 山东省 河南省 湖北省 湖南省 广东省 广西壮族自治区 海南省 重庆市 四川省 贵州省
    云南省 西藏自治区 陕西省 甘肃省 青海省 宁夏回族自治区 新疆维吾尔自治区 香港特别行政区
    澳门特别行政区 台湾省
"""
PROVINCES = tuple(_PROVINCES.split())
"""Offered while typing; anything else may be typed, too."""


@dataclass(frozen=True)
class AddressInput:
    """The fields as typed."""

    name: str = ""
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    detail: str = ""
    is_default: bool = False
    is_required: bool = True

    def form(self) -> AddressForm:
        """What the members room takes."""
        values = asdict(self)
        values.pop("is_required")
        return AddressForm(**values)


def address_input(form: Mapping[str, str], *, is_required: bool = True) -> AddressInput:
    """The fields of a sent form, cut to sane lengths."""

    def text(name: str, limit: int) -> str:
        return form.get(name, "").strip()[:limit]

    return AddressInput(
        name=text("name", 40),
        phone=text("phone", 20),
        province=text("province", 40),
        city=text("city", 40),
        district=text("district", 40),
        detail=text("detail", 120),
        is_default=bool(form.get("is_default")),
        is_required=is_required,
    )


def address_errors(typed: AddressInput, error: InvalidInput) -> dict[str, str]:
    """What is wrong, by field: the refusal itself, and whatever else was left empty."""
    empty = i18n.gettext("Please fill this in.")
    needed = ("name", "phone", "province", "city", "detail")
    errors = {name: empty for name in needed if not getattr(typed, name)}
    return {str(error.params.get("field", "")): i18n.translate_error(error), **errors}


@bp.get("/me/addresses")
@access("member")
def addresses() -> str:
    """The address book."""
    found = addresses_of(context.reader(), context.member().subject_id)
    return render_store_page("addresses.html", tab="me", addresses=found)


@bp.route("/me/addresses/new", methods=["GET", "POST"])
@access("member")
def new() -> str | Response | tuple[str, int]:
    """Add an address."""
    if request.method != "POST":
        return _page(AddressInput(), is_new=True)
    return _save(None)


@bp.route("/me/addresses/<uuid:address_id>", methods=["GET", "POST"])
@access("member")
def edit(address_id: UUID) -> str | Response | tuple[str, int]:
    """Change an address."""
    if request.method == "POST":
        return _save(address_id)
    found = address_of(context.reader(), context.member().subject_id, address_id)
    return _page(
        AddressInput(
            name=found.name,
            phone=figures.phone(found.phone).replace(" ", ""),
            province=found.province,
            city=found.city,
            district=found.district,
            detail=found.detail,
            is_default=found.is_default,
        )
    )


def _save(address_id: UUID | None) -> Response | tuple[str, int]:
    typed, member = address_input(request.form), context.member()
    try:
        with context.writing() as session:
            if address_id is None:
                add_address(session, member.subject_id, typed.form())
            else:
                update_address(session, member.subject_id, address_id, typed.form())
    except InvalidInput as error:
        errors = address_errors(typed, error)
        return _page(typed, is_new=address_id is None, errors=errors), error.status
    except Rejected as error:
        text = i18n.translate_error(error)
        return _page(typed, is_new=address_id is None, failure=text), error.status
    flash.say("Saved.")
    return flask.redirect("/me/addresses", 303)


def _page(
    form: AddressInput,
    *,
    is_new: bool = False,
    errors: Mapping[str, str] | None = None,
    failure: str = "",
) -> str:
    return render_store_page(
        "address.html",
        tab="me",
        form=form,
        errors=errors or {},
        failure=failure,
        is_new=is_new,
        provinces=PROVINCES,
    )


@bp.post("/me/addresses/<uuid:address_id>/default")
@access("member")
def make_default(address_id: UUID) -> Response:
    """Use an address by default."""
    with context.writing() as session:
        set_default_address(session, context.member().subject_id, address_id)
    flash.say("Saved.")
    return flask.redirect("/me/addresses", 303)


@bp.post("/me/addresses/<uuid:address_id>/delete")
@access("member")
def delete(address_id: UUID) -> Response:
    """Delete an address; orders keep their copy."""
    with context.writing() as session:
        delete_address(session, context.member().subject_id, address_id)
    flash.say("Deleted.")
    return flask.redirect("/me/addresses", 303)
