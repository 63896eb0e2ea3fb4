"""Things made of other things: their lines beside them, their cost from them, and no circle anywhere."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from engine.kernel.clock import FrozenClock
from engine.kernel.errors import Rejected, TesseraError
from engine.records import Change
from tests.conftest import DATABASES
from tests.records.conftest import House, Street

PACK = """
pack: demo
version: 1.0.0
title: Demo
---
object: thing
title: Thing
acyclic: [[above]]
fields:
  name: {type: text, title: Name}
  above: {type: reference, to: thing, title: Above}
  cost: {type: money, title: Cost, currency: EUR}
  parts: {type: lines, of: part, title: Parts}
  whole_cost: {type: money, title: Whole cost, currency: EUR, as: 'if count(parts) = 0 then cost else sum(for p in parts return p.cost)'}
---
object: part
title: Part
parent: thing
acyclic: [[thing, of]]
fields:
  thing: {type: reference, to: thing, title: Thing, required: true}
  of: {type: reference, to: thing, title: Of, required: true}
  count: {type: decimal, title: Count, required: true, default: 1}
  optional: {type: boolean, title: Optional, default: false}
  cost: {type: money, title: Cost, currency: EUR, as: count * of.whole_cost}
---
object: paper
title: Paper
fields:
  name: {type: text, title: Name}
  settled: {type: boolean, title: Settled, default: false}
  lines: {type: lines, of: entry, title: Lines}
---
object: entry
title: Entry
parent: paper
fields:
  paper: {type: reference, to: paper, title: Paper, required: true}
  thing: {type: reference, to: thing, title: Thing, required: true}
  quantity: {type: decimal, title: Quantity, required: true, default: 1}
  note: {type: text, title: Note, default: '=thing.name'}
  options: {type: references, to: part, title: Options}
  belongs: {type: reference, to: entry, title: Belongs to, on_delete: cascade}
  origin: {type: reference, to: part, title: Origin, on_delete: clear}
---
explosion: entries
of: entry
when: paper.settled != true
parts: thing.parts
where: part.optional != true or (some o in item.options satisfies o.id = part.id)
set: {thing: =part.of, quantity: =item.quantity * part.count}
link: belongs
origin: origin
"""  # noqa: E501


@pytest.fixture(params=DATABASES)
def house(request: pytest.FixtureRequest, street: Street, clock: FrozenClock) -> House:
    return street.house(request.param, PACK, clock)


def thing(house: House, name: str, *parts: dict[str, Any], **values: Any) -> Change:
    return house.make("thing", name=name, parts=list(parts), **values)


def of(part: Change, count: int = 1, **values: Any) -> dict[str, Any]:
    return {"of": part.id, "count": str(count), **values}


def lines_of(house: House, paper: Change) -> list[dict[str, Any]]:
    found = house.records.get(house.admin, "paper", paper.id)
    return [{**line.values, "id": line.id} for line in found.lines["lines"]]


def told(lines: list[dict[str, Any]]) -> list[tuple[str, Decimal]]:
    return [(line["note"], line["quantity"].normalize()) for line in lines]


def as_sent(line: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"id": line["id"], **values}


def test_a_line_is_followed_by_those_of_its_parts_level_by_level(house: House) -> None:
    screw = thing(house, "Screw")
    hinge = thing(house, "Hinge", of(screw, 4))
    door = thing(house, "Door", of(hinge, 2), of(screw, 3))

    paper = house.make("paper", lines=[{"thing": door.id, "quantity": "10"}, {"thing": screw.id}])

    lines = lines_of(house, paper)
    assert told(lines) == [("Door", 10), ("Hinge", 20), ("Screw", 80), ("Screw", 30), ("Screw", 1)]
    assert lines[2]["belongs"].id == lines[1]["id"]
    assert lines[4]["belongs"] is None


def test_parts_stay_in_step_with_their_line_and_go_with_it(house: House) -> None:
    lock, screw = thing(house, "Lock"), thing(house, "Screw")
    door = thing(house, "Door", of(screw, 3), of(lock, optional=True))
    (option,) = (p.id for p in house.records.get(house.admin, "thing", door.id).lines["parts"] if p.values["optional"])
    paper = house.make("paper", lines=[{"thing": door.id}])
    first, part = lines_of(house, paper)

    paper = house.change(paper, lines=[as_sent(first, quantity="2", options=[option]), as_sent(part, quantity="99")])
    assert told(lines_of(house, paper)) == [("Door", 2), ("Screw", 6), ("Lock", 2)]

    paper = house.change(paper, lines=[as_sent(first, options=None)])  # the part was left out, but belongs to it
    assert told(lines_of(house, paper)) == [("Door", 2), ("Screw", 6)]

    paper = house.change(paper, settled=True)
    house.change(door, name="Gate", parts=[])
    paper = house.change(paper, name="later")
    assert told(lines_of(house, paper)) == [("Door", 2), ("Screw", 6)]

    house.change(paper, lines=[])
    assert lines_of(house, paper) == []


def test_cost_rolls_up_through_all_levels_when_a_part_changes(house: House) -> None:
    screw = thing(house, "Screw", cost="0.5")
    hinge = thing(house, "Hinge", of(screw, 4))
    door = thing(house, "Door", of(hinge, 2), of(screw, 3), cost="7")
    assert house.now(door)["whole_cost"] == Decimal("5.5")

    house.change(screw, cost="1")

    assert house.now(hinge)["whole_cost"] == 4
    assert house.now(door)["whole_cost"] == 11


def test_nothing_is_a_part_of_itself_or_above_itself(house: House) -> None:
    screw = thing(house, "Screw")
    hinge = thing(house, "Hinge", of(screw))
    door = thing(house, "Door", of(hinge), above=screw.id)

    for change, values, path in (
        (screw, {"parts": [of(door)]}, "parts[0].of"),
        (screw, {"parts": [of(screw)]}, "parts[0].of"),
        (screw, {"above": door.id}, "above"),
        (screw, {"above": screw.id}, "above"),
    ):
        with pytest.raises(Rejected) as refused:
            house.change(change, **values)
        assert [(one.path, one.code) for one in refused.value.complaints] == [(path, "runs_in_circle")]


def test_two_who_close_a_circle_from_both_sides_at_once_do_not_both_succeed(house: House) -> None:
    for _ in range(5):
        one, other = thing(house, "One"), thing(house, "Other")

        def joined(pair: tuple[Change, Change]) -> bool:
            try:
                house.change(pair[0], parts=[of(pair[1])])
            except TesseraError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(joined, [(one, other), (other, one)])) == 1
