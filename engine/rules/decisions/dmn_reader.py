"""Reads a .dmn file (versions 1.1 to 1.5) into definitions. No entity, no network, no document type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from lxml import etree

from engine.kernel.diagnostics import of_code
from engine.kernel.errors import BadDefinition
from engine.kernel.source import Span
from engine.kernel.text import LocalText
from engine.rules.decisions import boxes
from engine.rules.decisions.boxes import Boxed, Variable
from engine.rules.tokens import tidy_name

MAX_BYTES = 10 * 1024 * 1024
_TOO_LARGE = LocalText({"en": "the file is larger than 10 MB", "zh": "文件超过 10 MB"})
_DOCTYPE = LocalText({"en": "a document type is not allowed", "zh": "不允许文档类型声明"})
_OTHER_ROOT = LocalText({"en": "the root is not a DMN definitions element", "zh": "根元素不是 DMN definitions"})
Node = Any  # an lxml element; the library's own type is not exported

_MODEL_NAMESPACES = frozenset(
    f"{start}{version}/{end}"
    for start in ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")
    for version in ("20151101", "20180521", "20191111", "20211108", "20230324", "20240513")
    for end in ("dmn.xsd", "MODEL/")
)


def read_dmn(content: bytes, file: str = "") -> boxes.Definitions:
    """Return the definitions in ``content``. Raises BadDefinition when it is not a DMN file."""
    if len(content) > MAX_BYTES:
        raise _bad("FEEL302", file, 0, _TOO_LARGE)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _bad("FEEL301", file, error.lineno or 0, error.msg or "not XML") from None
    if cast("Any", root.getroottree().docinfo).doctype:
        raise _bad("FEEL302", file, 1, _DOCTYPE)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in _MODEL_NAMESPACES:
        raise _bad("FEEL301", file, 1, _OTHER_ROOT)
    return _Reader(root).definitions()


def _bad(code: str, file: str, line: int, why: str | LocalText) -> BadDefinition:
    return BadDefinition([of_code(code, Span(file, line, 0), {"why": why})])


class _Reader:
    def __init__(self, root: Node) -> None:
        self.root = root
        self.space = etree.QName(root).namespace
        self.namespace = root.get("namespace", "")

    def definitions(self) -> boxes.Definitions:
        root = self.root
        imports = tuple(
            boxes.Import(node.get("name", ""), node.get("namespace", "")) for node in self.all(root, "import")
        )
        items = tuple(self.item(node) for node in self.all(root, "itemDefinition"))
        elements: list[boxes.Element] = []
        for node in root:
            read = _ELEMENTS.get(self.local(node))
            if read is not None:
                elements.append(read(self, node))
        return boxes.Definitions(self.namespace, root.get("name", ""), imports, items, tuple(elements))

    # -- finding ----------------------------------------------------------------------------------------------

    def local(self, node: Node) -> str:
        if not isinstance(node.tag, str):  # a comment
            return ""
        name = etree.QName(node)
        return name.localname if name.namespace == self.space else ""

    def all(self, node: Node, name: str) -> Iterator[Node]:
        return (child for child in node if self.local(child) == name)

    def one(self, node: Node, name: str) -> Node | None:
        return next(self.all(node, name), None)

    def text(self, node: Node | None, name: str = "text") -> str:
        found = None if node is None else self.one(node, name)
        return "" if found is None else (found.text or "").strip()

    def type_ref(self, node: Node | None) -> str:
        if node is None:
            return ""
        written = node.get("typeRef") or self.text(node, "typeRef")
        prefix, mark, rest = written.partition(":")
        if not mark or prefix not in node.nsmap:
            return str(written)
        # version 1.1 writes the name of a type as a qualified name of XML
        for one in self.all(self.root, "import"):
            if one.get("namespace") == node.nsmap[prefix] and one.get("name"):
                return f"{one.get('name')}.{rest}"
        return str(rest)

    def ref(self, node: Node | None) -> str:
        href = "" if node is None else node.get("href", "")
        space, _, name = href.rpartition("#")
        return f"{space or self.namespace}#{name}"

    # -- types ------------------------------------------------------------------------------------------------

    def item(self, node: Node) -> boxes.ItemDefinition:
        function = self.one(node, "functionItem")
        signature = None
        if function is not None:
            parameters = tuple(self.variable(part) for part in self.all(function, "parameters"))
            signature = (parameters, function.get("outputTypeRef", ""))
        return boxes.ItemDefinition(
            tidy_name(node.get("name", "")),
            self.type_ref(node),
            node.get("isCollection") == "true",
            tuple(self.item(part) for part in self.all(node, "itemComponent")),
            self.text(self.one(node, "allowedValues")),
            self.text(self.one(node, "typeConstraint")),
            signature,
        )

    def variable(self, node: Node | None) -> Variable:
        return Variable("" if node is None else tidy_name(node.get("name", "")), self.type_ref(node))

    # -- elements ---------------------------------------------------------------------------------------------

    def head(self, node: Node) -> tuple[str, str, Variable]:
        name = tidy_name(node.get("name", ""))
        variable = self.variable(self.one(node, "variable"))
        # the name of the element is what others call it by
        return f"{self.namespace}#{node.get('id', name)}", name, Variable(variable.name or name, variable.type_ref)

    def requirements(self, node: Node) -> tuple[str, ...]:
        found: list[str] = []
        for requirement in node:
            if self.local(requirement) in ("informationRequirement", "knowledgeRequirement"):
                found.extend(self.ref(target) for target in requirement if self.local(target).startswith("required"))
        return tuple(found)

    def input_data(self, node: Node) -> boxes.Element:
        return boxes.InputData(*self.head(node))

    def decision(self, node: Node) -> boxes.Element:
        return boxes.Decision(*self.head(node), self.requirements(node), self.only_box(node))

    def knowledge(self, node: Node) -> boxes.Element:
        logic = self.one(node, "encapsulatedLogic")
        box = None if logic is None else self.function(logic)
        return boxes.Knowledge(*self.head(node), self.requirements(node), box)

    def service(self, node: Node) -> boxes.Element:
        refs = {
            name: tuple(self.ref(part) for part in self.all(node, name))
            for name in ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
        }
        return boxes.Service(*self.head(node), (), None, *refs.values())

    # -- boxed expressions ------------------------------------------------------------------------------------

    def only_box(self, node: Node | None) -> Boxed | None:
        """Return the boxed expression directly below ``node``."""
        if node is not None:
            for child in node:
                read = _BOXES.get(self.local(child))
                if read is not None:
                    return read(self, child)
        return None

    def box(self, node: Node | None) -> Boxed:
        return self.only_box(node) or boxes.LiteralBox("null")

    def literal(self, node: Node) -> Boxed:
        return boxes.LiteralBox(self.text(node), self.type_ref(node))

    def context(self, node: Node) -> Boxed:
        entries = []
        for entry in self.all(node, "contextEntry"):
            variable = self.one(entry, "variable")
            entries.append((None if variable is None else self.variable(variable), self.box(entry)))
        return boxes.ContextBox(tuple(entries))

    def invocation(self, node: Node) -> Boxed:
        bindings = tuple(
            (self.variable(self.one(binding, "parameter")), self.box(binding)) for binding in self.all(node, "binding")
        )
        return boxes.InvocationBox(self.box(node), bindings)

    def function(self, node: Node) -> Boxed:
        parameters = tuple(self.variable(part) for part in self.all(node, "formalParameter"))
        return boxes.FunctionBox(parameters, self.box(node), node.get("kind", "FEEL"), self.type_ref(node))

    def list(self, node: Node) -> Boxed:
        items = (read(self, child) for child in node if (read := _BOXES.get(self.local(child))) is not None)
        return boxes.ListBox(tuple(items))

    def relation(self, node: Node) -> Boxed:
        rows = []
        for row in self.all(node, "row"):
            cells = (read(self, child) for child in row if (read := _BOXES.get(self.local(child))) is not None)
            rows.append(tuple(cells))
        return boxes.RelationBox(tuple(self.variable(column) for column in self.all(node, "column")), tuple(rows))

    def conditional(self, node: Node) -> Boxed:
        return boxes.ConditionalBox(*(self.box(self.one(node, name)) for name in ("if", "then", "else")))

    def filter(self, node: Node) -> Boxed:
        return boxes.FilterBox(self.box(self.one(node, "in")), self.box(self.one(node, "match")))

    def loop(self, node: Node) -> Boxed:
        kind = self.local(node)
        body = self.one(node, "return" if kind == "for" else "satisfies")
        source = self.one(node, "in")
        variable = Variable(tidy_name(node.get("iteratorVariable", "")), self.type_ref(source))
        return boxes.LoopBox(kind, variable, self.box(source), self.box(body))  # type: ignore[arg-type]

    def table(self, node: Node) -> Boxed:
        return boxes.TableBox(
            tuple(self.table_input(part) for part in self.all(node, "input")),
            tuple(self.table_output(part) for part in self.all(node, "output")),
            tuple(self.table_rule(part) for part in self.all(node, "rule")),
            cast("boxes.HitPolicy", node.get("hitPolicy", "UNIQUE")),
            cast("boxes.Aggregation", node.get("aggregation", "")),
            tuple(part.get("name", "") for part in self.all(node, "annotation")),
            self.type_ref(node),
        )

    def table_input(self, node: Node) -> boxes.TableInput:
        expression = self.one(node, "inputExpression")
        allowed = self.text(self.one(node, "inputValues"))
        return boxes.TableInput(self.text(expression), self.type_ref(expression), allowed, node.get("label", ""))

    def table_output(self, node: Node) -> boxes.TableOutput:
        return boxes.TableOutput(
            tidy_name(node.get("name", "")),
            self.type_ref(node),
            self.text(self.one(node, "outputValues")),
            self.text(self.one(node, "defaultOutputEntry")),
            node.get("label", ""),
        )

    def table_rule(self, node: Node) -> boxes.TableRule:
        return boxes.TableRule(
            tuple(self.text(part) or "-" for part in self.all(node, "inputEntry")),
            tuple(self.text(part) for part in self.all(node, "outputEntry")),
            tuple(self.text(part) for part in self.all(node, "annotationEntry")),
        )


_ELEMENTS: dict[str, Callable[[_Reader, Node], boxes.Element]] = {
    "inputData": _Reader.input_data,
    "decision": _Reader.decision,
    "businessKnowledgeModel": _Reader.knowledge,
    "decisionService": _Reader.service,
}
_BOXES: dict[str, Callable[[_Reader, Node], Boxed]] = {
    "literalExpression": _Reader.literal,
    "context": _Reader.context,
    "invocation": _Reader.invocation,
    "functionDefinition": _Reader.function,
    "list": _Reader.list,
    "relation": _Reader.relation,
    "conditional": _Reader.conditional,
    "filter": _Reader.filter,
    "for": _Reader.loop,
    "some": _Reader.loop,
    "every": _Reader.loop,
    "decisionTable": _Reader.table,
}
