"""``banyan routes``: every address and who may use it."""

import click

from core.cli.reporting import json_option, opened_shop, report, table


@click.command()
@json_option
def routes(as_json: bool) -> None:
    """Every address and who may use it."""
    from core.app import create_app
    from core.web.access import access_of

    with opened_shop() as shop:
        app = create_app(shop=shop)
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        access = access_of(app.view_functions[rule.endpoint])
        found.append(
            {"path": rule.rule, "methods": methods, "endpoint": rule.endpoint, "access": access}
        )
    rows = [[f["path"], ",".join(f["methods"] or ()), f["access"], f["endpoint"]] for f in found]
    report(
        {"routes": found}, table(["Path", "Methods", "Access", "Endpoint"], rows), as_json=as_json
    )
