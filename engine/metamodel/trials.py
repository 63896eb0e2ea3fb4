"""The tests of a pack: read from its documents, and checked against the model that they are to prove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.kernel.diagnostics import Findings
from engine.kernel.source import Span
from engine.metamodel.compiler.processes.durations import parse_duration
from engine.metamodel.compiler.processes.walks import NINE
from engine.metamodel.definitions import Document, Layer, Node
from engine.metamodel.definitions.guess import guess
from engine.metamodel.model import Duration, TenantModel

VERBS = (
    *("create", "update", "delete", "read", "find", "transition"),
    *("start", "decide", "withdraw", "wait", "until"),
)


@dataclass(frozen=True, slots=True)
class TrialStep:
    """Something that happens in a test. ``word`` is the verb, ``what`` its object, record, transition or decision.

    ``refused``: the code with which it is refused, empty when any will do, None when it must succeed. ``then`` is
    what is right afterwards, in plain values.
    """

    word: str
    what: str
    span: Span
    by: str | None = None
    of: str | None = None
    name: str | None = None
    step: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    comment: str | None = None
    refused: str | None = None
    length: Duration | None = None
    then: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """One test of a pack. ``users`` and ``records`` are plain values as written."""

    name: str
    span: Span
    now: datetime
    users: Mapping[str, Any]
    records: Mapping[str, Any]
    steps: tuple[TrialStep, ...]
    then: Mapping[str, Any]


def trials_of(documents: Iterable[Document]) -> Iterator[Trial]:
    """Yield the tests among documents whose shape has been checked."""
    for document in documents:
        if document.kind == "test":
            node = Node(document.body, document.place)
            yield Trial(
                document.id,
                document.span,
                datetime.fromisoformat(node.text("now", NINE)),
                node.get("users").value or {},
                node.get("records").value or {},
                tuple(_step(part) for part in node.get("do").elements()),
                node.get("then").value or {},
            )


def _step(node: Node) -> TrialStep:
    word = next(iter(node.value))
    refused = node.get("refused").value
    return TrialStep(
        word=word,
        what=node.text(word),
        span=node.span,
        by=node.maybe("by"),
        of=node.maybe("of"),
        name=node.maybe("as"),
        step=node.maybe("step"),
        given=node.get("with").value or {},
        comment=node.maybe("comment"),
        refused=None if refused in (None, False) else "" if refused is True else str(refused),
        length=parse_duration(node.text("wait")) if word == "wait" else None,
        then=node.get("then").value or {},
    )


def check_trials(layer: Layer, model: TenantModel, findings: Findings) -> None:
    """Complain of words, users, roles, records, objects and fields of tests that are not there."""
    for document in layer.documents:
        if document.kind == "test":
            _Check(Node(document.body, document.place), model, findings).run()


class _Check:
    """One test beside the model."""

    def __init__(self, node: Node, model: TenantModel, findings: Findings) -> None:
        self.node, self.model, self.findings = node, model, findings
        self.users = set(node.get("users").value or {})
        self.records: dict[str, str] = {}

    def run(self) -> None:
        for login in self.users:
            for role in self.node.get("users").get(login).get("roles").elements():
                self._known("role", role, self.model.roles)
        for name, record in self.node.get("records").items():
            self._made(name, record.get("object"), record.get("with"))
            self._user(record.get("by"))
        for step in self.node.get("do").elements():
            self._step(step)
            self._expectation(step.get("then"))
        self._expectation(self.node.get("then"))

    def _step(self, node: Node) -> None:
        word = next(iter(node.value))
        if word not in VERBS:
            near = guess(word, VERBS)
            self.findings.add("verb_first", node.span, key=word, known=", ".join(VERBS), guess=near)
            return
        self._user(node.get("by"))
        if word in ("create", "find"):
            self._made(node.text("as"), node.get(word), node.get("with"))
        elif word in ("update", "delete", "read", "withdraw"):
            self._record(node.get(word))
            self._fields(self.records.get(node.text(word)), node.get("with"))
        elif word in ("transition", "start", "decide"):
            self._record(node.get("of") if node.has("of") else node.get(word))
            self._named(word, node)

    def _named(self, word: str, node: Node) -> None:
        object = self.records.get(node.text("of"), "")
        life = self.model.lifecycle_of(object) if object in self.model.objects else None
        if word == "transition" and life is not None:
            self._known("transition", node.get(word), life.transitions, object=object)
            self._fields(object, node.get("with"))
        elif word == "start":
            self._known("approval", node.get(word), self.model.approvals)

    def _made(self, name: str, object: Node, values: Node) -> None:
        self._known("object", object, self.model.objects)
        self._fields(str(object.value), values)
        if name:
            self.records[name] = str(object.value)

    def _expectation(self, node: Node) -> None:
        for name, values in node.get("records").items():
            self._record(Node(name, values.place, values.path))
            self._fields(self.records.get(name), values)
        for object, part in node.get("counts").items():
            self._known("object", Node(object, part.place, part.path), self.model.objects)
        for key in ("tasks", "outcome"):
            for name, part in node.get(key).items():
                self._record(Node(name, part.place, part.path))
        for one in node.get("allowed").elements():
            self._user(one.get("by"))
            self._record(one.get("of"))

    def _fields(self, object: str | None, values: Node) -> None:
        known = self.model.objects.get(object or "")
        for name, part in values.items():
            if known is not None and name not in known.fields:
                self._known("field", Node(name, part.place, part.path), known.fields, object=object)

    def _record(self, node: Node) -> None:
        # what follows from something else has no name that is written; it is made known by the object it is of
        if node.value is not None and str(node.value) not in self.records:
            self._known("record", node, self.records)

    def _user(self, node: Node) -> None:
        if node.value is not None:
            self._known("login", node, self.users)

    def _known(self, word: str, node: Node, known: Iterable[str], **params: Any) -> None:
        if str(node.value) not in known:
            near = guess(str(node.value), known)
            self.findings.add(f"unknown_{word}", node.key_span, guess=near, **{word: str(node.value)}, **params)
