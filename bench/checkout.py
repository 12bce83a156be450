"""The whole way of a shopper over HTTP, from the product page to commissions in the ledger.

Two web workers, one worker process and the load share the same cores. Every page is asked for that
a browser would show on the way: product, bag, checkout, cashier, the gateway's page, the result.
"""

import http.client
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa

from bench.orders import check_commissions
from bench.report import Finding, Report
from bench.servers import gunicorn
from bench.store import Bench
from core.catalog.models import Product, Sku
from core.config import ROOT
from core.db.outbox import EventDelivery, OutboxEvent
from core.host.shop import Shop
from core.web.context import MEMBER_COOKIE

CLIENTS = 8
SECONDS = 15.0
WARM_UP = 3
_HIDDEN = re.compile(r'type="hidden" name="([\w.]+)" value="([^"]*)"')
_ADDRESS = re.compile(r'name="address" value="([0-9a-f-]{36})" checked')


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """Orders a second until the last commission is booked; the bound is for PostgreSQL."""
    shop = bench.shop()
    try:
        slugs = plain_products(shop)
        with (
            gunicorn("wsgi:app", bench.environ, folder / "shop.log", path="/healthz") as server,
            _worker(bench, folder / "worker.log"),
        ):
            shoppers = [
                Shopper(server.address, bench.buyers[index::CLIENTS], slugs[index::CLIENTS])
                for index in range(CLIENTS)
            ]
            for shopper in shoppers:
                for _ in range(WARM_UP):
                    shopper.buy()
            until_idle(shop)
            times, seconds = _load(shop, shoppers)
        check_commissions(shop)
    finally:
        shop.close()
    bound = 30.0 if bench.kind == "postgresql" else None
    every = sorted(times)
    note = f"  {len(every)} orders, p99 of a whole way {every[int(len(every) * 0.99) - 1]:.2f} s"
    name = f"{bench.kind}: checkout over HTTP to commissions"
    report.add(Finding(name, len(every) / seconds, "orders/s", at_least=bound, note=note))


def _load(shop: Shop, shoppers: Sequence["Shopper"]) -> tuple[list[float], float]:
    """Let all shoppers buy at once; seconds each order took, and all of it with commissions."""
    times: list[list[float]] = [[] for _ in shoppers]
    failures: list[BaseException] = []
    start = time.perf_counter()

    def work(number: int) -> None:
        try:
            while time.perf_counter() - start < SECONDS and not failures:
                began = time.perf_counter()
                shoppers[number].buy()
                times[number].append(time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001 - raised below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(shoppers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    until_idle(shop)
    return [value for part in times for value in part], time.perf_counter() - start


class Shopper:
    """A browser that buys one product after another, a different member each time."""

    def __init__(
        self,
        address: tuple[str, int],
        buyers: Sequence[tuple[object, object, str]],
        slugs: Sequence[str],
    ) -> None:
        self._connection = http.client.HTTPConnection(*address, timeout=30)
        self._origin = f"http://{address[0]}:{address[1]}"
        self._tokens, self._slugs = [token for _, _, token in buyers], slugs
        self._turn = 0

    def buy(self) -> None:
        """One order from the product page to the result."""
        self._turn += 1
        slug = self._slugs[self._turn % len(self._slugs)]
        self._see(f"/p/{slug}")
        self._post("/cart/add", {"product": slug, "quantity": "1", "then": "bag"})
        form = self._see("/checkout").split('action="/checkout"')[1].split("</form>")[0]
        address = _ADDRESS.search(form)
        if address is None:
            raise RuntimeError("the checkout page offers no address")
        fields = dict(_HIDDEN.findall(form))
        cashier = self._post("/checkout", {**fields, "address": address[1], "action": "place"})
        self._see(cashier)
        gateway = self._post(cashier, {"gateway": "sandbox"})
        self._see(gateway)
        self._see(self._post(gateway, {"choice": "pay"}))

    def _see(self, path: str) -> str:
        status, _, body = self._ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:300]}")
        return body

    def _post(self, path: str, form: Mapping[str, str]) -> str:
        """Send a form; where it leads, as a path."""
        status, location, body = self._ask("POST", path, urlencode(form))
        if status != 303:
            raise RuntimeError(f"POST {path}: {status} {_alert(body)}")
        return urlsplit(location).path

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        headers = {
            "Cookie": f"{MEMBER_COOKIE}={self._tokens[self._turn % len(self._tokens)]}",
            "Accept": "text/html",
        }
        if body is not None:
            headers |= {
                "Origin": self._origin,
                "Content-Type": "application/x-www-form-urlencoded",
            }
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        return response.status, response.headers.get("Location", ""), text


def _alert(html: str) -> str:
    """What a refusing page says."""
    text = re.sub(r"<[^>]+>|\s+", " ", html.split("<main", 1)[-1])
    return " ".join(text.split())[:300]


@contextmanager
def _worker(bench: Bench, log: Path) -> Iterator[None]:
    """A worker process beside the web servers."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.cli", "worker"],
            cwd=ROOT,
            env={**os.environ, **bench.environ},
            stdout=output,
            stderr=output,
        )
    try:
        yield
        if process.poll() is not None:
            raise RuntimeError(f"the worker ended:\n{log.read_text()[-3000:]}")
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def plain_products(shop: Shop) -> list[str]:
    """Products of a single SKU, so that no option has to be chosen."""
    query = (
        sa.select(Product.slug)
        .join(Sku, Sku.product_id == Product.id)
        .where(Product.state == "on_sale", Sku.price_fen >= 100)
        .group_by(Product.id, Product.slug)
        .having(sa.func.count() == 1)
        .order_by(Product.slug)
        .limit(400)
    )
    with shop.database.read() as session:
        return list(session.scalars(query))


def until_idle(shop: Shop, seconds: float = 60) -> None:
    """Wait until every fact is delivered."""
    waits = [
        sa.select(OutboxEvent.seq).where(OutboxEvent.dispatched_at.is_(None)).limit(1),
        sa.select(EventDelivery.event_seq).where(EventDelivery.state == "pending").limit(1),
    ]
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with shop.database.read() as session:
            if not any(session.execute(query).first() for query in waits):
                return
        time.sleep(0.05)
    raise RuntimeError("some facts are not delivered")
