"""Runs the test cases of a DMN conformance kit's layout and says how many pass."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine.kernel.errors import BadDefinition
from engine.rules.decisions import DecisionModel, load_model, read_dmn
from engine.rules.decisions.boxes import Definitions
from engine.rules.evaluation import Run
from engine.rules.numbers import parse_number
from engine.rules.temporal.dates import date_text
from engine.rules.temporal.parsing import parse_date, parse_date_time, parse_duration, parse_time
from engine.rules.temporal.times import FeelDateTime, FeelTime
from engine.rules.values import DATE, NUMBER, kind_of
from engine.rules.writing import literal_text

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TOLERANCE = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expected result and what came of it."""

    folder: str
    file: str
    case: str
    name: str
    expected: Any
    actual: Any
    passed: bool
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "folder": self.folder, "file": self.file, "case": self.case, "result": self.name, "passed": self.passed,
            "expected": _shown(self.expected), "actual": _shown(self.actual), "error": self.error,
        }  # fmt: skip


def run_kit(root: Path) -> list[Outcome]:
    """Run every test file below ``root``: files of cases beside the models they name."""
    outcomes: list[Outcome] = []
    for folder in sorted({path.parent for path in root.rglob("*.xml")}):
        outcomes.extend(_run_folder(folder, root))
    return outcomes


def figures(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Return the three figures: all, those that expect a value, and the mean over folders; per case, not per result."""
    cases: dict[tuple[str, str, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        cases[outcome.folder, outcome.file, outcome.case].append(outcome)
    valued = [group for group in cases.values() if any(outcome.expected is not None for outcome in group)]
    folders: dict[str, list[bool]] = defaultdict(list)
    for (folder, _, _), group in cases.items():
        folders[folder].append(all(outcome.passed for outcome in group))
    shares = [sum(results) / len(results) for results in folders.values()]
    return {
        "cases": len(cases),
        "passed": sum(all(o.passed for o in group) for group in cases.values()),
        "expecting_a_value": len(valued),
        "passed_expecting_a_value": sum(all(o.passed for o in group) for group in valued),
        "folders": len(folders),
        "mean_over_folders": round(sum(shares) / len(shares), 4) if shares else 0.0,
    }


# -- running ---------------------------------------------------------------------------------------------------


def _run_folder(folder: Path, root: Path) -> Iterator[Outcome]:
    models: dict[str, DecisionModel | str] = {}
    definitions: dict[str, Definitions] = {}
    for path in sorted(folder.glob("*.dmn")):
        try:
            definitions[path.name] = read_dmn(path.read_bytes(), path.name)
        except BadDefinition as bad:
            models[path.name] = str(bad)
    for path in sorted(folder.glob("*.xml")):
        try:
            tree = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            yield Outcome(str(folder.relative_to(root)), path.name, "", "", None, None, False, str(error))
            continue
        name = _text(_child(tree.getroot(), "modelName"))
        if name not in models:
            models[name] = _loaded(name, definitions)
        for case in _children(tree.getroot(), "testCase"):
            yield from _run_case(case, models[name], str(folder.relative_to(root)), path.name)


def _loaded(name: str, definitions: Mapping[str, Definitions]) -> DecisionModel | str:
    if name not in definitions:
        return f"there is no model {name}"
    others = [other for file, other in definitions.items() if file != name]
    try:
        return load_model(definitions[name], others)
    except BadDefinition as bad:
        return str(bad)


def _run_case(case: Any, model: DecisionModel | str, folder: str, file: str) -> Iterator[Outcome]:
    given = {node.get("name", ""): _value(node) for node in _children(case, "inputNode")}
    run = Run(datetime.now(UTC))
    served: dict[str, Any] | None = None
    for node in _children(case, "resultNode"):
        name = node.get("name", "")
        expected = _value(_child(node, "expected"))
        actual, error = None, ""
        if isinstance(model, str):
            error = model
        else:
            try:
                if case.get("type") == "decisionService":
                    if case.get("invocableName") in model.services:
                        served = served if served is not None else model.serve(case.get("invocableName"), given, run)
                        actual = served.get(name)
                    else:
                        actual = model.decide_alone(name, given, run)
                elif case.get("type") == "bkm":
                    actual = model.invoke(case.get("invocableName"), given, run)
                else:
                    actual = model.decide(name, given, run)
            except Exception as unexpected:  # noqa: BLE001 - a kit's runner must count what escapes, and go on
                error = f"{type(unexpected).__name__}: {unexpected}"
        passed = not error and _same(expected, actual)
        if not passed and not error:
            error = "; ".join(warning.message for warning in run.warnings[:3])
        yield Outcome(folder, file, case.get("id", ""), name, expected, actual, passed, error)


# -- reading values --------------------------------------------------------------------------------------------


def _children(node: Any, name: str) -> Iterator[Any]:
    return (child for child in node if isinstance(child.tag, str) and etree.QName(child).localname == name)


def _child(node: Any, name: str) -> Any:
    return next(_children(node, name), None)


def _text(node: Any) -> str:
    return "" if node is None else (node.text or "").strip()


def _value(node: Any) -> Any:
    """Return the value below a node: a list, a context, or a simple value."""
    if node is None:
        return None
    items = _child(node, "list")
    if items is not None:
        return None if items.get(f"{_XSI}nil") == "true" else [_value(item) for item in _children(items, "item")]
    components = list(_children(node, "component"))
    if components:
        return {component.get("name", ""): _value(component) for component in components}
    value = _child(node, "value")
    return None if value is None or value.get(f"{_XSI}nil") == "true" else _simple(value)


def _simple(node: Any) -> Any:
    kind = (node.get(f"{_XSI}type") or "").rpartition(":")[2]
    text = node.text or ""
    read = _READERS.get(kind)
    return text if read is None else read(text.strip())


_READERS: dict[str, Any] = {
    "boolean": lambda text: text in ("true", "1"),
    "decimal": parse_number,
    "double": lambda text: text if parse_number(text) is None else parse_number(text),
    "integer": parse_number,
    "int": parse_number,
    "long": parse_number,
    "float": parse_number,
    "date": lambda text: parse_date(text) or text,
    "time": lambda text: parse_time(text) or text,
    "dateTime": lambda text: parse_date_time(text) or text,
    "duration": lambda text: parse_duration(text) or text,
    "dayTimeDuration": lambda text: parse_duration(text) or text,
    "yearMonthDuration": lambda text: parse_duration(text) or text,
}


# -- comparing -------------------------------------------------------------------------------------------------


def _same(expected: Any, actual: Any) -> bool:
    if expected is None or actual is None:
        return expected is actual
    kind = kind_of(expected)
    if kind != kind_of(actual):
        return False
    if kind == NUMBER:
        return bool(abs(expected - actual) < _TOLERANCE)
    if kind == "list":
        return len(expected) == len(actual) and all(map(_same, expected, actual))
    if kind == "context":
        return set(expected) == set(actual) and all(_same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, FeelTime):
        return bool(expected.nanos == actual.nanos and expected.offset() == actual.offset())
    if isinstance(expected, FeelDateTime):
        mine = (expected.days, expected.nanos, expected.offset())
        return bool(mine == (actual.days, actual.nanos, actual.offset()))
    if kind == DATE:
        return date_text(expected) == date_text(actual)
    return bool(expected == actual)


def _shown(value: Any) -> Any:
    return None if value is None else literal_text(value)


def main(arguments: list[str]) -> int:
    """Print the figures, and each failure with what came instead."""
    started = time.perf_counter()
    outcomes = run_kit(Path(next(argument for argument in arguments if not argument.startswith("--"))))
    totals = figures(outcomes)
    if "--json" in arguments:
        report = {"figures": totals, "results": [outcome.as_dict() for outcome in outcomes]}
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    else:
        for outcome in outcomes:
            if not outcome.passed:
                shown = outcome.as_dict()
                sys.stdout.write(
                    f"FAIL {outcome.folder} {outcome.case} {outcome.name}: expected {shown['expected']}, "
                    f"got {shown['actual']}  {outcome.error}\n"
                )
        sys.stdout.write(json.dumps(totals) + f" in {time.perf_counter() - started:.1f} s\n")
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
