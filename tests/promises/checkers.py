"""What is wrong between what clients were told and what is there; an empty list is a promise kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Write:
    """One request that would bring the record called ``label`` to a version and a value; was it acknowledged?"""

    label: str
    version: int
    value: str
    acked: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One record as it was read afterwards."""

    label: str
    version: int
    value: str


def wrong_writes(writes: Sequence[Write], found: Sequence[Found]) -> list[str]:
    """Hold what is there against what was acknowledged; requests without an answer may have acted or not."""
    lives: dict[str, list[Write]] = defaultdict(list)
    there: dict[str, list[Found]] = defaultdict(list)
    for write in writes:
        lives[write.label].append(write)
    for record in found:
        there[record.label].append(record)
    told = [f"{label}: nobody asked for it" for label in there if label not in lives]
    return told + [line for label, life in lives.items() for line in _wrong_life(label, life, there[label])]


def _wrong_life(label: str, life: Sequence[Write], there: Sequence[Found]) -> Iterator[str]:
    last = max((index for index, write in enumerate(life) if write.acked), default=-1)
    allowed = [(write.version, write.value) for write in life[max(last, 0) :]]
    if len(there) > 1:
        yield f"{label}: is there {len(there)} times"
    elif there and (there[0].version, there[0].value) not in allowed:
        yield f"{label}: is {there[0].version} {there[0].value}, may be {allowed}"
    elif not there and last >= 0:
        yield f"{label}: acknowledged and lost"


def wrong_numbers(numbers: Iterable[str], prefix: str) -> list[str]:
    """Tell what keeps the numbers from being exactly 1..n after their prefix."""
    values = sorted(int(number.removeprefix(prefix)) for number in numbers)
    missing = sorted(set(range(1, len(values) + 1)) - set(values))
    twice = sorted({value for value in values if values.count(value) > 1}) if len(set(values)) < len(values) else []
    return [f"missing: {missing}"] * bool(missing) + [f"twice: {twice}"] * bool(twice)


def wrong_trail(versions: Mapping[str, int], trail: Iterable[tuple[str, int]]) -> list[str]:
    """Tell where the entries (record, version) of the audit are not one for each version of each record."""
    kept: dict[str, list[int]] = defaultdict(list)
    for record, version in trail:
        kept[record].append(version)
    told = [f"{record}: entries of no record" for record in kept if record not in versions]
    for record, version in versions.items():
        if sorted(kept[record]) != list(range(1, version + 1)):
            told.append(f"{record}: version {version}, entries {sorted(kept[record])}")
    return told


def mixed_versions(seen: Iterable[tuple[int, bool]], new_from: int) -> list[str]:
    """Tell which answers (version in the header, new field in the body) are of two versions at once."""
    return [f"version {version}, new field: {new}" for version, new in seen if (version >= new_from) != new]


def late_versions(seen: Iterable[tuple[float, int]], new_from: int, adopted_by: float) -> list[str]:
    """Tell which answers (time asked, version) still are of the old version after the moment of adoption."""
    return [f"{at - adopted_by:.2f} s late" for at, version in seen if at > adopted_by and version < new_from]
