"""An empty workbook for an object: a column for each field that may be filled, with the words of its dictionary."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.metamodel.model import FieldModel
from engine.records import Unit
from engine.transfer.files.writing import write_template
from engine.transfer.headers import importable, reference_keys

# a list longer than this is looked up rather than chosen from
_OFFERED = 500


def template_of(unit: Unit, object: str) -> bytes:
    """Return the workbook as bytes."""
    model = unit.model.objects[object]
    writable = unit.policy.writable(object, "create")
    fields = [one for one in importable(model) if one.name in writable]
    language = unit.ctx.language
    columns = [(one.title.in_language(language), _needed(one), _remark(unit, one)) for one in fields]
    for child in (one for one in model.fields.values() if one.type == "lines" and one.name in writable):
        columns += _lines(unit, child)
    choices = [
        (one.title.in_language(language), words)
        for one in fields
        if one.type == "choice" and 0 < len(words := _words(unit, one)) <= _OFFERED
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path, model.title.in_language(language), columns, choices)
        return path.read_bytes()


def _lines(unit: Unit, field: FieldModel) -> list[tuple[str, bool, str]]:
    language = unit.ctx.language
    prefix = field.title.in_language(language)
    child = unit.model.objects[field.lines_of or ""]
    return [
        (f"{prefix}.{one.title.in_language(language)}", _needed(one), _remark(unit, one)) for one in importable(child)
    ]


def _needed(one: FieldModel) -> bool:
    return one.required and one.default is None


def _remark(unit: Unit, one: FieldModel) -> str:
    language = unit.ctx.language
    parts = [one.help.in_language(language)]
    if one.type in ("reference", "department", "references") and (keys := reference_keys(unit.model, one)):
        target = unit.model.objects[one.targets[0]]
        named = ", ".join(target.fields[key].title.in_language(language) for key in keys)
        parts.append(f"{target.title.in_language(language)}: {named}")
    return "\n".join(part for part in parts if part)


def _words(unit: Unit, one: FieldModel) -> Sequence[str]:
    book = unit.books.get(one.dictionary or "")
    if book is None:
        return ()
    return [entry.item.title.in_language(unit.ctx.language) for entry in book.choosable(unit.ctx.today())]
