"""What one may do with merchant accounts, roles and the audit log."""

from core.staff.permissions import BUILTIN_ROLES, CORE_PERMISSIONS, CorePermission, has_permission
from core.staff.services.accounts import (
    authenticate,
    create_staff,
    list_staff,
    prepare_staff_password,
    set_staff_password,
    staff_by_email,
    staff_names,
    staff_view,
    update_staff,
)
from core.staff.services.audit import audit, list_audit
from core.staff.services.roles import (
    create_role,
    delete_role,
    ensure_builtin_roles,
    list_roles,
    role_view,
    update_role,
)

__all__ = [
    "BUILTIN_ROLES",
    "CORE_PERMISSIONS",
    "CorePermission",
    "audit",
    "authenticate",
    "create_role",
    "create_staff",
    "delete_role",
    "ensure_builtin_roles",
    "has_permission",
    "list_audit",
    "list_roles",
    "list_staff",
    "prepare_staff_password",
    "role_view",
    "set_staff_password",
    "staff_by_email",
    "staff_names",
    "staff_view",
    "update_role",
    "update_staff",
]
