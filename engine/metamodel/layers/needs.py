"""Which packs stand on which: load order, version ranges, circles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import engine
from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.kernel.source import NOWHERE, Span
from engine.metamodel.definitions import Layer, Node

_BOUND = re.compile(r"(>=|<=|<|>|==|!=|~=)? ?([0-9]+(?:\.[0-9]+){0,2})")


def sort_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers so that each stands above those it needs; an overlay stays on top. Raises BadDefinition."""
    by_name = {layer.name: layer for layer in layers}
    graph = {name: [need for need in layer.identity.needs if need in by_name] for name, layer in by_name.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        findings = Findings()
        path = " -> ".join(error.args[1][::-1])
        findings.add("needs_in_circle", _pack_span(by_name[error.args[1][0]]), path=path)
        raise BadDefinition(findings.errors) from None
    packs = [by_name[name] for name in order if _is_pack(by_name[name])]
    return (*packs, *(layer for layer in layers if not _is_pack(layer)))


def check_needs(layers: Sequence[Layer], findings: Findings) -> None:
    """Complain about needs that nothing below a layer meets, and about an engine that a pack is not made for."""
    below: dict[str, str] = {}
    for layer in layers:
        span = _pack_span(layer)
        if layer.name in below:
            findings.add("two_layers", span, layer=layer.name)
        if _is_pack(layer):
            _check_layer(layer, below, findings)
        below[layer.name] = layer.version


def satisfies(version: str, wanted: str) -> bool:
    """Tell whether a version lies in a range such as ``>=1.0, <2.0``."""
    return all(_holds(_figures(version), sign, bound) for sign, bound in _bounds(wanted))


def _check_layer(layer: Layer, below: Mapping[str, str], findings: Findings) -> None:
    identity, node = layer.identity, _pack_node(layer)
    if identity.engine and not satisfies(engine.__version__, identity.engine):
        findings.add(
            "wrong_engine_version",
            node.get("engine").span,
            pack=layer.name,
            range=identity.engine,
            version=engine.__version__,
        )
    for needed, wanted in identity.needs.items():
        place = node.get("needs").get(needed)
        if needed not in below:
            findings.add("missing_pack", place.key_span, pack=layer.name, needed=needed)
        elif not satisfies(below[needed], wanted):
            findings.add(
                "wrong_pack_version",
                place.span,
                pack=layer.name,
                needed=needed,
                range=wanted,
                version=below[needed],
            )


def _bounds(wanted: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    for sign, figures in _BOUND.findall(wanted):
        yield sign or "==", _figures(figures)


def _holds(version: tuple[int, ...], sign: str, bound: tuple[int, ...]) -> bool:
    same = version[: len(bound)] == bound
    padded = (*bound, *(0,) * (3 - len(bound)))
    match sign:
        case ">=":
            return version >= padded
        case ">":
            return version > padded and not same
        case "<":
            return version < padded
        case "<=":
            return version <= padded or same
        case "!=":
            return not same
        case "~=":
            return version >= padded and version[: len(bound) - 1] == bound[:-1]
        case _:
            return same


def _figures(version: str) -> tuple[int, ...]:
    return tuple(int(figure) for figure in re.findall(r"\d+", version.partition("-")[0]))[:3]


def _is_pack(layer: Layer) -> bool:
    return any(document.kind == "pack" for document in layer.documents)


def _pack_node(layer: Layer) -> Node:
    document = next(document for document in layer.documents if document.kind == "pack")
    return Node(document.body, document.place)


def _pack_span(layer: Layer) -> Span:
    return next((document.span for document in layer.documents if document.kind == "pack"), NOWHERE)
