"""Bodies of process commands: which keys there are and what they hold; a misspelt key is an error, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.kernel.diagnostics import nearest
from engine.kernel.errors import Complaint, Rejected

Shape = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _people(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _choices(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_people(one) for one in value.values())


def _renames(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values())


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _seen(value: Any) -> bool:
    return isinstance(value, str) or _whole(value)


def _facts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_seen(one) for one in value.values())


_COMMAND: Mapping[str, Shape] = {"comment": _text, "channel": _text}
TASK: Mapping[str, Shape] = {
    **_COMMAND,
    "to": _people,
    "then": _text,
    "values": _object,
    "output": _object,
    "picks": _choices,
    "seen": _seen,
    "signature": _text,
    "attachments": _texts,
    "how": _text,
    "mode": _text,
    "person": _people,
}
INSTANCE: Mapping[str, Shape] = {
    **_COMMAND,
    "to": _people,
    "step": _text,
    "values": _object,
    "seq": _whole,
    "delete_subject": _flag,
}
START: Mapping[str, Shape] = {
    "comment": _text,
    "values": _object,
    "picks": _choices,
    "version": _whole,
    "department": _text,
}
BULK: Mapping[str, Shape] = {"tasks": _texts, "verb": _text, "comment": _text, "seen": _facts}
MIGRATE: Mapping[str, Shape] = {"version": _whole, "map": _renames, "instances": _texts, "dry_run": _flag}
CLOSE: Mapping[str, Shape] = {"closed": _flag}
SUBSTITUTE: Mapping[str, Shape] = {
    **dict.fromkeys(("principal", "substitute", "from", "to", "flow", "object", "mode"), _text),
    "open_tasks": _flag,
}


def require_shape(body: Mapping[str, Any], shape: Mapping[str, Shape]) -> Mapping[str, Any]:
    """Return the body without empty keys; raises Rejected with everything that is wrong with it."""
    complaints = []
    for name, value in body.items():
        known = shape.get(name)
        if known is None:
            guess = nearest(name, tuple(shape))
            complaints.append(Complaint(name[:60], "unknown_key_of_command", {"key": name[:60], "guess": guess or "-"}))
        elif value is not None and not known(value):
            complaints.append(Complaint(name, "wrong_kind_of_value", {"key": name}))
    if complaints:
        raise Rejected("invalid", complaints, count=len(complaints))
    return {name: value for name, value in body.items() if value is not None}
