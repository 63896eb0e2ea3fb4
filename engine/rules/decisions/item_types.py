"""Item definitions become types, and what brings a value to such a type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.kernel.errors import BadDefinition
from engine.rules.crossing import from_python
from engine.rules.decisions.boxes import ItemDefinition
from engine.rules.evaluation import Run
from engine.rules.expression import Expression, compile_tests
from engine.rules.feel_types import (
    ANY,
    BUILTIN_TYPES,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
    list_of,
)
from engine.rules.functions import NoValue
from engine.rules.instances import coerce
from engine.rules.scope import Names

Conform = Callable[[Any, Run], Any]
"""Returns the value as the type has it, or raises NoValue."""

_BARE: Mapping[str, FeelType] = {
    "list": list_of(ANY),
    "context": ContextType({}, open=True),
    "range": RangeType(ANY),
    "function": FunctionType(),
    "": ANY,
}
_MAX_DEPTH = 32


class ItemTypes:
    """The named types of a model and of those it imports (``alias.name``)."""

    def __init__(self, items: Mapping[str, ItemDefinition], imported: Mapping[str, ItemTypes]) -> None:
        self._items, self._imported = items, imported
        self._types: dict[str, FeelType] = {}
        self._tests: dict[str, Expression | None] = {}

    def declares(self, ref: str) -> bool:
        """Tell whether the model itself names a type so."""
        return ref in self._items

    def named(self) -> dict[str, FeelType]:
        """Return all types by name, those of imports with their alias."""
        found = {name: self.type(name) for name in self._items}
        for alias, types in self._imported.items():
            found |= {f"{alias}.{name}" if alias else name: type_ for name, type_ in types.named().items()}
        return found

    def type(self, ref: str, depth: int = 0) -> FeelType:
        """Return the type with a name; an unknown one is any type."""
        if ref in self._types:
            return self._types[ref]
        item = self._items.get(ref)
        if item is not None and depth < _MAX_DEPTH:
            self._types[ref] = found = self.of_item(item, depth + 1)
            return found
        alias, _, name = ref.partition(".")
        if name and alias in self._imported:
            return self._imported[alias].type(name)
        if "" in self._imported and self._imported[""].declares(ref):
            return self._imported[""].type(ref)
        return BUILTIN_TYPES.get(ref) or _BARE.get(ref) or ANY

    def of_item(self, item: ItemDefinition, depth: int) -> FeelType:
        """Return the type that an item definition, or a component of one, describes."""
        if item.function is not None:
            parameters, output = item.function
            found: FeelType = FunctionType(
                tuple(self.type(p.type_ref, depth) for p in parameters), self.type(output, depth)
            )
        elif item.components:
            found = ContextType({part.name: self.of_item(part, depth) for part in item.components})
        else:
            found = self.type(item.type_ref, depth)
        return list_of(found) if item.collection else found

    def conform(self, ref: str) -> Conform | None:
        """Return what brings a value to a named type, its allowed values included; None when anything goes."""
        type_ = self.type(ref)
        allowed = self.allowed_check(ref, 0)
        if type_ is ANY and allowed is None:
            return None

        def bring(value: Any, run: Run) -> Any:
            value = coerce(value, type_)
            if allowed is not None and value is not None:
                allowed(value, run)
            return value

        return bring

    def result_ref(self, ref: str) -> str:
        """Return the name of the result's type when ``ref`` names a type of functions, else ``ref`` itself."""
        item = self._items.get(ref)
        return item.function[1] if item is not None and item.function is not None else ref

    def allowed_of(self, ref: str) -> str:
        """Return the unary tests that a named type lays on its values, as text."""
        item = self._items.get(ref)
        if item is None:
            alias, _, name = ref.partition(".")
            return self._imported[alias].allowed_of(name) if name and alias in self._imported else ""
        return item.allowed or self.allowed_of(item.type_ref)

    def component_allowed(self, ref: str, name: str) -> str:
        """Return the unary tests that a component of a named type lays on its values, as text."""
        item = self._items.get(ref)
        for part in item.components if item is not None else ():
            if part.name == name:
                return part.allowed or self.allowed_of(part.type_ref)
        return ""

    def allowed_check(self, ref: str, depth: int) -> Callable[[Any, Run], None] | None:
        """Return what raises NoValue for a value that a named type does not allow; None when it allows all."""
        item = self._items.get(ref)
        if item is not None and depth < _MAX_DEPTH:
            return self._item_check(item, depth + 1)
        alias, _, name = ref.partition(".")
        return self._imported[alias].allowed_check(name, depth) if name and alias in self._imported else None

    def _item_check(self, item: ItemDefinition, depth: int) -> Callable[[Any, Run], None] | None:
        inner = self.allowed_check(item.type_ref, depth) if item.type_ref else None
        fields = {part.name: found for part in item.components if (found := self._item_check(part, depth + 1))}
        element = self.of_item(item, depth)
        element = element.element if item.collection and isinstance(element, ListType) else element
        tests = self._compiled(item.allowed, element) if item.allowed else None
        whole = self._compiled(item.constraint, self.of_item(item, depth)) if item.constraint else None
        if inner is None and not fields and tests is None and whole is None:
            return None

        def check_one(value: Any, run: Run) -> None:
            if inner is not None:
                inner(value, run)
            for name, check in fields.items():
                if isinstance(value, Mapping) and value.get(name) is not None:
                    check(from_python(value.get(name)), run)
            if tests is not None and tests.value({"?": value}, run) is not True:
                raise NoValue("FEEL236", value=value)

        def check(value: Any, run: Run) -> None:
            if item.collection and isinstance(value, list | tuple):
                for part in value:
                    check_one(from_python(part), run)
            else:
                check_one(value, run)
            if whole is not None and whole.value({"?": value}, run) is not True:
                raise NoValue("FEEL236", value=value)

        return check

    def _compiled(self, text: str, subject: FeelType) -> Expression | None:
        try:
            return compile_tests(text, subject, Names(), lenient=True)
        except BadDefinition:
            return None
