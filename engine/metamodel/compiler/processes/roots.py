"""The roots of the expressions of processes: what ``record``, ``submitter``, ``steps``, ``candidate`` ... are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.metamodel.compiler.actor_scope import USER
from engine.metamodel.compiler.scopes import ObjectFields, World
from engine.metamodel.model import ParamModel, ParamSet
from engine.rules import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    EnumType,
    FeelType,
    FunctionType,
    RecordType,
    list_of,
)

Roots = Mapping[str, FeelType]

_OUTCOMES = EnumType(values=dict.fromkeys(("passed", "failed", "skipped", "returned", "open")))
_ENDS = EnumType(values=dict.fromkeys(("approved", "rejected", "withdrawn", "cancelled")))
_PARAMS: Mapping[str, FeelType] = {
    "text": STRING,
    "integer": NUMBER,
    "decimal": NUMBER,
    "money": NUMBER,
    "percent": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "duration": DAYS_DURATION,
    "choice": STRING,
}
OUTPUTS: Mapping[str, FeelType] = {"number": NUMBER, "string": STRING, "boolean": BOOLEAN, "date": DATE}


@dataclass(frozen=True, slots=True)
class PersonFields:
    """What expressions may ask of a person: what the engine knows, then the fields of the person's own record."""

    world: World
    person: str | None

    def type_of(self, name: str) -> FeelType | None:
        known = self._known(name)
        if known is not None or self.person is None:
            return known
        return ObjectFields(self.world, self.person).type_of(name)

    def names(self) -> Iterable[str]:
        own = self.world.names_of(self.person) if self.person else ()
        return dict.fromkeys((*_OF_A_PERSON, *own))

    def _known(self, name: str) -> FeelType | None:
        places = self.world.structure
        if name == "department":
            return self.world.record(places.unit or "department")
        if name == "company":
            return self.world.record(places.company or places.unit or "department")
        if name == "position" and places.position is not None:
            return self.world.record(places.position)
        if name == "manager":
            return RecordType(name=USER, scope=self)
        return _OF_A_PERSON.get(name)


_OF_A_PERSON: Mapping[str, FeelType] = {
    "id": STRING,
    "login": STRING,
    "name": STRING,
    "email": STRING,
    "phone": STRING,
    "roles": list_of(STRING),
    "department": ANY,
    "company": ANY,
    "position": STRING,
    "manager": ANY,
    "on_duty": BOOLEAN,
    "load": NUMBER,
    "authority": ContextType(open=True, fields={}),
}


def person(world: World, post: str | None) -> RecordType:
    """Return the type of a person; ``post`` is the object whose records tell more of the users."""
    return RecordType(name=USER, scope=PersonFields(world, post))


def functions(world: World) -> Roots:
    """Return the functions that processes have besides those of the language."""
    user = world.record(USER)
    return {
        "working_hours": FunctionType((DATE_TIME, DATE_TIME), NUMBER),
        "working_days": FunctionType((ANY, ANY), NUMBER),
        "is_working_time": FunctionType((DATE_TIME,), BOOLEAN),
        "has_role": FunctionType((ANY, STRING), BOOLEAN),
        "head_of": FunctionType((ANY,), user),
        "manager_of": FunctionType((ANY,), user),
    }


def params_type(sets: Mapping[str, ParamSet]) -> ContextType:
    """Return the type of ``params``."""
    return ContextType({name: _set(group.params) for name, group in sets.items()})


def flow_type() -> ContextType:
    """Return the type of ``flow``."""
    return ContextType(
        {"id": STRING, "version": NUMBER, "round": NUMBER, "started_at": DATE_TIME, "outcome": _ENDS}, name="flow"
    )


def step_type(decider: FeelType, output: Mapping[str, str]) -> ContextType:
    """Return the type of ``steps.<id>``."""
    return ContextType(
        {
            "outcome": _OUTCOMES,
            "decided_by": decider,
            "decided_at": DATE_TIME,
            "output": ContextType({name: OUTPUTS[type_] for name, type_ in output.items()}),
        },
        name="step",
    )


def event_type(args: Roots | None = None, data: Roots | None = None) -> ContextType:
    """Return the type of ``event``; ``args`` are the places of a message, ``data`` what else is known."""
    known: Roots = data or {}
    if args is not None:
        known = {"text": STRING, "sender": STRING, "args": ContextType(dict(args))}
    fields = ContextType(dict(known), open=args is None)
    return ContextType({"type": STRING, "at": DATE_TIME, "data": fields}, name="event")


def _set(params: Mapping[str, ParamModel]) -> ContextType:
    return ContextType({name: _param(param) for name, param in params.items()})


def _param(param: ParamModel) -> FeelType:
    if param.type == "table":
        return list_of(_set(param.columns))
    return _PARAMS[param.type]
