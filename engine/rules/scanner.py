"""Second and third step of the scanner: names are joined, keywords found and brackets told apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.rules.feel_names import Trie
from engine.rules.tokens import Raw, raw_tokens, tidy_name, unescape
from engine.rules.type_names import TypeReader

KEYWORDS = {
    word: word.upper()
    for word in (
        [
            "if",
            "then",
            "else",
            "for",
            "in",
            "return",
            "some",
            "every",
            "satisfies",
            "between",
            "and",
            "or",
            "instance",
            "function",
            "true",
            "false",
            "null",
        ]
    )
}
OPERATORS = {
    "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", ",": "COMMA", ":": "COLON",
    ".": "DOT", "..": "DOTDOT", "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", "**": "POWER", "=": "EQ",
    "!=": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE",
}  # fmt: skip
_ENDS_OPERAND = frozenset(("NAME", "NUMBER", "STRING", "AT", "TRUE", "FALSE", "NULL", "RPAR", "RSQB", "RBRACE",
                           "OPEN_END", "TYPE"))  # fmt: skip
_STARTS_NOTHING = frozenset([")", "]", "}", ",", ":", "..", "=", "!=", "<", "<=", ">", ">=", "*", "/", "**", "."])
_FOLLOWING_KEYWORDS = frozenset(["then", "else", "return", "satisfies", "and", "or", "in", "between", "instance"])
_NAME_SIGNS = frozenset("./-'+*")


class Tok:
    """A token for the parser."""

    __slots__ = ("end", "start", "type", "value")

    def __init__(self, type_: str, value: Any, start: int, end: int) -> None:
        self.type = type_
        self.value = value
        self.start = start
        self.end = end

    def __repr__(self) -> str:
        return f"{self.type}({self.value!r})"


class ScanError(Exception):
    """The text cannot be split into tokens. Carries a code and its parameters."""

    def __init__(self, code: str, start: int, end: int, **params: Any) -> None:
        super().__init__(code)
        self.code, self.start, self.end, self.params = code, start, end, params


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of more than one word that an expression may use. Each is a trie."""

    names: Trie = field(default_factory=Trie)
    properties: Trie = field(default_factory=Trie)
    types: Trie = field(default_factory=Trie)


class _Frame:
    """What is open at one bracket: its own names and what a comma or a colon means in it."""

    __slots__ = ("counting", "in_range", "kind", "names")

    def __init__(self, kind: str) -> None:
        self.kind = kind  # "", "group", "call", "list", "filter", "context", "parameters"
        self.names: Trie | None = None
        self.in_range = False
        self.counting = 0  # heads of for/some/every that are open: a comma starts their next variable

    def declare(self, name: str) -> None:
        if self.names is None:
            self.names = Trie()
        self.names.add(name)


def scan(text: str, vocabulary: Vocabulary, max_tokens: int, max_depth: int, *, cell: bool = False) -> list[Tok]:
    """Return the tokens of an expression, or of a cell of unary tests."""
    raws = raw_tokens(text)
    if len(raws) > max_tokens:
        raise ScanError("FEEL021", raws[max_tokens].start, raws[max_tokens].end, max=max_tokens)
    scanner = _Scanner(text, raws, vocabulary, max_depth)
    if cell:
        return scanner.cell()
    return scanner.run()


class _Scanner:
    def __init__(self, text: str, raws: list[Raw], vocabulary: Vocabulary, max_depth: int) -> None:
        self.text, self.raws, self.vocabulary, self.max_depth = text, raws, vocabulary, max_depth
        self.at = 0
        self.out: list[Tok] = []
        self.frames = [_Frame("")]
        self.properties = Trie()  # keys of contexts written in this text
        self.last = ""  # type of the last token

    def cell(self) -> list[Tok]:
        raws = self.raws
        if len(raws) == 1 and raws[0].text == "-":
            return [Tok("DASH", "-", raws[0].start, raws[0].end)]
        if len(raws) > 2 and raws[0].text == "not" and raws[1].text == "(" and self._closes_last(1):
            self.emit("UNARY_NOT", "not", raws[0])
        return self.run()

    def run(self) -> list[Tok]:
        raws = self.raws
        while self.at < len(raws):
            raw = raws[self.at]
            kind = raw.kind
            if kind == "word":
                self.word(raw)
            elif kind == "op":
                self.operator(raw)
            else:
                self.literal(raw)
        return self.out

    def emit(self, type_: str, value: Any, raw: Raw, count: int = 1) -> None:
        last = self.raws[self.at + count - 1]
        self.out.append(Tok(type_, value, raw.start, last.end))
        self.last = type_
        self.at += count

    # -- literals ---------------------------------------------------------------------------------------------

    def literal(self, raw: Raw) -> None:
        if raw.kind == "bad":
            code = "FEEL003" if raw.text == '"' else "FEEL002"
            raise ScanError(code, raw.start, raw.end, text=raw.text)
        if raw.kind == "number" and self.name_here():
            return
        if raw.kind == "string" and self.frames[-1].kind == "context" and self.following(1) == ":":
            key = unescape(raw.text[1:-1])  # a key in quotes is a name too
            self.frames[-1].declare(key)
            self.properties.add(key)
        self.emit({"number": "NUMBER", "string": "STRING", "at": "AT"}[raw.kind], raw.text, raw)

    # -- names and keywords -----------------------------------------------------------------------------------

    def word(self, raw: Raw) -> None:
        frame = self.frames[-1]
        if frame.kind == "context" and self.last in ("LBRACE", "COMMA") and self.declared(raw, (":",)):
            return
        if frame.kind == "parameters" and self.last in ("LPAR", "COMMA") and self.declared(raw, (":", ",", ")")):
            return
        if frame.kind == "call" and self.last in ("LPAR", "COMMA") and self.named_argument(raw):
            return
        if self.last == "DOT":
            self.property_name(raw)
        elif not self.name_here():
            self.keyword_or_name(raw)

    def name_here(self) -> bool:
        """Take the longest name in scope that starts here and has more than one raw token."""
        raw, best = self.raws[self.at], None
        for frame in reversed(self.frames):
            if frame.names is not None:
                best = _longer(best, frame.names.longest(self.raws, self.at))
            if frame.kind == "filter":
                best = _longer(best, self.properties.longest(self.raws, self.at))
                best = _longer(best, self.vocabulary.properties.longest(self.raws, self.at))
        best = _longer(best, self.vocabulary.names.longest(self.raws, self.at))
        if best is None:
            return False
        self.emit("NAME", best[1], raw, best[0])
        return True

    def property_name(self, raw: Raw) -> None:
        best = _longer(
            self.vocabulary.properties.longest(self.raws, self.at), self.properties.longest(self.raws, self.at)
        )
        best = _longer(best, self.vocabulary.names.longest(self.raws, self.at))
        if best is None:
            self.emit("NAME", raw.text, raw)
        else:
            self.emit("NAME", best[1], raw, best[0])

    def keyword_or_name(self, raw: Raw) -> None:
        keyword = KEYWORDS.get(raw.text)
        if keyword is None:
            if raw.text == "external" and self.last == "RPAR" and self.following(1) == "{":
                self.emit("EXTERNAL", raw.text, raw)
            else:
                self.emit("NAME", raw.text, raw)
        elif keyword == "INSTANCE":
            self.instance_of(raw)
        else:
            self.emit(keyword, raw.text, raw)
            if keyword in ("FOR", "SOME", "EVERY"):
                self.frames[-1].counting += 1
                self.iterator_name()
            elif keyword in ("RETURN", "SATISFIES") and self.frames[-1].counting:
                self.frames[-1].counting -= 1

    def instance_of(self, raw: Raw) -> None:
        if self.following(1) != "of":
            self.emit("NAME", raw.text, raw)
            return
        self.emit("INSTANCE", raw.text, raw)
        self.emit("OF", "of", self.raws[self.at])
        self.type_name()

    def type_name(self) -> None:
        if self.at < len(self.raws):
            raw = self.raws[self.at]
            type_, count = TypeReader(self.raws, self.at, self.vocabulary.types).read()
            if count:
                self.emit("TYPE", type_, raw, count)

    # -- places where names are declared ----------------------------------------------------------------------

    def declared(self, raw: Raw, delimiters: tuple[str, ...]) -> bool:
        """Join everything up to a delimiter into one name and put it in scope."""
        count = self.name_length(delimiters)
        if not count:
            return False
        name = tidy_name(self.text[raw.start : self.raws[self.at + count - 1].end])
        self.emit("NAME", name, raw, count)
        self.frames[-1].declare(name)
        if self.frames[-1].kind == "context":
            self.properties.add(name)
        return True

    def name_length(self, delimiters: tuple[str, ...]) -> int:
        index = self.at
        while index < len(self.raws):
            raw = self.raws[index]
            if raw.text in delimiters:
                return index - self.at
            if raw.kind not in ("word", "number") and raw.text not in _NAME_SIGNS:
                return 0
            index += 1
        return 0

    def iterator_name(self) -> None:
        if self.at < len(self.raws) and self.raws[self.at].kind == "word":
            self.declared(self.raws[self.at], ("in",))

    def named_argument(self, raw: Raw) -> bool:
        count = self.name_length((":",))
        if not count:
            return False
        name = tidy_name(self.text[raw.start : self.raws[self.at + count - 1].end])
        self.emit("NAME", name, raw, count)
        return True

    # -- brackets ---------------------------------------------------------------------------------------------

    def operator(self, raw: Raw) -> None:
        text, frame = raw.text, self.frames[-1]
        if text in "([{":
            self.opening(raw, text)
        elif text in ")]}":
            self.closing(raw, text)
        elif text == "?":
            self.emit("NAME", "?", raw)
        elif text in OPERATORS:
            if text == "..":
                frame.in_range = True
            self.emit(OPERATORS[text], text, raw)
            if text == "," and frame.counting:
                self.iterator_name()
            elif text == ":" and frame.kind == "parameters":
                self.type_name()
        else:
            raise ScanError("FEEL002", raw.start, raw.end, text=text)

    def opening(self, raw: Raw, text: str) -> None:
        after_operand = self.last in _ENDS_OPERAND
        if text == "[" and after_operand and self.frames[-1].in_range and self.ends_range():
            self.emit("OPEN_END", text, raw)
            self.pop()
            return
        if text == "(":
            kind = "parameters" if self.last == "FUNCTION" else "call" if after_operand else "group"
        elif text == "[":
            kind = "filter" if after_operand else "list"
        else:
            kind = "context"
        self.push(kind, raw)
        self.emit(OPERATORS[text], text, raw)

    def closing(self, raw: Raw, text: str) -> None:
        if text == "]" and self.last not in _ENDS_OPERAND and self.last != "LSQB":
            self.push("list", raw)
            self.emit("OPEN_START", text, raw)
            return
        was = self.frames[-1].kind
        self.pop()
        self.emit(OPERATORS[text], text, raw)
        if was == "parameters":
            self.last = "PARAMETERS"  # what follows is a body: "(" opens a group there, not a call
            if self.at < len(self.raws) and self.raws[self.at].text == "external":
                self.last = "RPAR"

    def ends_range(self) -> bool:
        if self.at + 1 >= len(self.raws):
            return True
        following = self.raws[self.at + 1].text
        return following in _STARTS_NOTHING or following in _FOLLOWING_KEYWORDS

    def push(self, kind: str, raw: Raw) -> None:
        if len(self.frames) > self.max_depth:
            raise ScanError("FEEL020", raw.start, raw.end, max=self.max_depth)
        self.frames.append(_Frame(kind))

    def pop(self) -> None:
        if len(self.frames) > 1:
            gone = self.frames.pop()
            if gone.kind == "parameters" and gone.names is not None:
                # the parameters live on in the body, which ends with the bracket around the function
                outer = self.frames[-1]
                outer.names = gone.names if outer.names is None else _merged(outer.names, gone.names)

    def following(self, ahead: int) -> str:
        index = self.at + ahead
        return self.raws[index].text if index < len(self.raws) else ""

    def _closes_last(self, opening: int) -> bool:
        depth = 0
        for index in range(opening, len(self.raws)):
            text = self.raws[index].text
            depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
            if depth == 0:
                return index == len(self.raws) - 1
        return False


def _longer(best: tuple[int, str] | None, found: tuple[int, str] | None) -> tuple[int, str] | None:
    if best is None or (found is not None and found[0] > best[0]):
        return found
    return best


def _merged(left: Trie, right: Trie) -> Trie:
    return Trie([*left.names(), *right.names()])


def vocabulary_of(names: Iterable[str], properties: Iterable[str], types: Iterable[str]) -> Vocabulary:
    """Return the vocabulary of a scope."""
    return Vocabulary(Trie(names), Trie(properties), Trie(types))
