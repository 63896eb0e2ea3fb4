"""Answers by short message: codes bound to task, person, number and data; closed to guessers; once each (M1 to M12)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.kernel.context import Context
from engine.kernel.errors import LimitExceeded
from engine.messaging import Card, Incoming
from engine.messaging.answering import Reply, parse_answer
from engine.messaging.patterns import fit
from engine.metamodel.model.automation import PatternPart
from engine.settings import Settings
from engine.storage import message_tables
from tests.messaging.people import Post, open_post
from tests.support.branch import TENANT, Branch

LIN, BOB = "+8613800000001", "+8613800000002"
TASK, OTHER = "0192f0c0-0000-7000-8000-000000000001", "0192f0c0-0000-7000-8000-000000000002"


@dataclass
class Tasks:
    """The approvals, as far as messaging sees them: what is open, and what was decided."""

    cards: dict[str, Card] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    decided: list[tuple[str, str, str, Mapping[str, Any]]] = field(default_factory=list)

    def open(self, task: str, user: Context, **more: Any) -> None:
        made = Card(task, more.pop("number", "Q1"), "报价 Q1", "Q1 华信 折扣 10%", more.pop("material", "r1"))
        self.cards[task] = replace(made, **more)
        self.holders[task] = user.actor.user

    def card(self, tenant: str, task: str, user: str) -> Card | None:
        return self.cards.get(task) if tenant == TENANT and self.holders.get(task) == user else None

    def decide(self, tenant: str, user: str, task: str, decision: str, told: Mapping[str, Any]) -> None:
        self.decided.append((user, task, decision, told))
        self.cards[task] = replace(self.cards[task], closed="Lin 09:30")

    def about(self, tenant: str, user: str, verb: str, number: str, key: str) -> str:
        return f"{verb} {number}"


@dataclass
class Line:
    """Lin, Bob, their phones and the tasks."""

    post: Post
    tasks: Tasks
    lin: Context
    bob: Context
    count: int = 0

    def told(self, phone: str = LIN) -> list[str]:
        """Return the texts that went to a phone, the oldest first."""
        self.post.settle()
        return [one.body for one in self.post.deliveries("sms") if one.address == phone]

    def code(self) -> str:
        """Return the code that was sent last."""
        found = [match[1] for text in self.told() for match in re.finditer(r"Y (\w{6})", text)]
        return found[-1]

    def says(self, text: str, phone: str = LIN, number: str = "") -> str:
        """Let a phone send a text; return what became of it."""
        self.count += 1
        external = number or f"g{self.count}"
        return self.post.messages.intake.take(TENANT, Incoming("sms", "smpp", phone, text, external)).outcome

    def ask(self, task: str = TASK, **card: Any) -> None:
        """Open a task for Lin and tell her by short message."""
        self.tasks.open(task, self.lin, **card)
        self.post.notify(f"t{task}", [self.lin], "请审批 Q1", kind="task", task=task, via=["inbox", "sms"])


@pytest.fixture
def line(branch: Branch, tmp_path: Path) -> Iterator[Line]:
    post = open_post(branch, Settings(home=tmp_path, secret=b"s" * 32, sms=f"file://{tmp_path / 'sms'}"))
    tasks = Tasks()
    post.messages.deciding.desk = tasks
    lin, bob = post.person("lin", phone="138 0000 0001"), post.person("bob", phone=BOB)
    yield Line(post, tasks, lin, bob)
    post.close()


def test_w_131_an_answer_with_the_code_approves_with_its_comment_and_one_confirmation(line: Line) -> None:
    line.ask()
    code = line.code()
    with line.post.branch.shelf.database(TENANT).reading() as session:
        (kept,) = session.execute(select(message_tables.REPLY_CODE.c.hash)).scalars()
    assert code not in kept

    assert line.says(f"ｙ {code.lower()} ok") == "approved"

    ((user, task, decision, told),) = line.tasks.decided
    assert (user, task, decision) == (line.lin.actor.user, TASK, "approve")
    assert (told["channel"], told["comment"], told["material"]) == ("sms", "ok", "r1")
    assert line.told()[1:] == ["已同意 Q1。"]


def test_w_132_the_same_text_from_another_phone_decides_nothing_and_gets_no_answer(line: Line) -> None:
    line.ask()

    assert line.says(f"Y {line.code()}", BOB) == "wrong_sender"
    assert line.says(f"Y {line.code()}", "+8613911112222") == "wrong_sender"

    assert line.tasks.decided == []
    assert line.told(BOB) == line.told("+8613911112222") == []


def test_w_133_without_a_code_only_when_one_task_is_open(line: Line) -> None:
    line.ask()
    line.ask(OTHER, number="Q2")

    assert line.says("同意") == "several"
    assert line.tasks.decided == []
    assert all(number in line.told()[-1] for number in ("Q1", "Q2"))
    line.tasks.cards[OTHER] = replace(line.tasks.cards[OTHER], closed="Lin 09:00")
    assert line.says("同意") == "approved"
    assert line.tasks.decided[0][1] == TASK


def test_w_134_a_message_that_the_gateway_brings_twice_is_one_decision_and_one_confirmation(line: Line) -> None:
    line.ask()
    code = line.code()

    outcomes = [line.says(f"Y {code}", number="same") for _ in range(2)]

    assert outcomes == ["approved", "repeated"]
    assert len(line.tasks.decided) == 1
    assert len(line.told()) == 2
    assert line.says(f"Y {code}") == "late"
    assert "Lin 09:30" in line.told()[-1]


def test_w_135_a_rejection_needs_its_reason(line: Line) -> None:
    line.ask(comment=frozenset({"reject"}))
    code = line.code()

    assert line.says(f"N {code}") == "comment_missing"
    assert line.tasks.decided == []
    assert line.says(f"N {code} 价格太低") == "rejected"
    assert line.tasks.decided[0][3]["comment"] == "价格太低"


def test_w_136_data_that_changed_since_are_not_approved_but_shown_with_a_new_code(line: Line) -> None:
    line.ask()
    first = line.code()
    line.tasks.cards[TASK] = replace(line.tasks.cards[TASK], material="r2", summary="Q1 华信 折扣 30%")

    assert line.says(f"Y {first}") == "changed"

    assert line.tasks.decided == []
    assert "折扣 30%" in line.told()[-1]
    assert line.code() != first
    assert line.says(f"Y {line.code()}") == "approved"


def test_w_137_beyond_the_limit_it_is_told_to_use_the_web(line: Line) -> None:
    line.ask()
    code = line.code()
    line.tasks.cards[TASK] = replace(line.tasks.cards[TASK], why_not="web")

    assert line.says(f"Y {code}") == "on_web"
    assert line.tasks.decided == []


def test_w_139_five_wrong_codes_close_the_line_for_an_hour_and_lin_is_told_in_her_inbox(line: Line) -> None:
    line.ask()
    code = line.code()

    outcomes = [line.says("Y AAAAAA") for _ in range(5)]
    assert outcomes == ["wrong_code"] * 4 + ["closed_now"]
    line.post.branch.clock.advance(timedelta(minutes=10))
    assert line.says(f"Y {code}") == "closed"
    assert line.tasks.decided == []
    assert any(one.category == "alarm" for one in line.post.messages.bell.messages(line.lin))
    line.post.branch.clock.advance(timedelta(minutes=51))
    assert line.says(f"Y {code}") == "approved"


def test_w_170_a_step_that_is_signed_carries_no_code_and_an_invented_one_is_refused(line: Line) -> None:
    line.ask(why_not="sign")

    assert not re.search(r"Y \w{6}", line.told()[0])
    assert "登录" in line.told()[0]
    assert line.says("Y AAAAAA") == "wrong_sender"
    assert line.tasks.decided == []


def test_a_code_dies_after_a_week_and_a_sender_is_bounded_in_a_minute(line: Line) -> None:
    line.ask()
    code = line.code()
    line.post.branch.clock.advance(timedelta(days=7, seconds=1))
    line.post.person("zed", phone="139 1111 2222")

    assert line.says(f"Y {code}") == "expired"
    for _ in range(9):
        line.says("hello", "+8613911112222")
    line.says("hello", "+8613911112222")
    with pytest.raises(LimitExceeded):
        line.says("hello", "+8613911112222")
    assert len(line.told("+8613911112222")) == 3


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("y k7m4px ok", Reply("approve", "K7M4PX", "ok")),
        ("Ｙ　Ｋ７Ｍ４ＰＸ", Reply("approve", "K7M4PX")),
        ("同意K7M4PX", Reply("approve", "K7M4PX")),
        ("K7M4PX 不同意 太贵", Reply("reject", "K7M4PX", "太贵")),
        ("N K7M4PX，价格太低", Reply("reject", "K7M4PX", "价格太低")),
        ("1", Reply("approve")),
        ("2", Reply("reject")),
        ("? K7M4PX", Reply("details", "K7M4PX")),
        ("？K7M4PX", Reply("details", "K7M4PX")),
        ("催 SO-12", Reply("urge", "", "SO-12")),
        ("yes please", None),
        ("1 box of pens", None),
        ("开票 12 100", None),
        ("no", None),
    ],
)
def test_answers_are_read_in_any_width_and_case(text: str, reply: Reply | None) -> None:
    assert parse_answer(text) == reply


def test_patterns_take_their_places_in_any_width_and_case() -> None:
    today = date(2026, 11, 29)
    invoice = (PatternPart("开票"), PatternPart("", "order", "text"), PatternPart("", "amount", "number"))
    score = (PatternPart("", "score", "range", 1, 5),)
    day = (PatternPart("Leave"), PatternPart("", "on", "date"), PatternPart("", "why", "word"))

    assert fit(invoice, "开票 SO 12　１,２００．５０", today) == {"order": "SO 12", "amount": Decimal("1200.50")}
    assert fit(invoice, "开票 SO-12", today) is None
    assert fit(score, "５", today) == {"score": 5}
    assert fit(score, "6", today) is None
    assert fit(day, "LEAVE 2026-12-24 holiday", today) == {"on": date(2026, 12, 24), "why": "holiday"}
    assert fit(day, "leave 1月5日 ill", today) == {"on": date(2027, 1, 5), "why": "ill"}
    assert fit(day, "leave 2026-02-31 ill", today) is None
