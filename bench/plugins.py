"""What thirty plugins cost that each put a block on the product page.

The same servers answer with none of them switched on and with all thirty, in turns. Requests per
second are those that the servers and the database could answer if they had the cores to themselves:
the reciprocal of the CPU time that a request takes them. What the load itself used would hide a
part of the cost.
"""

import http.client
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load import send
from bench.made import Made, made
from bench.processes import cpu_seconds
from bench.report import Finding, Report
from bench.servers import Server, gunicorn
from bench.store import Bench
from core.db.state import POLL_SECONDS
from core.web.context import MEMBER_COOKIE

PLUGINS = 30
ROUNDS = 5
PRODUCTS = 50
WARM_UP = 8
SHARE = 0.75
_TEMPLATE = """<div class="cell made-for-bench"><b>{{ label }}</b>
<span>{{ title }}{% if fen %} · ¥{{ '%.2f' % (fen / 100) }}{% endif %}</span>
{% if is_member %}<a href="/me">{{ site.name }}</a>{% endif %}</div>
"""
_PLUGIN = '''
import sqlalchemy as sa

from core.api.contributions import Block
from core.api.hooks import hookimpl
from core.api.regions import Region

PRODUCT = sa.table("product", sa.column("id", sa.Uuid()), sa.column("sold_count"))


def show(context):
    """What is shown of a product."""
    about = context.subject
    product = about and about.product
    values = {{
        "label": context.settings.get("label", "{name}"),
        "title": product.title if product else "",
        "fen": about.price_fen // 10 if about else 0,
        "is_member": context.member_id is not None,
    }}
    if {asks} and product:
        query = sa.select(PRODUCT.c.sold_count).where(PRODUCT.c.id == product.id)
        values["label"] = context.session.scalar(query)
    return values


@hookimpl
def register_blocks():
    return [Block("{name}.cell", Region.PRODUCT_INFO, "cell.html", show, {terms})]
'''


@dataclass(frozen=True)
class Kind:
    """Thirty plugins of a kind.

    Args:
        name: as it is reported.
        terms: how long each block may be kept, and by what; plugins take turns.
        asks: whether each makes the one statement that a block may make.
    """

    name: str
    terms: tuple[str, ...]
    asks: bool

    @property
    def plugins(self) -> list[str]:
        """Names of the thirty."""
        return [f"bench_{self.name}_{number}" for number in range(PLUGINS)]

    def files(self) -> dict[str, dict[str, str]]:
        """The text of each plugin's files."""
        return {
            name: {
                "plugin.py": _PLUGIN.format(
                    name=name, asks=self.asks, terms=self.terms[number % len(self.terms)]
                ),
                "templates/cell.html": _TEMPLATE,
            }
            for number, name in enumerate(self.plugins)
        }


KEPT = Kind(
    "kept",
    (
        'fresh_seconds=60.0, cache=("subject",)',
        'fresh_seconds=60.0, cache=("member",)',
        'fresh_seconds=60.0, cache=("subject", "member")',
    ),
    True,
)
LIVE = Kind("live", ("",), False)
ASKING = Kind("asking", ("",), True)
KINDS = (KEPT, LIVE, ASKING)
BOUNDS = {(kind, reader): SHARE for kind in ("kept", "live") for reader in ("guest", "member")}


@dataclass(frozen=True)
class Reader:
    """Who looks at which pages."""

    name: str
    paths: Sequence[str]
    requests: int
    headers: Mapping[str, str]


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """The share of its requests per second that the product page keeps, by kind and reader."""
    paths = [f"/p/{slug}" for slug in bench.slugs[:PRODUCTS]]
    cookie = {"Cookie": f"{MEMBER_COOKIE}={bench.buyers[0][2]}"}
    readers = (Reader("guest", paths[:10], 6000, {}), Reader("member", paths, 1000, cookie))
    files = {name: texts for kind in KINDS for name, texts in kind.files().items()}
    with (
        made(bench, folder / "thirty", files) as found,
        gunicorn("wsgi:app", found.environ, folder / "thirty.log", path="/healthz") as server,
    ):
        costs = _costs(bench, found, server, readers)
    for kind in KINDS:
        for reader in readers:
            pairs = list(zip(costs["", reader.name], costs[kind.name, reader.name], strict=True))
            without, with_them = (statistics.median(each) for each in zip(*pairs, strict=True))
            report.add(
                Finding(
                    f"{bench.kind}: {reader.name} of a product, 30 plugins, {kind.name}",
                    statistics.median(before / after for before, after in pairs),
                    "× without",
                    at_least=BOUNDS.get((kind.name, reader.name)),
                    note=f"  {with_them:.2f} ms CPU against {without:.2f}",
                )
            )


def _costs(
    bench: Bench, found: Made, server: Server, readers: Sequence[Reader]
) -> Mapping[tuple[str, str], list[float]]:
    """CPU milliseconds a request by (kind, reader), a figure for each round; "": without them."""
    pids = [server.pid] + ([bench.server_pid] if bench.server_pid is not None else [])
    costs: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for kind in (None, *KINDS):
            if kind is not None:
                found.switch(kind.plugins, is_on=True)
            time.sleep(2 * POLL_SECONDS)
            for reader in readers:
                _check(server, reader, PLUGINS if kind is not None else 0)
                _visit(server, reader, WARM_UP * len(reader.paths))
                before = sum(map(cpu_seconds, pids))
                _visit(server, reader, reader.requests)
                cost = (sum(map(cpu_seconds, pids)) - before) / reader.requests * 1000
                costs[kind.name if kind is not None else "", reader.name].append(cost)
            if kind is not None:
                found.switch(kind.plugins, is_on=False)
    return costs


def _visit(server: Server, reader: Reader, requests: int) -> None:
    send(server.address, reader.paths, requests=requests, headers=reader.headers)


def _check(server: Server, reader: Reader, blocks: int) -> None:
    """See that the page shows the blocks: a fast page without them would prove nothing."""
    connection = http.client.HTTPConnection(*server.address, timeout=30)
    connection.request("GET", reader.paths[0], headers=dict(reader.headers))
    shown = connection.getresponse().read().count(b"made-for-bench")
    connection.close()
    if shown != blocks:
        raise RuntimeError(f"{reader.paths[0]} shows {shown} blocks instead of {blocks}")
