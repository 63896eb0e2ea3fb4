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
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from jinja2 import ChainableUndefined, TemplateError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

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
_FIGURES = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


class Sandbox(ImmutableSandboxedEnvironment):
    """No call but of macros and ``range``, no formatting of texts by texts, small powers and repetitions only."""

    intercepted_binops = frozenset({"**", "%", "*", "+", "~"})

    def __init__(self, *, html: bool) -> None:
        super().__init__(autoescape=html, undefined=ChainableUndefined, cache_size=0, finalize=shown)
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters |= {"number": number, "quantity": quantity, "day": day, "long_day": long_day, "capitals": capitals}
        self.filters |= {"picture": picture, "barcode": barcode}
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


def quantity(value: Any) -> str:
    """Write a number with as many places as it needs and separators of thousands."""
    if value is None or not isinstance(value, int | float | Decimal):
        return ""
    whole, point, rest = f"{value:,f}".partition(".")
    rest = rest.rstrip("0")
    return whole + (point + rest if rest else "")


def day(value: Any) -> str:
    """Write the day of a date or moment."""
    return value.strftime("%Y-%m-%d") if isinstance(value, date) else ""


@pass_context
def long_day(context: Context, value: Any) -> str:
    """Write the day of a date or moment in words of the language."""
    if not isinstance(value, date):
        return ""
    if context.get("language") == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {value:%B} {value.year}"


def capitals(value: Any) -> str:
    """Write an amount in the capital figures that Chinese documents ask for, to the hundredth; no currency."""
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation:
        return ""
    cents = int(abs(amount) * 100)
    if cents >= 10**18:
        return str(amount)
    whole, tenths, hundredths = cents // 100, cents // 10 % 10, cents % 10
    text = "负" if amount < 0 else ""
    if whole or not cents:
        text += f"{_spoken(whole)}元"
    if tenths:
        text += f"{_FIGURES[tenths]}角"
    elif whole and hundredths:
        text += "零"
    return text + (f"{_FIGURES[hundredths]}分" if hundredths else "整")


def _spoken(whole: int) -> str:
    for size, place in _PLACES:
        if whole >= size:
            high, low = divmod(whole, size)
            gap = "零" if low < size // 10 else ""
            return f"{_spoken(high)}{place}{gap + _spoken(low) if low else ''}"
    return _FIGURES[whole]


def picture(value: Any, width: Any = 30) -> Markup:
    """Draw a picture field so many millimetres wide; nothing where it is empty."""
    file = value.get("file") if isinstance(value, Mapping) else None
    if not isinstance(file, str):
        return Markup("")
    return Markup('<img alt="" src="tessera-file:{}" style="width:{:.1f}mm">').format(file, _length(width))


def barcode(value: Any, height: Any = 10) -> Markup:
    """Draw a text as bars (Code 128) so many millimetres high."""
    text = shown(value)
    if not isinstance(text, str) or not text or len(text) > 60 or not (text.isascii() and text.isprintable()):
        return Markup("")
    return Markup('<img alt="{}" src="tessera-bars:{}" style="height:{:.1f}mm">').format(
        text, quote(text, safe=""), _length(height)
    )


def _length(value: Any) -> float:
    return min(max(float(value), 1.0), 400.0)


def shown(value: Any) -> Any:
    """Return what is written of a value where a template prints it: of a record its title, of nothing nothing."""
    if isinstance(value, Mapping) and "title" in value:
        return value["title"]
    return "" if value is None else value


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
