"""What comes from outside: events that are waited for, answers to calls; and changes of many records (B6, B7)."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from werkzeug.test import Client

from engine.messaging import NewWebhook
from engine.messaging.channels.webhook import SIGNATURE, signature_of
from engine.messaging.mailbox import INTERVAL, Mailbox
from engine.workflow.effects import changing, sweeps
from tests.support.imap import mailbox
from tests.workflow.org1.house import TENANT, Org1
from tests.workflow.test_people import errand


class Rates(http.server.BaseHTTPRequestHandler):
    """Another system: answers each call with the next of ``answers``, a status and a body."""

    heard: ClassVar[list[dict[str, Any]]] = []
    answers: ClassVar[list[tuple[int, bytes]]] = []

    def do_POST(self) -> None:
        type(self).heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status, body = type(self).answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def rates(org: Org1) -> Iterator[type[Rates]]:
    """The system behind the connector of the pack; its webhook's secret is in ``secret``."""
    door = type("Door", (Rates,), {"heard": [], "answers": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hook = NewWebhook("rates", f"http://127.0.0.1:{server.server_port}/", ("nothing",))
    door.secret = org.engine.messages.webhooks.add(org.system, hook).secret  # type: ignore[attr-defined]
    yield door
    server.shutdown()
    server.server_close()


def test_a_wait_for_an_event_ends_by_one_of_its_record_once(org: Org1) -> None:
    ids = [errand(org, name=name) for name in ("one", "two")]
    waits = [org.amy.start("errand_wait", id, "errand")["instance"] for id in ids]
    picky = org.amy.start("errand_wait_for", ids[0], "errand")["instance"]
    org.settle()
    assert [org.open_steps(id) for id in (*waits, picky)] == [{}, {}, {}]

    org.amy.change("errand", ids[1], verdict="stop")
    org.settle()
    assert [org.open_steps(id) for id in (*waits, picky)] == [{}, {"a": ["lin"]}, {}]

    org.amy.change("errand", ids[1], verdict="go")
    org.settle()
    org.settle()
    assert [org.open_steps(id) for id in (*waits, picky)] == [{}, {"a": ["lin"]}, {"a": ["lin"]}]
    assert len(org.events(picky, "wait.ended")) == 1
    org.check()


def test_w_155_a_call_waits_for_its_answer_and_goes_on_once(org: Org1, rates: type[Rates]) -> None:
    rates.answers = [(202, b"")]
    id = errand(org)
    made = org.amy.start("errand_call", id, "errand")["instance"]
    org.settle()
    assert org.open_steps(made) == {"c": ["fang"]}
    (asked,) = rates.heard
    assert asked["data"]["with"] == {"amount": "100000.00"}

    org.later(minutes=2)
    body = b'{"value": "7.13"}'
    path = f"/hooks/calls/{TENANT}/{asked['id']}"
    outside = Client(org.app, use_cookies=False)
    wrong = outside.post(path, data=body, headers={SIGNATURE: signature_of("guess", body, int(time.time()))})
    signed = {SIGNATURE: signature_of(rates.secret, body, int(time.time()))}  # type: ignore[attr-defined]
    twice = [outside.post(path, data=body, headers=signed).status_code for _ in range(2)]
    org.settle()

    assert (wrong.status_code, twice) == (401, [204, 204])
    assert org.open_steps(made) == {"c": ["fang"], "b": ["lin"]}
    assert org.amy.read("errand", id)["note"] == "7.13"
    assert len(org.events(made, "wait.ended")) == 1


def test_w_155_an_answer_at_once_is_as_good(org: Org1, rates: type[Rates]) -> None:
    rates.answers = [(200, b'"7.14"')]
    id = errand(org)
    made = org.amy.start("errand_call", id, "errand")["instance"]
    org.settle()

    assert org.open_steps(made) == {"c": ["fang"], "b": ["lin"]}
    assert org.amy.read("errand", id)["note"] == "7.14"


def test_w_155_after_its_retries_a_call_is_an_incident_and_other_branches_go_on(org: Org1, rates: type[Rates]) -> None:
    rates.answers = [(503, b""), (503, b""), (200, b'"7.15"')]
    made = org.amy.start("errand_call", errand(org), "errand")["instance"]
    org.settle()
    assert not org.instance(made)["incident"]
    org.later(minutes=2)
    org.settle()

    assert org.instance(made)["incident"]
    assert org.events(made, "incident")[0]["reason"] == "call_failed"
    org.fang.approve()
    org.ada.command(made, "retry")
    org.settle()
    assert org.open_steps(made) == {"b": ["lin"]}
    org.check()


def test_more_records_than_one_transaction_should_hold_are_changed_in_the_background(
    org: Org1, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "MOST_ROWS", 3)
    monkeypatch.setattr(sweeps, "CHUNK", 2)
    many = [errand(org, name=f"m{n}", kind="many", amount=n) for n in range(5)]
    for n in range(4):
        errand(org, name=f"f{n}", kind="few")
    trigger = errand(org)
    org.amy.change("errand", trigger, kind="sweep")
    org.settle()

    told = [org.amy.read("errand", id) for id in many]
    assert [(one["note"], float(one["amount"])) for one in told] == [(f"seen m{n}", n + 1) for n in range(5)]
    assert org.rows("SELECT count(*) FROM errand WHERE kind = 'few' AND deleted_at IS NULL") == [(0,)]


MAIL = """From: Zoe <zoe@example.com>
To: service@example.com
Subject: =?utf-8?b?5py65Zmo5Z2P5LqG?=
Message-ID: <{id}@example.com>
{more}Content-Type: {type}; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
"""


def mail(id: str, text: str, type: str = "text/plain", more: str = "") -> bytes:
    return MAIL.format(id=id, text=text, type=type, more=more).encode()


def test_mail_comes_in_once_and_raises_rules(org: Org1) -> None:
    with mailbox() as box:
        box.put(mail("1", "<p>Please <b>help</b></p><script>x</script>", "text/html"))
        box.put(mail("1", "brought again"))
        box.put(mail("2", "I am on holiday", more="Auto-Submitted: auto-replied\n"))
        box.put(b"no mail at all")
        fetcher = Mailbox(
            box.url, {"service@example.com": TENANT}, org.engine.messages.intake, org.clock, lambda: [TENANT]
        )

        assert fetcher.work(TENANT) is False
        again = fetcher.due(TENANT)
        org.settle()

        assert box.seen == {1, 2, 3, 4}
        assert again == org.clock.now() + INTERVAL
    assert org.rows("SELECT name, note, verdict FROM errand") == [("机器坏了", "Please help", "zoe@example.com")]


def test_a_mailbox_that_is_away_is_looked_into_later(org: Org1) -> None:
    with mailbox() as box:
        url = box.url
    fetcher = Mailbox(url, {}, org.engine.messages.intake, org.clock, lambda: [TENANT])

    assert fetcher.work(TENANT) is False
    org.later(minutes=2)
    assert fetcher.due(TENANT) < org.clock.now()


def test_what_a_process_has_printed_is_with_the_record_once_and_its_people_are_told(org: Org1) -> None:
    pytest.importorskip("plutoprint")
    id = errand(org, name="Paper")
    org.amy.change("errand", id, kind="print")
    org.settle()
    org.settle()

    (paper,) = org.amy.read("errand", id)["papers"]
    assert paper["name"] == "Errand sheet Paper.pdf"
    assert [m["body"] for m in org.amy.get("/messages")["messages"]] == ["Errand sheet: Paper"]
