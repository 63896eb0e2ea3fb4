"""The command: which figures, on which databases, with how much of everything."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from benchmarks import flows
from benchmarks.flows import deciding, lasting, lists, people, rules
from benchmarks.flows.firm import Firm, Place
from benchmarks.flows.measuring import Line

Figure = Callable[[Firm], Iterator[Line]]
# in the order in which they disturb each other least
FIGURES: Mapping[str, Figure] = {
    "F3": deciding.statements,
    "F4": deciding.state,
    "F6": lists.prediction,
    "F7": lists.todo,
    "F15": rules.conditions,
    "F5": rules.gate,
    "F14": rules.idle,
    "F17": people.least_loaded,
    "F9": deciding.contention,
    "F20": deciding.old,
    "F12": deciding.bulk,
    "F1": deciding.pace,
    "F2": deciding.history,
    "F8": lists.done,
    "F13": people.leaver,
    "F18": lasting.migration,
    "F11": lasting.outbox,
    "F10": lasting.clocks,
    "F16": rules.daily,
    # its servers go by the clock of this machine, so nothing that goes by ours comes after it
    "F19": lasting.restart,
}
DATABASES = ("sqlite", "postgresql")


def main(arguments: Sequence[str] | None = None) -> None:
    """Load, measure and print."""
    options = _options(arguments)
    lines: list[Line] = []
    chosen = [name for name in FIGURES if name in options.only] or list(FIGURES)
    for database in [name for name in DATABASES if name in options.only] or DATABASES:
        with tempfile.TemporaryDirectory(prefix="tessera-flows-") as folder, _place(database, Path(folder)) as place:
            firm = Firm(place, options)
            for name in chosen:
                for line in FIGURES[name](firm):
                    lines.append(line)
                    _print(line, sys.stderr if options.json else sys.stdout)
            firm.close()
    if options.json:
        json.dump([asdict(line) for line in lines], sys.stdout, indent=2)


def _print(line: Line, to: TextIO) -> None:
    print(f"{line.database:11}{line.figure:4}{line.what:55}{line.found:>48}   {line.demanded}", file=to, flush=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench flows", description=flows.__doc__)
    parser.add_argument("--cases", type=int, default=20_000, help="open cases")
    parser.add_argument("--events", type=int, default=500_000, help="rows of history that F2 and F8 add")
    parser.add_argument("--records", type=int, default=1_000_000, help="records that F16 looks among")
    parser.add_argument("--timers", type=int, default=1_000_000, help="clocks that are pending in F10")
    parser.add_argument("--due", type=int, default=2_000, help="clocks that are due at once in F10")
    parser.add_argument("--leaver", type=int, default=2_000, help="open tasks of whoever leaves in F13")
    parser.add_argument("--moved", type=int, default=2_000, help="open cases that move to a new version in F18")
    parser.add_argument("--outbox", type=int, default=3_000, help="events that F11 sends")
    known = (*FIGURES, *DATABASES)
    parser.add_argument(
        "--only", nargs="+", choices=known, default=(), metavar="F13|sqlite", help="some figures, one database"
    )
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


@contextmanager
def _place(database: str, home: Path) -> Iterator[Place]:
    if database == "sqlite":
        yield Place(database, f"sqlite:///{home}/{{tenant}}.db", home)
        return
    from tests.support.postgres import start_postgres

    server = start_postgres()
    try:
        with server.fresh_database() as url:
            yield Place(database, url, home, [server.child.process.pid] if server.child is not None else [])
    finally:
        server.stop()


if __name__ == "__main__":
    main()
