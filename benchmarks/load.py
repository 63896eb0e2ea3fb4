"""A bounded client on loopback: sends prepared requests over kept connections and counts what came back."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to send."""

    method: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of requests gave: seconds in all, latencies in seconds, answers by status."""

    seconds: float
    latencies: tuple[float, ...]
    statuses: Counter[int]

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency below which ``share`` of the requests stayed, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def run(port: int, requests: Sequence[Request], clients: int) -> Outcome:
    """Send every request once, shared between ``clients`` threads, and wait for all answers."""
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    lock = threading.Lock()

    def work(share: Sequence[Request]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        mine: list[float] = []
        seen: Counter[int] = Counter()
        for request in share:
            begun = time.perf_counter()
            connection.request(request.method, request.path, request.body, dict(request.headers))
            answer = connection.getresponse()
            answer.read()
            mine.append(time.perf_counter() - begun)
            seen[answer.status] += 1
        connection.close()
        with lock:
            latencies.extend(mine)
            statuses.update(seen)

    threads = [threading.Thread(target=work, args=(requests[n::clients],)) for n in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Outcome(time.perf_counter() - begun, tuple(latencies), statuses)
