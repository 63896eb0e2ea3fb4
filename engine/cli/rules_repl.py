"""``tessera rules repl``: expressions line by line, with history, completion and help."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from engine.cli.console import Console, verb
from engine.cli.rules import outcome, present
from engine.cli.rules_given import TYPED, Told, compiled_at, complain, given_option
from engine.kernel.errors import BadDefinition

_HISTORY = ".tessera_feel_history"
_HELP = """\
EXPRESSION             evaluate it
let NAME = EXPRESSION  give a name to a value
explain EXPRESSION     show every part with its value
check EXPRESSION       its type, and whether it can be a filter in SQL
names                  the names with their values
help                   this page; help NAME tells about a function, with examples
functions              the names of all functions
quit                   end (so does Ctrl-D)"""


@click.command()
@given_option
@verb
def repl(console: Console, given: dict[str, Any]) -> None:
    """Try expressions line by line; TAB completes, the arrows go through the history.

    With --json every line is answered by one line of JSON. The history is kept in the file
    .tessera_feel_history of the home directory.
    """
    session = _Session(console, given)
    session.say("FEEL. Write an expression, or help.", {})
    with _line_reader(session.choices):
        while (line := _next_line(console)) is not None:
            if line.strip() in ("quit", "exit"):
                return
            if line.strip():
                session.answer(line.strip())


def _next_line(console: Console) -> str | None:
    try:
        return input("" if console.as_json else "> ")
    except (EOFError, KeyboardInterrupt):
        console.say("")
        return None


@dataclass(slots=True)
class _Session:
    console: Console
    given: dict[str, Any]
    told: Told = field(default_factory=Told)

    def say(self, text: str, value: Any) -> None:
        """Print an answer; in JSON one line of it, and nothing where there is nothing to say."""
        if not self.console.as_json:
            click.echo(text)
        elif value:
            click.echo(json.dumps(value, ensure_ascii=False, default=str))

    def answer(self, line: str) -> None:
        """Answer a line; a word that is not a command begins an expression."""
        word, _, rest = line.partition(" ")
        commands: dict[str, Callable[[str], None]] = {
            "let": self.let, "explain": self.explain, "check": self.check, "help": self.help,
            "names": self.names, "functions": self.functions,
        }  # fmt: skip
        command = commands.get(word)
        if command is None or (not rest and word not in ("help", "names", "functions")) or word in self.given:
            command, rest = self.evaluate, line
        try:
            command(rest.strip())
        except BadDefinition as bad:  # said, and the next line is read
            if self.console.as_json:
                errors = [found.as_dict(self.console.language) for found in bad.diagnostics]
                self.say("", {"ok": False, "code": bad.code, "errors": errors})
            else:
                complain(self.told, bad, self.console.language)

    def compiled(self, text: str) -> Any:
        from engine.rules.sample_types import names_of

        return compiled_at(self.told, TYPED, text, names_of(self.given))

    def evaluate(self, text: str) -> None:
        value, shown = outcome(self.console, self.compiled(text), self.given)
        self.say(shown, value)

    def let(self, text: str) -> None:
        name, equals, expression = (part.strip() for part in text.partition("="))
        if not equals or not name:
            self.say("write: let NAME = EXPRESSION", {"ok": False})
            return
        compiled = self.compiled(expression)
        self.given[name] = compiled.value(self.given, present())
        value, shown = outcome(self.console, compiled, self.given)
        self.say(f"{name} = {shown}", {"name": name, **value})

    def explain(self, text: str) -> None:
        from engine.rules.explaining import explain

        step = explain(self.compiled(text), self.given, present())
        self.say("\n".join(step.lines()), step.as_dict())

    def check(self, text: str) -> None:
        compiled = self.compiled(text)
        refusal = compiled.sql_refusal
        told = "yes" if refusal is None else f"no, {refusal.message}: {refusal.hint}"
        self.say(f"type: {compiled.type}\nin SQL: {told}", {"type": str(compiled.type), "sql": refusal is None})

    def names(self, _text: str) -> None:
        from engine.rules.writing import literal_text

        shown = {name: literal_text(value) for name, value in self.given.items()}
        self.say("\n".join(f"{name} = {value}" for name, value in shown.items()) or "no names yet", shown)

    def help(self, text: str) -> None:
        from engine.rules.reference import all_functions, function_help
        from engine.rules.reference_text import help_lines

        found = function_help(text)
        if not text:
            self.say(_HELP, {"help": _HELP})
        elif found is not None:
            lines = "\n".join(help_lines(found))
            self.say(lines, {"help": lines})
        else:
            like = [one.name for one in all_functions() if text in one.name]
            self.say(
                f"there is no function {text}" + (f"; there are {', '.join(like)}" if like else ""), {"like": like}
            )

    def functions(self, _text: str) -> None:
        from engine.rules.reference import all_functions

        names = [one.name for one in all_functions()]
        self.say(", ".join(names), {"functions": names})

    def choices(self, line: str, word: str) -> list[str]:
        """Return what may stand in the place of the word at the end of a line that was begun."""
        from engine.rules.completion import complete
        from engine.rules.sample_types import names_of

        for command in ("let ", "explain ", "check ", "help "):
            line = line.removeprefix(command)
        found = [choice.text for choice in complete(line, names_of(self.given)) if choice.text.startswith(word)]
        return found or _rest_of_names(line, word)


def _rest_of_names(line: str, word: str) -> list[str]:
    """Return what is left, from ``word`` on, of functions with several words whose first ones stand before it."""
    from engine.rules.reference import all_functions

    found = []
    for name in (one.name for one in all_functions() if " " in one.name):
        begun = next((name[:size] for size in range(len(name), 1, -1) if line.endswith(name[:size])), "")
        before = line[: len(line) - len(begun)]
        if " " in begun and not before[-1:].isalnum():
            found.append(name[len(begun) - len(word) :])
    return found


# -- the line reader -------------------------------------------------------------------------------------------


@contextmanager
def _line_reader(choices: Callable[[str, str], list[str]]) -> Iterator[None]:
    """Switch completion and history on where the system has a line reader, and keep the history afterwards."""
    readline = _readline() if sys.stdin.isatty() else None
    if readline is None:
        yield
        return
    history = Path.home() / _HISTORY
    with suppress(OSError):
        readline.read_history_file(history)
    readline.set_history_length(1000)
    readline.set_completer_delims(" \t\n()[]{},.=<>+-*/")
    readline.set_completer(_completer(readline, choices))
    readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        readline.set_completer(None)
        with suppress(OSError):
            readline.write_history_file(history)


def _readline() -> ModuleType | None:
    # Windows has none; lines are read all the same
    try:
        return import_module("readline")
    except ImportError:
        return None


def _completer(reader: ModuleType, choices: Callable[[str, str], list[str]]) -> Callable[[str, int], str | None]:
    found: list[str] = []

    def complete(word: str, number: int) -> str | None:
        if number == 0:
            found[:] = choices(reader.get_line_buffer()[: reader.get_endidx()], word)
        return found[number] if number < len(found) else None

    return complete
