"""Many changes at once: all or none, or each by itself, with the same checks and rights as a single one."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from engine.kernel.errors import Rejected
from engine.records import Operation
from tests.records.conftest import House


def create(**given: object) -> Operation:
    return Operation("create", given)


@pytest.mark.parametrize("bad", [0, 99, 199])
def test_an_atomic_request_with_one_bad_operation_does_nothing(house: House, bad: int) -> None:
    before = [house.rows(f"SELECT count(*) FROM {table}") for table in ("tessera_audit", "tessera_outbox", "product")]
    operations = [create(name=f"P{number}", price=number) for number in range(200)]
    operations[bad] = create(name="", price="x")

    with pytest.raises(Rejected) as told:
        house.records.bulk(house.admin, "product", operations, atomic=True)

    assert {(c.path, c.code) for c in told.value.complaints} == {
        (f"operations[{bad}].name", "required"),
        (f"operations[{bad}].price", "not_number"),
    }
    assert before == [
        house.rows(f"SELECT count(*) FROM {table}") for table in ("tessera_audit", "tessera_outbox", "product")
    ]


def test_each_by_itself_tells_what_came_of_each(house: House) -> None:
    saw = house.make("product", name="Saw", price=1)

    done = house.records.bulk(
        house.admin,
        "product",
        [
            create(name="Axe", price=2),
            create(name="Axe", price=3),
            create(name="Saw", price=4),
            create(price=5),
            Operation("update", {"price": 9}, id=saw.id, version=1),
            Operation("update", {"price": 9}, id=saw.id, version=1),
            Operation("update", {"price": 9}, id=saw.id),
            Operation("update", {"price": 9}),
            Operation("delete", id=saw.id, version=2),
        ],
        atomic=False,
    )

    told = [o.action or (o.error.code if o.error else "") for o in done.outcomes]
    assert told == [
        "create",
        "invalid",
        "invalid",
        "invalid",
        "update",
        "stale_version",
        "version_required",
        "id_required",
        "delete",
    ]
    assert done.failed == 6
    assert [row[0] for row in house.rows("SELECT name FROM product")] == ["Axe"]


def test_an_upsert_finds_its_record_by_key(house: House) -> None:
    house.make("client", name="Acme", email="a@example.com")

    done = house.records.bulk(
        house.admin,
        "client",
        [
            Operation("upsert", {"email": "a@example.com", "name": "Acme Ltd"}, key=("email",)),
            Operation("upsert", {"email": "b@example.com", "name": "Beta"}, key=("email",)),
            Operation("upsert", {"email": "b@example.com", "name": "Beta Ltd"}, key=("email",)),
            Operation("upsert", {"email": "b@example.com", "name": "Beta Ltd"}, key=("email",)),
            Operation("upsert", {"name": "X"}, key=("name",)),
        ],
        atomic=False,
    )

    assert [o.action or o.error.code for o in done.outcomes if o.error or o.action] == [  # type: ignore[union-attr]
        "update",
        "create",
        "update",
        "unchanged",
        "no_key",
    ]
    assert sorted(row[0] for row in house.rows("SELECT name FROM client")) == ["Acme Ltd", "Beta Ltd"]


def test_rights_are_asked_for_each_record(house: House) -> None:
    hq = house.make("unit", name="HQ")
    for login in ("ann", "eve"):
        house.make("person", name=login, user=house.people[login], department=hq.id)
    ann, eve = house.as_user("ann", "seller"), house.as_user("eve", "seller")
    mine = [house.make("client", ann, name=f"Mine {n}") for n in range(3)]
    theirs = house.make("client", eve, name="Theirs")
    records = [mine[0], mine[1], theirs, mine[2]]
    operations = [Operation("update", {"code": "AB123"}, id=made.id, version=1) for made in records]

    with pytest.raises(Exception, match="may not do this"):
        house.records.bulk(ann, "client", operations, atomic=True)
    done = house.records.bulk(ann, "client", operations, atomic=False)

    assert [o.action or o.error.code for o in done.outcomes if o.error or o.action] == [  # type: ignore[union-attr]
        "update",
        "update",
        "not_allowed",
        "update",
    ]
    with pytest.raises(Rejected):
        house.records.bulk(ann, "client", [create(name="X", secret_limit=1)], atomic=True)


def test_numbers_sums_and_lines_are_right_after_many(house: House) -> None:
    client = house.make("client", name="Acme")
    saw = house.make("product", name="Saw", price="2.50")

    done = house.records.bulk(
        house.admin,
        "deal",
        [create(client=client.id, lines=[{"product": saw.id, "quantity": n}]) for n in range(1, 31)],
        atomic=True,
    )

    numbers = [o.change.after["number"] for o in done.outcomes if o.change and o.change.after]
    assert numbers == [f"D202611-{n:03d}" for n in range(1, 31)]
    now = house.now(client)
    assert (now["open_count"], now["deal_total"]) == (30, Decimal("1162.50"))
    assert now["version"] == 2


def test_statements_do_not_grow_with_the_records(house: House) -> None:
    parent = house.make("client", name="Parent")
    used = []
    for size, start in ((10, 0), (100, 1000)):
        with house.records.unit(house.admin) as unit:
            before = unit.session.meter.statements
            house.records.bulk(
                house.admin,
                "client",
                [create(name=f"C{start + n}", email=f"c{start + n}@x.com", parent=parent.id) for n in range(size)],
                atomic=False,
            )
            used.append(unit.session.meter.statements - before)

    assert used[0] == used[1]


def test_many_cost_less_each_than_one(house: House) -> None:
    for n in range(30):
        house.make("client", name=f"W{n}")
    started = time.process_time()
    for n in range(60):
        house.make("client", name=f"S{n}")
    single = (time.process_time() - started) / 60
    started = time.process_time()
    house.records.bulk(house.admin, "client", [create(name=f"B{n}") for n in range(600)], atomic=False)
    many = (time.process_time() - started) / 600

    assert many < single
