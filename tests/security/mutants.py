"""Bugs of permission that others had, or that we had: each can be put into the engine, and each must be found.

``ways`` name what finds it soonest: the kind of roles, the user, and the part of a check. A bug that somebody reports
becomes a row here first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.security.bugs import (
    all_fields,
    all_of,
    as_system,
    at,
    by_roles_only,
    committed_first,
    every_path,
    first_only,
    for_action,
    no_rows_for,
    not_hidden,
    not_masked,
    page_as_system,
    readable_instead,
    refused_for_all,
    refused_instead,
    unruled_when,
    with_rule,
)
from tests.security.patching import Patches, after, always

POLICY = "engine.access.policy:Policy"
READING = "engine.records.reading"


@dataclass(frozen=True)
class Mutant:
    """A bug and the quickest ways to find it: kind of roles, log-in, part (``A:_list``, ``B``, ``C:_patch``)."""

    name: str
    bug: Callable[[Patches], None]
    ways: tuple[tuple[str, str, str], ...]


MUTANTS: tuple[Mutant, ...] = (
    # -- rows ----------------------------------------------------------------------------------------------------------
    Mutant("lists without a row rule", at(f"{POLICY}.rows", no_rows_for("read")), (("own_rows", "ann", "A:_list"),)),
    Mutant(
        "one record without a row rule",
        at(f"{READING}:get_record", lambda old: with_rule(old, None)),
        (("own_rows", "ann", "A:_records"),),
    ),
    Mutant(
        "counting without a row rule",
        at(f"{READING}:count_records", lambda old: with_rule(old, None)),
        (("own_rows", "ann", "A:_list"),),
    ),
    Mutant(
        "the recycle bin without a row rule",
        at(f"{READING}:list_records", lambda old: unruled_when(old, lambda listing: listing.deleted)),
        (("own_rows", "ann", "A:_list"), ("own_rows", "bob", "A:_list"), ("unit_rows", "ann", "A:_list")),
    ),
    Mutant(
        "a quick search without a row rule",
        at(f"{READING}:list_records", lambda old: unruled_when(old, lambda listing: bool(listing.quick))),
        (("own_rows", "ann", "A:_search"),),
    ),
    Mutant(
        "a condition without a row rule",
        at(f"{READING}:list_records", lambda old: unruled_when(old, lambda listing: bool(listing.where))),
        (("conditions", "ann", "A:_conditions"),),
    ),
    Mutant(
        "the second page without a row rule",
        at(f"{READING}:list_records", lambda old: unruled_when(old, lambda listing: bool(listing.after))),
        (("unit_rows", "ann", "A:_list"), ("unit_rows", "dan", "A:_list"), ("conditions", "ann", "A:_list")),
    ),
    Mutant(
        "titles of unseen targets",
        at(
            f"{POLICY}.rows",
            lambda old: lambda self, object, action="read": None if object == "client" else old(self, object, action),
        ),
        (("references", "bob", "A:_list"), ("own_rows", "cid", "A:_list")),
    ),
    Mutant(
        "a picker without a row rule",
        at("engine.records.lookup:look_up", lambda old: with_rule(old, None)),
        (("own_rows", "ann", "A:_pages"),),
    ),
    Mutant(
        "the search page as the engine",
        at("engine.ui.views.picking:_hits", page_as_system),
        (("own_rows", "ann", "A:_pages"),),
    ),
    Mutant(
        "the list page as the engine",
        at("engine.ui.views.lists:_read", page_as_system),
        (("own_rows", "ann", "A:_pages"),),
    ),
    Mutant(
        "counts as the engine",
        at("engine.records.service:RecordService.count_listing", as_system),
        (
            ("own_rows", "ann", "A:_list"),
            ("own_rows", "ann", "A:_pages"),
        ),
    ),
    Mutant(
        "an export as the engine",
        at("engine.transfer.service:TransferService.export", as_system),
        (("own_rows", "ann", "A:_export"), ("unit_rows", "ann", "A:_export")),
    ),
    Mutant(
        "an export of all that is read",
        at(f"{POLICY}.rows", no_rows_for("export")),
        (("unit_rows", "ann", "A:_export"), ("odd_actions", "bob", "A:_export")),
    ),
    Mutant(
        "lines without a row rule",
        at(f"{READING}:_lines", lambda old: with_rule(old, None)),
        (("children", "ann", "A:_records"),),
    ),
    Mutant(
        "missing told as refused",
        at(f"{READING}:get_record", refused_instead),
        (("own_rows", "ann", "A:_records"),),
    ),
    # -- fields --------------------------------------------------------------------------------------------------------
    Mutant(
        "hidden fields in clear",
        all_of(at(f"{POLICY}.sights", after(not_hidden)), at(f"{POLICY}.readable", after(all_fields))),
        (("hidden_fields", "ann", "A:_records"), ("hidden_fields", "ann", "A:_model")),
    ),
    Mutant("masked fields in clear", at(f"{POLICY}.sights", after(not_masked)), (("masked_fields", "ann", "A:_list"),)),
    Mutant(
        "fields of any role on every row",
        at(f"{POLICY}.sights", lambda old: lambda self, object, facts, run: dict(self.rules.reading(object).always)),
        (("united_roles", "dan", "A:_list"), ("unless_fields", "ann", "A:_list")),
    ),
    Mutant(
        "a mask that never lifts nor looks at the row",
        at("engine.access.policy:_holds_unless", always(True)),
        (("unless_fields", "ann", "A:_list"), ("masked_fields", "bob", "A:_list")),
    ),
    Mutant(
        "hidden fields filter and sort",
        at(f"{POLICY}.usable", after(all_fields)),
        (("hidden_fields", "ann", "A:_usable"),),
    ),
    Mutant(
        "fields hidden on some rows filter",
        at(f"{POLICY}.usable", after(readable_instead)),
        (("united_roles", "dan", "A:_usable"),),
    ),
    Mutant(
        "sorting by hidden fields",
        at(
            "engine.records.conditions:usable_path",
            lambda old: lambda policy, model, object, text: tuple(text.split(".")),
        ),
        (("hidden_fields", "ann", "A:_usable"),),
    ),
    Mutant(
        "a quick search in hidden fields",
        at(f"{READING}:query_of", after(lambda query, *_: replace(query, quick_in=None))),
        (("hidden_fields", "ann", "A:_search"), ("nothing_much", "cid", "A:_search")),
    ),
    Mutant(
        "the list's own order by a hidden field",
        at(f"{READING}:_may_sort", always(True)),
        (("hidden_fields", "bob", "B:/records/client"), ("united_roles", "bob", "B:/records/client")),
    ),
    Mutant(
        "hidden fields shown behind a reference",
        at("engine.records.conditions:readable_path", every_path),
        (("hidden_fields", "ann", "B:?fields="), ("hidden_fields", "ann", "A:_behind")),
    ),
    Mutant(
        "sorted by hidden fields behind a reference",
        at("engine.records.conditions:usable_path", every_path),
        (("hidden_fields", "ann", "A:_behind"),),
    ),
    Mutant(
        "hidden fields in the trail",
        at(
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
        at(
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
        at(
            "engine.api.metadata:describe_tenant",
            lambda old: lambda model, language, seen: old(model, language, list(model.objects)),
        ),
        (("own_rows", "bob", "A:_model"),),
    ),
    Mutant(
        "masks that tell how long a value is",
        at("engine.access.masks:mask", lambda old: lambda value: value and "*" * len(str(value))),
        (("masked_fields", "ann", "A:_list"),),
    ),
    Mutant(
        "formulas over hidden fields",
        at("engine.access.clauses:_inherited", always(None)),
        (("hidden_fields", "ann", "A:_model"),),
    ),
    Mutant(
        "a preview tells titles of unseen targets",
        at("engine.records.preview:seen_titles", lambda old: lambda unit, wanted: {key: key[1][:13] for key in wanted}),
        (("own_rows", "ann", "A:_previews"),),
    ),
    Mutant(
        "an explanation with all that it looked at",
        at("engine.rights.explaining:_shown", lambda old: lambda why, known: why),
        (("references", "dan", "B:/access/explain"), ("references", "fay", "B:/access/explain")),
    ),
    Mutant(
        "titles whose field is hidden",
        at(f"{POLICY}.titled", always(True)),
        (("hidden_fields", "cid", "A:_list"), ("masked_fields", "bob", "A:_list")),
    ),
    # -- changes -------------------------------------------------------------------------------------------------------
    Mutant(
        "updates outside the rule",
        at(f"{POLICY}.covers", for_action("update")),
        (("own_rows", "bob", "C:_patch"), ("conditions", "ann", "C:_patch")),
    ),
    Mutant(
        "creations outside the rule",
        at(f"{POLICY}.covers", for_action("create")),
        (("conditions", "ann", "C:_create"),),
    ),
    Mutant(
        "deletions outside the rule",
        at(f"{POLICY}.covers", for_action("delete")),
        (("odd_actions", "ann", "C:_delete"), ("unit_rows", "bob", "C:_delete")),
    ),
    Mutant(
        "restoring outside the rule",
        at(f"{POLICY}.covers", for_action("restore")),
        (("own_rows", "ann", "C:_restore/client"), ("odd_actions", "bob", "C:_restore/client")),
    ),
    Mutant(
        "transitions outside the rule",
        at(f"{POLICY}.covers", for_action("start", "finish")),
        (("own_rows", "ann", "C:_move"), ("unit_rows", "ann", "C:_move")),
    ),
    Mutant(
        "unseen told as not allowed",
        at(f"{POLICY}.covers", for_action("read")),
        (("own_rows", "ann", "C:_patch"), ("unit_rows", "bob", "C:_delete")),
    ),
    Mutant(
        "a change out of the own rule",
        at("engine.records.steps.allow:_refused", always(None)),
        (
            ("own_rows", "bob", "C:_patch/client/owner"),
            ("conditions", "ann", "C:_create"),
            ("own_rows", "ann", "C:_create"),
        ),
    ),
    Mutant(
        "mass assignment",
        at(
            f"{POLICY}.writable",
            lambda old: (
                lambda self, object, action="update": frozenset(
                    n for n, m in self.model.objects[object].fields.items() if not m.computed
                )
            ),
        ),
        (
            ("hidden_fields", "bob", "C:_patch/client/level"),
            ("hidden_fields", "bob", "C:_patch/client/score"),
            ("hidden_fields", "ann", "C:_patch/client/phone"),
            ("hidden_fields", "bob", "C:_patch"),
            ("read_only", "bob", "C:_patch"),
        ),
    ),
    Mutant(
        "fields that are read only on a row",
        at(f"{POLICY}.writes", always(True)),
        (("unless_fields", "ann", "C:_patch/client/cost"),),
    ),
    Mutant(
        "links to what is not seen",
        at("engine.records.related:Related.choosable", always(True)),
        (("own_rows", "ann", "C:_create"), ("own_rows", "ann", "C:_patch"), ("references", "bob", "C:_patch")),
    ),
    Mutant(
        "lines changed through their parent",
        at("engine.records.steps.allow:_allow_line", always(None)),
        (("children", "ann", "C:_line"), ("children", "dan", "C:_line")),
    ),
    Mutant(
        "only the first of several is checked",
        at("engine.records.steps.admit:_admit", first_only),
        (("own_rows", "bob", "C:_bulk"), ("conditions", "ann", "C:_bulk")),
    ),
    Mutant(
        "saved before it is refused",
        at("engine.records.bulk:save", committed_first),
        (("own_rows", "bob", "C:_bulk"), ("conditions", "ann", "C:_bulk")),
    ),
    Mutant(
        "upserts as the engine",
        at("engine.records.service:RecordService.bulk", as_system),
        (("own_rows", "bob", "C:_upsert"), ("own_rows", "bob", "C:_bulk")),
    ),
    Mutant(
        "changes as the engine",
        at("engine.records.service:RecordService.update", as_system),
        (
            ("own_rows", "bob", "C:_page"),
            ("own_rows", "bob", "C:_patch"),
        ),
    ),
    Mutant(
        "every action of an object",
        at(
            f"{POLICY}.may",
            lambda old: lambda self, object, action: old(self, object, "read") or old(self, object, action),
        ),
        (("read_only", "ann", "C:_delete"), ("read_only", "ann", "A:_export")),
    ),
    # -- who asks ------------------------------------------------------------------------------------------------------
    Mutant(
        "rules kept without the user",
        at("engine.access.policy:Policies.policy_for", by_roles_only),
        (("own_rows", "ann,hal", "A:_list"), ("own_rows", "hal,ann", "A:_list")),
    ),
    Mutant(
        "restrictive rules that bind nobody",
        at("engine.access.rows:RowWriter.bounds", always(())),
        (
            ("restricted", "ann", "A:_list"),
            ("restricted", "boss", "A:_list"),
        ),
    ),
    Mutant(
        "delegations that have not begun",
        at("engine.access.tables.delegations:Delegation.runs", always(True)),
        (
            ("own_rows", "bob", "A:_list"),
            ("children", "bob", "A:_list"),
            ("restricted", "bob", "A:_list"),
        ),
    ),
    Mutant(
        "every object is known",
        at("engine.records.unit:Unit.require_object", refused_for_all),
        (("own_rows", "bob", "A:_unknown"),),
    ),
)
