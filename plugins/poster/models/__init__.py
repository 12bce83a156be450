"""Tables of posters, by what they are about."""

from plugins.poster.models.posters import Poster, Template, TemplateDraft, TemplateVersion

__all__ = ["Poster", "Template", "TemplateDraft", "TemplateVersion"]
