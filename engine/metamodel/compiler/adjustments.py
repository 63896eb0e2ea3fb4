"""Adjustments, linked and typed: which records are rules, what they look at, and what they do to a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.metamodel.compiler.adjustment_uses import Item, compile_use
from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.screens import field_at, sort_keys
from engine.metamodel.definitions import Node
from engine.metamodel.layers import MergedDocument
from engine.metamodel.model import ObjectModel
from engine.metamodel.model.adjustment import (
    COMBINATIONS,
    AdjustmentBound,
    AdjustmentEffect,
    AdjustmentGroups,
    AdjustmentKey,
    AdjustmentModel,
    AdjustmentStage,
    Path,
)
from engine.rules import NUMBER, Expression, Names


def compile_adjustments(bench: Bench, expressions: Expressions) -> None:
    """Compile every adjustment."""
    for merged in bench.documents("adjustment"):
        over = bench.object(merged.node.get("over"))
        if over is not None:
            bench.adjustments[merged.document.id] = _adjustment(merged, over, bench, expressions)


def _adjustment(merged: MergedDocument, over: ObjectModel, bench: Bench, expressions: Expressions) -> AdjustmentModel:
    node, inside = merged.node, expressions.inside(over.name)
    stages = tuple(
        stage
        for name, part in node.get("stages").items()
        if (stage := _Stage(name, part, over, bench, expressions).compiled()) is not None
    )
    start = expressions.formula(node.get("start"), inside, NUMBER)
    quantity = expressions.formula(node.get("quantity"), inside, NUMBER)
    reads = frozenset(_looked_at(stages, (start, quantity)))
    item = Item(over, [stage.name for stage in stages], reads)
    found = ((name, compile_use(name, part, item, bench, expressions)) for name, part in node.get("uses").items())
    uses = {name: use for name, use in found if use is not None}
    return AdjustmentModel(
        name=merged.document.id,
        over=over.name,
        stages=stages,
        title=node.label("title"),
        start=start,
        quantity=quantity,
        best="highest" if node.text("best") == "highest" else "lowest",
        scale=node.number("scale", 6),
        uses=uses,
        reads=reads,
        sources=_sources(stages, bench),
        layer=merged.layer,
    )


def _looked_at(stages: Iterable[AdjustmentStage], own: Iterable[Expression | None]) -> Iterator[Path]:
    """Yield the paths of an item that a definition looks at."""
    for expression in own:
        yield from expression.reads if expression is not None else ()
    for stage in stages:
        for value in (*(key.value for key in stage.keys), *(bound.value for bound in stage.bounds)):
            yield from value.reads
        for effect in stage.effects.values():
            for told in (effect.value, effect.free):
                yield from (path[1:] for path in (told.reads if told else ()) if path[0] == "item" and len(path) > 1)


def _sources(stages: Iterable[AdjustmentStage], bench: Bench) -> Mapping[str, frozenset[str]]:
    """Return the fields on which the rules in force rest, by object."""
    found: dict[str, set[str]] = {}
    for stage in stages:
        for path in stage.reads:
            for object, name in _along(stage.object, path, bench):
                found.setdefault(object, set()).add(name)
        for key in stage.keys:
            if key.tree is not None:
                found.setdefault(key.tree[0], set()).add(key.tree[1])
    return {object: frozenset(names) for object, names in found.items()}


def _along(object: str, path: Path, bench: Bench) -> Iterator[tuple[str, str]]:
    for name in path:
        field = bench.objects[object].fields.get(name) if object in bench.objects else None
        if field is None:
            return
        yield object, name
        if field.lines_of and field.lines_by:
            object = field.lines_of
            yield object, field.lines_by
        elif field.targets:
            object = field.targets[0]


class _Stage:
    """One stage on its way into the model."""

    def __init__(self, name: str, node: Node, over: ObjectModel, bench: Bench, expressions: Expressions) -> None:
        self.name, self.node, self.over = name, node, over
        self.bench, self.expressions = bench, expressions

    def compiled(self) -> AdjustmentStage | None:
        object = self.bench.object(self.node.get("of"))
        if object is None:
            return None
        self.object, node = object, self.node
        where = self.expressions.condition(node.get("where"), self.expressions.inside(object.name))
        if where is not None and not where.deterministic:
            self.bench.complain("adjustment_moves", node.get("where"))
        choice, effects = self._effects()
        keys = tuple(key for path, part in node.get("keys").items() if (key := self._key(path, part)) is not None)
        bounds = (*self._bounds("since"), *self._bounds("until"))
        label = self._path(node.get("label")) or (object.display,)
        stage = AdjustmentStage(
            name=self.name,
            title=node.label("title"),
            object=object.name,
            label=label,
            called=self._called(label),
            effects=effects,
            choice=choice,
            where=where,
            order=sort_keys(node.get("order"), object, self.bench),
            keys=keys,
            bounds=bounds,
            condition=self._condition(),
            groups=self._groups(),
            combine=_combination(node.text("combine", "first")),
        )
        return _reading(stage, self.bench)

    def _path(self, node: Node, text: str | None = None) -> Path | None:
        if node.value is None and text is None:
            return None
        return self.bench.field_path(self.object, node if text is None else Node(text, node.place, node.path))

    def _key(self, text: str, node: Node) -> AdjustmentKey | None:
        path = self._path(node, text)
        below = isinstance(node.value, dict)
        value = self.expressions.formula(
            node.get("below") if below else node, self.expressions.inside(self.over.name), None
        )
        if path is None or value is None:
            return None
        if not below:
            return AdjustmentKey(path, value)
        tree, book = self._tree_of(path)
        if tree is None and book is None:
            self.bench.complain("adjustment_no_tree", node, field=text)
            return None
        return AdjustmentKey(path, value, True, tree, book)

    def _tree_of(self, path: Path) -> tuple[tuple[str, str] | None, str | None]:
        field = field_at(path, self.object, self.bench)
        dictionary = self.bench.dictionaries.get(field.dictionary or "")
        if dictionary is not None:
            return None, dictionary.name if dictionary.depends_on == dictionary.name else None
        target = self.bench.objects.get(field.targets[0]) if field.targets else None
        for one in target.fields.values() if target is not None else ():
            if one.type in ("reference", "department") and target is not None and one.targets == (target.name,):
                return (target.name, one.name), None
        return None, None

    def _bounds(self, word: str) -> Iterator[AdjustmentBound]:
        for text, node in self.node.get(word).items():
            path = self._path(node, text)
            value = self.expressions.formula(node, self.expressions.inside(self.over.name), None)
            if path is not None and value is not None:
                yield AdjustmentBound(path, value, since=word == "since")

    def _condition(self) -> str | None:
        node = self.node.get("condition")
        field = self.bench.field(self.object, node) if node.value is not None else None
        if field is None:
            return None
        if field.type != "expression" or field.over != self.over.name:
            self.bench.complain("adjustment_condition", node, field=field.name, object=self.over.name)
            return None
        return field.name

    def _groups(self) -> AdjustmentGroups | None:
        node = self.node.get("group")
        by = self._path(node.get("by"))
        if by is None:
            return None
        combine = self._path(node.get("combine"))
        if combine is not None:
            self._require_combinations(combine, node.get("combine"))
        return AdjustmentGroups(by, combine, self._path(node.get("order")))

    def _require_combinations(self, path: Path, node: Node) -> None:
        field = field_at(path, self.object, self.bench)
        dictionary = self.bench.dictionaries.get(field.dictionary or "")
        if dictionary is None or dictionary.open or not set(dictionary.items) <= set(COMBINATIONS):
            self.bench.complain("adjustment_combinations", node, field=field.name, known=", ".join(COMBINATIONS))

    def _called(self, label: Path) -> Mapping[str, Path]:
        """Return the paths of what rules are called in other languages, where their label is the title of a record."""
        way = list(_along(self.object.name, label, self.bench))
        if len(way) != len(label):
            return {}
        object, last = way[-1]
        found = self.bench.objects[object]
        return {language: (*label[:-1], name) for language, name in found.names.items() if last == found.display}

    def _effects(self) -> tuple[str | None, Mapping[str, AdjustmentEffect]]:
        node, several = self.node, self.node.get("effects")
        if node.has("effect") == node.has("effects"):
            self.bench.complain("one_of", node.key_span, where=self.name, known="effect, effects")
            return None, {}
        if node.has("effect"):
            return None, {"": self._effect(node.get("effect"))}
        field = self.bench.field(self.object, several.get("by"))
        dictionary = self.bench.dictionaries.get(field.dictionary or "") if field is not None else None
        if field is not None and (field.type != "choice" or dictionary is None):
            self.bench.complain(
                "wrong_field_type", several.get("by"), field=field.name, type=field.type, wanted="choice"
            )
        effects: dict[str, AdjustmentEffect] = {}
        for item, part in several.get("cases").items():
            if dictionary is not None and item not in dictionary.items:
                self.bench.unknown("item", part.key_span, item, dictionary.items, dictionary=dictionary.name)
            effects[item] = self._effect(part)
        return field.name if field is not None else None, effects

    def _effect(self, node: Node) -> AdjustmentEffect:
        world = self.expressions.world
        known: dict[str, Any] = dict.fromkeys(("value", "start", "quantity"), NUMBER)
        scope = Names({"item": world.record(self.over.name), "rule": world.record(self.object.name), **known})
        value = self.expressions.formula(node.get("value"), scope, NUMBER)
        return AdjustmentEffect(value, self.expressions.formula(node.get("free"), scope, NUMBER))


def _combination(text: str) -> Any:
    return text if text in COMBINATIONS else "first"


def _reading(stage: AdjustmentStage, bench: Bench) -> AdjustmentStage:
    """Return a stage with the paths of a rule that anything of it looks at."""
    paths: set[Path] = {
        stage.label,
        *stage.called.values(),
        *(key.path for key in stage.keys),
        *(bound.path for bound in stage.bounds),
    }
    paths |= {key.path for key in stage.order}
    paths |= {(name,) for name in (stage.choice, stage.condition) if name is not None}
    if stage.groups is not None:
        paths |= {path for path in (stage.groups.by, stage.groups.combine, stage.groups.order) if path is not None}
    paths |= stage.where.reads if stage.where is not None else set()
    for effect in stage.effects.values():
        for told in (effect.value, effect.free):
            paths |= {path[1:] for path in (told.reads if told else ()) if path[0] == "rule" and len(path) > 1}
    whole = {wider for path in paths for wider in _of_whole_lines(stage.object, path, bench)}
    return replace(stage, reads=frozenset(path for path in paths | whole if path[0] != "actor"))


def _of_whole_lines(object: str, path: Path, bench: Bench) -> Iterator[Path]:
    """Yield the paths to all that lines hold which an effect looks at as a whole."""
    for name in path:
        field = bench.objects[object].fields.get(name) if object in bench.objects else None
        if field is None:
            return
        object = field.lines_of or (field.targets[0] if field.targets else "")
        if name == path[-1] and field.lines_of:
            child = bench.objects[field.lines_of]
            yield from ((*path, one.name) for one in child.fields.values() if one.stored and not one.system)
