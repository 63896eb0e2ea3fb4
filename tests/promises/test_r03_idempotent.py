"""R3: a request under a key has one effect, however many send it at once, to whichever process."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.promises.conftest import TIER
from tests.promises.load import LINES, at_once
from tests.promises.product import Answer, Client, Product

KEYS = {1: 5, 2: 2_000, 3: 20_000}[TIER]
THREADS = 20


def storm(shared: Product, method: str, path: str, body: Any, **headers: str) -> set[str]:
    """Send a request from 20 threads until each has its final answer; return the different answers."""

    def send(number: int) -> tuple[str, bool]:
        with_patience = time.monotonic() + 30
        client = shared.client(number)
        while True:
            told = client.send(method, path, body, **headers)
            if not waits(told) or time.monotonic() > with_patience:
                client.close()
                return f"{told.status} {told.value}", told.headers.get("Idempotency-Replayed") == "true"
            time.sleep(0.05)

    answers = at_once(send, THREADS)
    assert sum(not replayed for _, replayed in answers) == 1
    return {text for text, _ in answers}


def waits(told: Answer) -> bool:
    """Tell whether the request is being worked on, with a word about when to come back."""
    if told.code != "idempotency_in_progress":
        return False
    assert told.status == 409
    assert int(told.headers["Retry-After"]) >= 1
    return True


@pytest.mark.campaign
def test_r03_twenty_senders_of_the_same_request_have_one_effect_and_one_answer(shared: Product) -> None:
    client = shared.client()
    for turn in range(KEYS):
        label = f"storm {turn}"
        made = storm(shared, "POST", "records/account", {"name": label}, Idempotency_Key=f"a{turn}")
        (account,) = records(client, "account", f'name = "{label}"')
        assert len(made) == 1
        changed = storm(
            shared,
            *("PATCH", f"records/account/{account['id']}", {"note": "once"}),
            Idempotency_Key=f"b{turn}",
            If_Match='"1"',
        )
        assert len(changed) == 1
        assert client.get(f"records/account/{account['id']}").value["version"] == 2
        entry = client.make("entry", account=account["id"], label=label, lines=LINES)
        path = f"records/entry/{entry['id']}/transitions/post"
        assert len(storm(shared, "POST", path, {}, Idempotency_Key=f"c{turn}", If_Match='"1"')) == 1
        assert client.get(f"records/entry/{entry['id']}").value["version"] == 2
        assert float(client.get(f"records/account/{account['id']}").value["posted"]) == 5.5


def test_r03_a_key_with_another_body_is_refused_and_a_refused_request_is_not_kept(shared: Product) -> None:
    client, other = shared.client(0), shared.client(1)

    assert client.send("POST", "records/account", {"name": ""}, Idempotency_Key="k").status == 422
    assert other.send("POST", "records/account", {"name": "key"}, Idempotency_Key="k").status == 201
    reused = client.send("POST", "records/account", {"name": "other"}, Idempotency_Key="k")

    assert (reused.status, reused.code) == (422, "idempotency_key_reused")
    assert records(client, "account", 'name = "other"') == []


def records(client: Client, object: str, where: str) -> list[Any]:
    """Return the records that a condition holds for."""
    told = client.get(f"records/{object}", where=where)
    assert told.status == 200, told
    return list(told.value["records"])
