"""``tessera rules``: FEEL on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import click

from engine.cli.console import Console, verb


@click.group()
def rules() -> None:
    """Check and evaluate FEEL expressions; run the conformance kit."""


@rules.command()
@click.argument("expression")
@click.option("--context", "context", default="{}", help="Names and values as a JSON object.")
@verb
def check(console: Console, expression: str, context: str) -> None:
    """Check EXPRESSION and tell its type and the names that it reads."""
    from engine.rules import compile_expression

    compiled = compile_expression(expression, _scope(_names(context)))
    found = {
        "ok": True,
        "type": str(compiled.type),
        "reads": sorted(".".join(path) for path in compiled.reads),
        "warnings": [warning.as_dict() for warning in compiled.warnings],
    }
    lines = [f"type: {found['type']}", f"reads: {', '.join(compiled_reads(compiled.reads)) or '-'}"]
    console.result(found, "\n".join([*lines, *map(str, compiled.warnings)]))


@rules.command(name="eval")
@click.argument("expression")
@click.option("--context", "context", default="{}", help="Names and values as a JSON object.")
@verb
def evaluate(console: Console, expression: str, context: str) -> None:
    """Evaluate EXPRESSION and print its value."""
    from engine.kernel.clock import SystemClock
    from engine.rules import Run, compile_expression

    names = _names(context)
    compiled = compile_expression(expression, _scope(names))
    run = Run(SystemClock().now())
    value = _plain(compiled.evaluate(names, run))
    warnings = [warning.in_language(console.language) for warning in run.warnings]
    shown = json.dumps(value, ensure_ascii=False, default=str)
    console.result({"value": value, "warnings": warnings}, "\n".join([shown, *(f"! {text}" for text in warnings)]))


def compiled_reads(reads: frozenset[tuple[str, ...]]) -> list[str]:
    """Return the names that an expression reads, as they are written."""
    return sorted(".".join(path) for path in reads)


def _names(text: str) -> Mapping[str, Any]:
    from decimal import Decimal

    try:
        names = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise click.UsageError(f"--context is not JSON: {error}") from None
    if not isinstance(names, dict):
        raise click.UsageError("--context is not a JSON object")
    return names


def _scope(names: Mapping[str, Any]) -> Any:
    from engine.rules import ANY, Names

    return Names(dict.fromkeys(names, ANY))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value
