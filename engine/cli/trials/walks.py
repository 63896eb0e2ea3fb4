"""The tests that stand in approvals: walks on supposed records, judged like the other tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from engine.cli.trials.cast import Cast
from engine.cli.trials.looking import same
from engine.cli.trials.outcome import Touched, Verdict, Wrong, words_of
from engine.kernel.clock import FrozenClock
from engine.metamodel.model.walk import WalkModel

if TYPE_CHECKING:
    from engine.wiring import Engine
    from engine.workflow.approvals.rehearsing.walking import Walked


def play_walk(engine: Engine, approval: str, walk: WalkModel, touched: Touched) -> Verdict:
    """Take a walk and tell what is not as it says."""
    cast("FrozenClock", engine.clock).instant = walk.now
    named = Cast(engine, users={name: name for name in walk.names})
    try:
        walked = engine.approvals.rehearse(named.context(None), approval, _plain(walk, named))
        touched.steps.update((approval, step) for step in walked.path)
        wrong = tuple(_wrong(walk, walked, named))
    except ValueError as error:
        wrong = (Wrong(walk.span, str(error)),)
    return Verdict(title_of(approval, walk), walk.span, wrong)


def title_of(approval: str, walk: WalkModel) -> str:
    """Return how a walk is called among all tests."""
    return f"{approval}: {walk.name}"


def _plain(walk: WalkModel, named: Cast) -> WalkModel:
    acts = (replace(act, values=named.values(act.values), output=named.values(act.output)) for act in walk.acts)
    return replace(walk, record=named.values(walk.record), change=named.values(walk.change), acts=tuple(acts))


def _wrong(walk: WalkModel, walked: Walked, named: Cast) -> Iterator[Wrong]:
    if walked.error is not None:
        done, span = "what follows" if walked.path else "the start", walk.span
        if walked.act is not None:
            done, span = f"{walked.act.person}: {walked.act.decision}", walked.act.span
        yield Wrong(span, f"{done} was refused: {words_of(walked.error)}")
        return
    way = ", ".join(walked.path) or "empty"
    left = list(walked.path)
    for step in walk.path:
        if step not in left:
            late = "visited earlier" if step in walked.path else "not visited"
            yield Wrong(walk.span, f"{step} is {late}; the way is {way}")
            continue
        del left[: left.index(step) + 1]
    for step in walk.avoided:
        if step in walked.path:
            yield Wrong(walk.span, f"{step} is visited; the way is {way}")
    found = walked.outcome or f"open ({walked.stuck})"
    if walk.outcome and found != walk.outcome:
        yield Wrong(walk.span, f"it ends {found}, not {walk.outcome}")
    for name, said in walk.fields.items():
        value, wanted = (walked.record or {}).get(name), named.value(said)
        if not same(value, wanted):
            yield Wrong(walk.span, f"{name} is {value}, not {wanted}")
