"""Posted forms become plain mappings: what the counter wants, and what the form needs to be drawn again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.kernel.errors import Complaint, LimitExceeded, Rejected
from engine.metamodel.model import FieldModel, ObjectModel
from engine.ui.desk import Desk
from engine.ui.formatting import as_decimal
from engine.ui.widgets import widget_of
from engine.ui.widgets.base import ABSENT, Posted, SentFile
from engine.ui.widgets.references import Pick

_FILES = frozenset({"file", "files", "image"})
# object, field and a file -> what a record takes for it
KeepFile = Callable[[str, str, SentFile], Mapping[str, Any]]
FindOne = Callable[[str, str, str, Mapping[str, Any]], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class FormInput:
    """``input`` is plain JSON for the counter; ``kept`` is what the form is drawn from again; ``complaints`` are
    about texts in pickers that lead to no record."""

    input: Mapping[str, Any]
    kept: Mapping[str, Any]
    complaints: tuple[Complaint, ...] = ()


def read_form(
    desk: Desk, found: ObjectModel, posted: Posted, find: FindOne, keep: KeepFile | None, *, new: bool
) -> FormInput:
    """Return what was posted for the fields of an object that the reader may write; chosen files go to ``keep``."""
    reader = _Reader(desk, find, keep, "create" if new else "update", [])
    plain, kept = reader.record(found, posted, "", "")
    for field in found.fields.values():
        if field.type == "lines" and posted.one(f"{field.name}._sent") is not None:
            plain[field.name], kept[field.name] = reader.lines(field, posted)
    return FormInput(plain, kept, tuple(reader.complaints))


@dataclass(frozen=True, slots=True)
class _Reader:
    desk: Desk
    find: FindOne
    keep: KeepFile | None
    action: str
    complaints: list[Complaint]

    def record(
        self, found: ObjectModel, posted: Posted, prefix: str, path: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        look = self.desk.look(found.name)
        plain: dict[str, Any] = {}
        kept: dict[str, Any] = {}
        writable = self.desk.policy.writable(found.name, self.action if not prefix else "update")
        for field in found.fields.values():
            if field.type == "lines" or field.computed or field.name not in writable:
                continue
            value = widget_of(field).read(posted, prefix + field.name, look)
            if self.keep is not None and (sent := posted.sent(f"{prefix}{field.name}.new")) and field.type in _FILES:
                value = self.with_files(self.keep, found, field, path, value, sent)
            if value is ABSENT:
                continue
            kept[field.name] = value
            settled = self.settle(found, field, value, path, kept)
            if not prefix and self.picks_anew(field, posted, settled):
                del kept[field.name]
                continue
            if settled is not None or not self.defaults(field, posted, prefix):
                plain[field.name] = settled
        return plain, kept

    def with_files(
        self,
        keep: KeepFile,
        found: ObjectModel,
        field: FieldModel,
        path: str,
        value: Any,
        sent: Sequence[SentFile],
    ) -> Any:
        """Return a field's files with those that were chosen; a file that is refused becomes a complaint."""
        kept: list[Mapping[str, Any]] = []
        for file in sent:
            try:
                kept.append(keep(found.name, field.name, file))
            except Rejected as error:
                self.complaints.extend(replace(one, path=path + field.name) for one in error.complaints)
            except LimitExceeded as error:
                self.complaints.append(replace(error.complaint, path=path + field.name))
        if field.type == "files":
            return [*(value if isinstance(value, list) else ()), *kept]
        return kept[-1] if kept else value

    def lines(self, field: FieldModel, posted: Posted) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        child = self.desk.model.objects[field.lines_of or ""]
        plain_rows: list[dict[str, Any]] = []
        kept_rows: list[dict[str, Any]] = []
        for key in posted.keys(field.name):
            if key in ("_sent", "__key__"):
                continue
            prefix = f"{field.name}.{key}."
            identity = posted.one(f"{prefix}id") or ""
            plain, kept = self.record(child, posted, prefix, f"{field.name}[{len(plain_rows)}].")
            if not identity and all(value in (None, "", [], False) for value in plain.values()):
                # nobody filled this row in: it stays on the page, but is not sent
                kept_rows.append({"id": "", "_key": key, "_blank": True})
                continue
            if identity:
                plain["id"] = identity
            kept_rows.append({**kept, "id": identity, "_key": key, "_at": len(plain_rows)})
            plain_rows.append(plain)
        return plain_rows, kept_rows

    def defaults(self, field: FieldModel, posted: Posted, prefix: str) -> bool:
        """Tell whether an input left empty on a new record is for the engine to fill: in a row that was just added,
        and where the default follows from other fields. A fixed default stood in the input and was taken out."""
        default = field.default
        if default is None:
            return False
        if prefix:
            return not posted.one(f"{prefix}id")
        follows = default.expression is not None and bool(default.expression.reads)
        return self.action == "create" and (follows or field.required)

    def picks_anew(self, field: FieldModel, posted: Posted, value: Any) -> bool:
        """Tell whether a field is still for the engine to pick, since nobody chose something else: of a new record, and
        of one that is changed where it follows other fields."""
        if field.pick is None or (self.action != "create" and not field.pick.again):
            return False
        before = posted.one(f"{field.name}.picked")
        if value == before or (value is None and self.action == "create"):
            return True
        number = as_decimal(value)
        return number is not None and number == as_decimal(before)

    def settle(self, found: ObjectModel, field: FieldModel, value: Any, path: str, kept: dict[str, Any]) -> Any:
        """Return a picked value as plain JSON; a text that was typed but not picked is looked up."""
        if isinstance(value, list):
            return [part.id if isinstance(part, Pick) else part for part in value]
        if field.type == "any_reference" and isinstance(value, dict):
            return {"object": value["object"], "id": value["id"]}
        if not isinstance(value, Pick):
            return value
        if value.id:
            return value.id
        matches = self.find(found.name, field.name, value.title, kept)
        exact = [one for one in matches if one[1].casefold() == value.title.casefold()] or matches
        if len(exact) == 1:
            kept[field.name] = Pick(*exact[0])
            return exact[0][0]
        code = "reference_unclear" if exact else "reference_unknown"
        self.complaints.append(Complaint(path + field.name, code, {"text": value.title, "count": len(exact)}))
        return None
