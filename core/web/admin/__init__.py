"""The merchant's face: pages under ``/admin``, for staff, by permission."""

from core.web.admin.install import install_admin
from core.web.admin.render import render_admin_page

__all__ = ["install_admin", "render_admin_page"]
