"""A small HTTP load: keep-alive connections in threads, every answer checked."""

import http.client
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LoadResult:
    """What came of a load: requests sent, wall seconds, the 99th percentile in milliseconds."""

    requests: int
    seconds: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def send(
    address: tuple[str, int],
    paths: Sequence[str],
    *,
    requests: int,
    connections: int = 4,
    headers: Mapping[str, str] | None = None,
) -> LoadResult:
    """GET the paths in turn over several connections.

    Raises:
        RuntimeError: an answer other than 200, with its first characters.
    """
    share = requests // connections
    times: list[list[float]] = [[] for _ in range(connections)]
    failures: list[str] = []

    def work(number: int) -> None:
        connection = http.client.HTTPConnection(*address, timeout=30)
        try:
            for turn in range(share):
                path = paths[(number * share + turn) % len(paths)]
                start = time.perf_counter()
                connection.request("GET", path, headers=dict(headers or {}))
                response = connection.getresponse()
                body = response.read()
                times[number].append(time.perf_counter() - start)
                if response.status != 200:
                    raise RuntimeError(f"{path}: {response.status} {body[:300]!r}")
        except Exception as error:  # noqa: BLE001 - told to the caller below
            failures.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if failures:
        raise RuntimeError(failures[0])
    every = sorted(value for part in times for value in part)
    return LoadResult(len(every), seconds, every[int(len(every) * 0.99) - 1] * 1000)
