"""Random conditions in the words that rules of roles may use: typed, small domains, many nulls."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

# field -> kind and the values that occur, as FEEL writes them
Words = Mapping[str, tuple[str, Sequence[str]]]


class Speaker:
    """Makes conditions over the fields of ``words``, each written behind ``at`` (``record.``)."""

    def __init__(self, chance: random.Random, words: Words, at: str = "") -> None:
        self.chance, self.words, self.at = chance, words, at

    def condition(self, depth: int = 2) -> str:
        """Return a condition, nested at most ``depth`` deep."""
        if depth > 0 and self.chance.random() < 0.55:
            return self._joined(depth)
        return self.chance.choice(
            [self._compared, self._compared, self._among, self._between, self._null, self._text]
        )()

    def _joined(self, depth: int) -> str:
        one, other = self.condition(depth - 1), self.condition(depth - 1)
        shape = self.chance.choice(["({a}) and ({b})", "({a}) or ({b})", "not({a})", "if {a} then {b} else {c}"])
        return "(" + shape.format(a=one, b=other, c=self.condition(0)) + ")"

    def _field(self, *kinds: str) -> tuple[str, str, Sequence[str]]:
        fitting = [name for name, (kind, _) in self.words.items() if not kinds or kind in kinds]
        name = self.chance.choice(fitting)
        kind, values = self.words[name]
        return self.at + name, kind, values

    def _number(self) -> str:
        name, _, values = self._field("number")
        other = self._field("number")[0]
        shapes = [
            name,
            name,
            self.chance.choice(values),
            f"{name} + {other}",
            f"{name} - {self.chance.choice(values)}",
            f"2 * {name}",
        ]
        return self.chance.choice(shapes)

    def _compared(self) -> str:
        name, kind, values = self._field("number", "text", "date", "boolean")
        value = self.chance.choice(values)
        if kind == "boolean":
            return f"{name} {self.chance.choice(['=', '!='])} {value}"
        sign = self.chance.choice(["=", "!=", "<", "<=", ">", ">="])
        if kind == "number":
            return f"{self._number()} {sign} {self._number()}"
        same = [other for other, (one, _) in self.words.items() if one == kind]
        other = value if self.chance.random() < 0.7 else self.at + self.chance.choice(same)
        return f"{name} {sign} {other}"

    def _among(self) -> str:
        name, _, values = self._field("number", "text", "date")
        some = self.chance.choices(values, k=self.chance.randint(1, 3))
        return f"{name} in ({', '.join(some)})"

    def _between(self) -> str:
        name, kind, values = self._field("number", "text", "date")
        low, high = sorted(self.chance.choices(values, k=2), key=float if kind == "number" else None)
        open_, shut = self.chance.choice("[("), self.chance.choice("])")
        return self.chance.choice([f"{name} between {low} and {high}", f"{name} in {open_}{low}..{high}{shut}"])

    def _null(self) -> str:
        return f"{self._field()[0]} {self.chance.choice(['=', '!='])} null"

    def _text(self) -> str:
        name, _, values = self._field("text")
        value = self.chance.choice(values)
        asked: list[Callable[[], str]] = [
            lambda: f"contains({name}, {value})",
            lambda: f"starts with({name}, {value})",
            lambda: f"ends with({name}, {value})",
            lambda: f"string length({name}) {self.chance.choice(['>', '<', '='])} {self.chance.randint(0, 3)}",
            lambda: f"{name} + {value} = {value} + {name}",
        ]
        return self.chance.choice(asked)()
