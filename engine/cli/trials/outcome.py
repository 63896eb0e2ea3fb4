"""What came of the tests of a pack: which hold, what is wrong in the others, and what no test has touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.errors import TesseraError
from engine.kernel.source import Span
from engine.metamodel import TenantModel

# verbs of a test -> the action of a grant that they use
ACTIONS: Mapping[str, str] = {"create": "create", "update": "update", "delete": "delete", "read": "read"}


def words_of(error: Exception) -> str:
    """Return a refusal in words, with its code and what it complains of."""
    return f"{error.code} {error}" if isinstance(error, TesseraError) else str(error)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is not as a test says, and where the test says it."""

    span: Span
    text: str

    def __str__(self) -> str:
        return f"{self.span} {self.text}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one test."""

    name: str
    span: Span
    wrong: tuple[Wrong, ...]

    @property
    def holds(self) -> bool:
        """Tell whether everything was as the test says."""
        return not self.wrong


@dataclass(slots=True)
class Touched:
    """What the tests have used: transitions, steps of approvals, rules, grants of roles."""

    transitions: set[tuple[str, str]] = field(default_factory=set)
    steps: set[tuple[str, str]] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    grants: set[tuple[str, str, str]] = field(default_factory=set)

    def untouched(self, model: TenantModel) -> dict[str, list[str]]:
        """Return what the model has that no test has used, in words."""
        return {
            "transitions": sorted(f"{object} {name}" for object, name in _transitions(model) - self.transitions),
            "steps": sorted(f"{flow} {step}" for flow, step in _steps(model) - self.steps),
            "rules": sorted(set(model.automations) - self.rules),
            "grants": sorted(" ".join(grant) for grant in set(_grants(model)) - self.grants),
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of all tests of some packs."""

    verdicts: tuple[Verdict, ...]
    untouched: Mapping[str, list[str]]

    @property
    def holds(self) -> bool:
        """Tell whether every test holds."""
        return all(verdict.holds for verdict in self.verdicts)

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome for programs."""
        return {
            "ok": self.holds,
            "tests": [
                {"name": one.name, "holds": one.holds, "wrong": [str(wrong) for wrong in one.wrong]}
                for one in self.verdicts
            ],
            "untouched": dict(self.untouched),
        }


def _transitions(model: TenantModel) -> set[tuple[str, str]]:
    return {(life.object, name) for life in model.lifecycles.values() for name in life.transitions}


def _steps(model: TenantModel) -> set[tuple[str, str]]:
    from engine.metamodel.checks.processes import human_steps

    return {(flow.name, step.id) for flow in model.approvals.values() for step in human_steps(flow.steps)}


def _grants(model: TenantModel) -> Iterator[tuple[str, str, str]]:
    for role in model.roles.values():
        if not role.administrator:
            for grant in role.grants.values():
                for action in (*grant.actions, *grant.transitions):
                    yield role.name, grant.object, action
