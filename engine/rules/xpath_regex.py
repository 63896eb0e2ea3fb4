"""Translates a regular expression of XPath (XML Schema's, with anchors and back-references) to one of ``regex``."""

from __future__ import annotations

import regex


class BadPattern(ValueError):
    """The pattern or its flags are not valid."""


_FLAGS = frozenset("smix")
_SPACE = frozenset(" \t\n\r")
_SINGLE = {"n": r"\n", "r": r"\r", "t": r"\t", **{char: "\\" + char for char in r"\|.?*+(){}-[]^$"}}
_NAME_START = (
    r"A-Z_a-z:\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME_PART = _NAME_START + r"\-.0-9\xB7\u0300-\u036F\u203F-\u2040"
_MANY = {
    "s": r"[ \t\n\r]", "S": r"[^ \t\n\r]", "d": r"\p{Nd}", "D": r"\P{Nd}",
    "w": r"[^\p{P}\p{Z}\p{C}]", "W": r"[\p{P}\p{Z}\p{C}]",
    "i": f"[{_NAME_START}]", "I": f"[^{_NAME_START}]", "c": f"[{_NAME_PART}]", "C": f"[^{_NAME_PART}]",
}  # fmt: skip
_CATEGORIES = frozenset((
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc",
    "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Z", "Zs", "Zl", "Zp", "S", "Sm", "Sc",
    "Sk", "So", "C", "Cc", "Cf", "Co", "Cn",
))  # fmt: skip
_MAX_COUNT = 1_000
_MAX_DEPTH = 50


class Translation:
    """The text for ``regex`` and the number of groups in it."""

    def __init__(self, pattern: str, flags: str) -> None:
        if not set(flags) <= _FLAGS:
            raise BadPattern(flags)
        self.flags, self.at, self.groups, self.depth = flags, 0, 0, 0
        self.closed: set[int] = set()
        self.pattern = _without_space(pattern) if "x" in flags else pattern
        self.text = self.branches()
        if self.at < len(self.pattern):
            raise BadPattern(pattern)

    def compile(self) -> regex.Pattern[str]:
        """Return the compiled pattern. Case is folded character by character."""
        fold = regex.IGNORECASE if "i" in self.flags else 0
        return regex.compile(("(?-f)" if fold else "") + self.text, regex.V1 | fold)

    # -- reading ----------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self.pattern[index] if index < len(self.pattern) else ""

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise BadPattern("the pattern ends too early")
        self.at += 1
        return char

    def branches(self) -> str:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise BadPattern("nested too deep")
        parts = [self.pieces()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.pieces())
        self.depth -= 1
        return "|".join(parts)

    def pieces(self) -> str:
        out: list[str] = []
        while self.peek() not in ("", "|", ")"):
            atom, repeatable = self.atom()
            out.append(atom + (self.quantifier() if repeatable else ""))
        return "".join(out)

    def atom(self) -> tuple[str, bool]:
        char = self.take()
        if char == "(":
            return self.group(), True
        if char == "[":
            return self.char_class(), True
        if char == "\\":
            return self.escape(), True
        if char == ".":
            return (r"(?s:.)" if "s" in self.flags else r"[^\n\r]"), True
        if char == "^":
            return (r"(?:\A|(?<=\n)(?!\Z))" if "m" in self.flags else r"\A"), False
        if char == "$":
            return (r"(?=\n|\Z)" if "m" in self.flags else r"\Z"), False
        if char in "?*+{}]":
            raise BadPattern(char)
        return regex.escape(char, special_only=False), True

    def group(self) -> str:
        capturing = not (self.peek() == "?" and self.peek(1) == ":")
        self.groups += capturing
        number = self.groups
        self.at += 0 if capturing else 2
        inner = self.branches()
        if self.take() != ")":
            raise BadPattern("(")
        if not capturing:
            return f"(?:{inner})"
        self.closed.add(number)
        return f"({inner})"

    def quantifier(self) -> str:
        char = self.peek()
        if char in ("?", "*", "+") and char:
            self.at += 1
            found = char
        elif char == "{":
            found = self.counts()
        else:
            return ""
        if self.peek() == "?":
            self.at += 1
            found += "?"
        return found

    def counts(self) -> str:
        end = self.pattern.find("}", self.at)
        least, comma, most = self.pattern[self.at + 1 : end].partition(",") if end > 0 else ("", "", "")
        fits = least.isdecimal() and (not most or most.isdecimal()) and least.isascii() and most.isascii()
        if not fits or len(least) > 4 or len(most) > 4:
            raise BadPattern("{")
        if max(int(least), int(most or 0)) > _MAX_COUNT or (most and int(most) < int(least)):
            raise BadPattern("{")
        self.at = end + 1
        return "{" + least + comma + most + "}"

    # -- escapes ----------------------------------------------------------------------------------------------

    def escape(self) -> str:
        char = self.peek()
        if char.isdecimal() and char.isascii():
            return self.back_reference()
        return self.class_escape()

    def back_reference(self) -> str:
        number, self.at = int(self.peek()), self.at + 1
        while (following := self.peek()).isdecimal() and number * 10 + int(following) <= self.groups:
            number, self.at = number * 10 + int(following), self.at + 1
        if number not in self.closed:
            raise BadPattern(f"\\{number}")
        return f"\\g<{number}>"

    def class_escape(self) -> str:
        char = self.take()
        if char in _SINGLE:
            return _SINGLE[char]
        if char in _MANY:
            return _MANY[char]
        if char in "pP":
            return self.category(char)
        raise BadPattern(f"\\{char}")

    def category(self, letter: str) -> str:
        end = self.pattern.find("}", self.at)
        if self.take() != "{" or end < 0:
            raise BadPattern("\\p")
        name, self.at = self.pattern[self.at : end], end + 1
        if name in _CATEGORIES:
            return f"\\{letter}{{{name}}}"
        if name.startswith("Is") and name[2:].replace("-", "").isalnum():
            return f"\\{letter}{{Block={name[2:]}}}"
        raise BadPattern(name)

    # -- classes ----------------------------------------------------------------------------------------------

    def char_class(self) -> str:
        """Read after the opening bracket. A difference is written with the two hyphens of ``regex``."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise BadPattern("nested too deep")
        negated = self.peek() == "^"
        self.at += negated
        members: list[str] = []
        minus = ""
        while True:
            char = self.take()
            if char == "]" and members:
                break
            if char == "-" and self.peek() == "[" and members:
                self.at += 1
                minus = self.char_class()
                if self.take() != "]":
                    raise BadPattern("]")
                break
            members.append(self.member(char, first=not members))
        self.depth -= 1
        inside = f"[{'^' if negated else ''}{''.join(members)}]"
        return f"[{inside}--{minus}]" if minus else inside

    def member(self, char: str, *, first: bool) -> str:
        """Return one character, range or escape of a class."""
        start = self.single(char, first=first)
        if self.peek() != "-" or self.peek(1) in ("[", ""):
            return start if isinstance(start, str) else _code(start)
        if self.peek(1) == "]":
            return start if isinstance(start, str) else _code(start)
        if isinstance(start, str):
            raise BadPattern("-")
        self.at += 1
        end = self.single(self.take(), first=False)
        if isinstance(end, str) or end < start:
            raise BadPattern("-")
        return f"{_code(start)}-{_code(end)}"

    def single(self, char: str, *, first: bool) -> int | str:
        """Return a character's number, or the text of an escape that stands for several."""
        if char == "\\":
            escaped = self.class_escape()
            plain = {r"\n": 10, r"\r": 13, r"\t": 9}
            if escaped in plain:
                return plain[escaped]
            return ord(escaped[1]) if escaped in _SINGLE.values() else escaped
        if char in "[]" or (char == "-" and not first and self.peek() != "]"):
            raise BadPattern(char)
        return ord(char)


def _code(point: int) -> str:
    return f"\\U{point:08X}"


def _without_space(pattern: str) -> str:
    """Return the pattern without white space, but for that inside of classes."""
    out: list[str] = []
    depth = 0
    escaped = False
    for char in pattern:
        if char in _SPACE and not depth:
            continue
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "[":
            depth += 1
        elif char == "]":
            depth = max(0, depth - 1)
        out.append(char)
    return "".join(out)
