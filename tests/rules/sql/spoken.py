"""Random expressions of the part of the language that SQL can say, with a taste for edge cases."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.rules.sql.stock import DAYS, HOURS, MONEYS, TEXTS, WHOLES

Draw = Any
COMPARE = ["=", "=", "!=", "!=", "<", "<=", ">", ">="]


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


LITERALS = {
    "number": [str(n) for n in (*WHOLES[:8], *MONEYS[:8], "1.005", "0.333", "1.5")],
    "string": [quoted(text) for text in TEXTS],
    "boolean": ["true", "false"],
    "date": [f'@"{day.isoformat()}"' for day in DAYS] + ["today()", 'today() - @"P1M"', "actor.day"],
    "moment": ["now()", '@"2024-02-29T10:30:00Z"', '@"2024-02-29T18:30:00+08:00"', '@"2024-02-29T10:30:00.0000005Z"',
               "actor.moment"],
    "time": [f'@"{hour.isoformat()}"' for hour in HOURS],
    "span": ['@"P1D"', '@"PT0S"', '@"P30D"', '@"PT0.5S"', '@"-PT1H"', '@"P400D"'],
}  # fmt: skip
# no column holds the like: equal to none, before and after none
STRANGE = {
    "number": ["12345678901234567890123.5", "-1e30", "0.0000000000001"],
    "moment": ['@"2024-02-29T10:30:00"', '@"12024-02-29T10:30:00Z"'],
    "time": ['@"10:30:00Z"'],
    "date": ['@"-2024-01-31"', '@"12024-01-31"'],
}
ACTORS = {
    "number": ["actor.whole", "actor.money"], "string": ["actor.text", "actor.nothing"], "boolean": ["actor.flag"],
}  # fmt: skip
COLUMNS = {
    "number": ["whole", "whole2", "money", "money2"], "string": ["text", "text2"], "boolean": ["flag", "flag2"],
    "date": ["day", "day2"], "moment": ["moment", "moment2"], "time": ["hour", "hour2"], "span": ["span", "span2"],
}  # fmt: skip
WAYS = ["simple", "and", "or", "not", "compare", "between", "in", "null", "text", "lines", "truth", "codes"]
ORDERED = ["number", "string", "date", "moment", "time", "span"]


class Speaker:
    """Draws expressions. ``at``: the variable that stands for the row, or nothing for the thing itself."""

    def __init__(self, draw: Draw, at: str = "") -> None:
        self.draw, self.at = draw, at

    def one(self, options: list[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def column(self, kind: str) -> str:
        name: str = self.one(COLUMNS[kind])
        if self.at:
            return f"{self.at}.{name.rstrip('2')}"
        return f"home.{name.rstrip('2')}" if self.one([False, False, False, True]) else name

    def literal(self, kind: str) -> str:
        literal: str = self.one([*LITERALS[kind], *ACTORS.get(kind, [])])
        return f"({literal})" if literal.startswith("-") else literal

    def strange(self, kind: str) -> str:
        return str(self.one(STRANGE.get(kind, ["null"])))

    def value(self, kind: str, depth: int) -> str:
        if depth <= 0 or self.one([True, True, False]):
            return self.column(kind) if self.one([True, True, False]) else self.literal(kind)
        if self.one([True, False, False, False, False]):
            return f"(if {self.condition(depth - 1)} then {self.value(kind, depth - 1)} else {self.value(kind, 0)})"
        return str(getattr(self, f"made_{kind}")(depth - 1))

    def made_number(self, depth: int) -> str:
        how = self.one(["+", "-", "*", "negative", "length", "part", "lines"])
        if how in ("+", "-"):
            return f"({self.value('number', depth)} {how} {self.value('number', depth)})"
        if how == "*":
            return f"({self.column('number')} * {self.one(['2', '1.13', '0.5', '(-3)', 'actor.whole'])})"
        if how == "negative":
            return f"(-{self.column('number')})"
        if how == "length":
            return f"string length({self.value('string', depth)})"
        if how == "part":
            kind = self.one(["date", "moment"])
            return f"{self.column(kind)}.{self.one(['year', 'month', 'day', 'weekday'])}"
        return self.lines("number", depth)

    def lines(self, kind: str, depth: int) -> str:
        if self.at:
            return self.column(kind)
        source = "parts"
        if self.one([True, False]):
            source = f"parts[{Speaker(self.draw, 'item').condition(min(depth, 1))}]"
        if kind == "number" and self.one([True, False]):
            return f"count({source})"
        fold = self.one(["sum", "min", "max"] if kind == "number" else ["min", "max"])
        name = self.one(["whole", "money"] if kind == "number" else [COLUMNS[kind][0]])
        if kind == "number" and self.one([True, False, False]):
            return f"{fold}(for p in {source} return p.{name} * 2)"
        return f"{fold}({source}.{name})"

    def made_string(self, depth: int) -> str:
        how = self.one(["+", "substring", "lines"])
        if how == "+":
            return f"({self.value('string', depth)} + {self.value('string', depth)})"
        if how == "lines":
            return self.lines("string", depth)
        length = self.one(["", ", 1", ", 2"])
        return f"substring({self.column('string')}, {self.one(['1', '2', '3'])}{length})"

    def made_boolean(self, depth: int) -> str:
        return self.condition(depth)

    def made_date(self, depth: int) -> str:
        how = self.one(["plus", "of", "lines"])
        if how == "plus":
            return f'({self.column("date")} {self.one(["+", "-"])} @"{self.one(["P1D", "P30D", "PT36H", "-P1D"])}")'
        return f"date({self.column('moment')})" if how == "of" else self.lines("date", depth)

    def made_moment(self, depth: int) -> str:
        return self.lines("moment", depth)

    def made_time(self, depth: int) -> str:
        return self.lines("time", depth)

    def made_span(self, depth: int) -> str:
        how = self.one(["days", "moments", "mixed", "plus"])
        if how == "days":
            return f"({self.value('date', 0)} - {self.column('date')})"
        if how == "moments":
            return f"({self.column('moment')} - {self.one([self.column('moment'), 'now()'])})"
        if how == "mixed":
            return f"({self.column('moment')} - {self.column('date')})"
        return f"({self.column('span')} + {self.value('span', depth)})"

    def condition(self, depth: int) -> str:
        if depth <= 0:
            return self.simple()
        how = self.one(WAYS)
        if how in ("and", "or"):
            word = f" {how} "
            return f"({word.join(self.condition(depth - 1) for _ in range(self.one([2, 2, 3])))})"
        if how == "not":
            return f"not({self.condition(depth - 1)})"
        if how == "simple":
            return self.simple()
        if how == "null":
            return f"({self.value(self.one(ORDERED), depth - 1)} {self.one(['=', '!='])} null)"
        if how == "truth":
            return f"({self.condition(depth - 1)} {self.one(['=', '!='])} {self.value('boolean', depth - 1)})"
        return str(getattr(self, f"in_{how}")(depth - 1))

    def simple(self) -> str:
        if self.one([True, False, False]):
            return self.column("boolean")
        kind = self.one(ORDERED)
        other = self.column(kind) if self.one([True, False]) else self.one([self.literal(kind), self.strange(kind)])
        return f"({self.column(kind)} {self.one(COMPARE)} {other})"

    def in_compare(self, depth: int) -> str:
        kind = self.one(ORDERED)
        left, right = self.value(kind, depth), self.value(kind, depth)
        return f"({left} {self.one(COMPARE)} {right})"

    def in_between(self, depth: int) -> str:
        kind = self.one(ORDERED)
        return f"({self.value(kind, depth)} between {self.value(kind, 0)} and {self.value(kind, 0)})"

    def in_in(self, depth: int) -> str:
        kind = self.one(ORDERED)
        subject = self.value(kind, depth)
        how = self.one(["list", "tests", "range", "known"])
        if how == "list":
            items = [self.literal(kind) for _ in range(self.one([0, 1, 3]))]
            items += self.one([[], ["null"], [self.column(kind)]])
            return f"({subject} in [{', '.join(items)}])"
        if how == "tests":
            tests = [f"{self.one(['<', '<=', '>', '>='])} {self.literal(kind)}", self.literal(kind), "null"]
            return f"({subject} in ({', '.join(tests[: self.one([1, 2, 3])])}))"
        if how == "range":
            ends = f"{self.value(kind, 0)}..{self.value(kind, 0)}"
            return f"({subject} in {self.one(['[', '('])}{ends}{self.one([']', ')'])})"
        if kind not in ("number", "string"):
            return f"({subject} = {self.literal(kind)})"
        return f"({subject} in {self.one(['actor.texts', 'actor.holes'] if kind == 'string' else ['actor.wholes'])})"

    def in_text(self, depth: int) -> str:
        function = self.one(["contains", "starts with", "ends with"])
        return f"{function}({self.value('string', depth)}, {self.value('string', 0)})"

    def in_codes(self, _depth: int) -> str:
        if self.at:
            return self.simple()
        text = self.value("string", 0)
        found: str = self.one([
            f"({text} in codes)", f"list contains(codes, {text})", "(home = actor.home)", "(home != home2)",
            "(home in actor.homes)", "(home = null)", "(home.id = home2.id)", "list contains(actor.texts, text)",
            "((if flag then home else home2) = actor.home)", "(home = text)", "(count(codes) > 1)",
        ])  # fmt: skip
        return found

    def in_lines(self, depth: int) -> str:
        if self.at:
            return self.simple()
        inner = Speaker(self.draw, "p").condition(min(depth, 1))
        return f"({self.one(['some', 'every'])} p in parts satisfies {inner})"


@st.composite
def conditions(draw: Draw, depth: int = 3) -> str:
    """Return a condition over a thing."""
    return Speaker(draw).condition(depth)


@st.composite
def values(draw: Draw, depth: int = 2) -> str:
    """Return a value of any kind over a thing."""
    speaker = Speaker(draw)
    # dates may leave the years that drivers know; conditions try them
    return speaker.value(speaker.one([kind for kind in ORDERED if kind != "date"]), depth)
