"""Migrations: how data follow a pack from version to version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.kernel.diagnostics import Findings
from engine.kernel.source import Span
from engine.kernel.text import LocalText
from engine.metamodel.definitions import Document, Layer, Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import TenantModel

FieldKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of a pack. Renames are keyed by the old names, conversions by the new ones."""

    pack: str
    name: str
    from_version: str
    to_version: str
    renamed_objects: Mapping[str, str]
    renamed_fields: Mapping[FieldKey, str]
    conversions: Mapping[FieldKey, Node]
    title: LocalText
    span: Span


def migrations_of(layer: Layer) -> tuple[Migration, ...]:
    """Return the migrations of a layer, the oldest first."""
    found = [_migration(layer.name, document) for document in layer.documents if document.kind == "migration"]
    return tuple(sorted(found, key=lambda migration: version_key(migration.from_version)))


def migrations_between(layers: Sequence[Layer], old: Mapping[str, str]) -> tuple[Migration, ...]:
    """Return the steps from the ``old`` version of each pack to that of its layer, in order."""
    found: list[Migration] = []
    for layer in layers:
        before = old.get(layer.name)
        if before is not None:
            found += [
                migration
                for migration in migrations_of(layer)
                if version_key(before) <= version_key(migration.from_version)
                and version_key(migration.to_version) <= version_key(layer.version)
            ]
    return tuple(found)


def check_migrations(layer: Layer, model: TenantModel, findings: Findings) -> None:
    """Complain about steps that lead backwards, or that lead to this version and name what it does not have."""
    for migration in migrations_of(layer):
        if version_key(migration.to_version) <= version_key(migration.from_version):
            findings.add("backward_migration", migration.span, begin=migration.from_version, end=migration.to_version)
        if migration.to_version == layer.version:
            for object, field in _arrivals(migration):
                _check_arrival(object, field, migration, model, findings)


def version_key(version: str) -> tuple[tuple[int, ...], int, str]:
    """Return a key that sorts versions; a version with a suffix stands before the one without."""
    figures, _, suffix = version.partition("-")
    return tuple(int(part) for part in re.findall(r"\d+", figures)), int(not suffix), suffix


def _migration(pack: str, document: Document) -> Migration:
    node = Node(document.body, document.place)
    return Migration(
        pack=pack,
        name=document.id,
        from_version=node.text("from"),
        to_version=node.text("to"),
        renamed_objects={old: str(part.value) for old, part in node.get("rename_objects").items()},
        renamed_fields={_key(old): str(part.value) for old, part in node.get("rename").items()},
        conversions={_key(name): part for name, part in node.get("convert").items()},
        title=node.label("title"),
        span=document.span,
    )


def _key(path: str) -> FieldKey:
    object, _, field = path.partition(".")
    return object, field


def _arrivals(migration: Migration) -> Iterator[tuple[str, str]]:
    for object in migration.renamed_objects.values():
        yield object, ""
    for (object, _), field in migration.renamed_fields.items():
        yield migration.renamed_objects.get(object, object), field
    yield from migration.conversions


def _check_arrival(object: str, field: str, migration: Migration, model: TenantModel, findings: Findings) -> None:
    found = model.objects.get(object)
    if found is None:
        findings.add("unknown_object", migration.span, object=object, guess=guess(object, model.objects))
    elif field and field not in found.fields:
        findings.add("unknown_field", migration.span, object=object, field=field, guess=guess(field, found.fields))
