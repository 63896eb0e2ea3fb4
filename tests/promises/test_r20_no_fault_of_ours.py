"""R20 over the wire: whatever bytes arrive, the answer is a clear refusal with a code and an id. Corpus: tests/api."""

from __future__ import annotations

import json
import random
import socket
from contextlib import closing

import pytest

from tests.promises.conftest import TIER
from tests.promises.product import Product

COUNT = {1: 300, 2: 3_000, 3: 60_000}[TIER]
PIECES = [
    *(b'"name"', b'"limit"', b'"lines"', b'"account"', b'"code"', b'"since"', b":", b",", b"{", b"}", b"[", b"]"),
    *(b"null", b"true", b"1e999", b"NaN", b"-0", b"9" * 40, b'"\\ud800"', b'"\\u0000"', b'"x"', b"\xff", b"\x00"),
    *(b"[" * 2_000, b'{"a":' * 70, b'"' + b"x" * 5_000 + b'"', '"İ"'.encode(), b'"2026-13-01"', b'"%s\'--"'),
]
PATHS = [
    *("records/account", "records/entry", "records/entry_line", "records/nothing", "records/account/bulk", "records"),
    *("records/account/x", "records/account?where=%00", "records/account?sort=%ff", "records/account?limit=-1"),
    *(
        "records/account?after=AAAA",
        "records/account?where=((((",
        "../../etc",
        "records/%2e%2e/x",
        "records/tessera_user",
    ),
]


def send(port: int, head: list[bytes], body: bytes) -> tuple[int, bytes]:
    """Send raw bytes; return the status and the body of the answer."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        line.sendall(b"\r\n".join([*head, b"Connection: close", b"Content-Length: %d" % len(body), b"", b""]) + body)
        told = b""
        while part := line.recv(65536):
            told += part
    first, _, rest = told.partition(b"\r\n")
    return int(first.split()[1]), rest.partition(b"\r\n\r\n")[2]


@pytest.mark.campaign
def test_r20_random_requests_are_refused_in_order(shared: Product) -> None:
    chance = random.Random(20)
    seen: dict[int, int] = {}
    for _ in range(COUNT):
        method, path = chance.choice(["GET", "POST", "PATCH", "DELETE", "PUT"]), chance.choice(PATHS)
        head = [
            f"{method} /api/v1/{path} HTTP/1.1".encode(),
            b"Host: 127.0.0.1",
            b"Authorization: Bearer " + shared.token.encode(),
            chance.choice([b"Content-Type: application/json", b"Content-Type: text/plain", b"X: y"]),
            chance.choice([b'If-Match: "1"', b"If-Match: x", b"Idempotency-Key: \xe9", b"Accept-Language: ,,;q=x"]),
        ]
        body = b"" if method == "GET" else b"".join(chance.choices(PIECES, k=chance.randrange(6)))
        status, told = send(shared.servers[0].port, head, body)
        seen[status] = seen.get(status, 0) + 1
        assert status < 500, (head, body, told)
        if status >= 400:
            problem = json.loads(told)
            assert problem["code"]
            assert problem["request_id"]
            assert not {"Traceback", "SELECT", str(shared.home)} & set(told.decode().split())

    assert len(seen) > 4, seen
