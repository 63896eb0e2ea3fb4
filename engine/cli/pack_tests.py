"""``tessera pack test``: play the tests of packs and tell what they leave untouched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.console import FAILED, OK, Console, verb

if TYPE_CHECKING:
    from engine.cli.trials import Outcome, Verdict

_SHOWN = 12


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--only", multiple=True, help="The name of a test to run; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="Name everything that no test has touched.")
@verb
def test(console: Console, folders: tuple[Path, ...], only: tuple[str, ...], everything: bool) -> int:
    """Run the tests that stand in FOLDERS, each on a tenant of its own that is thrown away.

    Ends with 1 when one does not hold. Transitions, steps, rules and grants that no test has touched are told.
    """
    from engine.cli.trials import run_trials

    def told(verdict: Verdict) -> None:
        console.say(f"{'holds' if verdict.holds else 'FAILS'}  {verdict.name}")
        for wrong in verdict.wrong:
            console.say(f"       {wrong}")

    outcome = run_trials(folders, only, told)
    console.result(outcome.as_dict(), "\n".join(_summary(outcome, everything)))
    return OK if outcome.holds else FAILED


def _summary(outcome: Outcome, everything: bool) -> Iterator[str]:
    failing = sum(not verdict.holds for verdict in outcome.verdicts)
    yield f"{len(outcome.verdicts)} tests, {failing} of them failing"
    for what, names in outcome.untouched.items():
        if names:
            shown = names if everything else names[:_SHOWN]
            more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
            yield f"no test touches these {what}: {', '.join(shown)}{more}"
