"""Which fields have something to check besides the shape of their values."""

from __future__ import annotations

from engine.metamodel.model import FieldModel

# types whose values are texts of a declared length, and those that point at records or people
LIMITED = frozenset({"text", "code", "phone", "email", "url", "choice", "region"})
POINTING = frozenset({"reference", "department", "user", "references", "users", "any_reference"})


def has_checks(field: FieldModel) -> bool:
    """Tell whether a field's values can be wrong in another way than in their shape."""
    if field.pattern is not None or field.range is not None or field.dictionary is not None:
        return True
    return field.type in LIMITED or field.type in POINTING
