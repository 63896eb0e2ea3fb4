"""The bugs themselves: what is put in the place of a function of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from engine.kernel.context import SYSTEM
from engine.kernel.errors import Missing, Refused
from tests.security.patching import Patches


def at(place: str, wrap: Callable[[Any], Any]) -> Callable[[Patches], None]:
    return lambda patches: patches.replace(place, wrap)


def all_of(*bugs: Callable[[Patches], None]) -> Callable[[Patches], None]:
    def put(patches: Patches) -> None:
        for bug in bugs:
            bug(patches)

    return put


def for_action(*actions: str) -> Callable[[Any], Any]:
    """Return a wrapper of ``covers(policy, object, action, ...)`` that says yes for some actions."""
    return lambda old: lambda self, object, action, *rest: action in actions or old(self, object, action, *rest)


def as_system(old: Any) -> Any:
    """Run a service's verb as the engine itself."""
    return lambda self, ctx, *args, **kwargs: old(self, replace(ctx, actor=SYSTEM), *args, **kwargs)


def no_rows_for(*purposes: str) -> Callable[[Any], Any]:
    return lambda old: lambda self, object, action="read": None if action in purposes else old(self, object, action)


def all_fields(_: Any, policy: Any, object: str, *__: Any) -> frozenset[str]:
    return frozenset(policy.model.objects[object].fields)


def readable_instead(_: Any, policy: Any, object: str) -> frozenset[str]:
    return frozenset(policy.readable(object))


def not_masked(sights: Mapping[str, str], *_: Any) -> Mapping[str, str]:
    return {name: sight for name, sight in sights.items() if sight != "masked"}


def not_hidden(sights: Mapping[str, str], *_: Any) -> Mapping[str, str]:
    return {name: sight for name, sight in sights.items() if sight != "hidden"}


def refused_instead(old: Any) -> Any:
    def get(*args: Any, **kwargs: Any) -> Any:
        try:
            return old(*args, **kwargs)
        except Missing as error:
            raise Refused("not_allowed", object="", action="read") from error

    return get


def committed_first(old: Any) -> Any:
    """Keep what a refused change has done."""

    def save(batch: Any, unit: Any) -> Any:
        strict, batch.strict = batch.strict, False
        covers = unit.policy.covers
        try:
            type(unit.policy).covers = lambda *_: True
            found = old(batch, unit)
        finally:
            type(unit.policy).covers = covers.__func__
            batch.strict = strict
        return found

    return save


def with_rule(old: Any, rule: Any) -> Any:
    """Let a function of a unit read under another row rule."""

    def act(unit: Any, *args: Any, **kwargs: Any) -> Any:
        kind = type(unit.policy)
        rows = kind.rows
        kind.rows = lambda self, object, action="read": rule
        try:
            return old(unit, *args, **kwargs)
        finally:
            kind.rows = rows

    return act


def unruled_when(old: Any, odd: Callable[[Any], bool]) -> Any:
    unruled = with_rule(old, None)
    return lambda unit, listing, *rest: (unruled if odd(listing) else old)(unit, listing, *rest)


def page_as_system(old: Any) -> Any:
    """Let a page ask as the engine itself."""

    def act(call: Any, *args: Any, **kwargs: Any) -> Any:
        kind = type(call)
        own = kind.context
        kind.context = property(
            lambda self: replace(own.__get__(self), actor=SYSTEM) if isinstance(own, property) else own
        )
        try:
            return old(call, *args, **kwargs)
        finally:
            kind.context = own

    return act


def first_only(old: Any) -> Any:
    seen: dict[int, int] = {}

    def admit(draft: Any, tree: Any, unit: Any) -> Any:
        seen[id(unit)] = seen.get(id(unit), 0) + 1
        if seen[id(unit)] > 1 and tree is not None:
            draft.start_from(tree, unit.policy.facts)
            return None
        return old(draft, tree, unit)

    return admit


def by_roles_only(old: Any) -> Any:
    kept: dict[Any, Any] = {}

    def policy_for(self: Any, catalog: Any, actor: Any) -> Any:
        key = (id(catalog.model), actor.roles, actor.administrator, actor.system)
        return kept.setdefault(key, old(self, catalog, actor))

    return policy_for


def refused_for_all(old: Any) -> Any:
    """Tell an object that is there, though nothing of it is granted, from one that is not."""

    def require(self: Any, object: str) -> None:
        try:
            old(self, object)
        except Missing as error:
            if object in self.model.objects:
                raise Refused("not_allowed", object=object, action="read") from error
            raise

    return require


def every_path(old: Any) -> Any:
    """Let any path to a field that there is pass, whatever may be read of it."""

    def passes(policy: Any, model: Any, object: str, text: str) -> tuple[str, ...]:
        at = model.objects[object]
        for step in text.split("."):
            if at is None or step not in at.fields:
                return tuple(old(policy, model, object, text))
            targets = at.fields[step].targets
            at = model.objects.get(targets[0]) if targets else None
        return tuple(text.split("."))

    return passes
