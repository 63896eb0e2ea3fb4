"""R21 over the wire: what is much too large is refused at once and whole. Each limit at its figure: tests/api."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.promises.product import Product

# refused within 200 ms on an idle machine; a busy one gets some air
PATIENCE = 1.0
LARGE: dict[str, tuple[str, str, Any, set[int]]] = {
    "body": ("POST", "records/account", {"name": "x" * 3_000_000}, {413}),
    "depth": ("POST", "records/account", {"name": [[[[[[[["x"] * 9]]]]]]]}, {422}),
    "keys": ("POST", "records/account", {f"k{number}": 1 for number in range(50_000)}, {400}),
    "array": ("POST", "records/account", {"name": [1] * 200_000}, {400}),
    "batch": ("POST", "records/account/bulk", {"operations": [{"kind": "create", "input": {}}] * 9_000}, {400}),
    "page": ("GET", "records/account?limit=200000", None, {400}),
    "sort": ("GET", "records/account?sort=" + ",".join(["name"] * 1_000), None, {400}),
    "url": ("GET", "records/account?q=" + "x" * 20_000, None, {414}),
    "text": ("POST", "records/account", {"name": "x" * 80_000}, {422}),
    "number": ("POST", "records/account", {"name": "x", "count": 10**30}, {400, 422}),
}


@pytest.mark.parametrize("limit", LARGE)
def test_r21_what_is_much_too_large_is_refused_at_once(shared: Product, limit: str) -> None:
    method, path, body, statuses = LARGE[limit]
    client = shared.client()
    before = shared.rows("SELECT count(*) FROM account")

    began = time.monotonic()
    told = client.send(method, path, body)

    assert told.status in statuses, told
    assert time.monotonic() - began < PATIENCE
    assert told.code
    assert shared.rows("SELECT count(*) FROM account") == before
