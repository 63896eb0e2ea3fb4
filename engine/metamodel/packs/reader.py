"""YAML text becomes plain values and their places; whatever YAML offers beyond that is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined] # it comes from the C part
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from engine.kernel.diagnostics import Findings
from engine.kernel.source import Span
from engine.metamodel import limits
from engine.metamodel.definitions import Place
from engine.metamodel.packs.scalars import InexactNumberError, plain_value
from engine.metamodel.packs.source import unwanted_in_value


@dataclass(frozen=True, slots=True)
class Composed:
    """A YAML document: its value and the tree of places."""

    value: Any
    place: Place


class _Abandoned(Exception):
    """The rest of the file cannot be trusted."""


def compose(text: str, file: str, findings: Findings) -> list[Composed]:
    """Return the YAML documents of a text; complaints go to ``findings``."""
    parser = CParser(text)
    try:
        return _Composer(text, file, findings, parser).documents()
    except _Abandoned:
        return []
    except YAMLError as error:
        findings.add("yaml_syntax", _place_of(error, file), problem=_problem(error))
        return []
    finally:
        parser.dispose()


@dataclass(slots=True)
class _Composer:
    text: str
    file: str
    findings: Findings
    parser: Any
    nodes: int = 0
    event: Any = field(default=None)

    def documents(self) -> list[Composed]:
        found: list[Composed] = []
        while True:
            event = self._next()
            if isinstance(event, StreamEndEvent):
                return found
            if isinstance(event, DocumentStartEvent):
                if event.version or event.tags:
                    self.findings.add("yaml_directive", self._span(event))
                value, place = self._value(self._next(), None, 1)
                found.append(Composed(value, place))
            elif not isinstance(event, DocumentEndEvent | StreamStartEvent):
                raise _Abandoned

    def _next(self) -> Any:
        return self.parser.get_event()

    def _value(self, event: Any, key: Any, depth: int) -> tuple[Any, Place]:
        self._count(event, depth)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, key)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, key, depth)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, key, depth)
        # libyaml knows no other event here
        self.findings.add("yaml_alias", self._span(event))
        return None, self._place(event, key)

    def _count(self, event: Any, depth: int) -> None:
        self.nodes += 1
        if self.nodes > limits.YAML_NODES:
            self._give_up("YAML nodes", self.nodes, limits.YAML_NODES, event)
        if depth > limits.YAML_DEPTH:
            self._give_up("YAML depth", depth, limits.YAML_DEPTH, event)
        if isinstance(event, AliasEvent):
            return
        if event.anchor is not None:
            self.findings.add("yaml_anchor", self._span(event), anchor=event.anchor)
        if event.tag is not None:
            self.findings.add("yaml_tag", self._span(event), tag=event.tag)

    def _give_up(self, limit: str, value: int, maximum: int, event: Any) -> None:
        self.findings.add("limit_exceeded", self._span(event), limit=limit, value=value, max=maximum)
        raise _Abandoned

    def _scalar(self, event: Any, key: Any) -> tuple[Any, Place]:
        start, end = event.start_mark.index, event.end_mark.index
        if end - start > limits.SCALAR_BYTES:
            size = len(self.text[start:end].encode())
            self._give_up("YAML text", size, limits.SCALAR_BYTES, event)
        written = self.text[start:end]
        place = self._place(event, key, None if written == event.value else written)
        if event.implicit[0]:
            return self._plain(event), place
        unwanted = unwanted_in_value(event.value)
        if unwanted:
            self.findings.add("control_character", self._span(event), character=unwanted)
        return event.value, place

    def _plain(self, event: Any) -> Any:
        try:
            return plain_value(event.value)
        except InexactNumberError:
            self.findings.add("inexact_number", self._span(event), value=event.value[:60])
            return 0

    def _mapping(self, event: Any, key: Any, depth: int) -> tuple[dict[str, Any], Place]:
        values: dict[str, Any] = {}
        places: dict[str | int, Place] = {}
        place = self._place(event, key, None, places)
        while not isinstance(key_event := self._next(), MappingEndEvent):
            name = self._key(key_event, values, depth + 1)
            event = self._next()
            value, child = self._value(event, key_event, depth + 1)
            if name is not None and not isinstance(event, AliasEvent):
                values[name], places[name] = value, child
        return values, place

    def _key(self, event: Any, values: dict[str, Any], depth: int) -> str | None:
        if not isinstance(event, ScalarEvent):
            self.findings.add("key_not_text", self._span(event))
            self._value(event, None, depth)
            return None
        self._count(event, depth)
        name: str = event.value
        if name == "<<":
            self.findings.add("yaml_merge_key", self._span(event))
        elif name in values:
            self.findings.add("duplicate_key", self._span(event), key=name)
        elif not name or unwanted_in_value(name) or len(name) > limits.PATTERN_LENGTH:
            self.findings.add("key_not_text", self._span(event))
        else:
            return name
        return None

    def _sequence(self, event: Any, key: Any, depth: int) -> tuple[list[Any], Place]:
        values: list[Any] = []
        places: dict[str | int, Place] = {}
        place = self._place(event, key, None, places)
        while not isinstance(element := self._next(), SequenceEndEvent):
            value, child = self._value(element, None, depth + 1)
            if not isinstance(element, AliasEvent):
                places[len(values)] = child
                values.append(value)
        return values, place

    def _span(self, event: Any) -> Span:
        mark = event.start_mark
        return Span(self.file, mark.line + 1, mark.column + 1)

    def _place(self, event: Any, key: Any, raw: str | None = None, children: Any = None) -> Place:
        mark = event.start_mark
        if key is None:
            return Place(self.file, mark.line + 1, mark.column + 1, 0, 0, children, raw)
        at = key.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1, at.line + 1, at.column + 1, children, raw)


def _place_of(error: YAMLError, file: str) -> Span:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return Span(file, mark.line + 1, mark.column + 1) if mark else Span(file, 1, 1)


def _problem(error: YAMLError) -> str:
    if isinstance(error, MarkedYAMLError):
        parts = (error.problem, error.context)
        return " ".join(str(part) for part in parts if part)
    return "the text is not YAML"
