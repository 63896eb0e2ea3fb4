"""Writes definitions as a .dmn file, with a plain diagram so that editors can draw it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal

from lxml import etree

from engine.kernel.diagnostics import of_code
from engine.kernel.errors import BadDefinition
from engine.kernel.source import Span
from engine.rules.decisions import boxes
from engine.rules.decisions.boxes import Boxed, Variable
from engine.rules.source import Source

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"
DIAGRAM = "https://www.omg.org/spec/DMN/20230324/DMNDI/"
_MODEL_1_3 = b"https://www.omg.org/spec/DMN/20191111/MODEL/"
_DIAGRAM_1_3 = b"https://www.omg.org/spec/DMN/20191111/DMNDI/"
_SINCE_1_4 = re.compile(rb"<(conditional|filter|for|some|every|typeConstraint)[ />]")
Version = Literal["1.5", "1.3"]
BOUNDS = "http://www.omg.org/spec/DMN/20180521/DC/"
POINTS = "http://www.omg.org/spec/DMN/20180521/DI/"
_NAMESPACES: Any = {None: MODEL, "dmndi": DIAGRAM, "dc": BOUNDS, "di": POINTS}
_WIDTH, _HEIGHT, _GAP, _PER_ROW = 180, 80, 40, 5
_TAGS: dict[type[boxes.Element], str] = {
    boxes.InputData: "inputData",
    boxes.Decision: "decision",
    boxes.Knowledge: "businessKnowledgeModel",
    boxes.Service: "decisionService",
}


def write_dmn(definitions: boxes.Definitions, *, version: Version = "1.5") -> bytes:
    """Return the file. Version 1.3 is for editors that know no later one; raises BadDefinition for what it lacks."""
    written = _Writer(definitions).file()
    if version == "1.5":
        return written
    later = _SINCE_1_4.search(written)
    if later is not None:
        raise BadDefinition([of_code("FEEL304", Span(definitions.name, 0, 0), {"what": later[1].decode()})])
    # what is left is the same but for its names of the standard
    return written.replace(MODEL.encode(), _MODEL_1_3).replace(DIAGRAM.encode(), _DIAGRAM_1_3)


class _Writer:
    def __init__(self, definitions: boxes.Definitions) -> None:
        self.definitions = definitions
        self.elements = {element.id: element for element in definitions.elements}
        self.edges: list[tuple[str, str, str]] = []  # id, from, to
        self.count = 0

    def file(self) -> bytes:
        definitions = self.definitions
        root = etree.Element(f"{{{MODEL}}}definitions", nsmap=_NAMESPACES)
        root.set("id", "definitions")
        root.set("name", definitions.name)
        root.set("namespace", definitions.namespace)
        for one in definitions.imports:
            self.add(root, "import", name=one.alias, namespace=one.namespace, importType=MODEL)
        for item in definitions.items:
            self.item(root, item, "itemDefinition")
        for element in definitions.elements:
            self.element(root, element)
        self.diagram(root)
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))

    def add(self, parent: Any, tag: str, text: str | Source = "", **attributes: str) -> Any:
        node = etree.SubElement(parent, f"{{{MODEL}}}{tag}")
        for name, value in attributes.items():
            if value:
                node.set(name, value)
        if text:
            node.text = text.text if isinstance(text, Source) else text
        return node

    def with_text(self, parent: Any, tag: str, text: str | Source, **attributes: str) -> Any:
        node = self.add(parent, tag, **attributes)
        self.add(node, "text", text)
        return node

    def new_id(self, stem: str) -> str:
        self.count += 1
        return f"{stem}_{self.count}"

    # -- types and elements -----------------------------------------------------------------------------------

    def item(self, parent: Any, item: boxes.ItemDefinition, tag: str) -> None:
        node = self.add(parent, tag, name=item.name, isCollection="true" if item.collection else "")
        if item.function is not None:
            function = self.add(node, "functionItem", outputTypeRef=item.function[1])
            for parameter in item.function[0]:
                self.add(function, "parameters", name=parameter.name, typeRef=parameter.type_ref)
            return
        if item.type_ref:
            self.add(node, "typeRef", item.type_ref)
        if item.allowed:
            self.with_text(node, "allowedValues", item.allowed)
        if item.constraint:
            self.with_text(node, "typeConstraint", item.constraint)
        for part in item.components:
            self.item(node, part, "itemComponent")

    def element(self, root: Any, element: boxes.Element) -> None:
        node = self.add(root, _TAGS[type(element)], id=_local(element.id), name=element.name)
        variable = element.variable
        self.add(node, "variable", name=variable.name, typeRef=variable.type_ref)
        for ref in element.requires:
            self.requirement(node, element, ref)
        if isinstance(element, boxes.Service):
            for tag, refs in (
                ("outputDecision", element.outputs), ("encapsulatedDecision", element.encapsulated),
                ("inputDecision", element.input_decisions), ("inputData", element.input_data),
            ):  # fmt: skip
                for ref in refs:
                    self.add(node, tag, href=self.href(ref))
        elif isinstance(element, boxes.Knowledge) and isinstance(element.box, boxes.FunctionBox):
            self.function(node, element.box, "encapsulatedLogic")
        elif element.box is not None:
            self.box(node, element.box)

    def requirement(self, node: Any, element: boxes.Element, ref: str) -> None:
        target = self.elements.get(ref)
        known = isinstance(target, boxes.Knowledge | boxes.Service)
        edge = self.new_id("requirement")
        requirement = self.add(node, "knowledgeRequirement" if known else "informationRequirement", id=edge)
        tag = "requiredInput" if isinstance(target, boxes.InputData) else "requiredDecision"
        self.add(requirement, "requiredKnowledge" if known else tag, href=self.href(ref))
        if target is not None:
            self.edges.append((edge, ref, element.id))

    def href(self, ref: str) -> str:
        namespace, _, name = ref.rpartition("#")
        return f"#{name}" if namespace == self.definitions.namespace else ref

    # -- boxed expressions ------------------------------------------------------------------------------------

    def box(self, parent: Any, box: Boxed) -> None:
        _BOXES[type(box)](self, parent, box)

    def literal(self, parent: Any, box: boxes.LiteralBox) -> None:
        self.with_text(parent, "literalExpression", box.text, typeRef=box.type_ref)

    def context(self, parent: Any, box: boxes.ContextBox) -> None:
        node = self.add(parent, "context")
        for variable, entry in box.entries:
            inner = self.add(node, "contextEntry")
            if variable is not None:
                self.add(inner, "variable", name=variable.name, typeRef=variable.type_ref)
            self.box(inner, entry)

    def invocation(self, parent: Any, box: boxes.InvocationBox) -> None:
        node = self.add(parent, "invocation")
        self.box(node, box.function)
        for variable, value in box.bindings:
            binding = self.add(node, "binding")
            self.add(binding, "parameter", name=variable.name, typeRef=variable.type_ref)
            self.box(binding, value)

    def function(self, parent: Any, box: boxes.FunctionBox, tag: str = "functionDefinition") -> None:
        node = self.add(parent, tag, kind=box.kind, typeRef=box.type_ref)
        self.parameters(node, "formalParameter", box.parameters)
        self.box(node, box.body)

    def parameters(self, parent: Any, tag: str, variables: Iterable[Variable]) -> None:
        for variable in variables:
            self.add(parent, tag, name=variable.name, typeRef=variable.type_ref)

    def list(self, parent: Any, box: boxes.ListBox) -> None:
        node = self.add(parent, "list")
        for item in box.items:
            self.box(node, item)

    def relation(self, parent: Any, box: boxes.RelationBox) -> None:
        node = self.add(parent, "relation")
        self.parameters(node, "column", box.columns)
        for row in box.rows:
            line = self.add(node, "row")
            for cell in row:
                self.box(line, cell)

    def conditional(self, parent: Any, box: boxes.ConditionalBox) -> None:
        node = self.add(parent, "conditional")
        for tag, part in (("if", box.condition), ("then", box.then), ("else", box.otherwise)):
            self.box(self.add(node, tag), part)

    def filter(self, parent: Any, box: boxes.FilterBox) -> None:
        node = self.add(parent, "filter")
        self.box(self.add(node, "in"), box.source)
        self.box(self.add(node, "match"), box.match)

    def loop(self, parent: Any, box: boxes.LoopBox) -> None:
        node = self.add(parent, box.kind, iteratorVariable=box.variable.name)
        self.box(self.add(node, "in", typeRef=box.variable.type_ref), box.source)
        self.box(self.add(node, "return" if box.kind == "for" else "satisfies"), box.body)

    def table(self, parent: Any, box: boxes.TableBox) -> None:
        node = self.add(parent, "decisionTable", id=self.new_id("table"), hitPolicy=box.hit_policy,
                        aggregation=box.aggregation, typeRef=box.type_ref)  # fmt: skip
        for column in box.inputs:
            inner = self.add(node, "input", id=self.new_id("input"), label=column.label)
            self.with_text(inner, "inputExpression", column.text, id=self.new_id("expression"), typeRef=column.type_ref)
            if column.allowed:
                self.with_text(inner, "inputValues", column.allowed)
        for output in box.outputs:
            inner = self.add(node, "output", id=self.new_id("output"), name=output.name, label=output.label,
                             typeRef=output.type_ref)  # fmt: skip
            if output.allowed:
                self.with_text(inner, "outputValues", output.allowed)
            if output.default:
                self.with_text(inner, "defaultOutputEntry", output.default)
        for name in box.annotations:
            self.add(node, "annotation", name=name)
        for rule in box.rules:
            line = self.add(node, "rule", id=self.new_id("rule"))
            for tag, cells in (("inputEntry", rule.inputs), ("outputEntry", rule.outputs)):
                for cell in cells:
                    self.with_text(line, tag, cell, id=self.new_id("cell"))
            for note in rule.annotations:
                self.with_text(line, "annotationEntry", note)

    # -- the diagram ------------------------------------------------------------------------------------------

    def diagram(self, root: Any) -> None:
        drawn = etree.SubElement(root, f"{{{DIAGRAM}}}DMNDI")
        page = etree.SubElement(drawn, f"{{{DIAGRAM}}}DMNDiagram", id="diagram_1")
        places: dict[str, tuple[int, int]] = {}
        columns: dict[int, int] = {}
        for element in self.definitions.elements:
            level = 1 if isinstance(element, boxes.InputData) else 0
            number = columns.get(level, 0)
            columns[level] = number + 1
            row = number // _PER_ROW + (level * (len(self.elements) // _PER_ROW + 2))
            left, top = _GAP + (number % _PER_ROW) * (_WIDTH + _GAP), _GAP + row * (_HEIGHT + _GAP)
            places[element.id] = (left, top)
            shape = etree.SubElement(page, f"{{{DIAGRAM}}}DMNShape", id=self.new_id("shape"),
                                     dmnElementRef=_local(element.id))  # fmt: skip
            etree.SubElement(shape, f"{{{BOUNDS}}}Bounds", x=str(left), y=str(top), width=str(_WIDTH),
                             height=str(_HEIGHT))  # fmt: skip
        for edge, source, target in self.edges:
            drawn_edge = etree.SubElement(page, f"{{{DIAGRAM}}}DMNEdge", id=self.new_id("edge"), dmnElementRef=edge)
            for left, top in (places[source], places[target]):
                etree.SubElement(drawn_edge, f"{{{POINTS}}}waypoint", x=str(left + _WIDTH // 2), y=str(top))


def _local(ref: str) -> str:
    return ref.rpartition("#")[2]


_BOXES: dict[type[Boxed], Callable[[_Writer, Any, Any], None]] = {
    boxes.LiteralBox: _Writer.literal,
    boxes.ContextBox: _Writer.context,
    boxes.InvocationBox: _Writer.invocation,
    boxes.FunctionBox: _Writer.function,
    boxes.ListBox: _Writer.list,
    boxes.RelationBox: _Writer.relation,
    boxes.ConditionalBox: _Writer.conditional,
    boxes.FilterBox: _Writer.filter,
    boxes.LoopBox: _Writer.loop,
    boxes.TableBox: _Writer.table,
}
