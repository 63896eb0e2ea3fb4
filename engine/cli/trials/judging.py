"""Is everything as a test says? Every difference is told, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.cli.trials.cast import Cast
from engine.cli.trials.hands import Hands
from engine.cli.trials.looking import same, shown
from engine.cli.trials.sent import sent_to
from engine.kernel.errors import Missing


def judge(then: Mapping[str, Any], hands: Hands) -> Iterator[str]:
    """Yield what is not as expected."""
    for key, part in then.items():
        yield from _JUDGES[key](part, hands, hands.cast)


def _records(part: Mapping[str, Any], hands: Hands, cast: Cast) -> Iterator[str]:
    for name, wanted in part.items():
        object, id = cast.records[name]
        try:
            record = hands.engine.records.get(cast.context(None), object, id)
        except Missing:
            yield f"{name} is not there"
            continue
        lines = {field: len(rows) for field, rows in record.lines.items()}
        for field, said in wanted.items():
            value = cast.value(said)
            found = lines[field] if field in lines and isinstance(value, int) else record.values.get(field)
            if not same(found, value):
                yield f"{name}.{field} is {_told(shown(found), cast)}, not {_told(value, cast)}"


def _gone(part: list[str], hands: Hands, cast: Cast) -> Iterator[str]:
    for name in part:
        object, id = cast.records[name]
        try:
            hands.engine.records.get(cast.context(None), object, id)
        except Missing:
            continue
        yield f"{name} is still there"


def _counts(part: Mapping[str, int], hands: Hands, cast: Cast) -> Iterator[str]:
    for object, wanted in part.items():
        found = hands.engine.records.count(cast.context(None), object).value
        if found != wanted:
            yield f"there are {found} records of {object}, not {wanted}"


def _tasks(part: Mapping[str, Mapping[str, list[str]]], hands: Hands, cast: Cast) -> Iterator[str]:
    for name, wanted in part.items():
        found: dict[str, set[str]] = {}
        for task in hands.tasks(*cast.records[name]):
            held = cast.login_of(task["assignee"]["id"]) if task["assignee"] else "(pool)"
            found.setdefault(task["step"], set()).add(held)
            hands.touched.steps.add((task["flow"], task["step"]))
        asked = {step: set(logins) for step, logins in wanted.items()}
        if found != asked:
            yield f"open tasks of {name} are {_people(found)}, not {_people(asked)}"


def _outcome(part: Mapping[str, str], hands: Hands, cast: Cast) -> Iterator[str]:
    for name, wanted in part.items():
        instances = hands.instances(*cast.records[name])
        found = (instances[0]["outcome"] or instances[0]["status"]) if instances else "none"
        if found != wanted:
            yield f"the approval of {name} is {found}, not {wanted}"


def _messages(part: list[Mapping[str, Any]], hands: Hands, cast: Cast) -> Iterator[str]:
    for wanted in part:
        login, words = str(wanted["to"]), str(wanted.get("text") or "")
        found = [text for text in sent_to(hands.engine, cast.users[login]) if words in text]
        if wanted.get("none") is True and found:
            yield f"{login} was told {found[0]!r}"
        elif wanted.get("none") is not True and not found:
            yield f"{login} was not told {words!r}" if words else f"{login} was told nothing"


def _allowed(part: list[Mapping[str, Any]], hands: Hands, cast: Cast) -> Iterator[str]:
    for one in part:
        object, id = cast.records[str(one["of"])]
        try:
            allowed = hands.engine.records.get(cast.context(str(one["by"])), object, id).allowed
        except Missing:
            allowed = frozenset()
        for word in one.get("may") or ():
            if word not in allowed:
                yield f"{one['by']} may not {word} {one['of']}"
        for word in one.get("may_not") or ():
            if word in allowed:
                yield f"{one['by']} may {word} {one['of']}"


def _told(value: Any, cast: Cast) -> str:
    names = {id: name for name, (_, id) in cast.records.items()}
    names |= {id: login for login, id in cast.users.items()}
    return names.get(value, str(value)) if isinstance(value, str) else str(value)


def _people(tasks: Mapping[str, set[str]]) -> str:
    return "; ".join(f"{step}: {', '.join(sorted(logins))}" for step, logins in tasks.items()) or "none"


_JUDGES: Mapping[str, Callable[[Any, Hands, Cast], Iterator[str]]] = {
    "records": _records,
    "gone": _gone,
    "counts": _counts,
    "tasks": _tasks,
    "outcome": _outcome,
    "messages": _messages,
    "allowed": _allowed,
}
