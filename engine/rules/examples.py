"""Examples for every built-in function; what they give is worked out, never written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from engine.rules.evaluation import Run
from engine.rules.expression import compile_expression
from engine.rules.scope import Names
from engine.rules.writing import literal_text

NOW = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)
"""When the examples are worked out: a Tuesday."""

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "abs": ("abs(-3.5)", 'abs(-@"P2D")'),
    "after": ('after(@"2026-05-20", @"2026-05-05")', "after([5..8], [1..4])"),
    "all": ("all([true, 2 > 1])", "all([])"),
    "any": ("any([false, 2 > 1])", "any([])"),
    "append": ("append([1, 2], 3, 4)",),
    "apportion": ("apportion(100, [1, 1, 1], 2)", "apportion(-1, [0, null], 0)"),
    "before": ('before(@"2026-05-05", @"2026-05-20")', "before(3, [5..8])"),
    "ceiling": ("ceiling(1.2)", "ceiling(1.234, 2)"),
    "coincides": ("coincides([1..5], [1..5])",),
    "concatenate": ("concatenate([1, 2], [2, 3])",),
    "contains": ('contains("上海第一医院", "医院")',),
    "context": ('context([{key: "city", value: "Paris"}])',),
    "context merge": ("context merge([{a: 1, b: 2}, {b: 3}])",),
    "context put": ('context put({a: 1}, "b", 2)', 'context put({a: {b: 1}}, ["a", "b"], 5)'),
    "count": ("count([10, 20, null])", "count([])"),
    "date": ('date("2026-01-31")', "date(2026, 1, 31)", "date(now())"),
    "date and time": ('date and time("2026-01-31T10:30:00")', 'date and time(date(2026, 1, 31), time("10:30:00"))'),
    "day of week": ("day of week(today())",),
    "day of year": ("day of year(today())",),
    "decimal": ("decimal(2 / 3, 2)", "decimal(2.5, 0)"),
    "distinct values": ('distinct values(["a", "b", "a"])',),
    "duration": ('duration("P30D")', 'duration("P1Y6M")'),
    "during": ('during(today(), [@"2026-05-01"..@"2026-05-31"])',),
    "ends with": ('ends with("invoice.pdf", ".pdf")',),
    "evaluate": ('evaluate("price * 2", {price: 4})',),
    "even": ("even(4)",),
    "exp": ("exp(0)",),
    "finished by": ("finished by([1..10], 10)",),
    "finishes": ("finishes(10, [1..10])",),
    "flatten": ("flatten([[1, 2], [[3]], 4])",),
    "floor": ("floor(-1.2)", "floor(1.239, 2)"),
    "get entries": ("get entries({a: 1, b: 2})",),
    "get value": ('get value({a: 1, b: 2}, "b")',),
    "includes": ("includes([1..10], 5)",),
    "index of": ('index of(["a", "b", "a"], "a")',),
    "insert before": ("insert before([1, 3], 2, 2)",),
    "is": ('is(@"10:00:00", @"10:00:00")',),
    "list contains": ("list contains([1, 2, null], null)",),
    "list replace": ("list replace([1, 2, 3], 2, 20)", "list replace([1, 2, 3], function(item, new) item > 1, 0)"),
    "log": ("log(1)",),
    "lower case": ('lower case("ABC")',),
    "matches": ('matches("A-2026-01", "^[A-Z]-[0-9]{4}")', 'matches("ABC", "abc", "i")'),
    "may": ('may({privileges: ["see_margin"]}, "see_margin")', 'may(null, "see_margin")'),
    "max": ("max([1, 3, 2])", 'max(@"2026-05-01", @"2026-05-20")'),
    "mean": ("mean([1, 2, 6])",),
    "median": ("median([8, 2, 5, 3])",),
    "meets": ("meets([1..5], [5..10])",),
    "met by": ("met by([5..10], [1..5])",),
    "min": ("min([1, 3, 2])", 'min("a", "b")'),
    "mode": ("mode([6, 3, 9, 6, 6])",),
    "modulo": ("modulo(12, 5)", "modulo(-12, 5)"),
    "month of year": ("month of year(today())",),
    "not": ("not(2 > 1)",),
    "now": ("now()", "now().hour"),
    "number": ('number("1500.25")', 'number("1,500.25", ",", ".")'),
    "odd": ("odd(5)",),
    "overlaps": ("overlaps([1..5], [3..8])",),
    "overlaps after": ("overlaps after([3..8], [1..5])",),
    "overlaps before": ("overlaps before([1..5], [3..8])",),
    "product": ("product([2, 3, 4])",),
    "range": ('range("[18..21)")',),
    "remove": ('remove(["a", "b", "c"], 2)',),
    "replace": ('replace("2026-05-05", "-", "/")', 'replace("Ada Byron", "(\\w+) (\\w+)", "$2 $1")'),
    "reverse": ("reverse([1, 2, 3])",),
    "round down": ("round down(-1.28, 1)",),
    "round half down": ("round half down(2.345, 2)",),
    "round half up": ("round half up(2.345, 2)",),
    "round up": ("round up(1.121, 2)",),
    "sort": ("sort([3, 1, 2])", "sort([3, 1, 2], function(x, y) x > y)"),
    "split": ('split("red;green;blue", ";")',),
    "sqrt": ("sqrt(16)",),
    "started by": ("started by([1..10], 1)",),
    "starts": ("starts(1, [1..10])",),
    "starts with": ('starts with("A-2026-01", "A-")',),
    "stddev": ("stddev([2, 4, 7, 5])",),
    "string": ("string(12.50)", "string(today())"),
    "string join": ('string join(["Ada", null, "Byron"], " ")',),
    "string length": ('string length("上海")',),
    "sublist": ("sublist([4, 5, 6, 7], 2, 2)", "sublist([4, 5, 6, 7], -1)"),
    "substring": ('substring("foobar", 3)', 'substring("foobar", -3, 2)'),
    "substring after": ('substring after("ada@example.com", "@")',),
    "substring before": ('substring before("ada@example.com", "@")',),
    "sum": ("sum([1.5, 2.5])", "sum(for n in 1..4 return n * n)", "sum([])"),
    "time": ('time("10:30:00")', "time(10, 30, 0)"),
    "today": ("today()", 'today() + @"P30D"'),
    "union": ("union([1, 2], [2, 3])",),
    "upper case": ('upper case("abc")',),
    "week of year": ("week of year(today())",),
    "years and months duration": ('years and months duration(@"2024-02-29", @"2026-05-05")',),
}  # fmt: skip


def results(name: str) -> Iterator[tuple[str, str]]:
    """Yield the examples of a function, each with what it gives at noon of 5 May 2026 in UTC."""
    for text in EXAMPLES.get(name, ()):
        yield text, literal_text(compile_expression(text, Names()).value({}, Run(NOW)))
