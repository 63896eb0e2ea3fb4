"""Print formats: their templates read for what they name of a record, so that a wrong name is told to its author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.titles import title_of
from engine.metamodel.definitions import Node
from engine.metamodel.model import FieldModel, ObjectModel
from engine.metamodel.model.printout import TEMPLATE_FILTERS, BandModel, PaperModel, Path, PrintModel

_TEMPLATES = ImmutableSandboxedEnvironment(autoescape=False)
_SIDES = ("left", "center", "right")
_USER = ("name", "login")


def compile_prints(bench: Bench, expressions: Expressions) -> None:
    """Compile every print format."""
    for merged in bench.documents("print"):
        made = compile_print(merged.document.id, merged.node, bench, expressions, merged.layer)
        if made is not None:
            bench.prints[made.name] = made


def compile_print(name: str, node: Node, bench: Bench, expressions: Expressions, layer: str) -> PrintModel | None:
    """Compile one print format; None when it is about nothing that there is."""
    object = bench.objects.get(node.text("object"))
    if object is None:
        return None  # told at the object
    names = _Names(bench, object)
    for text in _templates(node):
        names.read(text)
    page = node.get("page")
    return PrintModel(
        name=name,
        title=node.label("title") or title_of(name),
        object=object.name,
        body=node.label("body"),
        when=expressions.condition(node.get("when"), expressions.around(object.name)),
        page=PaperModel(page.text("size", "A4"), page.flag("landscape"), page.number("margin", 20)),  # type: ignore[arg-type]
        header=_band(node.get("header")),
        footer=_band(node.get("footer")),
        reads=tuple(sorted(names.paths)),
        lines={name: tuple(sorted(paths)) for name, paths in sorted(names.lines.items())},
        layer=layer,
    )


def _band(node: Node) -> BandModel:
    return BandModel(*(node.label(side) for side in _SIDES))


def _templates(node: Node) -> Iterator[Node]:
    for part in (node.get("body"), *(node.get(band).get(side) for band in ("header", "footer") for side in _SIDES)):
        if isinstance(part.value, str):
            yield part
        else:
            yield from (text for _, text in part.items())


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a name of a template stands for: a record of ``object``, behind ``path`` or in a field of lines."""

    object: ObjectModel
    path: Path = ()
    lines: str | None = None


@dataclass(slots=True)
class _Names:
    """What templates name of a record."""

    bench: Bench
    object: ObjectModel
    paths: set[Path] = field(default_factory=set)
    lines: dict[str, set[Path]] = field(default_factory=dict)
    _at: Node | None = None

    def read(self, text: Node) -> None:
        """Read one template; what is wrong in it is told at its line."""
        self._at = text
        try:
            tree = _TEMPLATES.parse(text.value)
        except TemplateSyntaxError as error:
            self._complain("bad_template", error.lineno, problem=error.message)
            return
        for one in tree.find_all(nodes.Filter):
            if one.name not in TEMPLATE_FILTERS:
                problem = f"no filter {one.name}, but {', '.join(sorted(TEMPLATE_FILTERS))}"
                self._complain("bad_template", one.lineno, problem=problem)
        self._walk(tree, {"record": _Bound(self.object)})

    def _walk(self, node: nodes.Node, known: Mapping[str, _Bound]) -> None:
        if isinstance(node, nodes.Getattr | nodes.Name):
            self._name(node, known)
            return
        if isinstance(node, nodes.For):
            self._walk(node.iter, known)
            inside = self._inside(node, known)
            for part in (*node.body, *node.else_, *([node.test] if node.test else ())):
                self._walk(part, inside)
            return
        if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            bound = self._bound(node.node, known)
            if bound is not None and isinstance(known, dict):
                known[node.target.name] = bound
        for child in node.iter_child_nodes():
            self._walk(child, known)

    def _inside(self, loop: nodes.For, known: Mapping[str, _Bound]) -> dict[str, _Bound]:
        """Return the names inside a loop: its variable is a line where it runs over lines."""
        inside = dict(known)
        bound = self._bound(loop.iter, known)
        target = loop.target
        if isinstance(target, nodes.Name):
            inside.pop(target.name, None)
            if bound is not None and bound.lines is not None:
                inside[target.name] = bound
        return inside

    def _bound(self, node: nodes.Node, known: Mapping[str, _Bound]) -> _Bound | None:
        while isinstance(node, nodes.Filter) and node.node is not None:
            node = node.node
        steps = _steps(node)
        root = known.get(steps[0]) if steps else None
        if root is None:
            return None
        found = self._follow(root, steps[1:])
        return found if found is not None and (found.lines is not None or found.object is not root.object) else None

    def _name(self, node: nodes.Getattr | nodes.Name, known: Mapping[str, _Bound]) -> None:
        steps = _steps(node)
        if not steps:
            for child in node.iter_child_nodes():
                self._walk(child, known)
            return
        root = known.get(steps[0])
        if root is None or len(steps) == 1:
            return
        self._note(root, steps[1:], node.lineno)

    def _follow(self, root: _Bound, steps: Path) -> _Bound | None:
        at, path = root.object, root.path
        for step in steps:
            field = at.fields.get(step)
            if field is None:
                return None
            if field.lines_of and not path and root.lines is None:
                child = self.bench.objects.get(field.lines_of)
                return _Bound(child, (), step) if child is not None else None
            if not field.references or field.targets[0] not in self.bench.objects:
                return None
            at, path = self.bench.objects[field.targets[0]], (*path, step)
        return _Bound(at, path, root.lines)

    def _note(self, root: _Bound, steps: Path, line: int) -> None:
        """Note a path that a template names, as far as it leads over fields."""
        at, path = root.object, root.path
        for place, step in enumerate(steps):
            found = self._field(at, step, line)
            if found is None:
                return
            if found.lines_of:
                if root.lines is None and not path:
                    self.lines.setdefault(step, set())
                return
            path = (*path, step)
            if found.type == "user":
                path = (*path, *(one for one in steps[place + 1 : place + 2] if one in _USER))
            if not found.references or found.targets[0] not in self.bench.objects:
                break
            at = self.bench.objects[found.targets[0]]
        (self.paths if root.lines is None else self.lines.setdefault(root.lines, set())).add(path)

    def _field(self, at: ObjectModel, step: str, line: int) -> FieldModel | None:
        found = at.fields.get(step)
        if found is None and self._at is not None:
            span = self._at.span.moved(max(line - 1, 0), 0)
            self.bench.unknown("field", span, step, at.fields, object=at.name)
        return found

    def _complain(self, code: str, line: int, **params: str | None) -> None:
        assert self._at is not None
        self.bench.complain(code, self._at.span.moved(max(line - 1, 0), 0), **params)


def _steps(node: nodes.Node) -> Path:
    """Return the names of a chain ``a.b.c``; nothing when it is anything else."""
    found: list[str] = []
    while isinstance(node, nodes.Getattr):
        found.append(node.attr)
        node = node.node
    if not isinstance(node, nodes.Name):
        return ()
    return (node.name, *reversed(found))
