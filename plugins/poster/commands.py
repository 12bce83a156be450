"""Command line of posters."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from core.api.contributions import Command, JobContext
from plugins.poster.models import Template
from plugins.poster.services import sample_shares, task_sample
from plugins.poster.services.starters import Starter, starters
from plugins.poster.services.templates import create, publish

_ACTOR = "demo"


def demo(context: JobContext, arguments: Sequence[str]) -> dict[str, Any]:
    """Fill the demo store with templates, the draft of a fan task, and links of members' posters.

    Every design is published once; the links are of those members that are named. What there is
    stays.
    """
    with context.read() as session:
        known = set(session.scalars(sa.select(Template.source_key)))
    missing = [each for each in starters("zh") if _source(each) not in known]
    for starter in missing:
        layout = starter.layout
        if starter.picture is not None:
            data = starter.picture.read_bytes()
            layout = starter.with_background(
                context.take_picture(starter.picture.name, data, starter.name).id
            )
        with context.write() as session:
            made = create(
                session, starter.name, starter.purpose, layout, _ACTOR, source_key=_source(starter)
            )
            publish(session, made, layout, _ACTOR, summary=starter.about)
    with context.write() as session:
        drafted = task_sample.draft(session, _ACTOR)
        shared = sample_shares.share_posters(session, [UUID(each) for each in arguments])
    return {"templates": len(missing), "fan_tasks": drafted, "shared": shared}


def _source(starter: Starter) -> str:
    return f"starter:{starter.key}"


DEMO = Command("demo", "Fill the demo store with templates and links of posters", demo)
