"""Why a user may, or may not, do something with a record: what decided, on which values, and what would help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.access.explain import FieldWhy, GrantWhy, ScopeWhy
from engine.access.remedies import Remedy
from engine.metamodel.model.grant import ACTIONS
from engine.rights.explaining import Answer
from engine.ui.desk import Desk
from engine.ui.screens.granting import action_title, field_title, role_title, scope_title
from engine.ui.screens.handing import person_picker
from engine.ui.widgets.base import Input, Option

# these are not asked of a record that is there
_ELSEWHERE = frozenset({"create", "import"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition: in words or as it is written, whether it holds (None: not asked), and what it looked at."""

    text: str
    condition: str
    holds: bool | None
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant: the role, by whom it is lent, whether it covers the record, and its conditions."""

    role: str
    lender: str
    covers: bool | None
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class WhyScreen:
    """The question as a form, and the answer."""

    title: str
    back: str
    action: str
    user: Input
    actions: tuple[Option, ...]
    fields: tuple[Option, ...]
    allowed: bool
    sentence: str
    grants: tuple[GrantLine, ...]
    rules: tuple[Asked, ...]
    field: str
    said: tuple[tuple[str, str], ...]
    remedies: tuple[str, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked: of which record, who, what, which field."""

    object: str
    id: str
    title: str
    login: str
    action: str
    field: str


def build_why(desk: Desk, asking: Asking, names: Sequence[tuple[str, str]], answer: Answer | None) -> WhyScreen:
    """Return the page; without an answer the question alone, and that it is not the reader's to ask."""
    object = asking.object
    path = f"/o/{object}/{asking.id}"
    why = answer.why if answer is not None else None
    return WhyScreen(
        asking.title,
        path,
        f"{path}/rights",
        person_picker("user", (asking.login, dict(names).get(asking.login, asking.login))),
        tuple(Option(name, action_title(desk, object, name), name == asking.action) for name in _actions(desk, object)),
        tuple(
            Option(name, desk.title(field.title), name == asking.field)
            for name, field in desk.model.objects[object].fields.items()
            if name in desk.policy.readable(object)
        ),
        why.allowed if why is not None else False,
        _sentence(desk, object, answer, dict(names)) if answer is not None else "",
        tuple(_grant(desk, object, one, answer) for one in why.grants if one.role) if answer and why else (),
        _rules(desk, object, answer) if answer is not None else (),
        _field(desk, object, why.field) if why is not None and why.field is not None else "",
        tuple(_said(desk, why.field)) if why is not None and why.field is not None else (),
        tuple(_remedies(desk, answer.remedies, dict(names))) if answer is not None else (),
        "" if answer is not None else desk.say("rights.not_yours_to_ask"),
    )  # fmt: skip


def _actions(desk: Desk, object: str) -> Iterator[str]:
    yield from (name for name in ACTIONS if name not in _ELSEWHERE)
    life = desk.model.lifecycle_of(object)
    yield from (life.transitions if life is not None else ())


def _sentence(desk: Desk, object: str, answer: Answer, names: Mapping[str, str]) -> str:
    why = answer.why
    by = role_title(desk, why.decided_by) if why.outcome == "allowed" else _rule_title(desk, why.decided_by)
    return desk.say(
        f"rights.outcome_{why.outcome}",
        name=names.get(answer.login, answer.login),
        action=action_title(desk, object, why.action),
        by=by,
    )


def _rule_title(desk: Desk, name: str) -> str:
    found = desk.model.restrictions.get(name)
    return (desk.title(found.title) if found is not None else "") or name


def _rules(desk: Desk, object: str, answer: Answer) -> tuple[Asked, ...]:
    return tuple(
        Asked(_rule_title(desk, one.rule), one.condition, one.holds, _values(desk, object, one.values, answer.titles))
        for one in answer.why.rules
    )


def _grant(desk: Desk, object: str, one: GrantWhy, answer: Answer) -> GrantLine:
    asked = [
        Asked(_scope(desk, part), "", part.holds, _values(desk, object, part.values, answer.titles))
        for part in one.scopes
    ]
    if one.condition:
        values = _values(desk, object, one.values, answer.titles)
        asked.append(Asked("", one.condition, one.condition_holds, values))
    return GrantLine(role_title(desk, one.role), one.principal, one.covers, tuple(asked))


def _scope(desk: Desk, part: ScopeWhy) -> str:
    """Return a scope in words; of one that is about sharing, how the record is shared."""
    title = scope_title(desk, part.scope)
    if not part.by:
        return title
    rules = desk.model.sharings
    ways = [
        (desk.title(rules[name].title) or name) if name in rules else desk.say("rights.by_hand") for name in part.by
    ]
    return f"{title} ({desk.say('value.joint').join(ways)})"


def _values(
    desk: Desk, object: str, values: Mapping[str, Any], titles: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    return tuple((_path_title(desk, object, path), _value(desk, value, titles)) for path, value in values.items())


def _path_title(desk: Desk, object: str, path: str) -> str:
    """Return how a field is called, behind the references that lead to it."""
    said, at = [], object
    for step in path.split("."):
        if at not in desk.model.objects:
            break
        said.append(field_title(desk, at, step))
        found = desk.model.objects[at].fields.get(step)
        at = found.targets[0] if found is not None and len(found.targets) == 1 else ""
    return " › ".join(said)


def _value(desk: Desk, value: Any, titles: Mapping[str, str]) -> str:
    if value is None:
        return desk.say("value.none")
    if isinstance(value, bool):
        return desk.say("value.yes" if value else "value.no")
    return titles.get(value, value) if isinstance(value, str) else str(value)


def _field(desk: Desk, object: str, why: FieldWhy) -> str:
    sight = desk.say(f"rights.sight_{why.sight}")
    writing = desk.say("rights.writable" if why.writable else "rights.not_writable")
    return f"{field_title(desk, object, why.field)}: {sight}, {writing}"


def _said(desk: Desk, why: FieldWhy) -> Iterator[tuple[str, str]]:
    """Yield what each role says of a field, in words and with the condition that lifts it."""
    for role, said in why.said.items():
        mode, _, unless = said.partition(" unless ")
        word = desk.say(f"rights.field_{mode}" if mode != "free" else "roles.field_free")
        yield role_title(desk, role), f"{word}, {desk.say('rights.unless')} {unless}" if unless else word


def _remedies(desk: Desk, found: Sequence[Remedy], names: Mapping[str, str]) -> Iterator[str]:
    for one in found:
        givers = desk.say("value.joint").join(names.get(login, login) for login in one.givers)
        told = {
            "role": role_title(desk, one.name) if one.kind == "role" else "",
            "value": one.name,
            "level": desk.say(f"rights.level_{one.level}") if one.level else "",
            "rule": _rule_title(desk, one.name),
        }
        text = desk.say(f"rights.remedy_{one.kind}", **told)
        yield f"{text} {desk.say('rights.givers', names=givers)}" if givers else text
