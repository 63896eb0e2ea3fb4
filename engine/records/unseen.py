"""What an actor does not see stays where it is: a reference that read as nothing, part of a list that was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.records.draft import Draft
from engine.records.seen import Key, seen_titles
from engine.records.unit import Unit


def keep_unseen(drafts: Iterable[Draft], unit: Unit) -> None:
    """Put back the targets that the actor could not send because he does not see them."""
    if unit.policy.everything and not unit.model.restrictions:
        return
    asked = [(draft, name, target) for draft in drafts if draft.before for name, target in _sent(draft)]
    seen = seen_titles(unit, {key for draft, name, target in asked for key in _before(draft, name, target)})
    for draft, name, target in asked:
        unseen = [id for _, id in _before(draft, name, target) if (target, id) not in seen]
        if not unseen:
            continue
        if name in draft.plan.pointers:
            draft.put(name, unseen[0])
        else:
            given = draft.after.get(name) or ()
            before = [id for _, id in _before(draft, name, target)]
            kept = before if [id for id in before if id not in unseen] == list(given) else [*given, *unseen]
            whole = tuple(dict.fromkeys(kept))
            draft.put(name, list(whole) if isinstance(given, list) else whole)


def _sent(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield the references that are to be emptied and the lists that are to be set, with what they point to."""
    for name in draft.touched:
        target = draft.plan.references.get(name)
        if target is not None and draft.after.get(name) is None:
            yield name, target
    for name, field in draft.plan.several:
        if name in draft.touched and field.type == "references":
            yield name, field.targets[0]


def _before(draft: Draft, name: str, target: str) -> Iterator[Key]:
    value = (draft.before or {}).get(name)
    for id in (value,) if isinstance(value, str) else value or ():
        yield target, str(id)
