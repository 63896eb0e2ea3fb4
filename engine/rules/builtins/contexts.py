"""Context functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.rules.builtins.declare import builtin
from engine.rules.crossing import from_python
from engine.rules.evaluation import Run
from engine.rules.feel_types import ANY, ANY_CONTEXT, STRING, ContextType, list_of
from engine.rules.functions import NoValue
from engine.rules.values import kind_of


@builtin("get value", "m: context, key: text", ANY)
def get_value(context: Mapping[str, Any], key: str) -> Any:
    """Return the value of a key, or null when the context lacks it."""
    return from_python(context.get(key))


@builtin("get entries", "m: context", list_of(ContextType({"key": STRING, "value": ANY})))
def get_entries(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries as a list of contexts with key and value."""
    return [{"key": key, "value": from_python(context.get(key))} for key in context]


@builtin("context", "entries: list", ANY_CONTEXT, with_run=True)
def make_context(run: Run, entries: list[Any]) -> dict[str, Any]:
    """Make a context of a list of entries with key and value."""
    run.charge(len(entries))
    made: dict[str, Any] = {}
    for entry in entries:
        fits = isinstance(entry, Mapping) and "key" in entry and "value" in entry
        if not fits or type(entry["key"]) is not str or entry["key"] in made:
            raise NoValue("FEEL228", function="context")
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put", "context: context, key: text, value: any", ANY_CONTEXT, with_run=True)
def context_put(run: Run, context: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Return the context with one more key, or another value for it."""
    return _grown(run, {**context, key: value})


@builtin("context put", "context: context, keys: list, value: any", ANY_CONTEXT, with_run=True)
def context_put_deep(run: Run, context: Mapping[str, Any], keys: list[Any], value: Any) -> dict[str, Any]:
    """Return the context with another value at the end of a path of keys."""
    run.charge(len(keys))
    if not keys or any(type(key) is not str for key in keys):
        raise NoValue("FEEL224", function="context put", name="keys", value=len(keys))
    return _grown(run, _put(context, keys, value))


def _put(context: Mapping[str, Any], keys: list[str], value: Any) -> dict[str, Any]:
    levels: list[Mapping[str, Any]] = [context]
    for key in keys[:-1]:
        inner = levels[-1].get(key)
        if not isinstance(inner, Mapping):
            raise NoValue("FEEL224", function="context put", name="keys", value=key)
        levels.append(inner)
    for key, level in zip(reversed(keys), reversed(levels), strict=True):
        value = {**level, key: value}
    made: dict[str, Any] = value
    return made


@builtin("context merge", "contexts: list", ANY_CONTEXT, with_run=True)
def context_merge(run: Run, contexts: list[Any]) -> dict[str, Any]:
    """Join contexts; of two equal keys the later one counts."""
    merged: dict[str, Any] = {}
    for context in contexts:
        if kind_of(context) != "context":
            raise NoValue("FEEL225", function="context merge", kind="context")
        run.charge(len(context))
        merged.update(context)
    return _grown(run, merged)


def _grown(run: Run, context: dict[str, Any]) -> dict[str, Any]:
    if len(context) > run.limits.context_keys:
        raise NoValue("FEEL247", max=run.limits.context_keys)
    return context
