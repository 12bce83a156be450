"""Staff and roles: who works here, and what each role may do."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.forms import options
from core.kernel.errors import ShopError
from core.kernel.values import dataclass
from core.members.services import revoke_sessions
from core.members.types import Realm
from core.staff.services import (
    CORE_PERMISSIONS,
    create_role,
    create_staff,
    delete_role,
    list_roles,
    list_staff,
    prepare_staff_password,
    role_view,
    set_staff_password,
    staff_view,
    update_role,
    update_staff,
)
from core.staff.types import StaffView
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.staff import NewStaffForm, RoleForm, StaffForm
from core.web.admin.granting import check_may_give, check_may_manage
from core.web.admin.render import render_admin_page

NO_ONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Right:
    """A right as the matrix shows it, under its heading."""

    key: str
    label: str
    group: str


@admin.get("/staff")
@access("staff:staff.view")
def staff_list() -> str:
    """Everybody who works or worked here."""
    return _show_list(_new_form())


def _show_list(form: NewStaffForm, errors: Any = (), *, is_open: bool = False) -> str:
    session = context.reader()
    return render_admin_page(
        "staff/index.html",
        here="staff",
        people=list_staff(session),
        form=form,
        is_open=is_open,
        errors=list(errors),
    )


def _new_form(sent: Any = None) -> NewStaffForm:
    form = NewStaffForm(sent, data={"role_key": "clerk"})
    form.role_key.choices = options(_role_choices())
    return form


def _role_choices() -> list[tuple[str, str]]:
    return [(role.key, i18n.gettext(role.name)) for role in list_roles(context.reader())]


@admin.post("/staff")
@access("staff:staff.manage")
def add_staff() -> Answer:
    """Somebody new."""
    form = _new_form(request.form)
    if not form.validate():
        return _show_list(form, is_open=True), 422
    try:
        password_hash = prepare_staff_password(form.password.data or "")
        with context.writing() as session:
            check_may_give(_rights_of(session, form.role_key.data))
            made = create_staff(
                session,
                email=form.email.data or "",
                name=form.name.data or "",
                role_key=form.role_key.data,
                password_hash=password_hash,
            )
            record(session, "staff.create", "staff", made.id, after=_plain(made))
    except ShopError as error:
        return _show_list(form, form.refuse(error), is_open=True), error.status
    return done("/admin/staff", "%(name)s can sign in now.", name=made.name)


@admin.get("/staff/<uuid:staff_id>")
@access("staff:staff.view")
def one_staff(staff_id: UUID) -> str:
    """One person."""
    return _show_one(staff_id)


def _show_one(staff_id: UUID, form: StaffForm | None = None, errors: Any = ()) -> str:
    person = staff_view(context.reader(), staff_id)
    if form is None:
        form = StaffForm(
            data={"name": person.name, "role_key": person.role_key, "is_active": person.is_active}
        )
        form.role_key.choices = options(_role_choices())
    return render_admin_page(
        "staff/person.html", here="staff", person=person, form=form, errors=list(errors)
    )


@admin.post("/staff/<uuid:staff_id>")
@access("staff:staff.manage")
def save_staff(staff_id: UUID) -> Answer:
    """Change a person's name, role, right to sign in, or forgotten password."""
    form = StaffForm(request.form)
    form.role_key.choices = options(_role_choices())
    if not form.validate():
        return _show_one(staff_id, form), 422
    try:
        new_hash = prepare_staff_password(form.password.data) if form.password.data else ""
        with context.writing() as session:
            before = staff_view(session, staff_id)
            check_may_manage(_rights_of(session, before.role_key))
            check_may_give(_rights_of(session, form.role_key.data))
            after = update_staff(
                session,
                staff_id,
                name=form.name.data,
                role_key=form.role_key.data,
                is_active=form.is_active.data,
            )
            if new_hash:
                set_staff_password(session, staff_id, new_hash)
            if new_hash or not after.is_active:
                revoke_sessions(session, Realm.STAFF, staff_id)
            record(
                session,
                "staff.edit",
                "staff",
                staff_id,
                before=_plain(before),
                after=_plain(after) | ({"password": "new"} if new_hash else {}),
            )
    except ShopError as error:
        return _show_one(staff_id, form, form.refuse(error)), error.status
    return done("/admin/staff", "Saved.")


def _rights_of(session: Session, role_key: str) -> frozenset[str]:
    return next((each.permissions for each in list_roles(session) if each.key == role_key), NO_ONE)


def _plain(person: StaffView) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "role": person.role_key,
        "is_active": person.is_active,
    }


@admin.get("/roles")
@access("staff:staff.view")
def roles() -> str:
    """Roles side by side with every right."""
    return _show_roles()


def _show_roles(errors: Any = (), form: RoleForm | None = None) -> str:
    return render_admin_page(
        "staff/roles.html",
        here="staff",
        roles=list_roles(context.reader()),
        rights=_rights(),
        form=form or RoleForm(),
        errors=list(errors),
    )


def _rights() -> list[Right]:
    """Every right there is: core's, then those of plugins that take part."""
    found = [Right(p.key, i18n.gettext(p.label), i18n.gettext(p.group)) for p in CORE_PERMISSIONS]
    plugins = context.shop().plugins
    for name, permission in plugins.contributions("permissions"):
        title = plugins.plugins[name].manifest.label_in(i18n.locale())
        found.append(Right(permission.key, i18n.gettext(permission.label), title))
    return found


def _plugin_rights() -> list[str]:
    return [item.key for _, item in context.shop().plugins.all_contributions("permissions")]


@admin.post("/roles")
@access("staff:staff.manage")
def add_role() -> Answer:
    """A role of the merchant's own, with no rights at first."""
    form = RoleForm(request.form)
    if not form.validate():
        return _show_roles(form=form), 422
    try:
        with context.writing() as session:
            role = create_role(session, name=form.name.data or "", permissions=[])
            record(session, "role.create", "role", role.id, after={"name": role.name})
    except ShopError as error:
        return _show_roles(form.refuse(error), form), error.status
    return done(f"/admin/roles/{role.id}", "The role is there. Now give it rights.")


@admin.get("/roles/<uuid:role_id>")
@access("staff:staff.view")
def role(role_id: UUID) -> str:
    """One role with its rights as tick boxes."""
    return _show_role(role_id)


def _show_role(role_id: UUID, errors: Any = (), form: RoleForm | None = None) -> str:
    found = role_view(context.reader(), role_id)
    return render_admin_page(
        "staff/role.html",
        here="staff",
        role=found,
        rights=_rights(),
        form=form or RoleForm(data={"name": i18n.gettext(found.name)}),
        held=frozenset(request.form.getlist("right")) if form else found.permissions,
        errors=list(errors),
    )


@admin.post("/roles/<uuid:role_id>")
@access("staff:staff.manage")
def save_role(role_id: UUID) -> Answer:
    """Change what a role may do, or delete it."""
    if request.form.get("do") == "delete":
        return _delete_role(role_id)
    form = RoleForm(request.form)
    if not form.validate():
        return _show_role(role_id, form=form), 422
    try:
        with context.writing() as session:
            before = role_view(session, role_id)
            # rights of plugins that are off are not on the page; they stay as they are
            shown = {right.key for right in _rights()}
            kept = {key for key in before.permissions if key not in shown and key != "*"}
            check_may_give({*request.form.getlist("right")} - before.permissions)
            after = update_role(
                session,
                role_id,
                name=form.name.data,
                permissions=sorted({*request.form.getlist("right"), *kept}),
                extra=[*_plugin_rights(), *kept],
            )
            record(
                session,
                "role.edit",
                "role",
                role_id,
                before={"name": before.name, "permissions": sorted(before.permissions)},
                after={"name": after.name, "permissions": sorted(after.permissions)},
            )
    except ShopError as error:
        return _show_role(role_id, form.refuse(error), form), error.status
    return done("/admin/roles", "Saved. The rights hold from the next page on.")


def _delete_role(role_id: UUID) -> Answer:
    try:
        with context.writing() as session:
            found = role_view(session, role_id)
            delete_role(session, role_id)
            record(session, "role.delete", "role", role_id, before={"name": found.name})
    except ShopError as error:
        return _show_role(role_id, sentences(error)), error.status
    return done("/admin/roles", "The role is gone.")
