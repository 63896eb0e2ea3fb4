"""A second, tiny FEEL: what the conditions of roles may say, read and evaluated one row at a time.

Written from the OMG standard and the manual, never from the engine; it exists only to disagree with it.
Values: None, bool, Decimal, str, date, dict (a record, compared by its ``id``), list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

Env = Mapping[str, Any]
Ask = Callable[[Env], Any]

_TOKEN = re.compile(
    r"""\s*(?:(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<at>@"[^"]*")|(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<word>starts\ with|ends\ with|string\ length|lower\ case|[A-Za-z_]\w*)"""
    r"""|(?P<sign>\.\.|!=|<=|>=|[-+*<>=().,\[\]]))""",
    re.VERBOSE | re.DOTALL,
)
_END = ("end", "")
_COMPARING = ("=", "!=", "<", "<=", ">", ">=")


def parse(text: str) -> Ask:
    """Return a function that evaluates an expression in an environment of names."""
    reader = _Reader(_scanned(text))
    found = reader.choice()
    if reader.at != _END:
        raise SyntaxError(f"{text!r}: {reader.at}")
    return found


def _scanned(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise SyntaxError(f"{text!r} at {at}")
        at = match.end()
        if match.lastgroup != "comment":
            found.append((str(match.lastgroup), match[str(match.lastgroup)]))
    return found


class _Reader:
    """Reads tokens from the loosest binding to the tightest."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.place = tokens, 0

    @property
    def at(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else _END

    def takes(self, *words: str) -> str:
        kind, word = self.at
        if word in words and kind in ("word", "sign"):
            self.place += 1
            return word
        return ""

    def needs(self, word: str) -> None:
        if not self.takes(word):
            raise SyntaxError(f"{word} expected at {self.at}")

    def choice(self) -> Ask:
        if self.takes("if"):
            condition = self.choice()
            self.needs("then")
            yes = self.choice()
            self.needs("else")
            no = self.choice()
            return lambda env: yes(env) if condition(env) is True else no(env)
        if word := self.takes("some", "every"):
            return self.quantified(word)
        return self.either()

    def quantified(self, word: str) -> Ask:
        _, name = self.at
        self.place += 1
        self.needs("in")
        several = self.either()
        self.needs("satisfies")
        condition = self.choice()

        def ask(env: Env) -> Any:
            found = several(env)
            if found is None:
                return None
            answers = [condition({**env, name: one}) for one in _listed(found)]
            return any_of(answers) if word == "some" else all_of(answers)

        return ask

    def either(self) -> Ask:
        parts = [self.both()]
        while self.takes("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda env: any_of([part(env) for part in parts])

    def both(self) -> Ask:
        parts = [self.comparison()]
        while self.takes("and"):
            parts.append(self.comparison())
        return parts[0] if len(parts) == 1 else lambda env: all_of([part(env) for part in parts])

    def comparison(self) -> Ask:
        left = self.sum()
        while True:
            if sign := self.takes(*_COMPARING):
                left = _compared(sign, left, self.sum())
            elif self.takes("between"):
                low = self.sum()
                self.needs("and")
                left = _between(left, low, self.sum())
            elif self.takes("in"):
                left = self.membership(left)
            else:
                return left

    def membership(self, left: Ask) -> Ask:
        if self.at in (("sign", "["), ("sign", "(")):
            start = self.takes("[", "(")
            first = self.choice()
            if self.takes(".."):
                last = self.choice()
                end = self.takes("]", ")")
                low = _compared(">=" if start == "[" else ">", left, first)
                high = _compared("<=" if end == "]" else "<", left, last)
                return lambda env: all_of([low(env), high(env)])
            several = [first]
            while self.takes(","):
                several.append(self.choice())
            self.needs("]" if start == "[" else ")")
            return lambda env: _among(left(env), [entry(env) for entry in several])
        right = self.sum()
        return lambda env: _among(left(env), [right(env)])

    def sum(self) -> Ask:
        left = self.product()
        while sign := self.takes("+", "-"):
            left = _reckoned(sign, left, self.product())
        return left

    def product(self) -> Ask:
        left = self.atom()
        while sign := self.takes("*"):
            left = _reckoned(sign, left, self.atom())
        return left

    def atom(self) -> Ask:
        if self.takes("-"):
            inner = self.atom()
            return _reckoned("-", lambda env: Decimal(0), inner)
        return self.steps(self.plain())

    def steps(self, found: Ask) -> Ask:
        while self.takes("."):
            _, name = self.at
            self.place += 1
            found = _step(found, name)
        return found

    def plain(self) -> Ask:
        kind, word = self.at
        self.place += 1
        if kind == "number":
            return _constant(Decimal(word))
        if kind == "text":
            return _constant(re.sub(r"\\(.)", r"\1", word[1:-1]))
        if kind == "at":
            return _constant(date.fromisoformat(word[2:-1]))
        if word == "(":
            found = self.choice()
            self.needs(")")
            return found
        if word == "[":
            return self.listed()
        if kind != "word":
            raise SyntaxError(f"unexpected {word}")
        if word in ("true", "false", "null"):
            return _constant({"true": True, "false": False}.get(word))
        if self.at == ("sign", "("):
            return self.call(word)
        return lambda env: env.get(word)

    def listed(self) -> Ask:
        parts: list[Ask] = []
        while not self.takes("]"):
            parts.append(self.choice())
            self.takes(",")
        return lambda env: [part(env) for part in parts]

    def call(self, word: str) -> Ask:
        self.needs("(")
        parts: list[Ask] = []
        while not self.takes(")"):
            parts.append(self.choice())
            self.takes(",")
        function = FUNCTIONS[word]
        return lambda env: function(*[part(env) for part in parts])


# -- meaning ---------------------------------------------------------------------------------------------------------


def all_of(values: list[Any]) -> bool | None:
    """Return the conjunction: false wins, then anything that is not true makes it unknown."""
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else None


def any_of(values: list[Any]) -> bool | None:
    """Return the disjunction: true wins, then anything that is not false makes it unknown."""
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else None


def same(left: Any, right: Any) -> bool | None:
    """Return whether two values are equal; null equals null only, records are equal by id, other kinds not at all."""
    if left is None or right is None:
        return left is None and right is None
    if isinstance(left, dict) and isinstance(right, dict):
        return bool(left["id"] == right["id"])
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all_of([same(a, b) for a, b in zip(left, right, strict=True)])
    return left == right if type(left) is type(right) else None


def _constant(value: Any) -> Ask:
    return lambda env: value


def _step(source: Ask, name: str) -> Ask:
    def ask(env: Env) -> Any:
        found = source(env)
        if isinstance(found, list):
            return [one.get(name) if isinstance(one, dict) else None for one in found]
        return found.get(name) if isinstance(found, dict) else None

    return ask


def _compared(sign: str, left: Ask, right: Ask) -> Ask:
    def ask(env: Env) -> Any:
        one, other = left(env), right(env)
        if sign in ("=", "!="):
            found = same(one, other)
            return found if sign == "=" or found is None else not found
        if one is None or other is None or type(one) is not type(other) or isinstance(one, bool | dict | list):
            return None
        return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]

    return ask


def _between(value: Ask, low: Ask, high: Ask) -> Ask:
    above, below = _compared(">=", value, low), _compared("<=", value, high)
    return lambda env: all_of([above(env), below(env)])


def _among(value: Any, several: list[Any]) -> bool | None:
    answers: list[Any] = []
    for entry in several:
        if isinstance(entry, list) and not isinstance(value, list):
            answers.append(any_of([same(value, one) for one in entry]))
        else:
            answers.append(same(value, entry))
    return any_of(answers)


def _reckoned(sign: str, left: Ask, right: Ask) -> Ask:
    def ask(env: Env) -> Any:
        one, other = left(env), right(env)
        if isinstance(one, str) and isinstance(other, str) and sign == "+":
            return one + other
        if not isinstance(one, Decimal) or not isinstance(other, Decimal):
            return None
        return {"+": one + other, "-": one - other, "*": one * other}[sign]

    return ask


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _not(value: Any) -> bool | None:
    return (not value) if isinstance(value, bool) else None


def _texts(function: Callable[[str, str], bool]) -> Callable[[Any, Any], bool | None]:
    return lambda a, b: function(a, b) if isinstance(a, str) and isinstance(b, str) else None


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "not": _not,
    "contains": _texts(lambda a, b: b in a),
    "starts with": _texts(lambda a, b: a.startswith(b)),
    "ends with": _texts(lambda a, b: a.endswith(b)),
    "string length": lambda a: Decimal(len(a)) if isinstance(a, str) else None,
    "may": lambda actor, privilege: privilege in actor["privileges"],
    "count": lambda a: Decimal(len(_listed(a))) if a is not None else Decimal(0),
}
