"""What is wrong in a history of people, messages and clocks that decide the same tasks at once (R8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """One command on a case: who did what; ``status`` of the answer, and whom a refusal named."""

    case: str
    who: str
    verb: str
    status: int
    named: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """One look at a case, from ``began`` to ``ended``: was it decided?"""

    case: str
    began: float
    ended: float
    decided: bool


def wrong_history(
    acts: Sequence[Act], reads: Sequence[Read], trail: Mapping[str, Sequence[tuple[str, str]]]
) -> list[str]:
    """Hold what was told against the trail, which gives (who, what) of each decision in its order."""
    found = [line for case in trail for line in _wrong_case(case, [a for a in acts if a.case == case], trail[case])]
    return found + [line for case in trail for line in _unread(case, [r for r in reads if r.case == case])]


def _wrong_case(case: str, acts: Sequence[Act], decided: Sequence[tuple[str, str]]) -> Iterator[str]:
    if len(decided) != 1:
        yield f"{case}: was decided {len(decided)} times"
        return
    winners = [(act.who, act.verb) for act in acts if act.status == 200]
    if len(winners) > 1:
        yield f"{case}: {len(winners)} were told that they decided it"
    if winners and winners[0] != decided[0]:
        yield f"{case}: {winners[0]} was told so, but it was {decided[0]}"
    if not winners and decided[0][0] != "system":
        yield f"{case}: {decided[0]} was refused and stands"
    for act in acts:
        if act.status not in (200, 409, 503):
            yield f"{case}: {act.verb} of {act.who} was answered {act.status}"
        if act.status == 409 and not act.named:
            yield f"{case}: {act.who} was not told who decided"


def _unread(case: str, reads: Sequence[Read]) -> Iterator[str]:
    """Yield when a look showed open what an earlier look had shown decided."""
    seen = min((read.ended for read in reads if read.decided), default=None)
    if seen is not None and any(not read.decided and read.began > seen for read in reads):
        yield f"{case}: was open again"
