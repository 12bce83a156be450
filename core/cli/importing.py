"""``banyan import``: take in catalogues."""

import click

from core.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    lazy={
        "products": (
            "core.cli.import_products:import_products",
            "Products from a CSV file, through a column mapping.",
        )
    },
)
def importing() -> None:
    """Take in catalogues."""
