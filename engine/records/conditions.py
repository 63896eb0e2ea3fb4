"""Conditions and orders that come from outside: compiled against what the actor may use, and against nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.access import Policy
from engine.access.clauses import fields_read
from engine.kernel.diagnostics import Diagnostic
from engine.kernel.errors import BadDefinition, Complaint, LimitExceeded, Malformed
from engine.kernel.text import plain
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import ListModel, ObjectModel, SortKey, TenantModel, ViewModel
from engine.records.filter_bounds import require_small
from engine.records.limits import FILTER, SORT_KEYS
from engine.rules import BOOLEAN, Expression, compile_expression
from engine.storage.bounded import Bounded

# what the language says of a name that it does not know
UNKNOWN_NAME = frozenset({"FEEL101", "FEEL103"})
_KEPT = 2_000


class Conditions:
    """Compiles the conditions of requests; the same text for the same policy is compiled once."""

    def __init__(self) -> None:
        self._kept = Bounded(_KEPT)

    def compiled(self, policy: Policy, object: str, where: str | Expression) -> Expression:
        """Return a condition over an object's usable fields; Malformed when it cannot be one."""
        if isinstance(where, Expression):
            return where
        key = (id(policy.rules), object, where)
        # the rules stand beside the expression, so that their id is not given to others meanwhile
        made: tuple[Any, Expression] = self._kept.get(key, lambda: (policy.rules, _compile(policy, object, where)))
        return made[1]


def sort_keys(policy: Policy, model: TenantModel, object: str, sort: Sequence[str]) -> tuple[SortKey, ...]:
    """Return the keys of an order; every step must be usable."""
    if len(sort) > SORT_KEYS:
        raise LimitExceeded("sort_keys", len(sort), SORT_KEYS, 400)
    return tuple(
        SortKey(_sortable_path(policy, model, object, text.lstrip("-+")), text.startswith("-")) for text in sort if text
    )


def usable_path(policy: Policy, model: TenantModel, object: str, text: str) -> tuple[str, ...]:
    """Return a path over references whose every step may be used to sort and filter; Malformed otherwise."""
    return _path(policy, model, object, text, usable=True)


def readable_path(policy: Policy, model: TenantModel, object: str, text: str) -> tuple[str, ...]:
    """Return a path over references that may be read; Malformed otherwise."""
    return _path(policy, model, object, text, usable=False)


def _sortable_path(policy: Policy, model: TenantModel, object: str, text: str) -> tuple[str, ...]:
    path = usable_path(policy, model, object, text)
    at = model.objects[object]
    for step in path[:-1]:
        targets = at.fields[step].targets
        at = model.objects[targets[0]] if targets and targets[0] in model.objects else at
    last = at.fields.get(path[-1])
    if last is not None and not last.stored:
        raise _not_available(text)
    return path


def may_be_asked(policy: Policy, object: str, condition: Expression | None) -> bool:
    """Tell whether the condition of a view, a board or the like looks only at fields that the reader may filter by.

    Else the rows that it chooses would tell him what is hidden from him.
    """
    read = () if condition is None else fields_read(policy.model, object, condition)
    return all(name in policy.usable(at) for at, name in read)


def open_views(policy: Policy, found: ListModel | None) -> tuple[ViewModel, ...]:
    """Return the views of a list that are for a reader: the others are as if they were not there."""
    views = found.views if found is not None else ()
    return tuple(view for view in views if found and may_be_asked(policy, found.object, view.where))


def view_of(policy: Policy, found: ListModel | None, name: str) -> tuple[Expression | None, tuple[SortKey, ...]]:
    """Return condition and order of a view that is for the reader; Malformed where there is none of the name."""
    views = {view.name: view for view in open_views(policy, found)}
    if name not in views:
        raise Malformed("unknown_view", view=name, guess=guess(name, views))
    return views[name].where, views[name].sort


def _path(policy: Policy, model: TenantModel, object: str, text: str, *, usable: bool) -> tuple[str, ...]:
    steps = tuple(text.split("."))
    at: ObjectModel | None = model.objects[object]
    for place, step in enumerate(steps):
        if at is None:
            if place and step in ("name", "login") and len(steps) == place + 1:
                return steps
            raise _not_available(text)
        # behind a reference no mask is put on, so only what is always in clear is shown there
        allowed = policy.usable(at.name) if usable or len(steps) > 1 else policy.readable(at.name)
        if step not in allowed:
            raise _not_available(text)
        field = at.fields[step]
        if place < len(steps) - 1 and not (field.references or field.type == "user"):
            raise _not_available(text)
        at = model.objects.get(field.targets[0]) if field.references else None
    return steps


def _compile(policy: Policy, object: str, where: str) -> Expression:
    if len(where) > FILTER:
        raise LimitExceeded("filter", len(where), FILTER, 400)
    try:
        made = compile_expression(where, policy.scope(object), expect=BOOLEAN)
    except BadDefinition as error:
        raise _malformed(error.diagnostics) from None
    require_small(made.tree)
    refusal = made.sql_refusal
    if refusal is not None:
        raise _malformed((refusal,))
    return made


def _malformed(diagnostics: Sequence[Diagnostic]) -> Malformed:
    complaints = [
        Complaint(f"where:{found.span.line}:{found.span.column}", found.code, {}, found.says or plain(found.message))
        for found in diagnostics
    ]
    first = diagnostics[0]
    if first.code in UNKNOWN_NAME:
        return Malformed("field_not_available", complaints, field=_named(first.message))
    return Malformed("bad_condition", complaints, message=first)


def _named(message: str) -> str:
    quoted = message.split("'")
    return quoted[1] if len(quoted) > 2 else message


def _not_available(path: str) -> Malformed:
    return Malformed("field_not_available", field=path)
