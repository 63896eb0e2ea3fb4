"""Deciding by short message from end to end: a real case, the file gateway out, the signed hook in (4.16)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import text
from werkzeug.test import Client

from engine.messaging.channels.webhook import SIGNATURE, signature_of
from tests.workflow.org1.house import SMS_SECRET, TENANT, Org1
from tests.workflow.test_people import errand

PHONES = {"lin": "+8613800000001", "bob": "+8613800000002"}


@dataclass
class Line:
    """The phones of Lin and Bob."""

    org: Org1
    file: Path
    sent: int = 0

    def start(self, flow: str = "errand_sms", **values: object) -> str:
        id = errand(self.org, **{"amount": 1000, **values})
        return str(self.org.amy.start(flow, id, "errand")["instance"])

    def told(self, login: str = "lin") -> list[str]:
        """Return the texts that came to a phone in this test, the oldest first."""
        self.org.settle()
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        return [one["text"] for one in map(json.loads, lines) if one["to"] == PHONES[login]]

    def code(self) -> str:
        """Return the code that came last."""
        return [code for said in self.told() for code in re.findall(r"Answer Y (\w{6})", said)][-1]

    def says(self, text: str, login: str = "lin", id: str = "") -> None:
        """Let the gateway bring a text of a phone."""
        self.sent += 1
        body = urlencode({"From": PHONES[login], "Body": text, "MessageSid": id or f"m{self.sent}"}, quote_via=quote)
        answer = Client(self.org.app, use_cookies=False).post(
            f"/hooks/sms/{TENANT}",
            data=body.encode(),
            headers={SIGNATURE: signature_of(SMS_SECRET, body.encode(), int(time.time()))},
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)


@pytest.fixture
def line(org: Org1) -> Iterator[Line]:
    database, _ = org.engine.shelf.current(TENANT)
    with database.writing() as session:
        for login, phone in PHONES.items():
            values = {"phone": phone, "id": org.users[login]}
            session.execute(text("UPDATE tessera_user SET phone = :phone WHERE id = :id"), values)
    file = org.engine.settings.home / "sms" / f"sms-{TENANT}.jsonl"
    file.unlink(missing_ok=True)
    yield Line(org, file)
    with database.writing() as session:
        session.execute(text("UPDATE tessera_user SET phone = NULL"))


def test_w_131_an_answer_with_its_code_approves(line: Line) -> None:
    made = line.start()
    code = line.code()
    assert line.told()[0].startswith("Errand x 1000.00 Answer Y")

    line.says(f"ｙ {code.lower()} ok")

    (event,) = line.org.events(made, "decided")
    assert (event["actor"]["name"], event["decision"], event["channel"], event["comment"]) == (
        "Lin",
        "approve",
        "sms",
        "ok",
    )
    assert len(line.told()) == 2
    assert line.org.instance(made)["outcome"] == "approved"


def test_w_132_and_135_only_the_right_phone_counts_and_a_rejection_needs_its_reason(line: Line) -> None:
    made = line.start()
    code = line.code()
    line.says(f"Y {code}", "bob")
    assert (line.told("bob"), line.org.events(made, "decided")) == ([], [])

    line.says(f"N {code}")
    assert "reason" in line.told()[-1]
    assert line.org.events(made, "decided") == []

    line.says(f"N {code} 价格太低")
    (event,) = line.org.events(made, "decided")
    assert (event["decision"], event["comment"]) == ("reject", "价格太低")


def test_w_133_without_a_code_only_one_open_task_is_decided(line: Line) -> None:
    first, second = line.start(name="one"), line.start(name="two")
    line.told()
    line.says("同意")
    listed = line.told()[-1]
    assert len(re.findall(r"\b[A-Z0-9]{6}\b", listed)) == 2
    assert line.org.events(first, "decided") == line.org.events(second, "decided") == []

    line.org.lin.approve(line.org.lin.todo()[0]["id"])
    line.says("同意")

    assert [line.org.instance(id)["outcome"] for id in (first, second)] == ["approved", "approved"]


def test_w_134_a_message_brought_twice_is_one_decision(line: Line) -> None:
    made = line.start()
    code = line.code()
    for _ in range(2):
        line.says(f"Y {code}", id="same")

    assert len(line.org.events(made, "decided")) == 1
    assert len(line.told()) == 2
    line.says(f"Y {code}")
    assert "Lin" in line.told()[-1]


def test_w_136_what_changed_since_is_shown_anew_with_a_new_code(line: Line) -> None:
    made = line.start()
    first = line.code()
    line.org.ada.command(made, "override", values={"amount": 1500}, comment="typing error")
    line.says(f"Y {first}")

    assert line.org.events(made, "decided") == []
    second = line.code()
    assert second != first
    assert "1500" in line.told()[-1]
    line.says(f"Y {second}")
    assert line.org.instance(made)["outcome"] == "approved"


def test_w_137_and_170_above_the_limit_or_with_a_signature_it_is_the_web(line: Line) -> None:
    large, signed = line.start(amount=250_000), line.start("errand_signed")
    texts = line.told()
    assert not any(re.search(r"Answer Y \w{6}", said) for said in texts)
    assert all("on the web" in said for said in texts)

    line.says("Y AAAAAA")

    assert line.org.events(large, "decided") == line.org.events(signed, "decided") == []


def test_w_139_five_wrong_codes_close_the_line_for_an_hour(line: Line) -> None:
    made = line.start()
    code = line.code()
    for _ in range(5):
        line.says("Y AAAAAA")
    line.org.later(minutes=10)
    line.says(f"Y {code}")
    line.org.settle()

    assert line.org.events(made, "decided") == []
    assert "alarm" in [m["category"] for m in line.org.lin.get("/messages")["messages"]]
    line.org.lin.approve()
    assert line.org.instance(made)["outcome"] == "approved"
