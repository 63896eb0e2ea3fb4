"""A decision table out of plain values, as YAML or JSON give them; every cell keeps its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.kernel.text import LocalText
from engine.rules.decisions.boxes import Aggregation, HitPolicy, TableBox, TableInput, TableOutput, TableRule
from engine.rules.feel_types import ANY, BUILTIN_TYPES, FeelType
from engine.rules.scope import Names
from engine.rules.source import Source

Path = tuple[str | int, ...]
Placed = Callable[[Path, str], Source]
"""Returns a text with the place of the value at a path."""

_KEYS = {"table", "hit", "names", "inputs", "outputs", "rules", "tests"}
_INPUT_KEYS = {"is", "type", "values", "label"}
_OUTPUT_KEYS = {"name", "type", "values", "default", "label"}


def read_table(value: Any, placed: Placed) -> TableBox:
    """Return the table. Raises BadDefinition with everything that is wrong with its form."""
    return _Reader(placed).read(value)


def names_of_table(box: TableBox, value: Mapping[str, Any]) -> Names:
    """Return the names that a table may use: those it declares, and its inputs that are plain names."""
    declared = {str(name): str(type_) for name, type_ in (value.get("names") or {}).items()}
    plain = {column.text: column.type_ref for column in box.inputs if column.text.isidentifier()}
    return Names({name: _type(ref) for name, ref in {**plain, **declared}.items()})


def _type(ref: str) -> FeelType:
    return BUILTIN_TYPES.get(ref, ANY)


class _Reader:
    def __init__(self, placed: Placed) -> None:
        self.placed, self.findings = placed, Findings()

    def read(self, value: Any) -> TableBox:
        parts = self.mapping(value, (), _KEYS)
        if not isinstance(value, Mapping):
            raise BadDefinition(self.findings.errors)
        self.names(parts.get("names") or {})
        inputs = tuple(self.input(part, ("inputs", at)) for at, part in self.items(parts, "inputs"))
        outputs = tuple(self.output(part, ("outputs", at)) for at, part in self.items(parts, "outputs"))
        rules = tuple(
            self.rule(part, ("rules", at), len(inputs), len(outputs)) for at, part in self.items(parts, "rules")
        )
        self.tests(parts.get("tests"), len(inputs) + len(outputs))
        hit_policy, aggregation = self.policy(parts.get("hit", "UNIQUE"))
        if self.findings.errors:
            raise BadDefinition(self.findings.errors)
        notes = ("note",) if any(rule.annotations for rule in rules) else ()
        return TableBox(inputs, outputs, rules, hit_policy, aggregation, notes)

    def wrong(self, path: Path, english: str, chinese: str) -> None:
        self.findings.add("FEEL303", self.placed(path, "").span, why=LocalText({"en": english, "zh": chinese}))

    def mapping(self, value: Any, path: Path, keys: set[str]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.wrong(
                path,
                f"names with values are wanted here, such as {', '.join(sorted(keys))}",
                f"此处须为名称与取值，如 {', '.join(sorted(keys))}",
            )
            return {}
        for key in value:
            if key not in keys:
                self.wrong(
                    (*path, key),
                    f"'{key}' is not one of {', '.join(sorted(keys))}",
                    f"“{key}”不在 {', '.join(sorted(keys))} 之中",
                )
        return value

    def names(self, value: Any) -> None:
        if not isinstance(value, Mapping):
            self.wrong(
                ("names",),
                "'names' gives the type of each name, as {amount: number}",
                "names 说明每个名称的类型，如 {amount: number}",
            )
            return
        for name, ref in value.items():
            self.known_type(str(ref), ("names", name))

    def items(self, parts: Mapping[str, Any], key: str) -> list[tuple[int, Any]]:
        found = parts.get(key)
        if not isinstance(found, list) or not found:
            self.wrong((key,), f"'{key}' is not a list with something in it", f"{key} 须为非空列表")
            return []
        return list(enumerate(found))

    def input(self, part: Any, path: Path) -> TableInput:
        parts = {"is": part} if isinstance(part, str) else self.mapping(part, path, _INPUT_KEYS)
        if not parts.get("is"):
            self.wrong(path, "an input needs 'is', the expression that is looked at", "输入列须有 is，即要判断的表达式")
        text, type_ref, allowed, label = (self.text(parts, key) for key in ("is", "type", "values", "label"))
        self.known_type(type_ref, (*path, "type"))
        written = {"text": ("is", text), "allowed": ("values", allowed)}
        bare = isinstance(part, str)
        places = {
            name: self.placed(path if bare else (*path, key), told) for name, (key, told) in written.items() if told
        }
        return TableInput(text, type_ref, allowed, label, places)

    def output(self, part: Any, path: Path) -> TableOutput:
        parts = {"name": part} if isinstance(part, str) else self.mapping(part, path, _OUTPUT_KEYS)
        if not parts.get("name"):
            self.wrong(path, "an output needs a name", "输出列须有名称")
        name, type_ref, allowed, default, label = (
            self.text(parts, key) for key in ("name", "type", "values", "default", "label")
        )
        self.known_type(type_ref, (*path, "type"))
        places = {"default": self.placed((*path, "default"), default)} if default else {}
        return TableOutput(name, type_ref, allowed, default, label, places)

    def known_type(self, ref: str, path: Path) -> None:
        if ref and ref not in BUILTIN_TYPES:
            self.wrong(
                path,
                f"'{ref}' is not one of the types {', '.join(sorted(BUILTIN_TYPES))}",
                f"没有类型“{ref}”，可用的类型是 {', '.join(sorted(BUILTIN_TYPES))}",
            )

    def rule(self, part: Any, path: Path, inputs: int, outputs: int) -> TableRule:
        wanted = inputs + outputs
        if not isinstance(part, list) or not wanted <= len(part) <= wanted + 1:
            found = len(part) if isinstance(part, list) else 0
            self.wrong(
                path,
                f"a rule needs {inputs} + {outputs} cells and at most one note, and has {found}",
                f"每条规则须有 {inputs} + {outputs} 格，最多再加一个备注，现为 {found} 格",
            )
            return TableRule((), ())
        texts = [_cell(cell) or ("-" if at < inputs else "null") for at, cell in enumerate(part[:wanted])]
        cells = [self.placed((*path, at), text) for at, text in enumerate([*texts, *map(_cell, part[wanted:])])]
        notes = tuple(cell.text for cell in cells[wanted:])
        return TableRule(tuple(cells[:inputs]), tuple(cells[inputs:wanted]), notes)

    def tests(self, value: Any, wanted: int) -> None:
        """Look at the form of test rows: a value for each input, then what each output is expected to be."""
        if value is not None and not isinstance(value, list):
            self.wrong(("tests",), "'tests' is not a list of rows", "tests 须为行的列表")
            return
        for at, row in enumerate(value or ()):
            if not isinstance(row, list) or len(row) != wanted:
                self.wrong(("tests", at), f"a test row needs {wanted} cells", f"每个测试行须有 {wanted} 格")

    def policy(self, value: Any) -> tuple[HitPolicy, Aggregation]:
        for policy in get_args(HitPolicy):
            for aggregation in get_args(Aggregation) if policy == "COLLECT" else ("",):
                if str(value).upper() == f"{policy} {aggregation}".strip():
                    return policy, aggregation
        self.wrong(
            ("hit",),
            f"'{value}' is no hit policy; there are {', '.join(get_args(HitPolicy))}",
            f"没有命中策略“{value}”，可用的有 {', '.join(get_args(HitPolicy))}",
        )
        return "UNIQUE", ""

    def text(self, parts: Mapping[str, Any], key: str) -> str:
        value = parts.get(key)
        if key == "label" and isinstance(value, Mapping):
            value = LocalText({str(language): str(text) for language, text in value.items()}).in_language("en")
        return "" if value is None else _cell(value)


def _cell(value: Any) -> str:
    """Return a cell as text: YAML makes numbers of 5 and yes or no of true."""
    if value is None:
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)
