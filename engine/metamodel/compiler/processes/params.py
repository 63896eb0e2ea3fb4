"""Parameters of a pack: their types, their defaults, and what this tenant says instead."""

from __future__ import annotations

from typing import Any

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.literals import BadLiteralError, literal_of
from engine.metamodel.compiler.processes.titles import title_of
from engine.metamodel.definitions import Node
from engine.metamodel.model import FieldModel, ParamModel, ParamSet

_SIZES = {"integer": 0, "decimal": 6, "money": 2, "percent": 4}


def compile_params(bench: Bench) -> None:
    """Compile every set of parameters; expressions are typed against them."""
    for merged in bench.documents("params"):
        name, node = merged.document.id, merged.node
        fields = {key: _param(key, part, bench) for key, part in node.get("fields").items()}
        bench.params[name] = ParamSet(name, node.label("title") or title_of(name), fields, merged.layer)


def _param(name: str, node: Node, bench: Bench) -> ParamModel:
    type_ = node.text("type")
    if (type_ == "table") != node.has("columns"):
        bench.complain("missing_option" if type_ == "table" else "option_not_for_type",
                       node.key_span, field=name, type=type_, option="columns", guess="")  # fmt: skip
    if (type_ == "choice") != node.has("of"):
        bench.complain("missing_option" if type_ == "choice" else "option_not_for_type",
                       node.key_span, field=name, type=type_, option="of", guess="")  # fmt: skip
    columns = {key: _param(key, part, bench) for key, part in node.get("columns").items()}
    dictionary = node.maybe("of")
    if dictionary is not None and dictionary not in bench.dictionaries:
        bench.unknown("dictionary", node.get("of"), dictionary, bench.dictionaries)
    bare = ParamModel(name, type_, node.label("title") or title_of(name), None, None, dictionary, columns)  # type: ignore[arg-type]
    default = _value(node.get("default"), bare, bench)
    value = _value(node.get("value"), bare, bench) if node.has("value") else default
    return ParamModel(name, bare.type, bare.title, value, default, dictionary, columns)


def _value(node: Node, param: ParamModel, bench: Bench) -> Any:
    if param.type == "table":
        if not isinstance(node.value, list):
            if node.value is not None:
                bench.complain("bad_literal", node, value=str(node.value)[:60], type="table")
            return ()
        return tuple(_row(part, param, bench) for part in node.elements())
    if node.value is None:
        return None
    field = _as_field(param)
    try:
        return literal_of(field, node.value, bench.dictionaries.get(param.dictionary or ""))
    except BadLiteralError:
        bench.complain("bad_literal", node, value=str(node.value)[:60], type=param.type)
        return None


def _row(node: Node, param: ParamModel, bench: Bench) -> dict[str, Any]:
    for key, part in node.items():
        if key not in param.columns:
            bench.unknown("param_column", part.key_span, key, param.columns)
    return {key: _value(node.get(key), column, bench) for key, column in param.columns.items()}


def _as_field(param: ParamModel) -> FieldModel:
    scale = _SIZES.get(param.type, 0)
    return FieldModel(param.name, param.type, param.title, length=2000, scale=scale)  # type: ignore[arg-type]
