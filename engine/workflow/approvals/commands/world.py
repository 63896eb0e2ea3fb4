"""The world of the state machine as it is: people from the directory, conditions on the subject, effects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.access.people import LONGEST_CHAIN, PeopleFinder
from engine.kernel.names import new_record_id
from engine.metamodel.model.effects import Effect, Notify
from engine.metamodel.model.people import ByFormula, People, PersonRule, RoleHolders
from engine.metamodel.model.phrase import Phrase
from engine.metamodel.model.steps import CallStep, CopyStep, DoStep, WaitStep
from engine.rules import Expression
from engine.storage.process_flows import Substitution, standing_in
from engine.storage.process_holds import Copy, add_copies
from engine.workflow.approvals.commands.case import Case
from engine.workflow.approvals.errors import BadCondition
from engine.workflow.approvals.state.world import Found, Named, StandIn, Started

FLOW_ADMIN: People = (PersonRule(RoleHolders("flow_admin")),)
LONGEST_SUBSTITUTION = 5


class LiveWorld:
    """Answers from the open transaction, and carries out there what steps ask for."""

    def __init__(self, case: Case, *, by_person: bool, children: Any = None) -> None:
        self.case = case
        self._by_person = by_person
        self._children = children
        self._substitutes: dict[str, list[Substitution]] = {}
        self.told: list[tuple[str, str]] = []

    # -- time and conditions -------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.case.unit.now

    @property
    def round(self) -> int:
        return self.case.row.round

    @property
    def submitter(self) -> str:
        return self.case.row.submitter

    @property
    def asks_picks(self) -> bool:
        """Tell whether the submitter is asked for people whom he has not chosen."""
        return True

    @property
    def by_person(self) -> bool:
        return self._by_person

    def new_id(self) -> str:
        """Return a new id."""
        return new_record_id()

    def demands(self, condition: Expression | None) -> bool:
        """Return a condition that asks for control."""
        return condition is None or self._truth(condition) is not False

    def permits(self, condition: Expression | None) -> bool:
        """Return a condition that lets something be."""
        return condition is None or self._truth(condition) is True

    def _truth(self, condition: Expression) -> bool | None:
        self.case.facts.roots.forget("steps")
        run = self.case.unit.run
        known = len(run.warnings)
        value = self.case.facts.value(condition)
        if run.limited_since(known) or not (value is None or isinstance(value, bool)):
            raise BadCondition(condition.text, value)
        return value

    # -- people --------------------------------------------------------------------------------------------------------

    def finder(self) -> PeopleFinder:
        """Return what resolves rules for the subject."""
        case = self.case
        facts = case.facts
        words = {
            "submitter": case.row.submitter,
            "actor": None if case.unit.user == "system" else case.unit.user,
        }
        deciders = {name: result.by for name, result in case.state.results.items() if result.by}
        return PeopleFinder(facts.people, facts.value, words, case.subject.facts, deciders, case.state.picks)

    def find(self, rules: People, step: str) -> Found:
        """Return the people whom rules name."""
        self.case.facts.roots.forget("steps")
        found = self.finder().find(rules, step)
        people = tuple(Named(one.user, format(one.weight, "f"), one.veto) for one in found.people)
        return Found(people, found.dropped)

    def find_worker(self, assignment: str) -> Found:
        """Return the person whom an assignment chooses for the record."""
        if self.case.ports.assign is None:
            return Found()
        row = self.case.row
        user = self.case.ports.assign(self.case.unit, assignment, row.object, row.record)
        return Found() if user is None else Found((Named(user),))

    def active(self, user: str) -> bool:
        """Tell whether somebody may be given work."""
        found = self.case.directory.user(user)
        return found is not None and found.active

    def above(self, user: str, shunned: frozenset[str]) -> str | None:
        """Return the nearest active manager upwards who is not among ``shunned``."""
        seen = {user}
        for _ in range(LONGEST_CHAIN):
            person = self.case.directory.superior(user)
            if person is None or person.id in seen:
                return None
            if person.active and person.id not in shunned:
                return person.id
            seen.add(person.id)
            user = person.id
        return None

    def heads(self, shunned: frozenset[str]) -> str | None:
        """Return the head of the submitter's unit, or the nearest one upwards who is not among ``shunned``."""
        unit = (self.case.row.submitted_as.get("department") or {}).get("id")
        for _ in range(LONGEST_CHAIN):
            if unit is None:
                return None
            head = self.case.directory.unit_head(unit)
            if head is not None and head.active and head.id not in shunned:
                return head.id
            node = self.case.directory.unit_parent(unit)
            unit = None if node is None else node.id
        return None

    def admins(self) -> tuple[str, ...]:
        """Return the flow's administrators."""
        found = self.finder().find(self.case.flow.admins or FLOW_ADMIN)
        return tuple(one.user for one in found.people)

    def stand_in(self, user: str) -> StandIn:
        """Return who acts for a person (O4, O5)."""
        chain: list[str] = []
        at, shared = user, False
        for _ in range(LONGEST_SUBSTITUTION):
            standing = self._standing(at)
            if standing is None:
                break
            to = standing.substitute
            if to == user:
                return StandIn(user, chain=(*chain, to), circle=True)
            allowed = self.case.flow.policy.self == "allow"
            if to in chain or not self.active(to) or (to == self.submitter and not allowed):
                break
            chain.append(to)
            at, shared = to, standing.mode == "shared"
        return StandIn(at, shared, tuple(chain))

    def _standing(self, user: str) -> Substitution | None:
        if user not in self._substitutes:
            self._substitutes[user] = standing_in(self.case.unit.session, [user], self.now)
        row = self.case.row
        for one in self._substitutes[user]:
            if one.flow in ("", row.flow) and one.object in ("", row.object):
                return one
        return None

    def material(self) -> str:
        """Return a digest of the subject's material fields as they are now."""
        return self.case.material()

    # -- what steps do -------------------------------------------------------------------------------------------------

    def carry_out(self, step: DoStep) -> bool:
        """Run the effects of a step in this transaction."""
        case = self.case
        visit = case.state.visits.get(step.id, 0) + 1
        case.facts.roots.forget("steps")
        case.run(step.effects, f"{case.row.id}:{step.id}:{visit}")
        return any(getattr(effect.verb, "into", None) and effect.outbound for effect in step.effects)

    def copy(self, step: CopyStep) -> None:
        """Give people a copy; each gets one in a round, whoever names him again."""
        case, row = self.case, self.case.row
        found = self.find(step.to, step.id)
        text = said(case, step.text)
        copies = [
            Copy(
                self.new_id(),
                row.id,
                row.round,
                one.user,
                row.object,
                row.record,
                row.flow,
                case.subject.title,
                text,
                case.unit.now,
            )
            for one in found.people
        ]
        told = add_copies(case.unit.session, copies)
        self.told += [("copy", user) for user in told]
        case.copied.append((step.id, told, list(found.dropped)))
        self._tell_outside(step)

    def _tell_outside(self, step: CopyStep) -> None:
        """Send the text to those without an account, people of other firms: they have no list of copies."""
        rules = tuple(rule for rule in step.to if isinstance(rule.selector, ByFormula))
        if not rules:
            return
        case = self.case
        effect = Effect(Notify(rules, step.text, outside=True), path=f"{step.id}.outside")
        case.facts.roots.forget("steps")
        key = f"{case.row.id}:{step.id}:{case.row.round}"
        case.ports.run_effects(case.unit, (effect,), case.facts.roots, key)

    def wait(self, step: WaitStep, visit: int) -> str:
        """Arm what ends a wait."""
        owner = f"{self.case.row.id}:{step.id}:{visit}"
        until = self.case.ports.clocks.wait(self.case.unit, owner, step, self.case.facts.roots)
        if until is None:
            return ""
        return "past" if until <= self.now else until.isoformat()

    def unwait(self, step: str, visit: int) -> None:
        """End a wait that is needed no more."""
        self.case.ports.clocks.unwait(self.case.unit, f"{self.case.row.id}:{step}:{visit}")

    def start(self, step: CallStep, visit: int) -> tuple[Started, ...]:
        """Start the instances of a call."""
        assert self._children is not None
        started: tuple[Started, ...] = self._children.start(self.case, step, visit)
        return started

    def stop_child(self, id: str) -> None:
        """Let a child be closed after this command's commit."""
        self.case.orphans.append(id)


def said(case: Case, phrase: Phrase) -> str:
    """Return a text with its places filled, in the tenant's first language."""
    language = case.unit.model.languages[0] if case.unit.model.languages else "en"
    parts = []
    for part in phrase.in_language(language):
        value = part if isinstance(part, str) else case.facts.value(part)
        parts.append("" if value is None else str(value))
    return "".join(parts)
