"""Runs the tests of packs, one after another, each on a tenant of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from engine.cli.trials.cast import Cast
from engine.cli.trials.hands import Hands
from engine.cli.trials.judging import judge
from engine.cli.trials.outcome import Outcome, Touched, Verdict, Wrong, words_of
from engine.cli.trials.stage import Stage, staged
from engine.cli.trials.walks import play_walk, title_of
from engine.kernel.errors import TesseraError
from engine.metamodel import Trial, TrialStep, check_packs, trials_of
from engine.metamodel.model.walk import WalkModel


def run_trials(
    folders: Sequence[Path], only: Sequence[str] = (), told: Callable[[Verdict], None] = lambda _: None
) -> Outcome:
    """Run the tests of packs that can be installed together. Raises BadDefinition for packs that are wrong.

    ``only`` names the tests to run, all when empty; ``told`` hears of each as it ends.
    """
    report = check_packs(folders)
    model = report.require_sound()
    trials = [one for source in report.sources for one in trials_of(source.documents) if not only or one.name in only]
    walks = [(flow.name, walk) for flow in model.approvals.values() for walk in flow.walks]
    walks = [one for one in walks if not only or {one[1].name, title_of(*one)} & set(only)]
    touched, verdicts = Touched(), []
    with staged(folders) as stage:
        for verdict in chain(_trials(trials, stage, touched), _walks(walks, stage, touched)):
            verdicts.append(verdict)
            told(verdict)
    return Outcome(tuple(verdicts), touched.untouched(model))


def _trials(trials: Sequence[Trial], stage: Stage, touched: Touched) -> Iterator[Verdict]:
    for trial in trials:
        yield Verdict(trial.name, trial.span, tuple(_play(trial, stage, touched)))


def _walks(walks: Sequence[tuple[str, WalkModel]], stage: Stage, touched: Touched) -> Iterator[Verdict]:
    if walks:
        # they write nothing, so one copy serves all
        with stage.copy("walks", walks[0][1].now) as engine:
            for approval, walk in walks:
                yield play_walk(engine, approval, walk, touched)


def _play(trial: Trial, stage: Stage, touched: Touched) -> list[Wrong]:
    with stage.copy(trial.name, trial.now) as engine:
        cast = Cast(engine)
        hands = Hands(cast, touched)
        wrong = _given(trial, hands)
        if wrong:
            return wrong
        for step in trial.steps:
            wrong = _step(step, hands)
            if wrong:
                return wrong  # what comes behind it would only be wrong as well
        return [Wrong(trial.span, text) for text in judge(trial.then, hands)]


def _given(trial: Trial, hands: Hands) -> list[Wrong]:
    cast = hands.cast
    try:
        for login, said in trial.users.items():
            cast.add_user(login, said or {})
        for name, said in trial.records.items():
            ctx = cast.context(said.get("by"))
            made = hands.engine.records.create(ctx, said["object"], cast.values(said.get("with") or {}))
            cast.records[name] = (said["object"], made.id)
        hands.settle()
    except (TesseraError, ValueError, LookupError) as error:
        return [Wrong(trial.span, f"what is given cannot be made: {words_of(error)}")]
    return []


def _step(step: TrialStep, hands: Hands) -> list[Wrong]:
    try:
        hands.do(step)
    except TesseraError as error:
        checks = (str(one.params["check"]) for one in error.complaints if "check" in one.params)
        codes = {error.code, *(one.code for one in error.complaints), *checks}
        if step.refused is None:
            return [Wrong(step.span, f"{step.word} {step.what} was refused: {words_of(error)}")]
        if step.refused and step.refused not in codes:
            return [Wrong(step.span, f"refused with {', '.join(sorted(codes))}, not {step.refused}")]
    except (ValueError, LookupError) as error:
        return [Wrong(step.span, str(error))]
    else:
        if step.refused is not None:
            return [Wrong(step.span, f"{step.word} {step.what} was not refused")]
    return [Wrong(step.span, text) for text in judge(step.then, hands)]
