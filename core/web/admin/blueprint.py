"""The blueprint that every area of the merchant's face registers its views on."""

from flask import Blueprint

admin = Blueprint("admin", "core.web.admin", url_prefix="/admin", static_folder=None)
