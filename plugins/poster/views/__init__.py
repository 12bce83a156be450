"""The shoppers' pages of posters."""

from core.api.contributions import Block, StorePage
from plugins.poster.views.blocks import STUDIO_BLOCKS
from plugins.poster.views.looks import LOOK_PAGES
from plugins.poster.views.one import POSTER_PAGES
from plugins.poster.views.studio import STUDIO_PAGES
from plugins.poster.views.tasks import TASK_BLOCKS, TASK_PAGES

PAGES: tuple[StorePage, ...] = (*STUDIO_PAGES, *POSTER_PAGES, *LOOK_PAGES, *TASK_PAGES)
"""Every store page."""

BLOCKS: tuple[Block, ...] = (*STUDIO_BLOCKS, *TASK_BLOCKS)
"""Every block on pages of others."""
