"""A condition as its reader can take it in: fields by their titles, parameters by their values, choices by their names.

It is said, not translated: what has no name of its own stays FEEL, and nothing reads the outcome back.
"""

from __future__ import annotations

import re

from engine.metamodel.model import FieldModel
from engine.ui.desk import Desk
from engine.ui.formatting import as_decimal, trimmed

_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|<=|>=|!=|\s+|.', re.DOTALL)
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}
_WORDS = frozenset({"and", "or", "not", "null", "true", "false", "in"})
_OURS = frozenset({"record", "before"})


def condition_in_words(desk: Desk, object: str, text: str) -> str:
    """Return a condition over a record of an object in the words of its reader."""
    said: list[str] = []
    field: FieldModel | None = None
    holder = object
    for part in _PART.findall(text.removeprefix("=").strip()):
        if part[0] == '"':
            said.append(_literal(desk, holder, field, part[1:-1]))
        elif part in _SIGNS:
            said.append(_SIGNS[part])
        elif part in _WORDS:
            said.append(desk.say(f"condition.{part}"))
        elif part[0].isalpha() or part[0] == "_":
            found = _field_at(desk, object, part)
            if found is not None:
                holder, field = found
            said.append(desk.title(field.title) if found is not None and field is not None else _other(desk, part))
        else:
            said.append(" " if part.isspace() else part)
    return "".join(said)


def _field_at(desk: Desk, object: str, path: str) -> tuple[str, FieldModel] | None:
    steps = path.split(".")
    if steps[0] in _OURS:
        steps = steps[1:]
    for place, step in enumerate(steps):
        field = desk.model.objects[object].fields.get(step) if object in desk.model.objects else None
        if field is None:
            return None
        if place == len(steps) - 1 or (place == len(steps) - 2 and steps[-1] == "id"):
            return object, field
        object = field.targets[0] if len(field.targets) == 1 else field.lines_of or ""
    return None


def _literal(desk: Desk, object: str, field: FieldModel | None, text: str) -> str:
    if field is None or field.type not in ("choice", "choices"):
        return f'"{text}"'
    lifecycle = desk.model.lifecycle_of(object)
    if lifecycle is not None and lifecycle.field == field.name:
        state = lifecycle.states.get(text)
        return desk.title(state.title) if state is not None else text
    item = desk.items(field.dictionary).get(text) if field.dictionary else None
    return desk.title(item.title) if item is not None else text


def _other(desk: Desk, path: str) -> str:
    """Return what a parameter comes to; any other name as it stands."""
    root, _, rest = path.partition(".")
    group, _, name = rest.partition(".")
    params = desk.model.params.get(group) if root == "params" else None
    param = params.params.get(name) if params is not None else None
    if param is None:
        return path
    number = as_decimal(param.value)
    return path if number is None else trimmed(number)
