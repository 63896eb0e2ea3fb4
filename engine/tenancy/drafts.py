"""A draft: edits of a tenant's definitions that wait to be applied, and what they come to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import Complaint, Rejected
from engine.metamodel import Document, Layer, Merged, read_text
from engine.metamodel.definitions.layer import OVERLAY
from engine.metamodel.layers.difference import difference
from engine.metamodel.layers.edits import VERBS, Edit, edited_layer
from engine.metamodel.layers.merge import fold_layers
from engine.metamodel.layers.rebase import titles_at
from engine.metamodel.layers.wishes import Wish, wishes_of
from engine.storage import DraftRow
from engine.tenancy.faults import Fault
from engine.tenancy.intents import overlay_of, packs_of
from engine.tenancy.plans import InstallPlan
from engine.tenancy.yaml_text import written

FILE = "overlay.yaml"
MOST_EDITS = 2000
# what only holds other things goes without saying
_SHELVES = frozenset(
    {"fields", "checks", "tabs", "sections", "items", "groups", "views", "steps", "columns", "filters"}
)


@dataclass(frozen=True, slots=True)
class Draft:
    """Edits in their order, on top of the overlay that is installed or, when ``text`` is there, of that one."""

    revision: int = 0
    version: int = 0
    edits: tuple[Edit, ...] = ()
    text: str | None = None
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to apply."""
        return not self.edits and self.text is None

    def content(self) -> dict[str, Any]:
        """Return the form in which a draft is kept."""
        return {"text": self.text, "edits": [edit.as_json() for edit in self.edits]}

    @classmethod
    def of(cls, row: DraftRow | None) -> Draft:
        """Return the draft that is kept."""
        if row is None:
            return cls()
        edits = tuple(Edit.from_json(one) for one in row.content.get("edits", ()))
        return cls(row.revision, row.model_version, edits, row.content.get("text"), row.changed_at, row.changed_by)


@dataclass(frozen=True, slots=True)
class Workbench:
    """The definitions of a tenant as they are, and as they would be after the draft.

    ``unfit`` are the edits that do not fit the definitions any more; they are left out of ``wanted``.
    """

    version: int
    layers: tuple[Layer, ...]
    draft: Draft
    overlay: Layer
    base: Merged
    now: Merged
    wanted: Merged
    unfit: tuple[Complaint, ...] = ()

    @property
    def text(self) -> str:
        """Return the overlay after the draft as YAML."""
        return written(self.overlay.documents)

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """Return what the draft changes, taken apart, against the definitions that are installed."""
        found: list[Wish] = []
        keys = dict.fromkeys([*self.now.documents, *self.wanted.documents])
        for kind, id in keys:
            old, new = self.now.find(kind, id), self.wanted.find(kind, id)
            if old is None and new is not None:
                found.append(Wish("define", kind, id, (), (), new.document.body, new.document.span))
            elif new is None and old is not None:
                found.append(Wish("remove", kind, id, (), (), None, old.document.span))
            elif old is not None and new is not None and old.document.body != new.document.body:
                said = difference(kind, old.document.body, new.document.body)
                place = old.document.place._replace(children=None)
                found += wishes_of(Document("change", f"{kind} {id}", said, place), old.document)
        return tuple(found)

    def words(self, kind: str, id: str, path: Sequence[str | int], language: str) -> str:
        """Return how a part of a definition is called, by the titles on the way to it."""
        found = self.wanted.find(kind, id) or self.now.find(kind, id)
        body = found.document.body if found is not None else {}
        titles = list(titles_at(body, id, tuple(path), language))
        inner = [title for key, title in zip(path, titles[1:], strict=True) if key not in _SHELVES or key is path[-1]]
        return " › ".join([titles[0], *inner])


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """What applying a draft will do. ``token`` names exactly this plan; ``plan`` is None while there are faults."""

    bench: Workbench
    faults: tuple[Fault, ...] = ()
    plan: InstallPlan | None = None

    @property
    def fits(self) -> bool:
        """Tell whether the draft can be applied as it stands."""
        return self.plan is not None and self.plan.fits and not self.bench.draft.empty

    @property
    def token(self) -> str:
        """Return a name of the plan that changes when anything of it does."""
        told = [self.bench.version, self.bench.draft.revision, self.plan.as_dict() if self.plan else None]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def bench_of(version: int, layers: tuple[Layer, ...], draft: Draft) -> Workbench:
    """Lay out the definitions with a draft over them."""
    packs, installed = packs_of(layers), overlay_of(layers)
    under = installed if draft.text is None else Layer(OVERLAY, "1", read_overlay(draft.text))
    unfit: tuple[Complaint, ...] = ()
    if draft.edits:
        overlay, unfit = _layer(packs, under, draft.edits)
    else:
        overlay = under or Layer(OVERLAY, "1", ())
    base = fold_layers(packs, Findings())
    now = fold_layers(layers, Findings())
    wanted = fold_layers([*packs, overlay], Findings())
    return Workbench(version, layers, draft, overlay, base, now, wanted, unfit)


def read_overlay(text: str) -> tuple[Document, ...]:
    """Read an overlay. Raises BadDefinition with every complaint."""
    return read_text(text, FILE) if text.strip() else ()


def edits_of(sent: Any) -> tuple[Edit, ...]:
    """Return edits that somebody sent, read strictly; raises Rejected with every complaint."""
    if not isinstance(sent, list) or not sent or len(sent) > MOST_EDITS:
        raise Rejected("edits_unfit", [Complaint("edits", "bad_edit")], count=1)
    complaints = [Complaint(f"edits[{index}]", "bad_edit") for index, one in enumerate(sent) if not _is_edit(one)]
    if complaints:
        raise Rejected("edits_unfit", complaints, count=len(complaints))
    return tuple(Edit.from_json(_plain(one)) for one in sent)


def _plain(value: Any) -> Any:
    """Return JSON values as definitions hold them: numbers as YAML reads them."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return float(value) if isinstance(value, Decimal) else value


def _layer(packs: Sequence[Layer], under: Layer | None, edits: Sequence[Edit]) -> tuple[Layer, tuple[Complaint, ...]]:
    """Return the layer that edits come to, without those that do not fit, and these by their places among all."""
    unfit: list[Complaint] = []
    left = list(enumerate(edits))
    while True:
        try:
            return edited_layer(packs, under, [edit for _, edit in left], "1"), tuple(unfit)
        except Rejected as error:
            wrong = {one.path: one for one in error.complaints}
            unfit += [
                replace(wrong[f"edits[{at}]"], path=f"edits[{index}]")
                for at, (index, _) in enumerate(left)
                if f"edits[{at}]" in wrong
            ]
            left = [pair for at, pair in enumerate(left) if f"edits[{at}]" not in wrong]


_KEYS = {"verb", "kind", "id", "path", "value", "after", "to"}


def _is_edit(one: Any) -> bool:
    if not isinstance(one, Mapping) or set(one) - _KEYS or one.get("verb") not in VERBS:
        return False
    names = (one.get("kind"), one.get("id"), one.get("after", ""))
    paths = (one.get("path"), one.get("to", []))
    named = all(isinstance(name, str) for name in names)
    return named and all(isinstance(path, list) and all(isinstance(key, str) for key in path) for path in paths)
