"""Fill: what the engine gives, defaults, what stands behind references, and the formulas in compiled order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.kernel.errors import Rejected
from engine.records.adjusting import adjust
from engine.records.batch import Batch
from engine.records.calculating import calculate
from engine.records.completing import Completion
from engine.records.draft import Draft
from engine.records.exploding import explode
from engine.records.picking import pick_again, pick_values
from engine.records.plan import ObjectPlan
from engine.records.related import Key, Related, is_sibling
from engine.records.results import DoesNotFit, result_of
from engine.records.unit import Unit


def fill(batch: Batch, unit: Unit) -> None:
    """Complete every draft; formulas that mention a number wait for the number."""
    families = list(batch.families())
    plans = list({draft.plan.name: draft.plan for draft in families}.values())
    related = batch.related = Related(unit)
    for draft in families:
        _presets(draft, unit)
    moved = [draft for draft in families if _has_new_owner(draft)]
    _relate(families, related, plans, [draft.after["owner"] for draft in moved])
    for draft in moved:
        draft.put("department", related.unit_of(draft.after["owner"]))
    _give_defaults(families, families, related, plans)
    exploded = [line for draft in batch.drafts if draft.error is None for line in explode(draft, unit)]
    if exploded:
        families = list(batch.families())
        for line in exploded:
            if line.before is None:
                _presets(line, unit)
        _relate(exploded, related, plans)
        _give_defaults(exploded, families, related, plans)
    for draft in families:
        _guard(draft, unit)
        _order(draft, unit)
    if any(draft.ordered for draft in families):
        given = [draft for draft in families if draft.transition is not None and _is_given_away(draft)]
        _relate(families, related, plans, [draft.after["owner"] for draft in given])
        for draft in given:
            draft.put("department", related.unit_of(draft.after["owner"]))
    if batch.plan.beside:
        completion = Completion(unit.session, unit.catalog, unit.policy.facts)
        completion.complete(batch.plan.name, [d.facts for d in batch.drafts if d.error is None], batch.plan.beside)
    for draft in batch.drafts:
        if draft.error is None:
            adjust(draft, unit)
            calculate(draft, unit, numbered=False)


def _give_defaults(drafts: list[Draft], families: list[Draft], related: Related, plans: list[ObjectPlan]) -> None:
    fresh = [draft for draft in drafts if draft.action == "create"]
    # all of them first: a default may point to a record that another one looks at
    pointed = [_defaults(draft, related.unit) for draft in reversed(fresh)]
    pointed += [pick_again(draft, related.unit) for draft in drafts if draft.action == "update" and draft.touched]
    if any(pointed):
        _relate(families, related, plans)


def _presets(draft: Draft, unit: Unit) -> None:
    if draft.action == "create":
        _birth(draft, unit)
    for name in draft.plan.lines:
        draft.facts.setdefault(name, [])
    for name, value in draft.ordered.items():
        draft.put(name, value)
        draft.touched.add(name)


def _birth(draft: Draft, unit: Unit) -> None:
    object, actor = draft.plan.object, unit.ctx.actor
    draft.after = {**draft.plan.newborn, **draft.after}
    # the lines hold on to this very mapping
    draft.facts.update({**draft.plan.newborn, **draft.facts})
    # formulas may count from the day on which a record came to be
    draft.put("created_at", unit.now)
    draft.put("created_by", unit.user)
    if object.owned and "owner" not in draft.touched:
        # the engine itself owns nothing: what it brings in waits for an owner
        draft.put("owner", None if actor.system else actor.user)
        if "department" not in draft.touched:
            draft.put("department", actor.unit)
    if draft.plan.life is not None and draft.plan.life.field not in draft.opened:
        draft.put(draft.plan.life.field, draft.plan.life.initial)


def _has_new_owner(draft: Draft) -> bool:
    """Tell whether an owner was given whose department the record follows."""
    if not draft.plan.object.owned or "owner" not in draft.touched or "department" in draft.touched:
        return False
    owner = draft.after.get("owner")
    return owner is not None and owner != (draft.before or {}).get("owner")


def _is_given_away(draft: Draft) -> bool:
    """Tell whether a transition gives the record to another owner, whose department it then follows."""
    if not draft.plan.object.owned or "owner" not in draft.ordered or "department" in draft.ordered:
        return False
    return draft.after.get("owner") not in (None, (draft.before or {}).get("owner"))


# -- references --------------------------------------------------------------------------------------------------------


def _relate(families: list[Draft], related: Related, plans: list[ObjectPlan], owners: Iterable[str] = ()) -> None:
    behind = {plan.name: plan.looked_behind(related.unit.policy.needs(plan.name)) for plan in plans}
    related.load((key for draft in families for key in _pointing(draft, behind[draft.plan.name])), plans, owners)
    for draft in families:
        for name, target in draft.plan.pointers.items():
            id = draft.after.get(name)
            if id is None or type(draft.facts.get(name)) is dict:
                continue
            if _sent_unseen(related, draft, name, target, id):
                draft.facts[name] = None
                continue
            # sent again as it was: what stands behind it is known
            same = draft.was.get(name) if draft.before is not None and id == draft.before.get(name) else None
            tree = same if type(same) is dict else related.tree(target, id)
            if tree is not None:
                draft.facts[name] = tree
        for name, model in draft.plan.several:
            if name in draft.touched and model.type == "references" and draft.after.get(name):
                draft.facts[name] = [
                    id for id in draft.after[name] if not _sent_unseen(related, draft, name, model.targets[0], id)
                ]


def _sent_unseen(related: Related, draft: Draft, name: str, target: str, id: str) -> bool:
    """Tell whether somebody sent a record that he does not see, or that is not there. It will be refused; until then
    rights, formulas and conditions take it for nothing, or what they say would tell of it."""
    if name not in draft.touched or name in draft.ordered or _to_parent(draft, name):
        return False
    known = (draft.before or {}).get(name) or ()
    if id == known or (not isinstance(known, str) and id in known):
        return (name, id) in draft.blind
    return not (target == draft.plan.name and is_sibling(draft, id)) and not related.sees(target, id)


def _pointing(draft: Draft, looked_behind: frozenset[str]) -> Iterator[Key]:
    """Yield the records that a draft has come to point to."""
    before = draft.before or {}
    for name, target in draft.plan.pointers.items():
        id = draft.after.get(name)
        if id is None or id == before.get(name) or _to_parent(draft, name):
            continue
        # owner and department that the engine gave are right; they are read only where something looks behind them
        if name in draft.touched or not draft.plan.object.fields[name].system or name in looked_behind:
            yield target, id
    for name, model in draft.plan.several:
        value = draft.after.get(name)
        if not value or value == before.get(name):
            continue
        if model.type != "any_reference":
            target = "tessera_user" if model.type == "users" else model.targets[0]
            known = before.get(name) or ()
            yield from ((target, id) for id in value if id not in known)
        else:
            yield value.object, value.id


def _to_parent(draft: Draft, name: str) -> bool:
    return draft.parent is not None and name == draft.plan.object.parent


# -- values that the definitions give ----------------------------------------------------------------------------------


def _defaults(draft: Draft, unit: Unit) -> bool:
    """Give empty fields their defaults; tell whether a reference was among them."""
    pointed = False
    for name, model, default in draft.plan.defaults:
        if name in draft.touched:
            continue
        value = default.value
        if default.expression is not None:
            try:
                value = result_of(default.expression, model, draft.facts, unit.run)
            except DoesNotFit:
                draft.complain(name, "formula_too_large", field=name)
                continue
        draft.put(name, value)
        pointed = pointed or (value is not None and name in draft.plan.pointers)
    return pick_values(draft, unit) or pointed


def _guard(draft: Draft, unit: Unit) -> None:
    """Hold back a transition whose condition is not true of the record with what was asked for."""
    transition = draft.transition
    if transition is None or transition.when is None or draft.stage not in ("whole", "ask") or not draft.standing:
        return
    calculate(draft, unit, numbered=False)
    if not unit.guard_holds(transition, draft.facts, draft.was):
        draft.fail(Rejected("guard_failed", transition=transition.name))


def _order(draft: Draft, unit: Unit) -> None:
    """Set what a transition sets; its formulas see the record as it was sent."""
    if draft.transition is None or draft.stage == "ask":
        return
    via = draft.stage == "via"
    for name, given in () if via else draft.transition.set.items():
        model = draft.plan.object.fields[name]
        value = given.value
        if given.expression is not None:
            try:
                value = result_of(given.expression, model, unit.around(draft.facts, draft.was), unit.run)
            except DoesNotFit:
                draft.complain(name, "formula_too_large", field=name)
                continue
        draft.ordered[name] = value
    target = draft.target if via else draft.target or draft.transition.to
    if draft.plan.life is not None and target is not None:
        draft.ordered[draft.plan.life.field] = target
    for name, value in draft.ordered.items():
        draft.put(name, value)
