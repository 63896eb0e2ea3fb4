"""A record while it is being changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.kernel.errors import Complaint, TesseraError
from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model import TransitionModel
from engine.records.change import Change, Verb
from engine.records.plan import ObjectPlan
from engine.storage.process_holds import Hold

Stage = Literal["whole", "ask", "via", "finish"]


@dataclass(slots=True, eq=False)
class Draft:
    """A record being changed.

    ``given`` is the input as it came, ``after`` the typed values as they would be saved, ``facts`` the same for
    expressions: with what stands behind references, the lines, and the actor; ``was`` are the facts before.
    ``expected`` is the version that the change is based on. ``place`` is the path of a line within its parent
    (``lines[2].``). ``touched`` names the fields that the input holds, ``blind`` the targets in them (field, id) that
    stood there before but that the actor does not see. ``opened`` are fields that a transition asks
    for, ``ordered`` values that it sets. ``stage`` is the part of a transition that this save is: the whole of
    it, what it asks for before its gates are tested, the step into the state ``target`` where a gate holds it, or its
    end. ``by_system``: nobody asks for the transition. ``free``: an effect of the record's own life-cycle, which no
    state locks out. ``wished``: fields that get a number of a rule. ``purpose`` names
    the right that is asked for in place of the action's own; ``holds``
    are what running processes keep of the record.
    """

    plan: ObjectPlan
    action: Verb
    id: str
    given: Mapping[str, Any]
    expected: int | None = None
    place: str = ""
    parent: Draft | None = None
    before: Mapping[str, Any] | None = None
    after: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    was: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    touched: set[str] = field(default_factory=set)
    blind: set[tuple[str, str]] = field(default_factory=set)
    lines: dict[str, list[Draft]] = field(default_factory=dict)
    transition: TransitionModel | None = None
    purpose: str = ""
    stage: Stage = "whole"
    target: str | None = None
    by_system: bool = False
    free: bool = False
    wished: Mapping[str, str] = field(default_factory=dict)
    opened: frozenset[str] = frozenset()
    ordered: dict[str, Any] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)
    error: TesseraError | None = None
    dirty: bool = False
    holds: tuple[Hold, ...] = ()

    def start_from(self, tree: Mapping[str, Any], actor: Mapping[str, Any]) -> None:
        """Take the record as it is for what it will be."""
        self.before = self.plan.own_values(tree)
        self.after = dict(self.before)
        self.was = {**tree, "actor": actor}
        self.facts = dict(self.was)
        self.version = tree["version"]

    def put(self, name: str, value: Any) -> None:
        """Set a field's value, for the row and for expressions."""
        self.after[name] = value
        self.facts[name] = value

    def complain(self, path: str, code: str, /, say: LocalText = EMPTY, **params: Any) -> None:
        """Note what is wrong with one part; the draft's place within its parent is put in front."""
        self.top().complaints.append(Complaint(self.place + path, code, params, say))

    def warn(self, path: str, code: str, /, say: LocalText = EMPTY, **params: Any) -> None:
        """Note what the user should know though it does not stop the save."""
        self.top().warnings.append(Complaint(self.place + path, code, params, say))

    def fail(self, error: TesseraError) -> None:
        """Give the draft up for a reason that is not about its values; the first reason counts."""
        top = self.top()
        top.error = top.error or error

    def top(self) -> Draft:
        """Return the draft that this one is a line of, or itself."""
        return self if self.parent is None else self.parent

    def family(self) -> Iterator[Draft]:
        """Yield the lines, then the draft itself."""
        for lines in self.lines.values():
            yield from lines
        yield self

    def changes(self) -> Iterator[Change]:
        """Yield what came of the family once it is written, the record before its lines."""
        if self.dirty:
            after = None if self.action == "delete" else dict(self.after)
            action = self.transition.name if self.moving and self.transition else self.action
            yield Change(self.plan.name, self.id, self.version, self.before, after, action, tuple(self.warnings))
        for lines in self.lines.values():
            for line in lines:
                yield from line.changes()

    @property
    def changed(self) -> frozenset[str]:
        """Return the stored fields whose values differ from before; a secret that is sent, whatever it was."""
        if self.before is None:
            return frozenset(self.after)
        before = self.before
        found = {name for name, value in self.after.items() if value != before.get(name)}
        return frozenset(found | (self.plan.secrets & self.after.keys()))

    @property
    def moving(self) -> bool:
        """Tell whether this save is a step of a transition that changes the state, or completes it."""
        return self.transition is not None and self.stage != "ask"

    @property
    def standing(self) -> bool:
        """Tell whether nothing speaks against the draft so far."""
        top = self.top()
        return top.error is None and not top.complaints
