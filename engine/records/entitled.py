"""Who may do what with a record in its state: perform a transition, edit; by rules that name people."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from engine.access.people import PeopleFinder, user_id
from engine.metamodel.model import People, PersonRule, StateModel, TransitionModel
from engine.metamodel.model.people import PlainPerson, RoleHolders
from engine.records.unit import Unit
from engine.rules import Expression


def finder_of(unit: Unit, names: Mapping[str, Any], picks: Mapping[str, list[str]] | None = None) -> PeopleFinder:
    """Return what resolves rules that name people, for expressions that see ``names``.

    The plain words mean whom those names hold; an ``assignee`` among them goes before the subject's field.
    """

    def evaluate(expression: Expression, more: Mapping[str, Any]) -> Any:
        unit.run.restart()
        return expression.evaluate(ChainMap(dict(more), names) if more else names, unit.run)  # type: ignore[arg-type] # read only

    words = {word: user_id(names.get(word)) for word in ("submitter", "actor")}
    if "assignee" in names:
        words["assignee"] = user_id(names["assignee"])
    steps = names.get("steps") or {}
    deciders = {name: by for name, told in steps.items() if (by := user_id(told["decided_by"])) is not None}
    return PeopleFinder(unit.people, evaluate, words, names.get("record") or {}, deciders, picks or {})


def is_for_actor(
    unit: Unit, object: str, transition: TransitionModel, state: str | None, facts: Mapping[str, Any]
) -> bool:
    """Tell whether the actor is among those who may perform a transition, whatever its condition says."""
    policy = unit.policy
    if state not in transition.sources or not policy.may(object, transition.name):
        return False
    if not policy.covers(object, transition.name, facts, unit.run):
        return False
    return transition.who is None or _is_one_of(unit, transition.who, facts)


def open_to_actor(
    unit: Unit, object: str, transition: TransitionModel, state: str | None, facts: Mapping[str, Any]
) -> bool:
    """Tell whether the actor may perform a transition on a record that stands in ``state``.

    A condition that looks at what the transition asks for can only be judged when that is given; until then it is open.
    """
    if not is_for_actor(unit, object, transition, state, facts):
        return False
    if transition.when is None or any(path[1] in transition.ask for path in transition.when.reads if len(path) > 1):
        return True
    return unit.guard_holds(transition, facts)


def may_edit(unit: Unit, state: StateModel | None, facts: Mapping[str, Any]) -> bool:
    """Tell whether the actor is among those who may edit a record in a state; without such a rule everybody is."""
    return state is None or state.edit is None or _is_one_of(unit, state.edit, facts)


# ----------------------------------------------------------------------------------------------------------------------


def _is_one_of(unit: Unit, people: People, facts: Mapping[str, Any]) -> bool:
    """Tell whether rules name the actor; whoever holds every grant is among any people, but not among nobody."""
    if not people or unit.policy.everything:
        return bool(people)
    owned = user_id(facts.get("owner")) == unit.user
    if any(_is(rule, unit, owned=owned) for rule in people):
        return True
    further = tuple(rule for rule in people if not _plain(rule))
    return bool(further) and finder_of(unit, unit.around(facts)).names(further, unit.user)


def _plain(rule: PersonRule) -> bool:
    """Tell whether a rule can be judged by the actor alone, without the organisation."""
    if rule.when is not None or rule.where is not None:
        return False
    match rule.selector:
        case PlainPerson(word=("owner" | "actor" | "submitter")) | RoleHolders(unit=None):
            return True
    return False


def _is(rule: PersonRule, unit: Unit, *, owned: bool) -> bool:
    if not _plain(rule):
        return False
    match rule.selector:
        case PlainPerson(word="owner"):
            return owned
        case RoleHolders(role=role):
            return role in unit.ctx.actor.roles
    return True
