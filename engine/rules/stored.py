"""Rules that are values: texts and tables that users keep in records, compiled once and worked out over a record."""

from __future__ import annotations

import marshal
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.kernel.diagnostics import Diagnostic, of_code
from engine.kernel.errors import BadDefinition
from engine.kernel.source import Span
from engine.kernel.text import LocalText
from engine.rules.evaluation import Run
from engine.rules.expression import Expression, compile_expression
from engine.rules.feel_types import ANY, StoredRule
from engine.rules.functions import NoValue
from engine.rules.instances import coerce
from engine.rules.sample_types import names_of
from engine.rules.source import Source
from engine.rules.stored_port import PORT

if TYPE_CHECKING:
    from engine.rules.decisions import DecisionTable

MOST_RULES = 2_000
MOST_COLUMNS = 50
_KEPT = 1_000
_LENGTH_PER_STEP = 16
_NO_NAMES = LocalText(
    {"en": "'names' has no use here: the names are those of the object", "zh": "此处不用 names：名称就是对象的字段"}
)
_ONE_OUTPUT = LocalText({"en": "one output is wanted here", "zh": "此处只能有一个输出列"})
_TOO_LARGE = LocalText({
    "en": f"at most {MOST_RULES} rules and {MOST_COLUMNS} columns are taken",
    "zh": f"最多 {MOST_RULES} 条规则、{MOST_COLUMNS} 列",
})  # fmt: skip


class _Kept:
    """Compiled rules by text and scope; the scope stands beside the rule, so that its id is not given to others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: OrderedDict[Any, tuple[Any, Any]] = OrderedDict()

    def get(self, key: Any) -> Any:
        with self._lock:
            found = self._rules.get(key)
            if found is None:
                return None
            self._rules.move_to_end(key)
            return found[1]

    def put(self, key: Any, scope: Any, made: Any) -> None:
        with self._lock:
            self._rules[key] = (scope, made)
            while len(self._rules) > _KEPT:
                self._rules.popitem(last=False)


_kept = _Kept()


def compile_stored(rule: StoredRule, value: Any) -> Expression | DecisionTable:
    """Return the compiled text or table; the same one for the same content. Raises BadDefinition."""
    key = (id(rule.names), str(rule.gives), rule.table, marshal.dumps(value, 2) if rule.table else value)
    made = _kept.get(key)
    if made is None:
        made = _table(rule, value) if rule.table else compile_expression(value, rule.names, expect=_wanted(rule))
        _kept.put(key, rule.names, made)
    return made  # type: ignore[no-any-return]


def problems_of(rule: StoredRule, value: Any) -> tuple[Diagnostic, ...]:
    """Return everything that is wrong with a text or a table."""
    try:
        compile_stored(rule, value)
    except BadDefinition as bad:
        return bad.diagnostics
    return ()


def evaluate_stored(rule: StoredRule, value: Any, record: Mapping[str, Any] | str | None, run: Run) -> Any:
    """Return what a rule gives for a record, in the language's own values; null, with the reason in the run.

    What the rule reads and ``record`` lacks is asked of ``run.records``. Raises NoValue.
    """
    if value is None:
        return None
    made, facts = opened(rule, value, record, run)
    run.charge(1)
    if run.calls >= run.limits.calls:
        raise NoValue("FEEL242", max=run.limits.calls)
    run.calls += 1
    try:
        found = made.value(facts, run) if isinstance(made, Expression) else made.compiled.evaluate(facts, run)
    finally:
        run.calls -= 1
    return found if rule.gives is ANY else coerce(found, rule.gives)


def opened(
    rule: StoredRule, value: Any, record: Mapping[str, Any] | str | None, run: Run
) -> tuple[Expression | DecisionTable, Mapping[str, Any]]:
    """Return a rule ready to be asked, and all that it reads of a record. Raises NoValue."""
    try:
        made = compile_stored(rule, value)
    except (BadDefinition, TypeError, ValueError) as bad:
        why: Any = bad.diagnostics[0] if isinstance(bad, BadDefinition) else type(bad).__name__
        raise NoValue("FEEL251", why=why) from None
    reads = made.reads if isinstance(made, Expression) else made.compiled.reads
    if run.records is not None:
        return made, run.records(rule.over, record, reads)
    return made, record if isinstance(record, Mapping) else {}


def evaluate_text(text: str, names: Mapping[str, Any], run: Run) -> Any:
    """Return what a bare text gives for some names. Raises NoValue when it is no expression."""
    run.charge(1 + len(text) // _LENGTH_PER_STEP)
    if run.calls >= run.limits.calls:
        raise NoValue("FEEL242", max=run.limits.calls)
    try:
        compiled = compile_expression(text, names_of(names), lenient=True, limits=run.limits)
    except BadDefinition as bad:
        raise NoValue("FEEL251", why=bad.diagnostics[0]) from None
    run.calls += 1
    try:
        return compiled.value(names, run)
    finally:
        run.calls -= 1


def _wanted(rule: StoredRule) -> Any:
    return None if rule.gives is ANY else rule.gives


def _table(rule: StoredRule, value: Any) -> DecisionTable:
    from engine.rules.decisions import compile_decision_table
    from engine.rules.decisions.plain_table import read_table

    _require_small(value)
    box = read_table(value, placed)
    if rule.gives is not ANY and len(box.outputs) != 1:
        raise _wrong("outputs", _ONE_OUTPUT)
    return compile_decision_table(box, rule.names, gives=_wanted(rule))


def placed(path: tuple[str | int, ...], text: str) -> Source:
    """Return a text of a table with its place: the path, joined by dots, stands for the file."""
    return Source(text, Span(".".join(map(str, path)), 1, 1))


def _require_small(value: Any) -> None:
    if not isinstance(value, Mapping):
        return
    if "names" in value:
        raise _wrong("names", _NO_NAMES)
    rules, columns = value.get("rules"), 0
    for part in ("inputs", "outputs"):
        columns += len(value[part]) if isinstance(value.get(part), list) else 0
    if columns > MOST_COLUMNS or (isinstance(rules, list) and len(rules) > MOST_RULES):
        raise _wrong("rules", _TOO_LARGE)


def _wrong(part: str, why: LocalText) -> BadDefinition:
    return BadDefinition([of_code("FEEL303", Span(part, 1, 1), {"why": why})])


PORT.stored = evaluate_stored
PORT.text = evaluate_text
