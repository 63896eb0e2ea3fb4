"""A decision model that can be asked: decisions with what they require, functions, services and imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.diagnostics import Diagnostic, of_code
from engine.kernel.errors import BadDefinition
from engine.kernel.source import Span
from engine.rules.crossing import from_python
from engine.rules.decisions import boxes
from engine.rules.decisions.boxed import BoxCompiler, Compiled, quietly
from engine.rules.decisions.boxes import Decision, Definitions, Element, InputData, Knowledge, Service
from engine.rules.decisions.compiler import Texts
from engine.rules.decisions.item_types import Conform, ItemTypes
from engine.rules.evaluation import LimitReached, Run
from engine.rules.feel_types import ANY, ContextType, FeelType, FunctionType
from engine.rules.functions import NoValue, UserFunction
from engine.rules.scope import Names

Way = tuple[str, ...]
"""The aliases of the imports through which an element is reached; each way has inputs and values of its own."""


@dataclass(slots=True)
class _Asked:
    """One evaluation of a graph: what is given and what has been worked out."""

    run: Run
    given: Mapping[str, Any]  # inputs by name, as the caller gives them; imported ones as alias.name or name
    known: dict[tuple[Way, str], Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """A loaded model. ``decisions`` and ``services`` are the names that can be asked for."""

    definitions: Definitions
    diagnostics: tuple[Diagnostic, ...]
    _graph: _Graph

    @property
    def decisions(self) -> tuple[str, ...]:
        return tuple(e.name for e in self.definitions.elements if isinstance(e, Decision))

    def decide(self, name: str, given: Mapping[str, Any], run: Run) -> Any:
        """Return the value of a decision. Never raises for bad data: null, with the reason in the run."""
        return self._graph.decide(self.definitions.namespace, name, given, run)

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(e.name for e in self.definitions.elements if isinstance(e, Service))

    def serve(self, name: str, given: Mapping[str, Any], run: Run) -> dict[str, Any]:
        """Return the output decisions of a decision service by name."""
        return self._graph.serve(self.definitions.namespace, name, given, run)

    def decide_alone(self, name: str, given: Mapping[str, Any], run: Run) -> Any:
        """Return the value of a decision by itself: the decisions it requires are given, as inputs are."""
        return self._graph.decide_alone(self.definitions.namespace, name, given, run)

    def invoke(self, name: str, given: Mapping[str, Any], run: Run) -> Any:
        """Return what a business knowledge model makes of arguments given by name."""
        return self._graph.invoke(self.definitions.namespace, name, given, run)


def load_model(
    definitions: Definitions, imported: Iterable[Definitions] = (), *, lenient: bool = True
) -> DecisionModel:
    """Return a model that can be asked. Raises BadDefinition when decisions require each other in a circle."""
    graph = _Graph([definitions, *imported], lenient)
    graph.refuse_circles()
    graph.compile_all(definitions)
    errors = [found for found in graph.texts.found if found.severity == "error"]
    if errors:
        raise BadDefinition(errors)
    return DecisionModel(definitions, tuple(graph.texts.found), graph)


class _Graph:
    def __init__(self, models: list[Definitions], lenient: bool) -> None:
        self.models = {model.namespace: model for model in reversed(models)}
        self.elements: dict[str, Element] = {e.id: e for model in models for e in model.elements}
        self.texts = Texts(lenient)
        self._types: dict[str, ItemTypes] = {}
        self._compiled: dict[str, Compiled | None] = {}
        self._conform: dict[str, Conform | None] = {}

    # -- names ------------------------------------------------------------------------------------------------

    def types(self, namespace: str) -> ItemTypes:
        if namespace not in self._types:
            model = self.models[namespace]
            imported = {i.alias: self.types(i.namespace) for i in model.imports if i.namespace in self.models}
            self._types[namespace] = ItemTypes({item.name: item for item in model.items}, imported)
        return self._types[namespace]

    def named(self, namespace: str, name: str, kind: type[Element]) -> Element | None:
        for element in self.models[namespace].elements:
            if isinstance(element, kind) and name in (element.name, element.variable.name):
                return element
        return None

    def alias(self, home: str, element_id: str) -> str:
        """Return the name under which ``home`` imports the model of an element; empty for its own."""
        namespace = element_id.rpartition("#")[0]
        for one in self.models[home].imports:
            if one.namespace == namespace:
                return one.alias
        return ""

    # -- compiling --------------------------------------------------------------------------------------------

    def refuse_circles(self) -> None:
        done: set[str] = set()
        for start in self.elements:
            path: list[str] = []
            self._walk(start, path, done)

    def _walk(self, ref: str, path: list[str], done: set[str]) -> None:
        if ref in path:
            names = " -> ".join(self.elements[step].name for step in [*path[path.index(ref) :], ref])
            raise BadDefinition([of_code("FEEL314", Span(""), {"names": names})])
        element = self.elements.get(ref)
        if element is None or ref in done:
            return
        path.append(ref)
        for required in element.requires:
            if not (isinstance(element, Knowledge) and required == ref):  # a function may call itself
                self._walk(required, path, done)
        path.pop()
        done.add(ref)

    def compile_all(self, definitions: Definitions) -> None:
        for element in definitions.elements:
            if isinstance(element, Decision | Knowledge):
                self.compiled(element)

    def compiled(self, element: Element) -> Compiled | None:
        if element.id in self._compiled:
            return self._compiled[element.id]
        self._compiled[element.id] = None  # a function that calls itself is any function meanwhile
        home = element.id.rpartition("#")[0]
        types = self.types(home)
        compiler = BoxCompiler(types, self.texts)
        scope = self.scope(element, home, types)
        found = compiler.compile(element.box or boxes.LiteralBox("null"), scope)
        if isinstance(element, Decision):
            found = compiler.fitted(found, element.variable.type_ref)
        self._compiled[element.id] = found
        return found

    def scope(self, element: Element, home: str, types: ItemTypes) -> Names:
        """Return the types of the names that an element may use: what it requires."""
        names: dict[str, FeelType] = {}
        imports: dict[str, dict[str, FeelType]] = {}
        for ref in element.requires:
            required = self.elements.get(ref)
            if required is None:
                continue
            alias = self.alias(home, ref)
            (imports.setdefault(alias, {}) if alias else names)[required.variable.name] = self.type_of(required)
        if isinstance(element, Knowledge):
            names.setdefault(element.variable.name, FunctionType())
        for alias, fields in imports.items():
            names[alias] = ContextType(fields, open=True)
        return Names(names, types.named())

    def type_of(self, element: Element) -> FeelType:
        types = self.types(element.id.rpartition("#")[0])
        if isinstance(element, InputData):
            return types.type(element.variable.type_ref)
        if isinstance(element, Service):
            return FunctionType()
        compiled = self.compiled(element)
        if compiled is None:
            return FunctionType() if isinstance(element, Knowledge) else ANY
        return compiled.type

    # -- asking -----------------------------------------------------------------------------------------------

    def decide(self, namespace: str, name: str, given: Mapping[str, Any], run: Run) -> Any:
        element = self.named(namespace, name, Decision)
        if element is None:
            return run.warn("FEEL205", name=name)
        return self._stopped(element, _Asked(run, given))

    def _stopped(self, element: Element, asked: _Asked) -> Any:
        try:
            return self.value(element, asked)
        except (LimitReached, NoValue) as reason:
            return asked.run.warn(reason.code, **reason.params)
        except RecursionError:
            return asked.run.warn("FEEL242", max=asked.run.limits.calls)

    def serve(self, namespace: str, name: str, given: Mapping[str, Any], run: Run) -> dict[str, Any]:
        service = self.named(namespace, name, Service)
        if not isinstance(service, Service):
            run.warn("FEEL205", name=name)
            return {}
        asked = self._given_for(service, (*service.input_data, *service.input_decisions), given, run)
        conform = self.result_conform(service)
        served = {}
        for output in (self.elements[ref] for ref in service.outputs):
            found = self._stopped(output, asked)
            served[output.variable.name] = found if conform is None else _quiet_conform(conform, found, run)
        return served

    def decide_alone(self, namespace: str, name: str, given: Mapping[str, Any], run: Run) -> Any:
        element = self.named(namespace, name, Decision)
        if element is None:
            return run.warn("FEEL205", name=name)
        values = [ref for ref in element.requires if isinstance(self.elements.get(ref), Decision | InputData)]
        return self._stopped(element, self._given_for(element, tuple(values), given, run))

    def invoke(self, namespace: str, name: str, given: Mapping[str, Any], run: Run) -> Any:
        element = self.named(namespace, name, Knowledge)
        if element is None:
            return run.warn("FEEL205", name=name)
        function = self._stopped(element, _Asked(run, {}))
        try:
            values = {key: from_python(value) for key, value in given.items()}
            return None if function is None else function.call_named(run, values)
        except (LimitReached, NoValue) as reason:
            return run.warn(reason.code, **reason.params)

    def _given_for(self, asking: Element, refs: tuple[str, ...], given: Mapping[str, Any], run: Run) -> _Asked:
        asked = _Asked(run, {})
        for ref in refs:
            required = self.elements[ref]
            value = from_python(given.get(required.variable.name))
            asked.known[self.way((), asking, ref), ref] = self.fitted(required, value, run)
        return asked

    def result_conform(self, element: Element) -> Conform | None:
        """Return what brings the result of a function to the type that its variable declares."""
        types = self.types(element.id.rpartition("#")[0])
        return types.conform(types.result_ref(element.variable.type_ref)) if element.variable.type_ref else None

    def way(self, way: Way, asking: Element, ref: str) -> Way:
        """Return the way to what an element requires."""
        alias = self.alias(asking.id.rpartition("#")[0], ref)
        return (*way, alias) if alias else way

    def value(self, element: Element, asked: _Asked, way: Way = ()) -> Any:
        if (way, element.id) in asked.known:
            return asked.known[way, element.id]
        if isinstance(element, InputData):
            found = self.fitted(element, self.given(element, asked, way), asked.run)
        elif isinstance(element, Service):
            found = self.service_function(element)
        else:
            compiled = self.compiled(element)
            names = self.names(element, asked, way)
            found = None if compiled is None else quietly(compiled.evaluate, names, asked.run)
            if isinstance(element, Knowledge) and isinstance(found, UserFunction):
                found = names[element.variable.name] = self.knowledge_function(element, found)
        asked.known[way, element.id] = found
        return found

    def given(self, element: Element, asked: _Asked, way: Way) -> Any:
        name = element.variable.name
        full = ".".join((*way, name))
        if full in asked.given or not way:
            return from_python(asked.given.get(full))
        inside: Any = asked.given
        for step in way:
            inside = inside.get(step) if isinstance(inside, Mapping) else None
        return from_python((inside if isinstance(inside, Mapping) else asked.given).get(name))

    def fitted(self, element: Element, value: Any, run: Run) -> Any:
        """Return a given value as its declared type has it."""
        if element.id not in self._conform:
            types = self.types(element.id.rpartition("#")[0])
            ref = element.variable.type_ref
            self._conform[element.id] = types.conform(ref) if ref else None
        conform = self._conform[element.id]
        if conform is None:
            return value
        return quietly(lambda names, run: conform(value, run), {}, run)

    def names(self, element: Element, asked: _Asked, way: Way) -> dict[str, Any]:
        """Return the values of what an element requires."""
        names: dict[str, Any] = {}
        home = element.id.rpartition("#")[0]
        for ref in element.requires:
            required = self.elements.get(ref)
            if required is None:
                continue
            alias = self.alias(home, ref)
            into = names.setdefault(alias, {}) if alias else names
            if required is not element:
                into[required.variable.name] = self.value(required, asked, self.way(way, element, ref))
        return names

    def knowledge_function(self, element: Element, function: UserFunction) -> UserFunction:
        conform = self.result_conform(element)

        def invoke(run: Run, arguments: list[Any]) -> Any:
            found = function.body(run, arguments)
            return found if conform is None else conform(found, run)

        return UserFunction(element.name, function.parameters, function.types, invoke, function.result)

    def service_function(self, service: Service) -> UserFunction:
        refs = (*service.input_data, *service.input_decisions)
        required = [self.elements[ref] for ref in refs if ref in self.elements]
        outputs = [self.elements[ref] for ref in service.outputs if ref in self.elements]
        conform = self.result_conform(service)

        def invoke(run: Run, arguments: list[Any]) -> Any:
            asked = _Asked(run, {})
            for element, argument in zip(required, arguments, strict=True):
                asked.known[self.way((), service, element.id), element.id] = self.strictly(element, argument, run)
            values = {output.variable.name: self.value(output, asked) for output in outputs}
            found = next(iter(values.values())) if len(values) == 1 else values
            return found if conform is None else conform(found, run)

        names = tuple(element.variable.name for element in required)
        declared = tuple(self.type_of(element) for element in required)
        result = self.type_of(outputs[0]) if len(outputs) == 1 else ANY
        return UserFunction(service.name, names, declared, invoke, result)

    def strictly(self, element: Element, value: Any, run: Run) -> Any:
        types = self.types(element.id.rpartition("#")[0])
        conform = types.conform(element.variable.type_ref) if element.variable.type_ref else None
        return value if conform is None else conform(value, run)


def _quiet_conform(conform: Conform, value: Any, run: Run) -> Any:
    return quietly(lambda _names, run: conform(value, run), {}, run)
