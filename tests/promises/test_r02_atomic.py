"""R2: a request applies wholly or not at all, and nobody ever sees a part of it."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest

from tests.promises.conftest import TIER
from tests.promises.load import LINES
from tests.promises.product import Product

ROUNDS = {1: 30, 2: 300, 3: 3_000}[TIER]
ACCOUNTS = 5
TOTAL = Decimal(1000)


@pytest.mark.parametrize("place", [1, 50, 100])
def test_r02_a_bulk_with_one_wrong_operation_changes_nothing(shared: Product, place: int) -> None:
    client = shared.client()
    before = counts(shared)
    account = client.make("account", name=f"bulk {place}")["id"]
    operations = [{"kind": "create", "input": {"account": account, "lines": LINES}} for _ in range(100)]
    operations[place - 1]["input"] = {"account": account, "lines": [{"text": "x", "quantity": -1, "price": "1"}]}

    told = client.send("POST", "records/entry/bulk", {"operations": operations})

    assert told.status == 422
    assert f"[{place - 1}]" in str(told.value["errors"])
    after = counts(shared)
    assert after == {**before, "account": before["account"] + 1, "tessera_audit": before["tessera_audit"] + 1} | {
        "tessera_outbox": after["tessera_outbox"]
    }


def counts(shared: Product) -> dict[str, int]:
    """Return how many rows each table has that a change of an entry writes to."""
    tables = ("account", "entry", "entry_line", "tessera_audit", "tessera_number", "tessera_outbox")
    return {table: shared.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables}


def test_r02_a_refused_transition_or_line_leaves_record_lines_and_sums_as_they_were(shared: Product) -> None:
    client = shared.client()
    account = client.make("account", name="whole")["id"]
    entry = client.make("entry", account=account, lines=LINES)["id"]
    empty = client.make("entry", account=account)["id"]
    before = [
        client.get(f"records/{path}").value for path in (f"entry/{entry}", f"entry/{empty}", f"account/{account}")
    ]

    wrong = {"label": "new", "lines": [LINES[0], {"text": "no price", "quantity": 1}]}
    assert client.patch("entry", entry, 1, wrong).status == 422
    assert client.send("POST", f"records/entry/{empty}/transitions/post", {}, If_Match='"1"').status == 422

    after = [client.get(f"records/{path}").value for path in (f"entry/{entry}", f"entry/{empty}", f"account/{account}")]
    assert after == before


@pytest.mark.campaign
def test_r02_a_reader_never_sees_a_part_of_a_bulk(shared: Product) -> None:
    client = shared.client()
    share = str(TOTAL / ACCOUNTS)
    accounts = [client.make("account", name="shared sum", limit=share)["id"] for _ in range(ACCOUNTS)]
    ended = threading.Event()
    seen: list[Any] = []

    def read() -> None:
        reader = shared.client(1)
        while not ended.is_set():
            told = reader.get("records/account", where='name = "shared sum"', fields="limit,note")
            rows = told.value["records"]
            seen.append((sum(Decimal(row["limit"]) for row in rows), len({row["note"] for row in rows})))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        done = [move_money(shared, accounts, turn) for turn in range(ROUNDS)]
    finally:
        ended.set()
        for reader in readers:
            reader.join()

    assert done == [200 if turn % 3 else 422 for turn in range(ROUNDS)]
    assert len(seen) > ROUNDS
    assert set(seen) == {(TOTAL, 1)}


def move_money(shared: Product, accounts: list[str], turn: int) -> int:
    """Give the whole sum to one account and nothing to the others; in every third turn the last operation is wrong."""
    client = shared.client()
    rows = {
        row["id"]: row["version"] for row in client.get("records/account", where='name = "shared sum"').value["records"]
    }
    limits = dict.fromkeys(accounts, "0") | {accounts[turn % ACCOUNTS]: str(TOTAL)}
    if turn % 3 == 0:
        limits[accounts[-1]] = "-1"
    operations = [
        {"kind": "update", "id": id, "version": rows[id], "input": {"limit": limit, "note": f"turn {turn}"}}
        for id, limit in limits.items()
    ]
    return client.send("POST", "records/account/bulk", {"operations": operations}).status
