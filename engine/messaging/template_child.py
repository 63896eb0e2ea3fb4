"""The process that renders templates: a sandbox within limits of time and memory. Run as a file; knows no engine.

It reads one JSON line per job ``{"sources": {name: text}, "html": [names], "facts": {...}}`` from standard input and
answers with one: ``{"texts": {name: text}}`` or ``{"error": what, "line": number, "code": code}``. Only plain copies of
values come in, and whoever started it ends it when it takes too long.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from jinja2 import ChainableUndefined, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY = 512 * 1024 * 1024
SOURCE = 64 * 1024
OUTPUT = 1024 * 1024
_FILTERS = (
    *("abs", "batch", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "int", "join", "last"),
    *("length", "list", "lower", "max", "min", "replace", "reverse", "round", "slice", "sort", "string", "striptags"),
    *("sum", "title", "trim", "truncate", "unique", "upper", "urlencode", "wordcount", "wordwrap"),
)
_TESTS = ("defined", "undefined", "none", "even", "odd", "number", "string", "eq", "ne", "lt", "le", "gt", "ge", "in")
_FACTOR = 10_000


class Sandbox(ImmutableSandboxedEnvironment):
    """No call but of macros and ``range``, no formatting of texts by texts, small powers and repetitions only."""

    intercepted_binops = frozenset({"**", "%", "*", "+", "~"})

    def __init__(self, *, html: bool) -> None:
        super().__init__(autoescape=html, undefined=ChainableUndefined, cache_size=0)
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters |= {"number": number, "day": day}
        self.tests = {name: self.tests[name] for name in _TESTS}
        self.globals = {"range": self.globals["range"]}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Let the data's own keys be read and nothing of the objects that hold them."""
        if isinstance(obj, LoopContext):
            return not attr.startswith("_")
        return isinstance(obj, Mapping) and attr in obj

    def is_safe_callable(self, obj: Any) -> bool:
        """Let macros and ``range`` be called."""
        return isinstance(obj, Macro) or obj is self.globals["range"]

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse what makes much out of little."""
        texts = isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple)
        if operator == "**" and not (_small(left) and _small(right, 100)):
            raise SecurityError("this power is too large")
        if operator in {"%", "*"} and texts:
            raise SecurityError(f"texts and lists know no {operator}")
        return super().call_binop(context, operator, left, right)

    def parse_checked(self, source: str) -> nodes.Template:
        """Parse a template and refuse what has no place in it."""
        tree = self.parse(source)
        for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
            raise SecurityError(f"line {node.lineno}: one template cannot take in another")
        return tree


def number(value: Any, places: int = 2) -> str:
    """Write a number with separators of thousands."""
    if value is None or not isinstance(value, int | float | Decimal):
        return ""
    return f"{value:,.{min(max(int(places), 0), 10)}f}"


def day(value: Any) -> str:
    """Write the day of a date or moment."""
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else ""


def render(job: Mapping[str, Any]) -> dict[str, Any]:
    """Do one job."""
    facts = plain(job["facts"])
    texts: dict[str, str] = {}
    for name, source in job["sources"].items():
        if len(source) > SOURCE:
            return {"error": "the template is too long", "line": 0, "code": "template_budget"}
        sandbox = Sandbox(html=name in job["html"])
        try:
            template = sandbox.from_string(sandbox.parse_checked(source))
            texts[name] = _joined(template.generate(facts))
        except TemplateError as error:
            return {"error": str(error)[:300], "line": getattr(error, "lineno", 0) or 0, "code": "template_wrong"}
        except (MemoryError, RecursionError, OverflowError, _TooMuch) as error:
            return {"error": type(error).__name__, "line": 0, "code": "template_budget"}
        except Exception as error:  # noqa: BLE001 - whatever an author's template does is told to its author
            return {"error": f"{type(error).__name__}: {error}"[:300], "line": 0, "code": "template_wrong"}
    return {"texts": texts}


def plain(value: Any) -> Any:
    """Turn marked JSON into values: numbers, days, moments; nothing else ever comes in."""
    if isinstance(value, list):
        return [plain(part) for part in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((kind, text),) = value.items()
        makers: dict[str, Callable[[str], Any]] = {
            "$n": Decimal,
            "$d": date.fromisoformat,
            "$t": datetime.fromisoformat,
            "$c": time.fromisoformat,
        }
        if kind in makers and isinstance(text, str):
            return makers[kind](text)
    return {key: plain(part) for key, part in value.items()}


class _TooMuch(Exception):
    """The text grew over its bound."""


def _joined(parts: Any) -> str:
    kept: list[str] = []
    size = 0
    for part in parts:
        size += len(part)
        if size > OUTPUT:
            raise _TooMuch
        kept.append(part)
    return "".join(kept)


def _small(value: Any, most: int = _FACTOR) -> bool:
    return isinstance(value, int | float | Decimal) and -most <= value <= most


def main() -> None:
    """Answer jobs until nobody asks any more."""
    try:
        import resource
    except ImportError:
        # Windows knows no such limits; the time is still bounded by the parent
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        try:
            answer = render(json.loads(line))
        except (MemoryError, RecursionError):
            answer = {"error": "memory", "line": 0, "code": "template_budget"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
