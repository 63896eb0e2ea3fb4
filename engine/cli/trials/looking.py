"""Looking at records as a test does: found by values, compared with what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from engine.cli.trials.cast import plain
from engine.kernel.context import Context
from engine.records import Listing
from engine.storage import Reference

if TYPE_CHECKING:
    from engine.wiring import Engine

_MOST = 200


def find(engine: Engine, ctx: Context, object: str, wanted: Mapping[str, Any]) -> str:
    """Return the id of the newest record with these values. Raises LookupError when there is none."""
    listing = Listing(object, sort=("-created_at",), fields=("id", *wanted), limit=_MOST)
    for record in engine.records.list(ctx, listing).records:
        if all(same(record.values.get(name), value) for name, value in wanted.items()):
            return record.id
    raise LookupError(f"there is no {object} with {dict(wanted)}")


def same(found: Any, wanted: Any) -> bool:
    """Tell whether a stored value is what a test says."""
    found = shown(found)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return all(name in found and same(found[name], value) for name, value in wanted.items())
    if isinstance(found, bool) or isinstance(wanted, bool) or found is None or wanted is None:
        return found is wanted
    try:
        return Decimal(str(found)) == Decimal(str(wanted))
    except InvalidOperation:
        return str(found) == str(wanted)


def shown(value: Any) -> Any:
    """Return a stored value as a test would write it."""
    if isinstance(value, Reference):
        return value.id
    if isinstance(value, tuple | list):
        return [shown(one) for one in value]
    return plain(value)
