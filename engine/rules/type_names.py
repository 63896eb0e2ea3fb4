"""Reads a type as written after ``instance of`` and behind a parameter's colon."""

from __future__ import annotations

from engine.rules.feel_names import Trie
from engine.rules.feel_types import BUILTIN_TYPES
from engine.rules.nodes import TypeName
from engine.rules.tokens import Raw

_BUILTIN = Trie(BUILTIN_TYPES)


class TypeReader:
    """Reads one type from raw tokens. One that is cut short counts none; the parser then says what it expects."""

    def __init__(self, raws: list[Raw], at: int, types: Trie) -> None:
        self.raws, self.first, self.at, self.types = raws, at, at, types

    def read(self) -> tuple[TypeName | None, int]:
        """Return the type and how many raw tokens it takes."""
        type_ = self.type()
        return (type_, self.at - self.first) if type_ is not None else (None, 0)

    def type(self) -> TypeName | None:
        if self.at >= len(self.raws) or self.raws[self.at].kind != "word":
            return None
        start = self.raws[self.at].start
        word = self.raws[self.at].text
        following = self.text(1)
        if word == "function" and following == "<":
            return self.function(start)
        if word == "context" and following == "<":
            return self.context(start)
        if word in ("list", "range") and following == "<":
            self.at += 2
            element = self.type()
            if element is None or not self.take(">"):
                return None
            return TypeName(start, self.end(), word, (element,))
        return self.single(start)

    def single(self, start: int) -> TypeName:
        found = self.types.longest(self.raws, self.at) or _BUILTIN.longest(self.raws, self.at)
        count, name = found or (1, self.raws[self.at].text)
        self.at += count
        while self.text(0) == "." and self.at + 1 < len(self.raws) and self.raws[self.at + 1].kind == "word":
            name += "." + self.raws[self.at + 1].text
            self.at += 2
        return TypeName(start, self.end(), name)

    def function(self, start: int) -> TypeName | None:
        self.at += 2
        parameters: list[TypeName] = []
        while not self.take(">"):
            parameter = self.type()
            if parameter is None:
                return None
            parameters.append(parameter)
            self.take(",")
        if not self.take("->"):
            return None
        result = self.type()
        return None if result is None else TypeName(start, self.end(), "function", tuple(parameters), (), result)

    def context(self, start: int) -> TypeName | None:
        self.at += 2
        names: list[str] = []
        types: list[TypeName] = []
        while not self.take(">"):
            words: list[str] = []
            while self.at < len(self.raws) and self.text(0) not in (":", ">", ","):
                words.append(self.text(0))
                self.at += 1
            if not words or not self.take(":"):
                return None
            field = self.type()
            if field is None:
                return None
            names.append(" ".join(words))
            types.append(field)
            self.take(",")
        return TypeName(start, self.end(), "context", tuple(types), tuple(names))

    def take(self, text: str) -> bool:
        if self.text(0) == text:
            self.at += 1
            return True
        if text == ">" and self.text(0) == ">=":  # list<number>=... is not FEEL, but must not loop
            return False
        return False

    def text(self, ahead: int) -> str:
        index = self.at + ahead
        return self.raws[index].text if index < len(self.raws) else ""

    def end(self) -> int:
        return self.raws[self.at - 1].end
