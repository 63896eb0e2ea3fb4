"""Rules that name people: one class for each selector of the language, compiled."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from engine.rules import Expression

Word = Literal["submitter", "owner", "assignee", "actor"]
# a person (or a unit) that a rule starts from: one of the plain words, or an expression that yields it
Anchor = Word | Expression


@dataclass(frozen=True, slots=True)
class PlainPerson:
    """``submitter``, ``owner`` (of the subject), ``actor``, or ``assignee``: of the task in the clock of a task, and
    everywhere else the person in the subject's field of that name."""

    word: Word


@dataclass(frozen=True, slots=True)
class UserByLogin:
    """One person by login name."""

    login: str


@dataclass(frozen=True, slots=True)
class RoleHolders:
    """All active holders of a role; with ``unit`` (an expression that yields a unit) those who belong to it."""

    role: str
    unit: Expression | None = None


@dataclass(frozen=True, slots=True)
class PositionHolders:
    """Holders of a position, looked for in ``unit`` (the submitter's when None), then upwards to the company."""

    position: str
    unit: Expression | None = None


@dataclass(frozen=True, slots=True)
class Until:
    """Where a chain ends; exactly one is set. The person who satisfies it is still asked.

    ``level`` counts people from the first; ``authority`` names a limit of a person that must reach ``covers``;
    ``when`` is a condition on ``candidate``.
    """

    level: int | None = None
    position: str | None = None
    authority: str | None = None
    covers: Expression | None = None
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Manager:
    """The manager of a person, ``level`` steps up."""

    of: Anchor
    level: int = 1


@dataclass(frozen=True, slots=True)
class Managers:
    """The unbroken chain of managers upwards; ``down`` asks from the top. Inactive people are passed over."""

    of: Anchor
    until: Until | None = None
    down: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a unit; ``level`` units further up (0: the unit itself)."""

    of: Expression
    level: int = 0


@dataclass(frozen=True, slots=True)
class Heads:
    """The chain of heads from a unit upwards; ``down`` asks from the top."""

    of: Expression
    until: Until | None = None
    down: bool = False


@dataclass(frozen=True, slots=True)
class Members:
    """Members of a team, department or group, named as ``kind.code`` (``team.support``); ``deep`` adds those below."""

    kind: Literal["team", "department", "group"]
    code: str
    deep: bool = False


@dataclass(frozen=True, slots=True)
class PeopleInFields:
    """The people in fields of the subject, in this order."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decider:
    """Whoever decided an earlier step."""

    step: str


@dataclass(frozen=True, slots=True)
class Picked:
    """People chosen at submission (``by`` is ``submitter``) or by the decider of the step ``by``.

    ``choices`` limits whom one may choose (empty: anybody active); ``maximum`` None means no limit.
    """

    by: str
    choices: tuple[PersonRule, ...] = ()
    minimum: int = 1
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class ByFormula:
    """An expression that yields a person or a list of people; in a notice also contacts (records with an address)."""

    expression: Expression


Selector = (
    PlainPerson
    | UserByLogin
    | RoleHolders
    | PositionHolders
    | Manager
    | Managers
    | Head
    | Heads
    | Members
    | PeopleInFields
    | Decider
    | Picked
    | ByFormula
)


@dataclass(frozen=True, slots=True)
class PersonRule:
    """One rule of a list of people. ``when`` false or null switches it off; ``where`` (on ``candidate``) narrows what
    it yields; ``weight`` and ``veto`` count in a vote."""

    selector: Selector
    when: Expression | None = None
    where: Expression | None = None
    weight: Decimal = Decimal(1)
    veto: bool = False


People = tuple[PersonRule, ...]
