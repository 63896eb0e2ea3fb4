"""Which options a field of each type may carry; an option that nothing would read is refused."""

from __future__ import annotations

from collections.abc import Mapping

from engine.metamodel.model import FieldType

_EVERY = frozenset({"type", "title", "help", "required", "readonly"})
_TEXT = _EVERY | {"unique", "index", "search", "length", "pattern", "default", "pick", "as", "rollup"}
_LONG = _EVERY | {"search", "default", "as"}
_ORDERED = _EVERY | {"unique", "index", "range", "default", "pick", "as", "rollup"}
_NUMBER = _ORDERED | {"digits", "scale"}
_KEPT = _EVERY | {"default"}

OPTIONS: Mapping[FieldType, frozenset[str]] = {
    "text": _TEXT,
    "multiline": _LONG,
    "richtext": _LONG,
    "integer": _ORDERED | {"grouped"},
    "decimal": _NUMBER,
    "money": _NUMBER | {"currency"},
    "percent": _NUMBER,
    "boolean": _KEPT | {"index", "as"},
    "date": _ORDERED,
    "time": _ORDERED,
    "datetime": _ORDERED,
    "duration": _ORDERED,
    "choice": _KEPT | {"of", "depends_on", "pick", "index", "unique", "as"},
    "choices": _KEPT | {"of", "depends_on"},
    "reference": _KEPT | {"to", "where", "pick", "on_delete", "related", "index", "unique", "as"},
    "references": _KEPT | {"to", "where"},
    "any_reference": _KEPT | {"to", "index"},
    "lines": _EVERY | {"of"},
    "user": _KEPT | {"index", "unique", "as"},
    "users": _KEPT,
    "department": _KEPT | {"index", "unique", "as"},
    "phone": _TEXT,
    "email": _TEXT,
    "url": _TEXT,
    "address": _KEPT,
    "region": _KEPT | {"index", "search", "as"},
    "file": _EVERY,
    "files": _EVERY,
    "image": _EVERY,
    "rating": _KEPT | {"index", "as", "rollup"},
    "color": _KEPT,
    "code": _TEXT,
    "json": _KEPT,
    "expression": _EVERY | {"over", "gives"},
    "decision_table": _EVERY | {"over", "gives"},
    "secret": _EVERY | {"length"},
}

# options without which a field of the type means nothing
NEEDED: Mapping[FieldType, tuple[str, ...]] = {
    "choices": ("of",),
    "reference": ("to",),
    "references": ("to",),
    "any_reference": ("to",),
    "lines": ("of",),
    "expression": ("over",),
    "decision_table": ("over",),
}

LENGTHS: Mapping[FieldType, int] = {
    "multiline": 65_536,
    "richtext": 262_144,
    "phone": 40,
    "email": 254,
    "url": 2_000,
    "region": 20,
    "color": 9,
    "secret": 1_000,
}

SCALES: Mapping[FieldType, int] = {"decimal": 4, "money": 2, "percent": 2, "integer": 0, "rating": 0}

# names that the engine gives to fields of its own
SYSTEM_NAMES = frozenset(
    {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by"}
)
OWNED_NAMES = frozenset({"owner", "department"})
# names that mean something else in an expression
_ROOTS = frozenset({"actor", "record", "before", "item", "partial"})
_WORDS = frozenset(
    {"null", "true", "false", "and", "or", "not", "if", "then", "else", "for", "in", "return", "some", "every"}
    | {"satisfies", "between", "function", "external", "instance"}
)
RESERVED_FIELDS = SYSTEM_NAMES | _ROOTS | _WORDS
RESERVED_OBJECTS = frozenset({"user"}) | _ROOTS | _WORDS
RESERVED_PREFIXES = ("tessera_", "sqlite_", "pg_")
