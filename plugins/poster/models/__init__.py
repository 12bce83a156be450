"""Tables of posters, by what they are about."""

from plugins.poster.models.figures import PosterOrder, Scanner, Tally
from plugins.poster.models.posters import Poster, Template, TemplateDraft, TemplateVersion
from plugins.poster.models.tasks import Acknowledgement, Fan, FanTask, Reward, TaskEntry

__all__ = [
    "Acknowledgement",
    "Fan",
    "FanTask",
    "Poster",
    "PosterOrder",
    "Reward",
    "Scanner",
    "Tally",
    "TaskEntry",
    "Template",
    "TemplateDraft",
    "TemplateVersion",
]
