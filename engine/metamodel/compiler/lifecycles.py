"""The outline of life-cycles: states become the dictionary of their field, transitions lead from one to another."""

from __future__ import annotations

from dataclasses import replace

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.processes.titles import title_of
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import (
    Default,
    DictionaryItem,
    DictionaryModel,
    FieldModel,
    LifecycleModel,
    ObjectModel,
    StateModel,
    TransitionModel,
)

_TONES = {"open": "gray", "active": "blue", "waiting": "amber", "done": "green", "failed": "red", "closed": "gray"}


def outline_lifecycles(bench: Bench) -> None:
    """Build states and transitions as yet without expressions; the state field gets its dictionary."""
    for merged in bench.documents("lifecycle"):
        object = bench.object(merged.node.get("object"))
        if object is not None:
            _outline(merged, object, bench)
    _check_free_choices(bench)


def _outline(merged: MergedDocument, object: ObjectModel, bench: Bench) -> None:
    node, name = merged.node, merged.document.id
    field = bench.field(object, node.get("field"))
    if field is None:
        return
    if field.type != "choice" or field.dictionary is not None:
        bench.complain("not_a_state_field", node.get("field"), field=field.name)
        return
    if object.lifecycle:
        bench.complain("two_lifecycles", node.get("object"), object=object.name, first=object.lifecycle)
        return
    states = {state: _state(state, part, object, bench) for state, part in node.get("states").items()}
    if sum(state.initial for state in states.values()) != 1:
        bench.complain("one_initial_state", node.get("states").key_span)
        first = next(iter(states))
        states = {key: replace(state, initial=key == first) for key, state in states.items()}
    transitions = {key: _transition(key, part, states, bench) for key, part in node.get("transitions").items()}
    bench.lifecycles[name] = LifecycleModel(
        name, object.name, field.name, states, transitions, merged.layer, node.label("title")
    )
    _attach(object, field, bench.lifecycles[name], bench)


def _attach(object: ObjectModel, field: FieldModel, lifecycle: LifecycleModel, bench: Bench) -> None:
    dictionary = f"{object.name}.{field.name}"
    items = {
        state.name: DictionaryItem(state.name, state.title, order, _TONES[state.phase])
        for order, state in enumerate(lifecycle.states.values())
    }
    bench.dictionaries[dictionary] = DictionaryModel(dictionary, field.title, items, layer=lifecycle.layer)
    state_field = replace(field, dictionary=dictionary, readonly=True, indexed=True, default=Default(lifecycle.initial))
    bench.objects[object.name] = replace(
        object, fields={**object.fields, field.name: state_field}, lifecycle=lifecycle.name
    )


def _check_free_choices(bench: Bench) -> None:
    states = {(lifecycle.object, lifecycle.field) for lifecycle in bench.lifecycles.values()}
    for merged in bench.documents("object"):
        for name, node in merged.node.get("fields").items():
            field = bench.objects[merged.document.id].fields[name]
            if field.type == "choice" and field.dictionary is None:
                bench.complain("choice_without_items", node.key_span, field=name)
            if (merged.document.id, name) in states:
                for key in ("default", "as", "depends_on"):
                    if node.has(key):
                        bench.complain("not_for_state", node.get(key).key_span, option=key, field=name)


def _state(name: str, node: Node, object: ObjectModel, bench: Bench) -> StateModel:
    final = node.has("final") and node.get("final").value is not False
    outcome = node.get("final").value if isinstance(node.get("final").value, str) else None
    usual = "open" if not final else "closed" if outcome in ("lost", "cancelled") else "done"
    return StateModel(
        name=name,
        title=node.label("title") or title_of(name),
        phase=node.text("phase", usual),  # type: ignore[arg-type] # the shape has been checked
        initial=node.flag("initial"),
        final=final,
        outcome=outcome,
        lock=_lock(node.get("lock"), object, bench),
    )


def _lock(node: Node, object: ObjectModel, bench: Bench) -> frozenset[str] | None:
    if isinstance(node.value, dict):
        for field in node.get("except").elements():
            bench.field(object, field)
        return frozenset(node.texts("except"))
    return frozenset() if node.value is True else None


def _transition(name: str, node: Node, states: dict[str, StateModel], bench: Bench) -> TransitionModel:
    sources = _states(node.get("from"), states, bench)
    to = node.text("to")
    if to != "same":
        _states(node.get("to"), states, bench)
    return TransitionModel(
        name=name,
        title=node.label("title") or title_of(name),
        sources=sources,
        to=None if to == "same" else to,
        require=node.texts("require"),
        confirm=node.label("confirm"),
        bulk=node.flag("bulk"),
        primary=node.flag("primary"),
        danger=node.flag("danger"),
        icon=node.text("icon"),
    )


def _states(node: Node, states: dict[str, StateModel], bench: Bench) -> frozenset[str]:
    found: set[str] = set()
    for part in node.elements():
        if part.value == "*":
            found.update(name for name, state in states.items() if not state.final)
        elif part.value in states:
            found.add(part.value)
        else:
            bench.unknown("state", part, str(part.value), states)
    return frozenset(found)
