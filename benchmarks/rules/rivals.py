"""Other engines behind one face: each compiles a text once and gives back what evaluates it. One that is not installed,
or that cannot say a text, is left out and named."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.rules.shapes import Shape

Ready = Callable[[], Any]


class Absent(Exception):
    """The engine is not installed, or cannot say this."""


def simpleeval(shape: Shape) -> Ready:
    """A text parsed beforehand."""
    import simpleeval as library

    text = _needed(shape.python)
    engine = library.SimpleEval(names=dict(shape.plain))
    tree = engine.parse(text)
    return lambda: engine.eval(text, previously_parsed=tree)


def bkflow_parsed(shape: Shape) -> Ready:
    """A tree made beforehand, which its interface does not offer."""
    try:
        from bkflow_feel import parser, transformer
    except ImportError:
        raise Absent("bkflow-feel is not installed") from None
    facts = dict(shape.plain)
    tree = transformer.transform(parser.parse(_needed(shape.bkflow)))
    return lambda: tree.evaluate(facts)


def bkflow_whole(shape: Shape) -> Ready:
    """Its interface: a text is parsed at each call."""
    try:
        from bkflow_feel.api import parse_expression
    except ImportError:
        raise Absent("bkflow-feel is not installed") from None
    text, facts = _needed(shape.bkflow), dict(shape.plain)
    return lambda: parse_expression(text, facts)


def cel(shape: Shape) -> Ready:
    """A program compiled beforehand."""
    try:
        import celpy
        from celpy import adapter
    except ImportError:
        raise Absent("cel-python is not installed") from None
    environment = celpy.Environment()
    program = environment.program(environment.compile(_needed(shape.cel)))
    facts = {name: adapter.json_to_cel(value) for name, value in shape.plain.items()}
    return lambda: program.evaluate(facts)


def zen(shape: Shape) -> Ready:
    """An expression; the library compiles at each call."""
    try:
        from zen import compile_expression
    except ImportError:
        raise Absent("zen-engine is not installed") from None
    compiled, facts = compile_expression(_needed(shape.zen)), dict(shape.plain)
    return lambda: compiled.evaluate(facts)


def zen_table(rules: list[tuple[str, str, str, str]]) -> Callable[[Mapping[str, Any]], Any]:
    """Return a decision table of three inputs in zen-engine."""
    try:
        from zen import ZenEngine
    except ImportError:
        raise Absent("zen-engine is not installed") from None
    names = ("amount", "region", "score")
    content = {
        "hitPolicy": "first",
        "inputs": [
            {"id": f"i{at}", "name": name, "field": name, "type": "expression"} for at, name in enumerate(names)
        ],
        "outputs": [{"id": "o", "name": "rate", "field": "rate", "type": "expression"}],
        "rules": [
            {"_id": str(at), "i0": amount, "i1": region, "i2": score, "o": rate}
            for at, (amount, region, score, rate) in enumerate(rules)
        ],
    }
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
            {
                "id": "table",
                "name": "table",
                "type": "decisionTableNode",
                "position": {"x": 1, "y": 0},
                "content": content,
            },
            {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
        ],
        "edges": [
            {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
    decision = ZenEngine().create_decision(json.dumps(graph))
    return lambda facts: decision.evaluate(dict(facts))


def _needed(text: str) -> str:
    if not text:
        raise Absent("it cannot say this")
    return text
