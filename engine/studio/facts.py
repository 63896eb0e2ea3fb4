"""What a rule reads of real records, read through the counter: under the reader's own permission, like any list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.kernel.context import Context
from engine.kernel.errors import TesseraError
from engine.kernel.names import is_record_id
from engine.records import Listing, RecordService
from engine.records.change import Record
from engine.records.conditions import readable_path
from engine.records.reading import facts_of
from engine.records.unit import Unit
from engine.storage import Reference

Path = tuple[str, ...]
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """A real record: its title and the facts that a rule asked for. What its reader may not see is absent."""

    id: str
    title: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FactReader:
    """Reads samples of one object."""

    records: RecordService
    ctx: Context
    unit: Unit
    object: str

    def samples(self, reads: Iterable[Path], ids: Sequence[str], count: int) -> list[Sample]:
        """Return the records with these ids that can be seen, or the ``count`` that were changed last."""
        own = [path[1:] if path[0] == "record" and len(path) > 1 else path for path in reads]
        paths = sorted({path for path in own if path[0] in self._fields})
        display = self.unit.model.objects[self.object].display
        plain = [path for path in paths if not self._fields[path[0]].lines_of]
        fields = self._readable(self.object, [*plain, (display,)])
        lines = self._lines(paths)
        found: list[Sample] = []
        for record in self._records(fields, ids, count):
            facts = facts_in_clear(record)
            for name, wanted in lines.items():
                facts[name] = self._lines_of(record.id, name, wanted)
            facts.setdefault("record", dict(facts))
            facts["actor"] = self.unit.policy.facts
            found.append(Sample(record.id, _title(record, display), facts))
        return found

    @property
    def _fields(self) -> Mapping[str, Any]:
        return self.unit.model.objects[self.object].fields

    def _records(self, fields: tuple[str, ...], ids: Sequence[str], count: int) -> Sequence[Record]:
        wanted = [id for id in ids if is_record_id(id)][:count]
        quoted = ", ".join(f'"{id}"' for id in wanted)
        where = f"id in ({quoted})" if wanted else None
        listing = Listing(self.object, where, sort=("-updated_at",), fields=fields, limit=count)
        return self.records.list(self.ctx, listing).records

    def _lines(self, paths: Sequence[Path]) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for path in paths:
            if self._fields[path[0]].lines_of:
                found.setdefault(path[0], []).extend([path[1:]] if len(path) > 1 else [])
        return found

    def _lines_of(self, id: str, name: str, paths: Sequence[Path]) -> list[dict[str, Any]]:
        field = self._fields[name]
        child, by = field.lines_of or "", field.lines_by or ""
        fields = self._readable(child, [*paths, (by,)])
        listing = Listing(child, f'{by} = "{id}"', sort=("id",), fields=fields, limit=MOST_LINES)
        try:
            return [facts_in_clear(line) for line in self.records.list(self.ctx, listing).records]
        except TesseraError:  # whoever may not see the lines tries the rule without them
            return []

    def _readable(self, object: str, paths: Sequence[Path]) -> tuple[str, ...]:
        found = []
        for path in paths:
            text = ".".join(path)
            try:
                readable_path(self.unit.policy, self.unit.model, object, text)
            except TesseraError:  # a path over lines behind a reference, or one that is not for this reader
                continue
            found.append(text)
        return tuple(dict.fromkeys(found))


def facts_in_clear(record: Record) -> dict[str, Any]:
    """Return a record as expressions see it; what is masked is not known."""
    clear = {path: _plain(value) for path, value in record.values.items() if path not in record.masked}
    return {**facts_of(clear), "id": record.id}


def _plain(value: Any) -> Any:
    if isinstance(value, Reference) and value.object is None:
        return value.id
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def _title(record: Record, display: str) -> str:
    value = record.values.get(display)
    if isinstance(value, Reference):
        value = value.title
    return record.id if value is None else str(value)
