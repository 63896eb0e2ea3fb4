"""The reference of the built-in functions as a document."""

from __future__ import annotations

from collections.abc import Iterator

from engine.rules.examples import results
from engine.rules.reference import FunctionHelp, all_functions

_HEAD = """\
# Built-in functions

Made by `tessera rules reference`; a test shows that it is current. The [guide](rules.md) explains the language itself.

A parameter with `?` may be left out, one with `...` may be given several times. Arguments go by position, or by name
as in `substring(string: "abc", start position: 2)`. A function that gets null, or a value of another kind, gives null
and says why, unless its line says otherwise. The examples are worked out at noon of 5 May 2026.
"""


def reference_document() -> str:
    """Return the whole document."""
    names = ", ".join(f"[{one.name}](#{one.name.replace(' ', '-')})" for one in all_functions())
    return "\n".join([_HEAD, names, *(line for one in all_functions() for line in _section(one))]) + "\n"


def help_lines(one: FunctionHelp) -> Iterator[str]:
    """Yield the help on a function for a terminal."""
    yield from one.calls
    yield f"  {one.says}"
    yield from (f"  {text} = {result}" for text, result in results(one.name))


def _section(one: FunctionHelp) -> Iterator[str]:
    yield f"\n## {one.name}\n\n{one.says}\n\n```\n" + "\n".join(one.calls) + "\n```\n"
    yield "| example | gives |\n|---|---|"
    yield from (f"| {_code(text)} | {_code(result)} |" for text, result in results(one.name))


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"
