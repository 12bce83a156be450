"""The shoppers' pages of posters."""

from core.api.contributions import Block, StorePage
from plugins.poster.views.tasks import TASK_BLOCKS, TASK_PAGES

PAGES: tuple[StorePage, ...] = (*TASK_PAGES,)
"""Every store page."""

BLOCKS: tuple[Block, ...] = (*TASK_BLOCKS,)
"""Every block on pages of others."""
