"""What the votes of a step come to (V1 to V3): pure arithmetic, with exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from engine.metamodel.model.policy import Quorum

Mode = Literal["any", "all", "vote"]
Verdict = Literal["passed", "failed", "nobody"]


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice: ``vote`` is approve, reject, abstain, or empty while undecided."""

    vote: str
    weight: Fraction = Fraction(1)
    veto: bool = False


def verdict(mode: Mode, quorum: Quorum | None, voices: Sequence[Voice]) -> Verdict | None:
    """Return whether the step passed or failed, None while it is open; ``nobody`` when all abstained or there are none.

    The base is what has not abstained. In a vote it fails as soon as it can no longer pass.
    """
    if any(voice.vote == "reject" and voice.veto for voice in voices):
        return "failed"
    base = [voice for voice in voices if voice.vote != "abstain"]
    if not base:
        return "nobody"
    approved = [voice for voice in base if voice.vote == "approve"]
    rejected = [voice for voice in base if voice.vote == "reject"]
    if mode == "any":
        return "passed" if approved else "failed" if rejected else None
    if mode == "all":
        return "failed" if rejected else "passed" if len(approved) == len(base) else None
    return _voted(quorum or Quorum(percent=50, above=True), base, approved, rejected)


def _voted(
    quorum: Quorum, base: Sequence[Voice], approved: Sequence[Voice], rejected: Sequence[Voice]
) -> Verdict | None:
    if quorum.votes is not None:
        needed = min(quorum.votes, len(base))
        if len(approved) >= needed:
            return "passed"
        return "failed" if len(base) - len(rejected) < needed else None
    whole = _weight(base)
    share = Fraction(str(quorum.percent)) / 100 * whole
    if _reaches(_weight(approved), share, above=quorum.above):
        return "passed"
    return None if _reaches(whole - _weight(rejected), share, above=quorum.above) else "failed"


def _reaches(weight: Fraction, share: Fraction, *, above: bool) -> bool:
    return weight > share if above else weight >= share


def _weight(voices: Sequence[Voice]) -> Fraction:
    return sum((voice.weight for voice in voices), Fraction(0))
