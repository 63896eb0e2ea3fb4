"""Scene: the names that the expressions of one list of effects see, growing as the effects create records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.kernel.errors import Rejected
from engine.kernel.names import RecordRef
from engine.metamodel.model import FieldModel
from engine.metamodel.model.field import Default
from engine.metamodel.model.phrase import Phrase
from engine.records import Unit
from engine.records.results import DoesNotFit, fitted, identity
from engine.rules import Expression, to_python
from engine.storage import Reference
from engine.workflow.facts import Lazily, read_subject


class Scene(Mapping[str, Any]):
    """Roots that were given, and names that effects bound. ``record`` is read anew after the subject was changed."""

    def __init__(self, unit: Unit, facts: Mapping[str, Any], subject: RecordRef) -> None:
        self.unit, self.subject = unit, subject
        self.records: dict[str, RecordRef] = {"record": subject}
        self._facts = facts
        self._names: dict[str, Any] = {}
        self._stale = False

    # -- names -----------------------------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Any:
        if name in self._names:
            return self._names[name]
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._facts), **self._names})

    def __len__(self) -> int:
        return len(set(self._facts) | set(self._names))

    def bind(self, name: str, value: Any) -> None:
        """Let a name mean a value from now on."""
        self._names[name] = value

    def unbind(self, name: str) -> None:
        """Forget a name."""
        self._names.pop(name, None)

    def bind_record(self, name: str, ref: RecordRef, paths: frozenset[tuple[str, ...]]) -> None:
        """Let a name mean a record, with what expressions will look at behind it."""
        self.records[name] = ref
        self._names[name] = read_subject(self.unit, ref.object, ref.id, paths).facts

    def subject_changed(self) -> None:
        """Let ``record`` be read anew when it is next looked at."""
        if isinstance(self._facts, Lazily):
            self._facts.forget("record")

    # -- values ----------------------------------------------------------------------------------------------------

    def value(self, expression: Expression) -> Any:
        """Return what an expression yields here."""
        self.unit.run.restart()
        found = expression.value(self, self.unit.run)
        # facts of records point to each other and are taken as they are; a copy would go round in circles
        return found if isinstance(found, dict | list | tuple) else to_python(found)

    def holds(self, condition: Expression | None) -> bool:
        """Tell whether a condition is true; null is not (K7). Rejected when it is neither."""
        return condition is None or self.unit.truth(condition, self) is True

    def typed(self, field: FieldModel, given: Default) -> Any:
        """Return a value as a field holds it; Rejected when it cannot."""
        if given.expression is None:
            return given.value
        self.unit.run.restart()
        value = given.expression.value(self, self.unit.run)
        if value is None:
            return None
        if field.type == "any_reference" and not isinstance(value, Reference):
            ref = self.record_behind(given.expression, value)
            return None if ref is None else Reference(ref.id, None, ref.object)
        try:
            return fitted(field, value)
        except DoesNotFit:
            raise Rejected("value_does_not_fit", field=field.name) from None

    def record_of(self, expression: Expression | None, effect: str) -> RecordRef:
        """Return the record that an effect acts on: the subject, or what its expression yields."""
        if expression is None:
            return self.subject
        found = self.record_behind(expression, self.value(expression))
        if found is None:
            raise Rejected("effect_needs_record", effect=effect)
        return found

    def record_behind(self, expression: Expression, value: Any) -> RecordRef | None:
        """Return which record a value stands for: a name that was bound, or what a reference points to."""
        id = identity(value)
        if id is None:
            return None
        if isinstance(value, Reference) and value.object:
            return RecordRef(value.object, id)
        for name, ref in self.records.items():
            if ref.id == id and any(path[0] == name for path in expression.reads):
                return ref
        object = self.object_at(expression)
        return None if object is None else RecordRef(object, id)

    def object_at(self, expression: Expression) -> str | None:
        """Return the object that the path of an expression ends at, where it is one path over references."""
        for path in sorted(expression.reads, key=len, reverse=True):
            at = self.records[path[0]].object if path[0] in self.records else None
            for step in path[1:]:
                known = None if at is None else self.unit.model.objects.get(at)
                field = None if known is None else known.fields.get(step)
                at = None if field is None else field.lines_of or (field.targets[0] if field.targets else None)
            if at is not None and len(path) > 1:
                return at
        return None

    def text(self, phrase: Phrase, language: str) -> str:
        """Return a phrase with its places filled."""
        parts = (part if isinstance(part, str) else _shown(self.value(part)) for part in phrase.in_language(language))
        return "".join(parts)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str(next((value[key] for key in ("name", "title", "number") if value.get(key)), value.get("id", "")))
    return str(value)
