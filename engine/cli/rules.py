"""``tessera rules``: FEEL on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.console import FAILED, Console, verb
from engine.cli.lazy import LazyGroup
from engine.cli.rules_given import as_json, expression_of, given_option, pointing

if TYPE_CHECKING:
    from engine.kernel.diagnostics import Diagnostic
    from engine.rules import Expression

_COMMANDS = {
    "check": ("engine.cli.rules:check", "Check an expression, or a file of them."),
    "eval": ("engine.cli.rules:evaluate", "Evaluate an expression."),
    "explain": ("engine.cli.rules:explain", "Show how a result comes about, part by part."),
    "table": ("engine.cli.rules_tables:table", "Find gaps and overlaps of decision tables; write them as DMN."),
    "repl": ("engine.cli.rules_repl:repl", "Try expressions line by line."),
    "reference": ("engine.cli.rules_reference:reference", "Print the reference of the built-in functions."),
    "tck": ("engine.cli.rules:tck", "Run the DMN conformance kit."),
}


@click.group(cls=LazyGroup, commands_at=_COMMANDS)
def rules() -> None:
    """Check, evaluate and explain FEEL; look at decision tables; run the conformance kit."""


@click.command()
@click.argument("expression")
@given_option
@verb
def check(console: Console, expression: str, given: dict[str, Any]) -> int:
    """Check EXPRESSION, a text or a file, and tell its type and the names that it reads.

    A file is one expression, a decision table in YAML, or a .dmn model.
    """
    path = Path(expression)
    if path.suffix in (".dmn", ".yaml", ".yml") and path.is_file():
        from engine.cli.rules_tables import check_file

        return check_file(console, path)
    with pointing(console) as told:
        compiled = expression_of(told, expression, given)
        refusal = compiled.sql_refusal
        reads = sorted(".".join(path) for path in compiled.reads)
        found = {
            "ok": True,
            "type": str(compiled.type),
            "reads": reads,
            "sql": refusal is None,
            "sql_refusal": None if refusal is None else refusal.as_dict(console.language),
            "warnings": [warning.as_dict(console.language) for warning in compiled.warnings],
        }
        lines = [f"type: {found['type']}", f"reads: {', '.join(reads) or '-'}"]
        lines.append(f"in SQL: {_sql_words(refusal, console.language)}")
        console.result(found, "\n".join([*lines, *(one.line(console.language) for one in compiled.warnings)]))
    return told.code


def _sql_words(refusal: Diagnostic | None, language: str) -> str:
    return "yes" if refusal is None else f"no, {refusal.in_language(language)}: {refusal.hint_in(language)}"


@click.command(name="eval")
@click.argument("expression")
@given_option
@verb
def evaluate(console: Console, expression: str, given: dict[str, Any]) -> int:
    """Evaluate EXPRESSION and print its value, and the reasons where it is null."""
    with pointing(console) as told:
        compiled = expression_of(told, expression, given)
        console.result(*outcome(console, compiled, given))
    return told.code


@click.command()
@click.argument("expression")
@given_option
@verb
def explain(console: Console, expression: str, given: dict[str, Any]) -> int:
    """Show every part of EXPRESSION with its value."""
    from engine.rules.explaining import explain as explained

    with pointing(console) as told:
        step = explained(expression_of(told, expression, given), given, present())
        console.result(step.as_dict(), "\n".join(step.lines()))
    return told.code


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--failed", is_flag=True, help="Show only what was not met.")
@verb
def tck(console: Console, folder: Path, failed: bool) -> int:
    """Run the DMN conformance kit that lies in FOLDER: files of cases beside the models they name."""
    from engine.rules.tck import Outcome, figures, run_kit

    def line(one: Outcome) -> str:
        told = one.as_dict()
        place = f"{one.folder}/{one.file} {one.case} {one.name}"
        if one.passed:
            return f"pass {place}: {told['actual'] or 'null'}"
        because = f" ({one.error})" if one.error else ""
        return f"FAIL {place}: {told['actual'] or 'null'} instead of {told['expected'] or 'null'}{because}"

    with console.progress("conformance kit"):
        outcomes = run_kit(folder)
    shown = [one for one in outcomes if not (failed and one.passed)]
    totals = figures(outcomes)
    console.result(
        {"figures": totals, "results": [one.as_dict() for one in shown]},
        "\n".join([*map(line, shown), *_in_words(totals)]),
    )
    return FAILED if not outcomes or any(not one.passed for one in outcomes) else 0


def _in_words(totals: dict[str, Any]) -> Iterator[str]:
    yield f"all cases: {totals['passed']} of {totals['cases']}"
    yield f"cases that expect a value: {totals['passed_expecting_a_value']} of {totals['expecting_a_value']}"
    yield f"mean over {totals['folders']} folders: {totals['mean_over_folders'] * 100:.2f} %"


def outcome(console: Console, compiled: Expression, given: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the value of an expression for programs and as text, with the reasons for what is null."""
    from engine.rules.writing import literal_text

    run = present()
    value = compiled.value(given, run)
    reasons = [warning.in_language(console.language) for warning in run.warnings]
    try:
        shown, plain = literal_text(value), as_json(value)
    except OverflowError:
        shown, plain = "...", None
    text = "\n".join([shown, *(f"! {reason}" for reason in reasons)])
    return {"value": plain, "shown": shown, "warnings": reasons}, text


def present() -> Any:
    """Return a run at this moment."""
    from engine.kernel.clock import SystemClock
    from engine.rules import Run

    return Run(SystemClock().now())
