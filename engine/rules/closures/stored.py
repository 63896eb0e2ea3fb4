"""Calls of ``evaluate`` whose rule is kept in a field of a known kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules.closures.building import Building
from engine.rules.closures.site import Closure
from engine.rules.evaluation import Run
from engine.rules.feel_types import StoredRule
from engine.rules.functions import NoValue
from engine.rules.nodes import Call
from engine.rules.stored_port import PORT

HERE = "record"


def stored_call(builder: Building, node: Call, arguments: list[Closure]) -> Closure | None:
    """Return what works out a stored rule, or None when the type of the first argument says nothing of one."""
    rule = builder.type_of(node.arguments[0]) if node.arguments else None
    if not isinstance(rule, StoredRule):
        return None
    site = builder.site(node)
    value, record = arguments[0], arguments[1] if len(arguments) > 1 else at_hand

    def run(n: Mapping[str, Any], r: Run) -> Any:
        try:
            return PORT.stored(rule, value(n, r), record(n, r), r)
        except NoValue as reason:
            return site.explain(r, reason)

    return run


def at_hand(names: Mapping[str, Any], _run: Run) -> Any:
    """Return the record that an expression is about: the one called so, or the one whose fields are bare names."""
    return names.get(HERE, names)
