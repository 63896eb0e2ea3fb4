"""The fields that the engine keeps on every record, behind those of the pack."""

from __future__ import annotations

from collections.abc import Iterator

from engine.kernel.text import LocalText
from engine.metamodel.model import FieldModel, FieldType, ObjectModel

_TITLES: dict[str, tuple[FieldType, str, str]] = {
    "id": ("text", "ID", "标识"),
    "version": ("integer", "Version", "版本"),
    "created_at": ("datetime", "Created", "创建时间"),
    "created_by": ("user", "Created by", "创建人"),
    "updated_at": ("datetime", "Last change", "最后修改"),
    "updated_by": ("user", "Changed by", "修改人"),
    "owner": ("user", "Owner", "负责人"),
    "department": ("department", "Department", "所属部门"),
    "deleted_at": ("datetime", "Deleted", "删除时间"),
    "deleted_by": ("user", "Deleted by", "删除人"),
}
_WRITABLE = ("owner", "department")
_INDEXED = ("owner", "department")


def system_fields(object: ObjectModel, unit: str | None) -> Iterator[FieldModel]:
    """Yield the system fields of an object; ``unit`` is the object that holds the organisation's units."""
    names = ["id", "version", "created_at", "created_by", "updated_at", "updated_by"]
    if object.owned:
        names += ["owner", "department"]
    if object.recycles:
        names += ["deleted_at", "deleted_by"]
    for name in names:
        type, en, zh = _TITLES[name]
        yield FieldModel(
            name=name,
            type=type,
            title=LocalText({"en": en, "zh": zh}),
            readonly=name not in _WRITABLE,
            system=True,
            indexed=name in _INDEXED,
            length=36,
            scale=0,
            targets=(unit,) if name == "department" and unit else (),
            layer="engine",
        )
