"""The shares of records where permission looks at them: read for a whole batch, and put beside the values."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any

from engine.access.tables.shares import shares_of
from engine.records.unit import Unit
from engine.storage.share_scope import SHARES

Facts = MutableMapping[str, Any]


def put_shares(unit: Unit, object: str, trees: Iterable[Facts]) -> None:
    """Give records the shares that the actor's rules look at, their own or those of records they point to.

    One statement for each way, and none where no rule looks or the shares came with the record.
    """
    needed = unit.policy.rules.shares_needed(object)
    if not needed:
        return
    trees = list(trees)
    for way in needed:
        target, holders = object, trees
        for step in way:
            holders = [inner for tree in holders if isinstance(inner := tree.get(step), dict)]
            target = unit.model.objects[target].fields[step].targets[0]
        holders = [tree for tree in holders if SHARES not in tree]
        found = shares_of(unit.session, target, [tree["id"] for tree in holders])
        for tree in holders:
            tree[SHARES] = found.get(tree["id"], [])
