"""Tables of posters, by what they are about."""

from plugins.poster.models.posters import Poster, Template, TemplateDraft, TemplateVersion
from plugins.poster.models.tasks import Acknowledgement, Fan, FanTask, Reward, TaskEntry

__all__ = [
    "Acknowledgement",
    "Fan",
    "FanTask",
    "Poster",
    "Reward",
    "TaskEntry",
    "Template",
    "TemplateDraft",
    "TemplateVersion",
]
