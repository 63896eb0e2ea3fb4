"""What an actor does not see stays where it is: a reference that read as nothing, part of a list that was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.records.draft import Draft
from engine.records.seen import Key, seen_titles
from engine.records.unit import Unit
from engine.storage.fetching import USERS


def keep_unseen(drafts: Iterable[Draft], unit: Unit) -> None:
    """Put back the targets that the actor could not send because he does not see them, and note those that he sent.

    Who sends the id or the key of what he does not see could else learn whether the record points there: a
    reference that is sent as it stands is accepted.
    """
    if unit.policy.everything and not unit.model.restrictions:
        return
    standing = [draft for draft in drafts if draft.before]
    asked = [(draft, name, target) for draft in standing for name, target in _sent(draft)]
    repeated = [(draft, name, key) for draft in standing for name, key in _repeated(draft) if _veiled(unit, key[0])]
    kept = {key for draft, name, target in asked for key in _before(draft, name, target)}
    seen = seen_titles(unit, kept | {key for _, _, key in repeated})
    for draft, name, key in repeated:
        if key not in seen:
            draft.blind.add((name, key[1]))
    for draft, name, target in asked:
        unseen = [id for _, id in _before(draft, name, target) if (target, id) not in seen]
        if not unseen:
            continue
        if name in draft.plan.pointers:
            draft.put(name, unseen[0])
        else:
            given = draft.after.get(name) or ()
            before = [id for _, id in _before(draft, name, target)]
            still = before if [id for id in before if id not in unseen] == list(given) else [*given, *unseen]
            whole = tuple(dict.fromkeys(still))
            draft.put(name, list(whole) if isinstance(given, list) else whole)


def _veiled(unit: Unit, object: str) -> bool:
    """Tell whether the actor may not see some records of an object; users are seen by all."""
    policy = unit.policy
    return object != USERS and (not policy.may(object, "read") or policy.rows(object, "read") is not None)


def _sent(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield the references that are to be emptied and the lists that are to be set, with what they point to."""
    for name in draft.touched:
        target = draft.plan.references.get(name)
        if target is not None and draft.after.get(name) is None:
            yield name, target
    for name, field in draft.plan.several:
        if name in draft.touched and field.type == "references":
            yield name, field.targets[0]


def _repeated(draft: Draft) -> Iterator[tuple[str, Key]]:
    """Yield the targets that were sent though the record points to them already."""
    for name, target in draft.plan.pointers.items():
        value = draft.after.get(name)
        if name in draft.touched and value is not None and value == (draft.before or {}).get(name):
            yield name, (target, value)
    for name, field in draft.plan.several:
        value, before = draft.after.get(name), (draft.before or {}).get(name)
        if name not in draft.touched or not value or not before:
            continue
        if field.type == "any_reference":
            if value == before:
                yield name, (value.object, value.id)
        elif field.type == "references":
            yield from ((name, (field.targets[0], id)) for id in value if id in before)


def _before(draft: Draft, name: str, target: str) -> Iterator[Key]:
    value = (draft.before or {}).get(name)
    for id in (value,) if isinstance(value, str) else value or ():
        yield target, str(id)
