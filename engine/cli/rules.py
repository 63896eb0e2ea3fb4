"""``tessera rules``: FEEL on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from engine.cli.console import FAILED, Console, verb


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
    shown = str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    console.result({"value": value, "warnings": warnings}, "\n".join([shown, *(f"! {text}" for text in warnings)]))


@rules.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--failed", is_flag=True, help="Show each expectation that was not met.")
@verb
def tck(console: Console, folder: Path, failed: bool) -> int:
    """Run the DMN conformance kit that lies in FOLDER."""
    from engine.rules.tck import figures, run_kit

    with console.progress("conformance kit"):
        outcomes = run_kit(folder)
    wrong = [outcome for outcome in outcomes if not outcome.passed]
    told = {**figures(outcomes), **({"wrong": [outcome.as_dict() for outcome in wrong]} if failed else {})}
    lines = [f"{one.folder}/{one.file} {one.case} {one.name}: {one.error}" for one in wrong] if failed else []
    lines.append(f"{len(outcomes) - len(wrong):,} of {len(outcomes):,} expectations are met")
    console.result(told, "\n".join(lines))
    return FAILED if wrong or not outcomes else 0


def compiled_reads(reads: frozenset[tuple[str, ...]]) -> list[str]:
    """Return the names that an expression reads, as they are written."""
    return sorted(".".join(path) for path in reads)


def _names(text: str) -> Mapping[str, Any]:
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
