"""What happens to records and clocks when a new version of a pack is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.kernel.context import SYSTEM, Context
from engine.kernel.errors import Rejected
from engine.kernel.names import RecordRef
from engine.storage.life_rows import read_steps
from engine.wiring import Engine
from engine.workflow.lifecycles import Move
from tests.workflow.life.house import LifeHouse

PACK = """
pack: small
version: 1.0.{number}
title: {{zh: 小, en: Small}}
---
object: request
title: {{zh: 请求, en: Request}}
display: name
fields:
  name:   {{type: text, title: {{zh: 名称, en: Name}}}}
  status: {{type: choice, title: {{zh: 状态, en: Status}}}}
---
worktime: office
title: {{zh: 办公时间, en: Office hours}}
timezone: Asia/Shanghai
week: {{mon-fri: ["09:00-12:00", "13:00-18:00"]}}
days: {{closed: [{closed}]}}
default: true
---
lifecycle: request
title: {{zh: 请求, en: Request}}
object: request
field: status
states:
  new:     {{title: {{zh: 新, en: New}}, initial: true, sla: {{within: PT8H}}}}
  {second}: {{title: {{zh: 二, en: Second}}}}
transitions:
  go: {{title: {{zh: 去, en: Go}}, from: new, to: {second}}}
{more}
"""


@dataclass
class Small:
    """A tenant with one object, whose pack is published anew by the tests."""

    engine: Engine
    name: str
    folder: Path
    ctx: Context
    number: int = 0

    def publish(self, second: str = "waiting", closed: str = "", more: str = "") -> None:
        self.number += 1
        text = PACK.format(number=self.number, second=second, closed=closed, more=more)
        (self.folder / "pack.yaml").write_text(text, encoding="utf-8")
        self.engine.tenancy.install(self.name, [self.folder])


@pytest.fixture
def small(home: LifeHouse, tmp_path: Path) -> Iterator[Small]:
    name = f"s{abs(hash(tmp_path)) % 10**8}"
    home.engine.tenancy.create(name, "Small")
    folder = tmp_path / "small"
    folder.mkdir()
    made = Small(home.engine, name, folder, Context(name, SYSTEM, "en", ZoneInfo("Asia/Shanghai"), home.clock))
    made.publish()
    yield made
    home.engine.shelf.forget(name)


def test_w_169_a_state_that_records_hold_is_not_dropped_unless_it_is_said_where_they_go(small: Small) -> None:
    records, lives = small.engine.records, small.engine.workflow
    ids = [records.create(small.ctx, "request", {"name": str(n)}).id for n in range(3)]
    for id in ids:
        records.command(small.ctx, lambda unit, id=id: lives.move(unit, Move(RecordRef("request", id), "go")))  # type: ignore[misc]

    with pytest.raises(Rejected) as told:
        small.publish(second="working")
    small.publish(second="working", more="migrate: {waiting: working}")

    assert (told.value.code, told.value.complaint.params["count"]) == ("states_in_use", 3)
    for id in ids:
        assert records.get(small.ctx, "request", id).values["status"] == "working"
        with records.opener.reading(small.ctx) as unit:
            steps = read_steps(unit.session, "request", id)
        assert [(step.source, step.target) for step in steps] == [("new", "waiting"), ("waiting", "working")]


def test_w_92_a_holiday_that_is_published_moves_due_times(home: LifeHouse, small: Small) -> None:
    home.at("2026-09-21 10:00")
    made = small.engine.records.create(small.ctx, "request", {"name": "x"})
    small.engine.background.settle(small.name)
    home.at("2026-09-21 12:00")

    small.publish(closed='"2026-09-22"')
    small.engine.background.settle(small.name)

    clock = small.engine.workflow.life(small.ctx, "request", made.id).clocks[0]
    assert clock.due_at is not None
    assert clock.due_at.astimezone(small.ctx.zone).isoformat() == "2026-09-23T10:00:00+08:00"
