"""What a command prints: sentences and tables for people, one JSON value for programs; and its exit code."""

from __future__ import annotations

import functools
import json
import locale
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from engine.kernel.errors import BadDefinition, TesseraError, Unavailable
from engine.settings import EXIT_CONFIG, BadSettings

OK, FAILED, USAGE, BUSY = 0, 1, 2, 3
# another one holds what this command needs; the same command works later
_BUSY_CODES = frozenset({"tenant_busy", "install_running", "locked_by", "idempotency_in_progress", "database_busy"})


@dataclass(frozen=True, slots=True)
class Console:
    """Where a command says what it did. With ``as_json`` only results are printed, as one JSON value."""

    as_json: bool
    language: str

    def say(self, text: str) -> None:
        """Print a sentence for people."""
        if not self.as_json:
            click.echo(text)

    def result(self, value: Mapping[str, Any] | Sequence[Any], text: str = "") -> None:
        """Print the result: the value for programs, the text for people."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, default=str, indent=2))
        elif text:
            click.echo(text)

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], empty: str) -> None:
        """Print rows as a table, or as a JSON list."""
        if self.as_json:
            click.echo(json.dumps(rows, ensure_ascii=False, default=str, indent=2))
        elif not rows:
            click.echo(empty)
        else:
            _draw_table(rows, columns)

    @contextmanager
    def progress(self, title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Show a bar while something long runs; call the given function with how much is done."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _done: None
            return
        from rich.console import Console as RichConsole
        from rich.progress import Progress

        with Progress(console=RichConsole(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda done: bar.update(task, completed=done)

    def fail(self, error: TesseraError | BadSettings) -> int:
        """Print what went wrong, everything of it, and return the exit code."""
        if self.as_json:
            click.echo(json.dumps(_as_json(error, self.language), ensure_ascii=False, default=str, indent=2))
        else:
            for line in _as_text(error, self.language):
                click.echo(line, err=True)
        if isinstance(error, BadSettings):
            return EXIT_CONFIG
        return BUSY if error.code in _BUSY_CODES else FAILED


def verb(act: Callable[..., Any]) -> Callable[..., Any]:
    """Make a command of a function: it gets a Console first, ``--json`` is added, and errors become exit codes."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
    @functools.wraps(act)
    def run(*, as_json: bool, **arguments: Any) -> None:
        console = Console(as_json, _language())
        try:
            code = act(console, **arguments)
        except (TesseraError, BadSettings) as error:
            code = console.fail(error)
        sys.exit(code or OK)

    return run


def _language() -> str:
    wanted = os.environ.get("TESSERA_LANGUAGE") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "zh" if wanted.lower().startswith("zh") else "en"


def _as_json(error: TesseraError | BadSettings, language: str) -> dict[str, Any]:
    if isinstance(error, BadSettings):
        return {"ok": False, "code": "bad_settings", "message": str(error), "errors": []}
    if isinstance(error, BadDefinition):
        parts: list[Any] = [diagnostic.as_dict(language) for diagnostic in error.diagnostics]
    else:
        parts = [{"path": c.path, "code": c.code, "message": c.message(language)} for c in error.complaints]
    return {"ok": False, "code": error.code, "message": error.message(language), "errors": parts}


def _as_text(error: TesseraError | BadSettings, language: str) -> Iterator[str]:
    if isinstance(error, BadSettings):
        yield str(error)
        return
    if isinstance(error, BadDefinition):
        yield from (diagnostic.line(language) for diagnostic in error.diagnostics)
        yield error.message(language)
        return
    yield error.message(language)
    if hint := error.complaint.hint(language):
        yield f"  {hint}"
    for part in error.complaints:
        yield f"  {part.path or '-'}: {part.message(language)} ({part.code})"
    if isinstance(error, Unavailable):
        yield f"  ({error.code})"


def _draw_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console as RichConsole
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    RichConsole(width=None if sys.stdout.isatty() else 160).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(map(str, value))
    return str(value)
