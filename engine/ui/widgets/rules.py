"""Rules that users keep in records: a text of the rule language, a decision table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.text import LocalText
from engine.metamodel.model import FieldModel
from engine.ui.widgets.base import NOTHING, Cell, Draw, Input, Look, Posted, Spot, text_of

_WORDS = "if then else for in return some every satisfies and or not between function instance of true false null"
_TOKEN = re.compile(
    r'(?P<c>//[^\n]*|/\*.*?\*/)|(?P<s>@?"(?:[^"\\]|\\.)*")|(?P<n>\b\d+(?:\.\d+)?\b)'
    rf"|(?P<k>\b(?:{'|'.join(_WORDS.split())})\b)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class ExpressionWidget:
    """A text of the rule language over the records of an object; scripts make an editor of the text area."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        value = text_of(posted, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value

    def show(self, field: FieldModel, look: Look) -> Draw:
        return lambda value: Cell("rule", parts=tuple(coloured(str(value)))) if value else NOTHING

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        text = "" if value is None else str(value)
        return _input(field, look, spot, text, "expression")

    def width(self, field: FieldModel) -> int:
        return 12


@dataclass(frozen=True, slots=True)
class DecisionTableWidget:
    """A decision table over the records of an object; scripts make a grid of the text area, which holds it as JSON."""

    numeric: bool = False

    def read(self, posted: Posted, name: str, look: Look) -> Any:
        text = text_of(posted, name)
        if not isinstance(text, str):
            return text
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text

    def show(self, field: FieldModel, look: Look) -> Draw:
        return lambda value: table_cell(value, field.over or "", look) if isinstance(value, Mapping) else NOTHING

    def ask(self, field: FieldModel, value: Any, look: Look, spot: Spot) -> Input:
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
        return _input(field, look, spot, text, "decision_table")

    def width(self, field: FieldModel) -> int:
        return 12


def _input(field: FieldModel, look: Look, spot: Spot, text: str, mode: str) -> Input:
    # the element that scripts make is what the visible label names; the bare text area needs a name of its own
    named = replace(spot, label=spot.label or look.title(field.title))
    return Input("rule", named, value=text, mode=mode, over=field.over or "", gives=field.gives)


def coloured(text: str) -> Iterator[Cell]:
    """Yield a text of the rule language in pieces, each with the kind of its token as tone."""
    at = 0
    for found in _TOKEN.finditer(text):
        if found.start() > at:
            yield Cell("text", text[at : found.start()])
        yield Cell("text", found.group(), tone=found.lastgroup or "")
        at = found.end()
    if at < len(text):
        yield Cell("text", text[at:])


def table_cell(table: Mapping[str, Any], over: str, look: Look) -> Cell:
    """Return a decision table as rows of texts, the head first; its hit policy is the note."""
    inputs, outputs = _columns(table.get("inputs")), _columns(table.get("outputs"))
    head = [_label(one, str(one.get("is") or ""), over, look) for one in inputs]
    head += [_label(one, str(one.get("name") or ""), over, look) for one in outputs]
    rules: Any = table.get("rules")
    listed = [rule for rule in rules if isinstance(rule, list)] if isinstance(rules, list) else []
    rows = [_row([*rule, *([""] * (len(head) - len(rule)))][: len(head)]) for rule in listed]
    return Cell("grid", note=str(table.get("hit") or "UNIQUE"), tone=str(len(inputs)), parts=(_row(head), *rows))


def _label(column: Mapping[str, Any], text: str, over: str, look: Look) -> str:
    """Return what a column is called: its own label, else the titles of the fields that its text is a path of."""
    label = column.get("label")
    if isinstance(label, Mapping):
        label = look.title(LocalText({str(language): str(part) for language, part in label.items()}))
    return str(label or _titles(text, over, look) or text)


def _titles(text: str, over: str, look: Look) -> str:
    titles = []
    for name in text.split("."):
        found = look.model.objects.get(over)
        field = found.fields.get(name) if found else None
        if field is None:
            return ""
        titles.append(look.title(field.title))
        over = field.targets[0] if field.targets else ""
    return " · ".join(titles)


def _columns(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _row(texts: Sequence[Any]) -> Cell:
    return Cell("text", parts=tuple(Cell("text", str(text)) for text in texts))
