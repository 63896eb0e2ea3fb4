"""``tessera pack test``: the tests of packs, played on throw-away tenants."""

from engine.cli.trials.outcome import Outcome, Touched, Verdict
from engine.cli.trials.running import run_trials

__all__ = ["Outcome", "Touched", "Verdict", "run_trials"]
