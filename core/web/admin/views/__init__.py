"""Views by area; importing this package registers all of them on the blueprint."""

from core.web.admin.views import (  # noqa: F401 (imported so that they register themselves)
    account,
    audit,
    categories,
    dashboard,
    events,
    imports,
    jobs,
    members,
    messages,
    notices,
    orders,
    payouts,
    plugins,
    products,
    search,
    settings,
    sign_in,
    staff,
    stock,
)
