"""The drafts that walk through the rooms of a save together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.kernel.errors import Rejected
from engine.records.draft import Draft
from engine.records.plan import ObjectPlan
from engine.records.related import Related
from engine.records.trail import Told


@dataclass(slots=True, eq=False)
class Batch:
    """Drafts of one object that are saved together. ``strict``: the first failure stops all of them."""

    plan: ObjectPlan
    drafts: list[Draft]
    strict: bool = True
    related: Related | None = None
    told: list[Told] = field(default_factory=list)

    def standing(self) -> list[Draft]:
        """Return the drafts that nothing speaks against."""
        return [draft for draft in self.drafts if draft.standing]

    def families(self) -> Iterator[Draft]:
        """Yield every draft that still stands, lines before their parents."""
        for draft in self.drafts:
            if draft.error is None:
                yield from draft.family()

    def settle(self) -> None:
        """Raise what speaks against a draft when one failure stops all; otherwise keep it with the draft."""
        for draft in self.drafts:
            if draft.error is None and draft.complaints:
                draft.error = Rejected("invalid", draft.complaints, count=len(draft.complaints))
            if draft.error is not None and self.strict:
                raise draft.error
