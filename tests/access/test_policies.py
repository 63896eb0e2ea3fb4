"""Policies: rows and fields together, unions of whole grants, children after their parents, formulas after fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.access import mask
from engine.access.policy import Policies, Policy
from engine.kernel.context import Actor
from engine.kernel.errors import Missing, Refused
from engine.metamodel import Layer, TenantModel, compile_tenant, read_text
from engine.rules import Run
from engine.storage import Catalog, Stamp
from engine.storage.table_map import TableMap

PACK = """
pack: demo
version: 1.0.0
title: Demo
---
object: unit
title: Unit
organisation: {unit: {parent: parent}}
fields:
  name: {type: text, title: Name, required: true}
  parent: {type: reference, to: unit, title: Parent}
---
object: person
title: Person
organisation: {person: {user: user, unit: department}}
fields:
  name: {type: text, title: Name}
  user: {type: user, title: User}
  department: {type: reference, to: unit, title: Department}
---
object: ware
title: Ware
display: name
fields:
  name: {type: text, title: Name}
  cost: {type: money, title: Cost}
  price: {type: money, title: Price}
  margin: {type: money, title: Margin, as: price - cost}
  rate: {type: percent, title: Rate, as: 'if price = 0 then 0 else margin * 100 / price'}
---
object: order
title: Order
display: number
traits: [owned]
fields:
  number: {type: text, title: Number}
  status: {type: text, title: Status}
  note: {type: text, title: Note}
  phone: {type: phone, title: Phone}
  lines: {type: lines, of: order_line, title: Lines}
  cost: {type: money, title: Cost, rollup: {sum: cost, of: order_line, by: order}}
  weight: {type: decimal, title: Weight, rollup: {sum: weight, of: order_line, by: order}}
---
object: order_line
title: Line
parent: order
fields:
  order: {type: reference, to: order, title: Order, required: true, on_delete: cascade}
  ware: {type: reference, to: ware, title: Ware}
  weight: {type: decimal, title: Weight}
  cost: {type: money, title: Cost, as: ware.cost}
---
role: own
title: Own
grants:
  order: {read: {scope: own}, update: {scope: own}, create: {}, fields: {note: hidden}}
  ware: {read: {}, fields: {cost: hidden}}
---
role: open
title: Open orders
grants:
  order: {read: {when: record.status = "open"}, fields: {phone: masked}}
---
role: unit
title: Unit
grants:
  order:
    read: {scope: department}
    update: {scope: department_and_below, when: 'record.status != "shut" // not those'}
---
role: all
title: All
grants:
  order: {read: {}, fields: {phone: {read: masked, unless: record.owner = actor}, number: read}, update: {}}
---
role: reader
title: Reader
grants:
  ware: {read: {when: record.price > 10}}
---
role: boss
title: Boss
administrator: true
"""
ME, OTHER, HOME, BELOW, AWAY = "user-me", "user-other", "unit-home", "unit-below", "unit-away"


@pytest.fixture(scope="module")
def model() -> TenantModel:
    return compile_tenant([Layer("demo", "1.0.0", read_text(PACK, "demo.yaml"))])


def policy(model: TenantModel, *roles: str, unit: str | None = HOME, **more: Any) -> Policy:
    below = frozenset({HOME, BELOW}) if unit else frozenset[str]()
    actor = Actor(ME, "me", "Me", frozenset(roles), unit=unit, units_below=below, **more)
    return Policies().policy_for(Catalog(model, TableMap(model, "sqlite"), Stamp(1, 1)), actor)


def order(policy: Policy, **values: Any) -> dict[str, Any]:
    given = {"id": "o1", "owner": OTHER, "department": AWAY, "status": "shut", "phone": "13812345678", **values}
    return {**given, "actor": policy.facts}


RUN = Run(datetime(2026, 1, 1, tzinfo=UTC))


def sees(policy: Policy, **values: Any) -> bool:
    return policy.covers("order", "read", order(policy, **values), RUN)


def test_scopes_cover_their_rows(model: TenantModel) -> None:
    own, home, below = policy(model, "own"), policy(model, "unit"), policy(model, "unit")

    assert sees(own, owner=ME)
    assert not sees(own, owner=None)
    assert sees(home, department=HOME)
    assert not sees(home, department=BELOW)
    assert below.covers("order", "update", order(below, department=BELOW, status="open"), RUN)
    assert not below.covers("order", "update", order(below, department=BELOW), RUN)
    assert not sees(policy(model, "unit", unit=None), department=None)


def test_several_roles_add_up_row_by_row(model: TenantModel) -> None:
    both = policy(model, "own", "open")

    assert sees(both, owner=ME)
    assert sees(both, status="open")
    assert not sees(both)


def test_fields_belong_to_the_grant_that_covers_the_row(model: TenantModel) -> None:
    both = policy(model, "own", "open")

    assert both.sights("order", order(both, owner=ME), RUN) == {"note": "hidden", "cost": "hidden"}
    assert both.sights("order", order(both, status="open"), RUN) == {"phone": "masked"}
    assert both.sights("order", order(both, owner=ME, status="open"), RUN) == {}
    assert {"note", "phone"} <= both.readable("order")
    assert not {"note", "phone"} & both.usable("order")
    assert both.masked("order") == {"phone"}


def test_a_condition_lifts_a_mask_for_its_rows(model: TenantModel) -> None:
    all_ = policy(model, "all")

    assert all_.sights("order", order(all_, owner=ME), RUN) == {}
    assert all_.sights("order", order(all_), RUN) == {"phone": "masked"}
    assert "phone" not in all_.usable("order")
    assert "phone" in all_.writable("order")
    assert all_.writes("order", "update", "phone", order(all_, owner=ME), RUN)
    assert not all_.writes("order", "update", "phone", order(all_), RUN)
    assert "number" not in all_.writable("order")


def test_a_formula_over_a_hidden_field_is_hidden_wherever_it_stands(model: TenantModel) -> None:
    own = policy(model, "own")

    assert not {"cost", "margin", "rate"} & own.readable("ware")
    assert "cost" not in own.readable("order_line")
    assert "cost" not in own.readable("order")
    assert "weight" in own.readable("order")
    assert {"cost", "margin", "rate"} <= policy(model, "reader").readable("ware")


def test_a_child_follows_its_parent(model: TenantModel) -> None:
    home = policy(model, "unit")
    line = {"id": "l1", "order": {"id": "o1", "department": HOME, "status": "open"}, "actor": home.facts}
    away = {"id": "l1", "order": {"id": "o1", "department": AWAY, "status": "open"}, "actor": home.facts}

    assert home.covers("order_line", "read", line, RUN)
    assert not home.covers("order_line", "read", away, RUN)
    assert home.covers("order_line", "create", line, RUN)
    assert ("order", "department") in home.needs("order_line")
    assert home.follows("order_line")
    assert not home.follows("order")
    assert policy(model, "open").may("order_line", "read")
    assert not policy(model, "open").may("order_line", "create")


def test_what_is_not_granted_is_missing_or_refused(model: TenantModel) -> None:
    reader = policy(model, "reader")

    reader.require("ware", "read")
    with pytest.raises(Refused):
        reader.require("ware", "update")
    for object in ("order", "nothing"):
        with pytest.raises(Missing):
            reader.require(object, "read")
    assert policy(model).actions("ware") == frozenset()
    assert policy(model, "nobody").actions("ware") == frozenset()


def test_administrators_hold_everything_but_secrets_of_the_engine(model: TenantModel) -> None:
    for boss in (policy(model, "boss"), policy(model, administrator=True), policy(model, system=True)):
        assert boss.rows("order", "delete") is None
        assert boss.readable("ware") == boss.usable("ware") == frozenset(model.objects["ware"].fields)
        assert "margin" not in boss.writable("ware")
        assert "created_at" not in boss.writable("ware")


def test_policies_are_made_once_for_equal_facts(model: TenantModel) -> None:
    policies = Policies()
    catalog = Catalog(model, TableMap(model, "sqlite"), Stamp(1, 1))
    me, again = Actor(ME, "me", "Me", frozenset({"own"})), Actor(ME, "me", "Me", frozenset({"own"}))
    other = Actor(OTHER, "other", "Other", frozenset({"own"}))

    assert policies.policy_for(catalog, me) is policies.policy_for(catalog, again)
    assert policies.policy_for(catalog, me) is not policies.policy_for(catalog, other)
    assert policies.policy_for(catalog, me).rules is policies.policy_for(catalog, other).rules
    assert policies.policy_for(catalog, other).facts["id"] == OTHER


@pytest.mark.parametrize(
    ("value", "masked"),
    [(None, None), ("", "****"), ("short", "****"), ("13812345678", "138****5678"), ("a@b.com", "a****m"), (5, "****")],
)
def test_a_mask_never_tells_how_much_it_hides(value: Any, masked: str | None) -> None:
    assert mask(value) == masked
    assert len(mask("x" * 40) or "") == len(mask("x" * 400) or "")
