"""Check: everything that is wrong with the values, said at once; here the drafts are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.kernel.text import EMPTY
from engine.metamodel.model import CheckModel, FieldModel
from engine.records.batch import Batch
from engine.records.checkable import LIMITED, POINTING
from engine.records.circles import look_for_circles
from engine.records.dictionary_book import Book
from engine.records.draft import Draft
from engine.records.files import check_files
from engine.records.judging import fails
from engine.records.rule_values import check_rules
from engine.records.twins import look_for_twins
from engine.records.unit import Unit
from engine.storage.fetching import USERS

PATTERN_SECONDS = 0.05


def check(batch: Batch, unit: Unit) -> None:
    """Complain about every value and condition that does not hold."""
    for draft in batch.families():
        if draft.action == "delete":
            continue
        _check_locks(draft)
        for name, model in draft.plan.checked:
            # a department that follows from the owner, or an owner who acts, needs no proof
            if draft.after.get(name) is not None and (not model.system or name in draft.touched):
                _check_field(draft, name, model, batch, unit)
        check_rules(draft, unit)
        _check_required(draft)
        _check_conditions(draft, unit)
    check_files([draft for draft in batch.families() if draft.action != "delete"], unit)
    look_for_twins(batch.families(), unit)
    look_for_circles([draft for draft in batch.families() if draft.action != "delete"], unit)


def _check_locks(draft: Draft) -> None:
    """Complain about changes that the state forbids; of a line, the parent's state counts."""
    top = draft.top()
    if top is draft and (draft.before is None or draft.touched & draft.changed):
        state_of_parent = draft.plan.locking_state(draft.facts)
        if state_of_parent is not None:
            draft.complain("", "lines_locked", state=state_of_parent)
    if top.before is None or top.plan.life is None or top.transition is not None or top.free:
        return
    state = top.plan.life.states.get(top.before.get(top.plan.life.field) or "")
    if state is None or state.lock is None:
        return
    changed = {name for name in draft.touched if name in draft.changed or _lines_changed(draft, name)}
    if draft is top:
        for name in sorted(changed - state.lock - draft.opened):
            draft.complain(name, "locked", field=name, state=state.name)


def _lines_changed(draft: Draft, name: str) -> bool:
    lines = draft.lines.get(name, ())
    return any(line.action != "update" or line.touched & line.changed for line in lines)


# -- one field ---------------------------------------------------------------------------------------------------------


def _check_field(draft: Draft, name: str, model: FieldModel, batch: Batch, unit: Unit) -> None:
    value = draft.after[name]
    if model.depends_on is not None and {name, model.depends_on} & draft.changed:
        _check_parent(draft, name, unit.books[model.dictionary or ""], value, draft.after.get(model.depends_on))
    if draft.before is None or value != draft.before.get(name):
        _check_value(draft, name, model, unit)
    for path, object, id in _pointers(draft, name, model, value) if model.type in POINTING else ():
        assert batch.related is not None
        if not batch.related.choosable(draft, model, object, id):
            draft.complain(path, "reference_not_found")


def _check_value(draft: Draft, name: str, model: FieldModel, unit: Unit) -> None:
    value = draft.after[name]
    if model.type in LIMITED and len(value) > model.length:
        draft.complain(name, "too_long", max=model.length)
    if model.pattern is not None and isinstance(value, str):
        _check_pattern(draft, name, value)
    if model.range is not None:
        held = model.range.evaluate({**draft.facts, "?": value}, unit.run)
        if held is not True:
            draft.complain(name, "out_of_range", range=model.range.text)
    if model.dictionary is not None:
        _check_items(draft, name, model, value, unit)


def _check_pattern(draft: Draft, name: str, value: str) -> None:
    try:
        if draft.plan.patterns[name].fullmatch(value, timeout=PATTERN_SECONDS) is None:
            draft.complain(name, "pattern")
    except TimeoutError:
        draft.complain(name, "pattern_too_slow")


def _pointers(draft: Draft, name: str, model: FieldModel, value: Any) -> Iterator[tuple[str, str, str]]:
    """Yield path, object and id of every record that a field has come to point to, or that was sent unseen."""
    known: Any = (draft.before or {}).get(name)
    if model.type in ("references", "users"):
        target = USERS if model.type == "users" else model.targets[0]
        for index, id in enumerate(value):
            if id not in (known or ()) or (name, id) in draft.blind:
                yield f"{name}[{index}]", target, id
        return
    anywhere = model.type == "any_reference"
    if value == known and (name, value.id if anywhere else value) not in draft.blind:
        return
    if anywhere:
        yield name, value.object, value.id
    elif model.type == "user":
        yield name, USERS, value
    elif model.type in ("reference", "department") and (draft.parent is None or name != draft.plan.object.parent):
        yield name, model.targets[0] if model.targets else "", value


# -- dictionaries ------------------------------------------------------------------------------------------------------


def _check_items(draft: Draft, name: str, model: FieldModel, value: Any, unit: Unit) -> None:
    if draft.plan.life is not None and name == draft.plan.life.field:
        return
    book = unit.books[model.dictionary or ""]
    known = (draft.before or {}).get(name)
    several = model.type == "choices"
    for index, code in enumerate(value if several else (value,)):
        if several and known and code in known:
            continue
        _check_item(draft, f"{name}[{index}]" if several else name, book, code, unit)


def _check_item(draft: Draft, path: str, book: Book, code: str, unit: Unit) -> None:
    entry = book.entries.get(code)
    if entry is None:
        draft.complain(path, "unknown_item", dictionary=book.model.name, item=code, guess="")
    elif not entry.open_on(unit.today):
        draft.complain(path, "inactive_item", code=code, successor=entry.item.successor or "-")


def _check_parent(draft: Draft, name: str, book: Book, value: Any, parent: Any) -> None:
    for code in value if isinstance(value, list) else (value,):
        entry = book.entries.get(code)
        if entry is not None and parent is not None and not book.fits(entry, parent):
            draft.complain(name, "wrong_parent_item", code=code, parent=parent)


# -- the record as a whole ---------------------------------------------------------------------------------------------


def _check_required(draft: Draft) -> None:
    needed: Iterable[str] = draft.plan.required
    if draft.transition is not None and draft.stage in ("whole", "ask"):
        needed = {*needed, *draft.transition.require, *draft.transition.ask_required}
    after, lines = draft.after, draft.lines
    # lines that were neither sent nor read are as they were
    untold = draft.plan.lines.keys() - lines.keys() if draft.before is not None else frozenset()
    lacking = [name for name in needed if name not in lines and name not in untold and after.get(name) is None]
    lacking += [name for name in lines if name in needed and all(line.action == "delete" for line in lines[name])]
    for name in sorted(lacking, key=tuple(draft.plan.object.fields).index):
        if not _already_complained(draft, name):
            draft.complain(name, "required")


def _already_complained(draft: Draft, name: str) -> bool:
    path = draft.place + name
    return any(complaint.path.startswith(path) for complaint in draft.top().complaints)


def _without_ground(draft: Draft, check: CheckModel) -> bool:
    """Tell whether a condition looks at a value that was refused: nothing can be said of it yet."""
    if not draft.top().complaints:
        return False
    return any(_already_complained(draft, path[0]) for path in check.that.reads if path)


def _check_conditions(draft: Draft, unit: Unit) -> None:
    moment = draft.transition.name if draft.transition and draft.stage in ("whole", "ask") else "save"
    for check in draft.plan.object.checks.values():
        if check.on not in ("save", "always", moment) or _without_ground(draft, check):
            continue
        if fails(check, draft.facts, unit):
            tell = draft.warn if check.warn else draft.complain
            tell(check.field or "", "check_failed", check.say or EMPTY, check=check.name)
