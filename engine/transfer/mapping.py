"""What an import file means: which column fills which field. Written in YAML or JSON, or guessed from the header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition, Complaint, Malformed, Missing, Rejected
from engine.metamodel.packs.reader import compose


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value is exchanged: the row of ``file`` whose ``key`` holds it gives the value of ``take``."""

    file: str
    key: str
    take: str


@dataclass(frozen=True, slots=True)
class ColumnDef:
    """A column fills ``field``. ``by``: the unique field of the target that a reference is given by; ``formula``:
    FEEL over ``value`` (the cell) and ``row`` (all cells by their column)."""

    column: str
    field: str
    by: str = ""
    formula: str = ""
    lookup: Lookup | None = None


@dataclass(frozen=True, slots=True)
class SheetDef:
    """What the rows of one file fill. ``constants`` fill fields that have no column; a text that begins with ``=`` is
    a formula over ``row``."""

    columns: tuple[ColumnDef, ...] = ()
    constants: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""


@dataclass(frozen=True, slots=True)
class LinesDef:
    """The file of a ``lines`` field; its column ``parent`` holds the key that the column ``own`` has above."""

    field: str
    sheet: SheetDef
    parent: str
    own: str = ""


@dataclass(frozen=True, slots=True)
class MappingDef:
    """The whole: the object, the fields that recognise a record again, its file and those of its lines."""

    object: str
    sheet: SheetDef
    key: tuple[str, ...] = ()
    lines: tuple[LinesDef, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form, which ``mapping_of`` reads again."""
        return {
            "object": self.object,
            "key": list(self.key),
            **_sheet_json(self.sheet),
            "lines": {
                one.field: {"parent": one.parent, "own": one.own, **_sheet_json(one.sheet)} for one in self.lines
            },
        }


def read_mapping(path: Path) -> MappingDef:
    """Read a mapping file (.yaml, .yml or .json). Raises Missing, Malformed, BadDefinition or Rejected."""
    if not path.is_file():
        raise Missing("no_such_file", name=path.name)
    text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    if path.suffix == ".json":
        try:
            return mapping_of(json.loads(text))
        except ValueError as error:
            raise Malformed("bad_formula", formula=path.name, message=str(error)) from None
    findings = Findings()
    composed = compose(text, path.name, findings)
    if findings.errors:
        raise BadDefinition(findings.errors)
    return mapping_of(composed[0].value if composed else None)


def mapping_of(value: Any) -> MappingDef:
    """Return the mapping that a plain JSON value describes. Raises Rejected with everything wrong with its shape."""
    reader = _Reader()
    mapping = reader.mapping(value)
    if reader.wrong:
        raise Rejected("bad_mapping", reader.wrong, count=len(reader.wrong))
    return mapping


class _Reader:
    def __init__(self) -> None:
        self.wrong: list[Complaint] = []

    def mapping(self, value: Any) -> MappingDef:
        parts = self._options(value, "", ("object", "key", "file", "columns", "constants", "lines"))
        name = self._text(parts, "object", "")
        if not name and not self.wrong:
            self._complain("object", "required")
        lines = parts.get("lines") or {}
        if not isinstance(lines, Mapping):
            self._complain("lines", "not_mapping")
            lines = {}
        return MappingDef(
            name,
            self._sheet(parts, ""),
            self._key(parts.get("key")),
            tuple(self._lines(str(field), one) for field, one in lines.items()),
        )

    def _key(self, value: Any) -> tuple[str, ...]:
        if value is None:
            return ()
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self._complain("key", "not_list")
            return ()
        return tuple(names)

    def _lines(self, name: str, value: Any) -> LinesDef:
        place = f"lines.{name}."
        parts = self._options(value, place, ("file", "parent", "own", "columns", "constants"))
        if not parts.get("parent"):
            self._complain(f"{place}parent", "required")
        return LinesDef(
            name, self._sheet(parts, place), self._text(parts, "parent", place), self._text(parts, "own", place)
        )

    def _sheet(self, parts: Mapping[str, Any], place: str) -> SheetDef:
        columns, constants = parts.get("columns") or {}, parts.get("constants") or {}
        for name, part in (("columns", columns), ("constants", constants)):
            if not isinstance(part, Mapping):
                self._complain(place + name, "not_mapping")
        if not isinstance(columns, Mapping) or not isinstance(constants, Mapping):
            return SheetDef()
        found = tuple(self._column(str(name), target, f"{place}columns.{name}") for name, target in columns.items())
        return SheetDef(found, dict(constants), self._text(parts, "file", place))

    def _column(self, column: str, target: Any, place: str) -> ColumnDef:
        if isinstance(target, str):
            return ColumnDef(column, target)
        parts = self._options(target, f"{place}.", ("field", "by", "as", "lookup"))
        if not parts.get("field"):
            self._complain(f"{place}.field", "required")
        lookup = None
        if parts.get("lookup") is not None:
            where = f"{place}.lookup."
            told = self._options(parts["lookup"], where, ("file", "key", "take"))
            lookup = Lookup(*(self._needed(told, name, where) for name in ("file", "key", "take")))
        where = f"{place}."
        by, formula = self._text(parts, "by", where), self._text(parts, "as", where)
        return ColumnDef(column, self._text(parts, "field", where), by, formula, lookup)

    def _options(self, value: Any, place: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self._complain(place.rstrip("."), "not_mapping")
            return {}
        for option in value:
            if option not in known:
                self._complain(f"{place}{option}", "unknown_option", option=option, known=", ".join(known))
        return value

    def _needed(self, parts: Mapping[str, Any], name: str, place: str) -> str:
        if not parts.get(name):
            self._complain(place + name, "required")
        return self._text(parts, name, place)

    def _text(self, parts: Mapping[str, Any], name: str, place: str) -> str:
        value = parts.get(name, "")
        if not isinstance(value, str):
            self._complain(place + name, "not_text")
            return ""
        return value

    def _complain(self, path: str, code: str, /, **params: Any) -> None:
        self.wrong.append(Complaint(path, code, params))


def _sheet_json(sheet: SheetDef) -> dict[str, Any]:
    columns = {}
    for one in sheet.columns:
        lookup = one.lookup and {"file": one.lookup.file, "key": one.lookup.key, "take": one.lookup.take}
        parts = {"field": one.field, "by": one.by, "as": one.formula, "lookup": lookup}
        columns[one.column] = {name: part for name, part in parts.items() if part}
    return {"file": sheet.file, "columns": columns, "constants": dict(sheet.constants)}
