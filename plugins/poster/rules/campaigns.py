"""The mark that a poster's share carries, so that what follows from it finds its template."""

from uuid import UUID

CHANNEL = "poster"
_PREFIX = "poster:"


def campaign_of(template_id: UUID) -> str:
    """The campaign of shares made for posters of a template."""
    return f"{_PREFIX}{template_id}"


def template_of(campaign: str) -> UUID | None:
    """The template whose posters a share is for; ``None``: it is no poster's."""
    if not campaign.startswith(_PREFIX):
        return None
    try:
        return UUID(campaign.removeprefix(_PREFIX))
    except ValueError:
        return None
