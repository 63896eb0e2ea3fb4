"""What is wrong between the events that were committed and what a receiver and the rules made of them (R9)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Committed:
    """An event as it stands in the database; ``version`` is that of its record."""

    id: str
    record: str
    version: int


@dataclass(frozen=True, slots=True)
class Heard:
    """One request that a receiver got, in the order of arrival; was it answered as taken?"""

    id: str
    record: str
    version: int
    body: bytes
    taken: bool


def wrong_deliveries(
    committed: Sequence[Committed], heard: Sequence[Heard], most_twice: int, out_of_line: Iterable[str] = ()
) -> list[str]:
    """Hold what was heard against what was committed.

    ``most_twice``: how often something that was taken may have come again. ``out_of_line``: records of which something
    was a dead letter first, so that later events went past it.
    """
    told = list(_lost_and_unfounded(committed, heard))
    taken = Counter(one.id for one in heard if one.taken)
    twice = sum(taken.values()) - len(taken)
    if twice > most_twice:
        told.append(f"{twice} came again after they were taken, may be {most_twice}")
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for one in heard:
        bodies[one.id].add(one.body)
    told += [f"{id}: came with {len(found)} bodies" for id, found in bodies.items() if len(found) > 1]
    return told + list(_out_of_order(heard, frozenset(out_of_line)))


def _lost_and_unfounded(committed: Sequence[Committed], heard: Sequence[Heard]) -> Iterator[str]:
    ids = {event.id for event in committed}
    taken = {one.id for one in heard if one.taken}
    yield from (f"{event.id}: was committed and never taken" for event in committed if event.id not in taken)
    yield from sorted({f"{one.id}: was never committed" for one in heard if one.id not in ids})


def _out_of_order(heard: Sequence[Heard], but: frozenset[str]) -> Iterator[str]:
    """Yield the events that were first taken after a later one of their record."""
    last: dict[str, int] = defaultdict(int)
    seen: set[str] = set()
    for one in heard:
        if not one.taken or one.id in seen or one.record in but:
            continue
        seen.add(one.id)
        if one.version < last[one.record]:
            yield f"{one.record}: version {one.version} came after {last[one.record]}"
        last[one.record] = max(last[one.record], one.version)


def wrong_effects(expected: Iterable[tuple[str, int]], found: Iterable[tuple[str, int]]) -> list[str]:
    """Tell which effects (of a record, of a version) are missing, there twice, or there without a cause."""
    should, there = Counter(expected), Counter(found)
    missing = [f"{record} {version}: no effect" for record, version in should if not there[record, version]]
    twice = [f"{record} {version}: {number} effects" for (record, version), number in there.items() if number > 1]
    return (
        missing + twice + [f"{record} {version}: no cause" for record, version in there if not should[record, version]]
    )
