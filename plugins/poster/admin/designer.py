"""Addresses of the designer."""

from core.api.contributions import AdminPage
from plugins.poster.admin import (
    designer_editor,
    designer_list,
    designer_pictures,
    designer_publish,
)
from plugins.poster.admin.designer_page import ROOT, TEMPLATES

_VIEW, _DESIGN = "poster.view", "poster.design"
_POST = ("POST",)
_ONE = f"{TEMPLATES}/<template_id>"

DESIGNER_PAGES = (
    AdminPage(
        "poster.templates",
        ROOT,
        designer_list.show,
        _VIEW,
        menu_label="Posters",
        menu_icon="photo",
    ),
    AdminPage("poster.new", f"{TEMPLATES}/new", designer_list.choose_starter, _DESIGN),
    AdminPage("poster.make", f"{TEMPLATES}/new", designer_list.make, _DESIGN, _POST),
    AdminPage("poster.template", _ONE, designer_publish.show, _VIEW),
    AdminPage("poster.rename", f"{_ONE}/rename", designer_list.change_name, _DESIGN, _POST),
    AdminPage("poster.copy", f"{_ONE}/copy", designer_list.copy, _DESIGN, _POST),
    AdminPage("poster.archive", f"{_ONE}/archive", designer_list.archive, _DESIGN, _POST),
    AdminPage("poster.lead", f"{_ONE}/lead", designer_list.lead, _DESIGN, _POST),
    AdminPage("poster.discard", f"{_ONE}/discard", designer_list.discard, _DESIGN, _POST),
    AdminPage("poster.remove", f"{_ONE}/remove", designer_list.remove, _DESIGN, _POST),
    AdminPage("poster.design", f"{_ONE}/design", designer_editor.show, _VIEW),
    AdminPage("poster.save", f"{_ONE}/design", designer_editor.save, _DESIGN, _POST),
    AdminPage("poster.ask", f"{_ONE}/publish", designer_publish.ask, _DESIGN),
    AdminPage("poster.publish", f"{_ONE}/publish", designer_publish.confirm, _DESIGN, _POST),
    AdminPage(
        "poster.version", f"{_ONE}/versions/<int:version>", designer_publish.show_version, _VIEW
    ),
    AdminPage(
        "poster.restore",
        f"{_ONE}/versions/<int:version>",
        designer_publish.restore,
        _DESIGN,
        _POST,
    ),
    AdminPage("poster.look", f"{_ONE}/look.jpg", designer_pictures.look, _VIEW),
    AdminPage("poster.starter", f"{ROOT}/starters/<key>.jpg", designer_pictures.starter, _DESIGN),
    AdminPage("poster.layer", f"{ROOT}/layer.webp", designer_pictures.layer, _VIEW),
    AdminPage("poster.pictures", f"{ROOT}/pictures", designer_pictures.shelf, _DESIGN),
    AdminPage("poster.upload", f"{ROOT}/pictures", designer_pictures.upload, _DESIGN, _POST),
)
