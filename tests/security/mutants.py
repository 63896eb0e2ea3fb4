"""Bugs of permission that others had, or that we had: each can be put into the engine, and each must be found.

``ways`` name what finds it soonest: the kind of roles, the user, and the part of a check. A bug that somebody reports
becomes a row here first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.context import SYSTEM
from engine.kernel.errors import Missing, Refused
from tests.security.patching import Patches, after, always

POLICY = "engine.access.policy:Policy"
READING = "engine.records.reading"


@dataclass(frozen=True)
class Mutant:
    """A bug and the quickest ways to find it: kind of roles, log-in, part (``A:_list``, ``B``, ``C:_patch``)."""

    name: str
    bug: Callable[[Patches], None]
    ways: tuple[tuple[str, str, str], ...]


def _at(place: str, wrap: Callable[[Any], Any]) -> Callable[[Patches], None]:
    return lambda patches: patches.replace(place, wrap)


def _all_of(*bugs: Callable[[Patches], None]) -> Callable[[Patches], None]:
    def put(patches: Patches) -> None:
        for bug in bugs:
            bug(patches)

    return put


def _for_action(*actions: str) -> Callable[[Any], Any]:
    """Return a wrapper of ``covers(policy, object, action, ...)`` that says yes for some actions."""
    return lambda old: lambda self, object, action, *rest: action in actions or old(self, object, action, *rest)


def _as_system(old: Any) -> Any:
    """Run a service's verb as the engine itself."""
    return lambda self, ctx, *args, **kwargs: old(self, replace(ctx, actor=SYSTEM), *args, **kwargs)


def _no_rows_for(*purposes: str) -> Callable[[Any], Any]:
    return lambda old: lambda self, object, action="read": None if action in purposes else old(self, object, action)


def _all_fields(_: Any, policy: Any, object: str, *__: Any) -> frozenset[str]:
    return frozenset(policy.model.objects[object].fields)


def _readable_instead(_: Any, policy: Any, object: str) -> frozenset[str]:
    return frozenset(policy.readable(object))


def _not_masked(sights: Mapping[str, str], *_: Any) -> Mapping[str, str]:
    return {name: sight for name, sight in sights.items() if sight != "masked"}


def _not_hidden(sights: Mapping[str, str], *_: Any) -> Mapping[str, str]:
    return {name: sight for name, sight in sights.items() if sight != "hidden"}


def _refused_instead(old: Any) -> Any:
    def get(*args: Any, **kwargs: Any) -> Any:
        try:
            return old(*args, **kwargs)
        except Missing as error:
            raise Refused("not_allowed", object="", action="read") from error

    return get


def _committed_first(old: Any) -> Any:
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


MUTANTS: tuple[Mutant, ...] = (
    # -- rows ----------------------------------------------------------------------------------------------------------
    Mutant("lists without a row rule", _at(f"{POLICY}.rows", _no_rows_for("read")), (("own_rows", "ann", "A:_list"),)),
    Mutant(
        "one record without a row rule",
        _at(f"{READING}:get_record", lambda old: _with_rule(old, None)),
        (("own_rows", "ann", "A:_records"),),
    ),
    Mutant(
        "counting without a row rule",
        _at(f"{READING}:count_records", lambda old: _with_rule(old, None)),
        (("own_rows", "ann", "A:_list"),),
    ),
    Mutant(
        "the recycle bin without a row rule",
        _at(f"{READING}:list_records", lambda old: _unruled_when(old, lambda listing: listing.deleted)),
        (("own_rows", "ann", "A:_list"), ("own_rows", "bob", "A:_list"), ("unit_rows", "ann", "A:_list")),
    ),
    Mutant(
        "a quick search without a row rule",
        _at(f"{READING}:list_records", lambda old: _unruled_when(old, lambda listing: bool(listing.quick))),
        (("own_rows", "ann", "A:_search"),),
    ),
    Mutant(
        "a condition without a row rule",
        _at(f"{READING}:list_records", lambda old: _unruled_when(old, lambda listing: bool(listing.where))),
        (("conditions", "ann", "A:_conditions"),),
    ),
    Mutant(
        "the second page without a row rule",
        _at(f"{READING}:list_records", lambda old: _unruled_when(old, lambda listing: bool(listing.after))),
        (("unit_rows", "ann", "A:_list"), ("unit_rows", "dan", "A:_list"), ("conditions", "ann", "A:_list")),
    ),
    Mutant(
        "titles of unseen targets",
        _at(
            f"{READING}:_Seen.__call__",
            lambda old: lambda self, object: None if object == "client" else old(self, object),
        ),
        (("references", "bob", "A:_list"), ("own_rows", "cid", "A:_list")),
    ),
    Mutant(
        "a picker without a row rule",
        _at("engine.records.lookup:look_up", lambda old: _with_rule(old, None)),
        (("own_rows", "ann", "A:_pages"),),
    ),
    Mutant(
        "the search page as the engine",
        _at("engine.ui.views.picking:_hits", lambda old: _page_as_system(old)),
        (("own_rows", "ann", "A:_pages"),),
    ),
    Mutant(
        "the list page as the engine",
        _at("engine.ui.views.lists:_read", lambda old: _page_as_system(old)),
        (("own_rows", "ann", "A:_pages"),),
    ),
    Mutant(
        "the count of a page as the engine",
        _at("engine.ui.views.lists:count_rows", lambda old: _page_as_system(old)),
        (("own_rows", "ann", "B:/count"),),
    ),
    Mutant(
        "an export as the engine",
        _at("engine.transfer.service:TransferService.export", _as_system),
        (("own_rows", "ann", "A:_export"), ("unit_rows", "ann", "A:_export")),
    ),
    Mutant(
        "an export of all that is read",
        _at(f"{POLICY}.rows", _no_rows_for("export")),
        (("unit_rows", "ann", "A:_export"), ("odd_actions", "bob", "A:_export")),
    ),
    Mutant(
        "lines without a row rule",
        _at(f"{READING}:_lines", lambda old: _with_rule(old, None)),
        (("children", "ann", "A:_records"),),
    ),
    Mutant(
        "missing told as refused",
        _at(f"{READING}:get_record", _refused_instead),
        (("own_rows", "ann", "A:_records"),),
    ),
    # -- fields --------------------------------------------------------------------------------------------------------
    Mutant(
        "hidden fields in clear",
        _all_of(_at(f"{POLICY}.sights", after(_not_hidden)), _at(f"{POLICY}.readable", after(_all_fields))),
        (("hidden_fields", "ann", "A:_list"),),
    ),
    Mutant(
        "masked fields in clear", _at(f"{POLICY}.sights", after(_not_masked)), (("masked_fields", "ann", "A:_list"),)
    ),
    Mutant(
        "fields of any role on every row",
        _at(f"{POLICY}.sights", lambda old: lambda self, object, facts, run: dict(self.rules.reading(object).always)),
        (("united_roles", "dan", "A:_list"), ("unless_fields", "ann", "A:_list")),
    ),
    Mutant(
        "a mask that never lifts nor looks at the row",
        _at("engine.access.policy:_holds_unless", always(True)),
        (("unless_fields", "ann", "A:_list"), ("masked_fields", "bob", "A:_list")),
    ),
    Mutant(
        "hidden fields filter and sort",
        _at(f"{POLICY}.usable", after(_all_fields)),
        (("hidden_fields", "ann", "A:_usable"),),
    ),
    Mutant(
        "fields hidden on some rows filter",
        _at(f"{POLICY}.usable", after(_readable_instead)),
        (("united_roles", "dan", "A:_usable"),),
    ),
    Mutant(
        "sorting by hidden fields",
        _at(
            "engine.records.conditions:usable_path",
            lambda old: lambda policy, model, object, text: tuple(text.split(".")),
        ),
        (("hidden_fields", "ann", "A:_usable"),),
    ),
    Mutant(
        "a quick search in hidden fields",
        _at(f"{READING}:_asked", after(lambda query, *_: replace(query, quick_in=None))),
        (("hidden_fields", "ann", "A:_search"), ("nothing_much", "cid", "A:_search")),
    ),
    Mutant(
        "the list's own order by a hidden field",
        _at(f"{READING}:_may_sort", always(True)),
        (("hidden_fields", "bob", "B:/records/client"), ("united_roles", "bob", "B:/records/client")),
    ),
    Mutant(
        "hidden fields behind a reference",
        _at(
            "engine.records.conditions:_path",
            lambda old: lambda policy, model, object, text, *, usable: tuple(text.split(".")),
        ),
        (("hidden_fields", "ann", "B:fields="),),
    ),
    Mutant(
        "hidden fields in the trail",
        _at(
            "engine.records.history:read_entries",
            lambda old: lambda plan, id, unit, sights, limit: old(plan, id, unit, {}, limit),
        ),
        (
            ("unless_fields", "ann", "A:_records"),
            ("united_roles", "dan", "A:_records"),
            ("masked_fields", "ann", "A:_records"),
        ),
    ),
    Mutant(
        "the model tells hidden fields",
        _at(
            "engine.api.metadata:describe_object",
            lambda old: (
                lambda model, name, language, readable: old(
                    model, name, language, frozenset(model.objects[name].fields)
                )
            ),
        ),
        (("hidden_fields", "ann", "A:_model"),),
    ),
    Mutant(
        "the model tells objects that are not granted",
        _at(
            "engine.api.metadata:describe_tenant",
            lambda old: lambda model, language, seen: old(model, language, list(model.objects)),
        ),
        (("own_rows", "bob", "A:_model"),),
    ),
    Mutant(
        "a masked cell in an export",
        _at(
            "engine.transfer.exporting:_cell",
            lambda old: lambda record, column: column.cell(record.values.get(column.path)),
        ),
        (("masked_fields", "ann", "B:export"),),
    ),
    Mutant(
        "formulas over hidden fields",
        _at("engine.access.clauses:_inherited", always(None)),
        (("hidden_fields", "ann", "A:_model"),),
    ),
    Mutant(
        "a preview tells titles of unseen targets",
        _at(
            "engine.records.preview:seen_titles", lambda old: lambda unit, wanted: {key: key[1][:13] for key in wanted}
        ),
        (("own_rows", "ann", "A:_previews"),),
    ),
    Mutant(
        "a preview calculates with unseen targets",
        _at("engine.records.related:Related.sees", always(True)),
        (("own_rows", "ann", "A:_previews"), ("references", "bob", "A:_previews")),
    ),
    Mutant(
        "titles whose field is hidden",
        _at(f"{POLICY}.titled", always(True)),
        (("hidden_fields", "cid", "A:_list"), ("masked_fields", "bob", "A:_list")),
    ),
    # -- changes -------------------------------------------------------------------------------------------------------
    Mutant(
        "updates outside the rule",
        _at(f"{POLICY}.covers", _for_action("update")),
        (("own_rows", "bob", "C:_patch"), ("conditions", "ann", "C:_patch")),
    ),
    Mutant(
        "creations outside the rule",
        _at(f"{POLICY}.covers", _for_action("create")),
        (("conditions", "ann", "C:_create"),),
    ),
    Mutant(
        "deletions outside the rule",
        _at(f"{POLICY}.covers", _for_action("delete")),
        (("odd_actions", "ann", "C:_delete"), ("unit_rows", "bob", "C:_delete")),
    ),
    Mutant(
        "restoring outside the rule",
        _at(f"{POLICY}.covers", _for_action("restore")),
        (("own_rows", "ann", "C:_restore"), ("odd_actions", "bob", "C:_restore")),
    ),
    Mutant(
        "transitions outside the rule",
        _at(f"{POLICY}.covers", _for_action("start", "finish")),
        (("own_rows", "ann", "C:_move"), ("unit_rows", "ann", "C:_move")),
    ),
    Mutant(
        "unseen told as not allowed",
        _at(f"{POLICY}.covers", _for_action("read")),
        (("own_rows", "ann", "C:_patch"), ("unit_rows", "bob", "C:_delete")),
    ),
    Mutant(
        "a change out of the own rule",
        _at("engine.records.steps.allow:allow", always(None)),
        (("own_rows", "bob", "C:_patch"), ("conditions", "ann", "C:_create"), ("own_rows", "ann", "C:_create")),
    ),
    Mutant(
        "mass assignment",
        _at(
            f"{POLICY}.writable",
            lambda old: (
                lambda self, object, action="update": frozenset(
                    n for n, m in self.model.objects[object].fields.items() if not m.computed
                )
            ),
        ),
        (("hidden_fields", "bob", "C:_patch"), ("read_only", "bob", "C:_patch")),
    ),
    Mutant(
        "fields that are read only on a row",
        _at(f"{POLICY}.writes", always(True)),
        (("unless_fields", "ann", "C:_patch"),),
    ),
    Mutant(
        "links to what is not seen",
        _at("engine.records.related:Related.choosable", always(True)),
        (("own_rows", "ann", "C:_create"), ("own_rows", "ann", "C:_patch"), ("references", "bob", "C:_patch")),
    ),
    Mutant(
        "lines changed through their parent",
        _at("engine.records.steps.allow:_allow_line", always(None)),
        (("children", "ann", "C:_line"), ("children", "dan", "C:_line")),
    ),
    Mutant(
        "only the first of several is checked",
        _at("engine.records.steps.admit:_admit", lambda old: _first_only(old)),
        (("own_rows", "bob", "C:_bulk"), ("conditions", "ann", "C:_bulk")),
    ),
    Mutant(
        "saved before it is refused",
        _at("engine.records.bulk:save", _committed_first),
        (("own_rows", "bob", "C:_bulk"), ("conditions", "ann", "C:_bulk")),
    ),
    Mutant(
        "upserts as the engine",
        _at("engine.records.service:RecordService.bulk", _as_system),
        (("own_rows", "bob", "C:_upsert"), ("own_rows", "bob", "C:_bulk")),
    ),
    Mutant(
        "a form writes as the engine",
        _at("engine.ui.views.forms:update", lambda old: _page_as_system(old)),
        (("own_rows", "bob", "C:_page"), ("conditions", "ann", "C:_page")),
    ),
    Mutant(
        "every action of an object",
        _at(
            f"{POLICY}.may",
            lambda old: lambda self, object, action: old(self, object, "read") or old(self, object, action),
        ),
        (("read_only", "ann", "C:_delete"), ("read_only", "ann", "A:_export")),
    ),
    # -- who asks ------------------------------------------------------------------------------------------------------
    Mutant(
        "rules kept without the user",
        _at("engine.access.policy:Policies.policy_for", lambda old: _by_roles_only(old)),
        (("own_rows", "ann,bob,ann", "A:_list"), ("own_rows", "cid,fay", "A:_list")),
    ),
    Mutant(
        "who belongs nowhere sees what belongs nowhere",
        _at(
            "engine.access.rows:row_rule", lambda old: lambda *args, **kwargs: old(*args, **{**kwargs, "in_unit": True})
        ),
        (("unit_rows", "fay", "A:_list"),),
    ),
    Mutant(
        "every object is known",
        _at(f"{POLICY}.require", lambda old: _refused_for_all(old)),
        (("own_rows", "bob", "A:_unknown"), ("own_rows", "bob", "A:_list")),
    ),
)


# -- bugs of more than one line --------------------------------------------------------------------------------------


def _with_rule(old: Any, rule: Any) -> Any:
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


def _unruled_when(old: Any, odd: Callable[[Any], bool]) -> Any:
    unruled = _with_rule(old, None)
    return lambda unit, listing, *rest: (unruled if odd(listing) else old)(unit, listing, *rest)


def _page_as_system(old: Any) -> Any:
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


def _first_only(old: Any) -> Any:
    seen: dict[int, int] = {}

    def admit(draft: Any, tree: Any, unit: Any) -> Any:
        seen[id(unit)] = seen.get(id(unit), 0) + 1
        if seen[id(unit)] > 1 and tree is not None:
            draft.start_from(tree, unit.policy.facts)
            return None
        return old(draft, tree, unit)

    return admit


def _by_roles_only(old: Any) -> Any:
    kept: dict[Any, Any] = {}

    def policy_for(self: Any, catalog: Any, actor: Any) -> Any:
        key = (id(catalog.model), actor.roles, actor.administrator, actor.system)
        return kept.setdefault(key, old(self, catalog, actor))

    return policy_for


def _refused_for_all(old: Any) -> Any:
    def require(self: Any, object: str, action: str) -> None:
        try:
            old(self, object, action)
        except Missing as error:
            if object in self.model.objects:
                raise Refused("not_allowed", object=object, action=action) from error
            raise

    return require
