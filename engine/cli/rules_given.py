"""What the commands on rules share: the values they are given, and errors that point at their place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.console import FAILED, OK, Console
from engine.kernel.errors import BadDefinition

if TYPE_CHECKING:
    from engine.kernel.diagnostics import Diagnostic
    from engine.rules import Expression, NameScope

TYPED = "expression"
"""The name of the file that an expression on the command line stands in."""


@dataclass(slots=True)
class Told:
    """The texts that a command has read, by file, and the exit code it has come to."""

    texts: dict[str, str] = field(default_factory=dict)
    code: int = OK


@contextmanager
def pointing(console: Console) -> Iterator[Told]:
    """Print what is wrong in a definition with its line and a caret; ``code`` of what is yielded says so."""
    told = Told()
    try:
        yield told
    except BadDefinition as bad:
        if not console.as_json:
            complain(told, bad, console.language)
            click.echo(bad.message(console.language), err=True)
            told.code = FAILED
        else:
            told.code = console.fail(bad)


def complain(told: Told, bad: BadDefinition, language: str) -> None:
    """Print each diagnostic with its place."""
    for found in bad.diagnostics:
        click.echo("\n".join([found.line(language), *excerpt(told, found)]), err=True)


def excerpt(told: Told, found: Diagnostic) -> Iterator[str]:
    """Yield the line that a diagnostic is about, and a caret under the place."""
    from engine.rules.pointing import pointed

    text = told.texts.get(found.span.file)
    if text is not None and found.span.column:
        yield from (f"    {line}" for line in pointed(text, found.span.line, found.span.column))


def expression_of(told: Told, text: str, given: Mapping[str, Any]) -> Expression:
    """Return the compiled expression, of a text or of the file that bears that name."""
    from engine.rules.sample_types import names_of

    file = TYPED
    if len(text) < 256 and Path(text).is_file():
        file, text = text, _text_of(Path(text))
    return compiled_at(told, file, text, names_of(given))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from None


def compiled_at(told: Told, file: str, text: str, scope: NameScope) -> Expression:
    """Return the compiled text of a file."""
    from engine.kernel.source import Span
    from engine.rules import Source, compile_expression

    told.texts[file] = text
    return compile_expression(Source(text, Span(file, 1, 1)), scope)


def given_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--with``: names with their values."""
    return click.option(
        "--with", "--context", "given", default="{}", callback=_given, metavar="CONTEXT",
        help='Names and values: JSON, or FEEL for what JSON lacks, as {due: @"2026-05-20"}.',
    )(command)  # fmt: skip


def as_json(value: Any) -> Any:
    """Return a value of the language as JSON has it; numbers, dates and durations as their exact text."""
    from engine.rules.writing import text_of

    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): as_json(part) for key, part in value.items()}
    return [as_json(part) for part in value] if isinstance(value, list | tuple) else text_of(value)


def _given(_context: click.Context, _option: click.Parameter, text: str) -> dict[str, Any]:
    from engine.rules import Names, Run, compile_expression

    try:
        names = json.loads(text, parse_float=Decimal)
    except ValueError:
        try:
            names = compile_expression(text, Names()).value({}, Run.idle())
        except BadDefinition as bad:
            raise click.BadParameter(f"this is neither JSON nor a FEEL context: {bad}") from None
    if not isinstance(names, dict):
        raise click.BadParameter("this is not an object with names and values")
    return names
