"""Prints the table of the rule language: ratios to hand-written Python and to other engines, in one process.

``python -m benchmarks.rules [--json]``; the rivals come with the extra ``bench``, and those that are missing are named.
It measures and judges nothing; each figure is the best of many rounds, the sides taking turns.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, getcontext, setcontext
from typing import Any

from benchmarks.rules import rivals
from benchmarks.rules.shapes import SHAPES, Shape
from engine.rules import NUMBER, STRING, Limits, Names, Run, compile_expression
from engine.rules.decisions import compile_decision_table
from engine.rules.decisions.plain_table import read_table
from engine.rules.numbers import CONTEXT
from engine.rules.stored import placed

ROUNDS = 40
SHARE = 0.004  # seconds that one round of one side takes
RIVALS: Mapping[str, Callable[[Shape], Callable[[], Any]]] = {
    "bkflow-feel, tree": rivals.bkflow_parsed,
    "bkflow-feel, its interface": rivals.bkflow_whole,
    "cel-python": rivals.cel,
    "zen-engine": rivals.zen,
    "simpleeval": rivals.simpleeval,
}
NOW = datetime(2026, 5, 5, tzinfo=UTC)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="run.py bench rules", description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {"shapes": [_shape(shape) for shape in SHAPES], "table": _tables(), "making": _making()}
    if options.json:
        json.dump(found, sys.stdout, indent=2)
    else:
        _print(found)


def best(sides: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Return the microseconds of one call of each side, the best of many rounds."""
    counts = {}
    for name, call in sides.items():
        count, taken = 1, 0.0
        while taken < SHARE:
            taken, count = _timed(call, count), count * 2
        counts[name] = max(1, count // 2)
    found = dict.fromkeys(sides, math.inf)
    for _ in range(ROUNDS):
        for name, call in sides.items():
            found[name] = min(found[name], _timed(call, counts[name]) / counts[name] * 1e6)
    return found


def _timed(call: Callable[[], Any], count: int) -> float:
    rounds = range(count)
    started = time.perf_counter()
    for _ in rounds:
        call()
    return time.perf_counter() - started


def _shape(shape: Shape) -> dict[str, Any]:
    compiled, run, facts = compile_expression(shape.text, shape.scope), Run(NOW), shape.facts
    closure, hand = compiled.python(), shape.hand
    assert closure(facts, run) == hand(facts), shape.name
    ours, told = (lambda: closure(facts, run)), {}
    outer = getcontext()
    setcontext(CONTEXT)  # the same digits on both sides
    sides: dict[str, Callable[[], Any]] = {"ours": ours, "hand": lambda: hand(facts)}
    for name, make in RIVALS.items():
        try:
            call = make(shape)
            call()
        except rivals.Absent as absent:
            told[name] = str(absent)
        except Exception as error:  # noqa: BLE001 - a rival that cannot say a rule is told, whatever it raises
            told[name] = f"it fails: {type(error).__name__}: {error}"[:90]
        else:
            sides[name] = call
    measured = best(sides)
    setcontext(outer)
    return {"name": shape.name, "microseconds": measured, "left out": told}


def _tables() -> dict[str, Any]:
    """A table of three inputs, of 100 and of 1,000 rules, asked for a rule in its last third."""
    found: dict[str, Any] = {"left out": {}}
    sides: dict[str, Callable[[], Any]] = {}
    for count in (100, 1_000):
        rules = _rules(count)
        box = read_table(
            {
                "hit": "FIRST",
                "inputs": ["amount", "region", "score"],
                "outputs": ["rate"],
                "rules": [list(rule) for rule in rules],
            },
            placed,
        )
        started = time.process_time()
        table = compile_decision_table(box, Names({"amount": NUMBER, "region": STRING, "score": NUMBER}))
        found[f"compile {count} rules, ms"] = (time.process_time() - started) * 1e3
        number = count * 4 // 5
        facts = {"amount": Decimal(number * 10 + 5), "region": f"r{number % 7}", "score": Decimal(700)}
        run, evaluate = Run(NOW, limits=Limits(steps=10**15)), table.compiled.evaluate
        assert evaluate(facts, run) == number
        sides[f"ours, {count} rules"] = lambda evaluate=evaluate, facts=facts, run=run: evaluate(facts, run)
        by_hand = _hand_table(count)
        sides[f"hand, {count} rules"] = lambda by_hand=by_hand, facts=facts: by_hand(facts)
        if count == 1_000:
            plain = {name: float(v) if isinstance(v, Decimal) else v for name, v in facts.items()}
            try:
                rival = rivals.zen_table(rules)
                rival(plain)
            except rivals.Absent as absent:
                found["left out"]["zen-engine"] = str(absent)
            except Exception as error:  # noqa: BLE001 - told, whatever it raises
                found["left out"]["zen-engine"] = f"it fails: {error}"[:90]
            else:
                sides["zen-engine, 1000 rules"] = lambda rival=rival, plain=plain: rival(plain)
    found["microseconds"] = best(sides)
    return found


def _rules(count: int) -> list[tuple[str, str, str, str]]:
    return [
        (f"[{at * 10}..{at * 10 + 10})", f'"r{at % 7}"', "[600..750)" if at % 2 == 0 else "> 500", str(at))
        for at in range(count)
    ]


def _hand_table(count: int) -> Callable[[Mapping[str, Any]], Any]:
    rows = [(Decimal(at * 10), Decimal(at * 10 + 10), f"r{at % 7}", at % 2 == 0, Decimal(at)) for at in range(count)]
    low, high, least = Decimal(600), Decimal(750), Decimal(500)

    def decide(facts: Mapping[str, Any]) -> Any:
        amount, region, score = facts.get("amount"), facts.get("region"), facts.get("score")
        if amount is None or region is None or score is None:
            return None
        for start, end, wanted, even, rate in rows:
            if start <= amount < end and region == wanted and (low <= score < high if even else score > least):
                return rate
        return None

    return decide


def _making() -> dict[str, float]:
    """What it takes to compile a rule of forty letters, to start cold, and what the guards cost."""
    shape = SHAPES[0]
    compiled, run = compile_expression(shape.text, shape.scope), Run(NOW)
    guarded, bare = compiled.python(), compiled.unguarded()
    facts = shape.facts
    measured = best(
        {
            "compile": lambda: compile_expression(shape.text, shape.scope),
            "guarded": lambda: guarded(facts, run),
            "bare": lambda: bare(facts, run),
        }
    )
    code = (
        "import time;s=time.process_time();import engine.rules as r;a=time.process_time();"
        "r.compile_expression('a > 1', r.Names({'a': r.NUMBER}));b=time.process_time();print((a-s)*1e3,(b-a)*1e3)"
    )
    starts = [
        [float(part) for part in subprocess.check_output([sys.executable, "-c", code], text=True).split()]
        for _ in range(5)
    ]
    return {
        "compile, microseconds": measured["compile"],
        "guards, percent": (measured["guarded"] / measured["bare"] - 1) * 100,
        "cold import, ms": min(one[0] for one in starts),
        "grammar at the first rule, ms": min(one[1] for one in starts),
    }


def _print(found: Mapping[str, Any]) -> None:
    ratios = []
    print("rule                        ours us   ratio to hand  and how many times slower the others are")
    for one in found["shapes"]:
        measured = one["microseconds"]
        ours, ratio = measured["ours"], measured["ours"] / measured["hand"]
        ratios.append(ratio)
        others = [f"{name} {measured[name] / ours:,.0f}x" for name in RIVALS if name in measured]
        print(f"{one['name']:<27}{ours:>8.3f}{ratio:>12.2f}     {', '.join(others)}")
        for name, why in one["left out"].items():
            print(f"{'':<27}{name}: {why}")
    print(f"geometric mean of the ratios: {math.prod(ratios) ** (1 / len(ratios)):.2f}")
    table = found["table"]
    for name, value in table["microseconds"].items():
        print(f"table, {name}: {value:,.2f} us")
    for name, value in {**table, **found["making"]}.items():
        if isinstance(value, float):
            print(f"{name}: {value:,.1f}")
    for name, why in table["left out"].items():
        print(f"table, {name}: {why}")


if __name__ == "__main__":
    main()
