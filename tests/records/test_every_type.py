"""A field of every type: saved, read, changed, filtered, told in the trail, on both databases alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from engine.kernel.clock import FrozenClock
from engine.kernel.errors import Rejected
from engine.kernel.names import new_record_id
from engine.records import Listing, Operation
from engine.storage import Reference
from engine.storage.system import FILE
from tests.conftest import DATABASES
from tests.records.conftest import House, Street

PACK = """
pack: demo
version: 1.0.0
title: Demo
---
dictionary: kind
title: Kind
items: {a: A, b: B, c: C}
---
object: thing
title: Thing
display: name
traits: [recycle]
fields:
  name: {type: text, title: Name, required: true, unique: true}
---
object: gadget
title: Gadget
display: name
fields:
  name: {type: text, title: Name}
---
object: box
title: Box
display: name
fields:
  name: {type: text, title: Name}
  slots: {type: lines, of: slot, title: Slots}
---
object: stamp
title: Stamp
fields:
  day: {type: date, title: Day, unique: true}
  worth: {type: money, title: Worth, unique: true}
---
object: slot
title: Slot
parent: box
fields:
  box: {type: reference, to: box, title: Box, required: true}
  place: {type: integer, title: Place}
unique: [[box, place]]
---
object: all_types
title: All
display: text
traits: [owned]
fields:
  text: {type: text, title: T, pattern: '[^!]*', search: true}
  multiline: {type: multiline, title: T}
  richtext: {type: richtext, title: T}
  integer: {type: integer, title: T, range: '[-5..500]'}
  amount: {type: decimal, scale: 4, title: T}
  money: {type: money, title: T, currency: CNY}
  percent: {type: percent, title: T}
  boolean: {type: boolean, title: T}
  day: {type: date, title: T, range: '>= date("2000-01-01")'}
  clock_time: {type: time, title: T}
  datetime: {type: datetime, title: T}
  span: {type: duration, title: T}
  choice: {type: choice, of: kind, title: T}
  choices: {type: choices, of: kind, title: T}
  reference: {type: reference, to: thing, title: T, where: 'record.text = null or name != record.text'}
  references: {type: references, to: thing, title: T}
  any_reference: {type: any_reference, to: [thing, gadget], title: T}
  user: {type: user, title: T}
  users: {type: users, title: T}
  phone: {type: phone, title: T}
  email: {type: email, title: T}
  url: {type: url, title: T}
  address: {type: address, title: T}
  region: {type: region, title: T}
  rating: {type: rating, title: T}
  color: {type: color, title: T}
  code: {type: code, title: T}
  json: {type: json, title: T}
  secret: {type: secret, title: T}
  file: {type: file, title: T}
  files: {type: files, title: T}
  image: {type: image, title: T}
  f_text: {type: text, title: T, as: 'if reference = null then text else text + "/" + reference.name'}
  f_number: {type: decimal, scale: 2, title: T, as: amount * 2 + integer}
  f_integer: {type: integer, title: T, as: integer / 2}
  f_date: {type: date, title: T, as: 'day + duration("P30D")'}
  f_instant: {type: datetime, title: T, as: datetime + span}
  f_duration: {type: duration, title: T, as: span * 2}
  f_boolean: {type: boolean, title: T, as: integer > 3 and boolean}
  f_choice: {type: choice, of: kind, title: T, as: choice}
  f_reference: {type: reference, to: thing, title: T, as: reference}
  f_count: {type: integer, title: T, as: count(choices)}
"""


@pytest.fixture(params=DATABASES)
def house(request: pytest.FixtureRequest, street: Street, clock: FrozenClock) -> House:
    return street.house(request.param, PACK, clock)


@pytest.fixture
def given(house: House) -> dict[str, Any]:
    thing, other = house.make("thing", name="Lamp"), house.make("thing", name="Chair")
    gadget = house.make("gadget", name="Phone")
    return {
        "text": "中文 text",
        "multiline": "a\nb",
        "richtext": "<b>x</b>",
        "integer": 7,
        "amount": "1.2345",
        "money": "-12345678.91",
        "percent": "12.5",
        "boolean": True,
        "day": "2026-02-28",
        "clock_time": "23:59:58",
        "datetime": "2026-02-28T23:59:59.123+08:00",
        "span": "P1DT1H",
        "choice": "a",
        "choices": ["b", "a"],
        "reference": thing.id,
        "references": [other.id, thing.id],
        "any_reference": {"object": "gadget", "id": gadget.id},
        "user": house.people["ann"],
        "users": [house.people["bob"], house.people["ann"]],
        "phone": "+86 21 5555 0100",
        "email": "x@example.com",
        "url": "https://example.com/?q=1",
        "address": {"city": "上海", "street": "路 1 号"},
        "region": "310000",
        "rating": 5,
        "color": "#1e90ff",
        "code": "6901234567892",
        "json": {"a": [1, "x", None, {"b": 1.5}]},
        "secret": "s3cret",
    }


def test_every_value_comes_back_with_its_type(house: House, given: dict[str, Any]) -> None:
    made = house.make("all_types", **given)

    now = house.now(made)

    expected: dict[str, Any] = {
        "integer": 7,
        "amount": Decimal("1.2345"),
        "money": Decimal("-12345678.91"),
        "percent": Decimal("12.50"),
        "boolean": True,
        "day": date(2026, 2, 28),
        "clock_time": time(23, 59, 58),
        "datetime": datetime(2026, 2, 28, 15, 59, 59, 123000, tzinfo=UTC),
        "span": timedelta(days=1, hours=1),
        "choices": ["b", "a"],
        "reference": Reference(given["reference"], "Lamp"),
        "references": given["references"],
        "any_reference": Reference(given["any_reference"]["id"], "Phone", "gadget"),
        "user": Reference(given["user"], "Ann"),
        "users": given["users"],
        "address": given["address"],
        "json": given["json"],
        "rating": 5,
        "f_text": "中文 text/Lamp",
        "f_number": Decimal("9.47"),
        "f_integer": 4,
        "f_date": date(2026, 3, 30),
        "f_instant": datetime(2026, 3, 1, 16, 59, 59, 123000, tzinfo=UTC),
        "f_duration": timedelta(days=2, hours=2),
        "f_boolean": True,
        "f_choice": "a",
        "f_reference": Reference(given["reference"], "Lamp"),
        "f_count": 2,
    }
    assert {name: now[name] for name in expected} == expected
    assert {name: type(now[name]) for name in expected} == {name: type(value) for name, value in expected.items()}
    assert all(
        now[name] == given[name] for name in ("text", "multiline", "richtext", "phone", "email", "url", "region")
    )
    assert "secret" not in now


def test_sending_a_record_back_as_it_was_read_changes_nothing(house: House, given: dict[str, Any]) -> None:
    made = house.make("all_types", **given)

    read = {name: value for name, value in given.items() if name != "secret"}
    same = house.change(made, **{**read, "datetime": "2026-02-28T15:59:59.123Z", "money": "-12345678.910"})

    assert (same.version, same.changed) == (1, frozenset())
    for name in given:
        emptied = house.records.update(house.admin, "all_types", made.id, house.now(made)["version"], {name: None})
        assert emptied.after is not None
        assert emptied.after[name] is None
    now = house.now(made)
    assert all(now[name] is None for name in given if name != "secret")
    assert [now[name] for name in ("f_text", "f_number", "f_date", "f_count")] == [None, None, None, None]


@pytest.mark.parametrize(
    "where",
    [
        'text = "中文 text" and integer > 6 and integer <= 7',
        "amount = 1.2345 and money < -12345678.9 and percent >= 12.5",
        'boolean and day = date("2026-02-28") and clock_time > time("23:00:00")',
        'datetime < date and time("2026-03-01T00:00:00Z") and span > duration("P1D")',
        'choice in ("a", "b") and reference.name = "Lamp" and user.name = "Ann"',
        'f_text = "中文 text/Lamp" and f_reference = reference and f_boolean',
        'rating = 5 and starts with(email, "x") and color = "#1e90ff"',
        "owner = actor and created_by = actor and text != null",
    ],
)
def test_conditions_find_it(house: House, given: dict[str, Any], where: str) -> None:
    made = house.make("all_types", **given)
    house.make("all_types")

    found = house.records.list(house.admin, Listing("all_types", where=where, fields=("id",))).records
    rest = house.records.list(house.admin, Listing("all_types", where=f"not({where})", fields=("id",))).records

    assert [record.id for record in found] == [made.id]
    assert made.id not in {record.id for record in rest}


def test_the_trail_tells_values_as_they_are_read(house: House, given: dict[str, Any]) -> None:
    made = house.make("all_types", **given)
    now = house.now(made)

    told = house.records.history(house.admin, "all_types", made.id)[0].changes

    for name in given:
        if name != "secret":
            assert told[name] == (None, now[name]), name
    assert "secret" not in told


def test_lines_that_go_make_room_for_others(house: House) -> None:
    made = house.make("box", slots=[{"place": 1}, {"place": 2}])
    one, two = house.records.get(house.admin, "box", made.id).lines["slots"]

    changed = house.change(made, slots=[{"place": 2}, {"id": one.id, "place": 3}, {"place": 1}])
    with pytest.raises(Rejected) as told:
        house.change(changed, slots=[{"place": 4}, {"place": 4}])
    with pytest.raises(Rejected):
        house.make("slot", box=made.id, place=3)

    places = [line.values["place"] for line in house.records.get(house.admin, "box", made.id).lines["slots"]]
    assert sorted(places) == [1, 2, 3]
    assert two.id not in {line.id for line in house.records.get(house.admin, "box", made.id).lines["slots"]}
    assert [(c.path, c.code) for c in told.value.complaints] == [("slots[1].box", "not_unique")]


def test_an_upsert_finds_its_record_by_a_key_of_any_type(house: House) -> None:
    made = house.make("box")
    for given in ({"place": 1}, {"place": 1}, {"place": 2}):
        house.records.bulk(
            house.admin, "slot", [Operation("upsert", {"box": made.id, **given}, key=("box", "place"))], atomic=True
        )
    for turn in range(2):
        by_day = Operation("upsert", {"day": "2026-01-01", "worth": turn}, key=("day",))
        by_worth = Operation("upsert", {"worth": f"{turn}.5", "day": f"2026-02-0{turn + 1}"}, key=("worth",))
        house.records.bulk(house.admin, "stamp", [by_day, by_worth], atomic=True)

    assert house.rows("SELECT count(*) FROM slot") == [(2,)]
    assert house.rows("SELECT count(*) FROM stamp") == [(3,)]


def test_a_file_must_be_ones_own_upload(house: House) -> None:
    def upload(login: str, record: str | None = None) -> str:
        id = str(new_record_id())
        with house.database.writing() as session:
            told = {"object": "all_types", "field": "file", "name": "a.pdf", "type": "application/pdf", "size": 3}
            row = {"id": id, **told, "record": record, "digest": "d", "created_by": house.people[login]}
            session.execute(insert(FILE).values(**row, created_at=house.clock.now()))
        return id

    mine, theirs = upload("admin"), upload("bob")

    made = house.make("all_types", file={"id": mine, "name": "b.exe", "size": 99}, files=[mine])
    with pytest.raises(Rejected) as told:
        house.change(made, image={"id": theirs}, files=[mine, theirs, "nothing", upload("admin", str(new_record_id()))])

    assert house.now(made)["file"] == {"id": mine, "name": "a.pdf", "size": 3, "type": "application/pdf"}
    assert {(c.path, c.code) for c in told.value.complaints} == {
        ("image", "unknown_file"),
        ("files[1]", "unknown_file"),
        ("files[2]", "unknown_file"),
        ("files[3]", "unknown_file"),
    }


def test_every_pointer_must_point_to_something_that_may_be_chosen(house: House, given: dict[str, Any]) -> None:
    gone = house.make("thing", name="Gone")
    house.records.delete(house.admin, "thing", gone.id, 1)
    nobody = "01a207ac-0000-7000-8000-000000000000"

    with pytest.raises(Rejected) as told:
        house.make(
            "all_types",
            text="Lamp",
            reference={"name": "Lamp"},
            references=[given["reference"], gone.id, nobody],
            any_reference={"object": "gadget", "id": given["reference"]},
            user=nobody,
            users=[{"login": "ann"}, {"login": "nobody"}],
            choices=["a", "z"],
            rating=6,
            integer=501,
            day="1999-12-31",
            text_="x",
        )

    assert {(c.path, c.code) for c in told.value.complaints} == {
        ("reference", "reference_not_found"),
        ("references[1]", "reference_not_found"),
        ("references[2]", "reference_not_found"),
        ("any_reference", "reference_not_found"),
        ("user", "reference_not_found"),
        ("users[1]", "reference_not_found"),
        ("choices[1]", "unknown_item"),
        ("rating", "out_of_range"),
        ("integer", "out_of_range"),
        ("day", "out_of_range"),
        ("text_", "unknown_field"),
    }
    look = [c.title for c in house.records.lookup(house.admin, "all_types", "reference", "", {"text": "Lamp"})]
    assert look == ["Chair"]
    both = [c.title for c in house.records.lookup(house.admin, "all_types", "any_reference", "", {})]
    assert both == ["Chair", "Lamp", "Phone"]
