"""Boxed expressions become functions of names, with the type of their result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.rules.closures.iteration import items_of
from engine.rules.crossing import from_python
from engine.rules.decisions import boxes
from engine.rules.decisions.boxes import Boxed, Variable
from engine.rules.decisions.compiler import Evaluate, Texts, compile_table
from engine.rules.decisions.item_types import Conform, ItemTypes
from engine.rules.evaluation import Run
from engine.rules.feel_types import ANY, BOOLEAN, ContextType, FeelType, FunctionType, ListType, RangeType, list_of
from engine.rules.functions import NoValue, UserFunction
from engine.rules.scope import Names
from engine.rules.values import FUNCTION, kind_of


@dataclass(frozen=True, slots=True)
class Compiled:
    """What evaluates a box, and the type of what comes out. It may raise NoValue."""

    type: FeelType
    evaluate: Evaluate


class BoxCompiler:
    """One method per kind of box."""

    def __init__(self, types: ItemTypes, texts: Texts) -> None:
        self.types, self.texts = types, texts

    def compile(self, box: Boxed, scope: Names) -> Compiled:
        return _METHODS[type(box)](self, box, scope)

    def fitted(self, found: Compiled, type_ref: str) -> Compiled:
        """Return the same, brought to a declared type."""
        conform = self.types.conform(type_ref) if type_ref else None
        if conform is None:
            return found
        type_ = self.types.type(type_ref)
        return Compiled(type_ if type_ is not ANY else found.type, _fitting(found.evaluate, conform))

    def literal(self, box: boxes.LiteralBox, scope: Names) -> Compiled:
        if not box.text:
            return Compiled(ANY, lambda names, run: None)
        compiled = self.texts.expression(box.text, scope)
        return self.fitted(Compiled(compiled.type, compiled.value), box.type_ref)

    def context(self, box: boxes.ContextBox, scope: Names) -> Compiled:
        types = dict(scope.types)
        fields: dict[str, FeelType] = {}
        parts: list[tuple[str | None, Evaluate]] = []
        result: FeelType | None = None
        for variable, entry in box.entries:
            compiled = self.compile(entry, Names(types, scope.named))
            if variable is None:
                result = compiled.type
                parts.append((None, compiled.evaluate))
                continue
            compiled = self.fitted(compiled, variable.type_ref)
            types[variable.name] = fields[variable.name] = compiled.type
            parts.append((variable.name, compiled.evaluate))

        def evaluate(names: Mapping[str, Any], run: Run) -> Any:
            inside, made = dict(names), {}
            for name, part in parts:
                value = quietly(part, inside, run)
                if name is None:
                    return value
                inside[name] = made[name] = value
                if isinstance(value, UserFunction):
                    # a function of a context may call itself by its name
                    inside[name] = made[name] = replace(value, name=name)
            return made

        return Compiled(result if result is not None else ContextType(fields), evaluate)

    def invocation(self, box: boxes.InvocationBox, scope: Names) -> Compiled:
        function = self.compile(box.function, scope)
        bindings = [(variable.name, self.compile(value, scope)) for variable, value in box.bindings]
        result = function.type.result if isinstance(function.type, FunctionType) else ANY

        def evaluate(names: Mapping[str, Any], run: Run) -> Any:
            target = function.evaluate(names, run)
            if kind_of(target) != FUNCTION:
                raise NoValue("FEEL234", kind=kind_of(target))
            return target.call_named(run, {name: quietly(value.evaluate, names, run) for name, value in bindings})

        return Compiled(result, evaluate)

    def function(self, box: boxes.FunctionBox, scope: Names) -> Compiled:
        names_of = tuple(parameter.name for parameter in box.parameters)
        types = tuple(self.types.type(parameter.type_ref) for parameter in box.parameters)
        conform = [self.types.conform(parameter.type_ref) for parameter in box.parameters]
        if box.kind.upper() not in ("FEEL", "F", ""):
            return Compiled(FunctionType(types, ANY), _foreign)
        inner = Names({**scope.types, **dict(zip(names_of, types, strict=True))}, scope.named)
        body = self.fitted(self.compile(box.body, inner), box.type_ref)

        def evaluate(names: Mapping[str, Any], run: Run) -> UserFunction:
            def invoke(run: Run, arguments: list[Any]) -> Any:
                fitted = [
                    argument if fit is None else fit(argument, run)
                    for fit, argument in zip(conform, arguments, strict=True)
                ]
                return body.evaluate({**names, **dict(zip(names_of, fitted, strict=True))}, run)

            return UserFunction("", names_of, types, invoke, body.type)

        return Compiled(FunctionType(types, body.type), evaluate)

    def list(self, box: boxes.ListBox, scope: Names) -> Compiled:
        items = [self.compile(item, scope) for item in box.items]
        element = items[0].type if items and all(item.type == items[0].type for item in items) else ANY
        return Compiled(list_of(element), lambda names, run: [quietly(item.evaluate, names, run) for item in items])

    def relation(self, box: boxes.RelationBox, scope: Names) -> Compiled:
        columns = [column.name for column in box.columns]
        rows = [[self.compile(cell, scope) for cell in row] for row in box.rows]
        fields = {column.name: self.types.type(column.type_ref) for column in box.columns}

        def evaluate(names: Mapping[str, Any], run: Run) -> list[Any]:
            run.charge(len(rows))
            return [
                {name: quietly(cell.evaluate, names, run) for name, cell in zip(columns, row, strict=False)}
                for row in rows
            ]

        return Compiled(list_of(ContextType(fields)), evaluate)

    def conditional(self, box: boxes.ConditionalBox, scope: Names) -> Compiled:
        condition, then, otherwise = (self.compile(b, scope) for b in (box.condition, box.then, box.otherwise))

        def evaluate(names: Mapping[str, Any], run: Run) -> Any:
            found = quietly(condition.evaluate, names, run)
            if found is not None and type(found) is not bool:
                raise NoValue("FEEL237", kind=kind_of(found))
            chosen = then if found else otherwise
            return chosen.evaluate(names, run)

        return Compiled(then.type if then.type == otherwise.type else ANY, evaluate)

    def filter(self, box: boxes.FilterBox, scope: Names) -> Compiled:
        source = self.compile(box.source, scope)
        element = source.type.element if isinstance(source.type, ListType) else ANY
        fields = {name: element.field(name) or ANY for name in element.field_names()}
        match = self.compile(box.match, Names({**scope.types, "item": element, **fields}, scope.named))

        def evaluate(names: Mapping[str, Any], run: Run) -> list[Any] | None:
            items = source.evaluate(names, run)
            if items is None:
                return None
            if not isinstance(items, list | tuple):
                raise NoValue("FEEL209", kind=kind_of(items))
            run.charge(len(items))
            kept = []
            for raw in items:
                item = from_python(raw)
                inner = {**names, "item": item, **(item if isinstance(item, Mapping) else {})}
                found = match.evaluate(inner, run)
                if found is not None and type(found) is not bool:
                    raise NoValue("FEEL232", kind=kind_of(found))
                if found:
                    kept.append(item)
            return kept

        return Compiled(list_of(element), evaluate)

    def loop(self, box: boxes.LoopBox, scope: Names) -> Compiled:
        source = self.compile(box.source, scope)
        element = source.type.element if isinstance(source.type, ListType | RangeType) else ANY
        types = {**scope.types, box.variable.name: element}
        if box.kind == "for":
            types["partial"] = list_of(ANY)
        body = self.compile(box.body, Names(types, scope.named))
        walk = _collect if box.kind == "for" else _quantify(box.kind == "some")
        name = box.variable.name
        type_: FeelType = list_of(body.type) if box.kind == "for" else BOOLEAN
        return Compiled(
            type_, lambda names, run: walk(items_of(source.evaluate(names, run), run), name, body.evaluate, names, run)
        )

    def table(self, box: boxes.TableBox, scope: Names) -> Compiled:
        type_ = self.types.type(box.type_ref)
        return Compiled(type_, compile_table(box, scope, self.types, self.texts).evaluate)


def quietly(evaluate: Evaluate, names: Mapping[str, Any], run: Run) -> Any:
    """Evaluate a part; when it has no value the reason is kept and the whole goes on with null."""
    try:
        return evaluate(names, run)
    except NoValue as reason:
        return run.warn(reason.code, **reason.params)


def _fitting(evaluate: Evaluate, conform: Conform) -> Evaluate:
    return lambda names, run: conform(evaluate(names, run), run)


def _foreign(_names: Mapping[str, Any], _run: Run) -> Any:
    raise NoValue("FEEL235")


def _collect(items: Any, name: str, body: Evaluate, names: Mapping[str, Any], run: Run) -> list[Any]:
    results: list[Any] = []
    for item in items:
        results.append(quietly(body, {**names, name: item, "partial": list(results)}, run))
    return results


def _quantify(decisive: bool) -> Callable[..., bool | None]:
    def walk(items: Any, name: str, body: Evaluate, names: Mapping[str, Any], run: Run) -> bool | None:
        answer: bool | None = not decisive
        for item in items:
            found = quietly(body, {**names, name: item}, run)
            if found is not None and type(found) is not bool:
                raise NoValue("FEEL237", kind=kind_of(found))
            if found is decisive:
                answer = decisive
            elif found is None and answer is not decisive:
                answer = None
        return answer

    return walk


_METHODS: dict[type[Boxed], Callable[[BoxCompiler, Any, Names], Compiled]] = {
    boxes.LiteralBox: BoxCompiler.literal,
    boxes.ContextBox: BoxCompiler.context,
    boxes.InvocationBox: BoxCompiler.invocation,
    boxes.FunctionBox: BoxCompiler.function,
    boxes.ListBox: BoxCompiler.list,
    boxes.RelationBox: BoxCompiler.relation,
    boxes.ConditionalBox: BoxCompiler.conditional,
    boxes.FilterBox: BoxCompiler.filter,
    boxes.LoopBox: BoxCompiler.loop,
    boxes.TableBox: BoxCompiler.table,
}

__all__ = ["BoxCompiler", "Compiled", "Variable", "quietly"]
