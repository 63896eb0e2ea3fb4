"""Row rules: the rows that an action covers, as one FEEL tree for lists and as a closure for saves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.access.clauses import FOLLOWED, Clause
from engine.access.scopes import RowScope, stead_name
from engine.metamodel.compiler.scopes import World
from engine.metamodel.model import RestrictionModel, RowGrant, ScopeTest, TenantModel
from engine.rules import BOOLEAN, Expression, compile_expression
from engine.rules.nodes import Name, Or, Path
from engine.rules.walking import walk
from engine.storage.share_scope import SHARES

ALWAYS, NEVER = "true", "false"


@dataclass(frozen=True, slots=True)
class RuleText:
    """A condition in words, over the bare fields of an object and the actor, and where it comes from."""

    text: str
    role: str = ""
    scope: str = ""
    rule: str = ""


class RowWriter:
    """Puts grants and restrictive rules into words; a model's restrictive and sharing rules are looked up once."""

    def __init__(self, model: TenantModel, world: World) -> None:
        self._model = model
        self._world = world

    def rule(self, object: str, clauses: Iterable[Clause], action: str) -> Expression | None:
        """Return the rule of the rows that any of the clauses covers; None stands for all rows."""
        texts: list[str] = []
        for clause in clauses:
            text = self.text(object, clause, action)
            if text == ALWAYS:
                return None
            if text not in (NEVER, *texts):
                texts.append(text)
        return rule_of(self._world, object, " or ".join(f"({text})" for text in texts) or NEVER)

    def bounded(self, object: str, rows: Expression | None, action: str) -> Expression | None:
        """Return a rule within the restrictive rules for an action."""
        bounds = [bound.text for bound in self.bounds(object, action)]
        if not bounds:
            return rows
        parts = [*bounds, *(() if rows is None else (f"({rows.text}\n)",))]
        return rule_of(self._world, object, " and ".join(parts))

    def bounds(self, object: str, action: str) -> Iterator[RuleText]:
        """Yield the restrictive rules of an object and of the parents that it follows, for an action."""
        via: tuple[str, ...] = ()
        at, asked = object, action
        for _ in range(9):
            for restriction in self._restrictions(at, asked):
                yield RuleText(f"({bare_text(restriction.that, _prefix(via))}\n)", rule=restriction.name)
            model = self._model.objects[at]
            if model.parent is None:
                return
            via = (*via, model.parent)
            at, asked = model.fields[model.parent].targets[0], FOLLOWED.get(asked, asked)

    def text(self, object: str, clause: Clause, action: str) -> str:
        """Return the rows of one clause in words."""
        grant = clause.row_grant(action)
        if grant is None:
            return NEVER
        scopes, when = self._scopes(object, clause, grant, action), self._when(clause, grant)
        if NEVER in (scopes, when):
            return NEVER
        if scopes and _is_choice(grant.when):
            # a database that meets two choices may look rows up by the parts of the wrong one, which finds most of them
            when = f"(if {when} then true else false)"
        return " and ".join(filter(None, (scopes, when))) or ALWAYS

    def scope_texts(self, object: str, clause: Clause, action: str) -> Iterator[tuple[ScopeTest, str]]:
        """Yield each scope of a clause with its condition."""
        grant = clause.row_grant(action)
        for test in () if grant is None else grant.scopes:
            yield test, self._scope(object, clause, test, action)

    def share_texts(self, object: str, clause: Clause, action: str) -> Iterator[tuple[str, str]]:
        """Yield each way in which a record may be shared for an action: the rule (empty: by hand), its condition."""
        asked = FOLLOWED.get(action, action) if clause.via else action
        if asked not in ("create", "import"):
            yield from self._ways_of_sharing(object, clause, 1 if asked == "read" else 2, stead_name(clause.stead))

    def when_text(self, clause: Clause, action: str) -> str:
        """Return the condition that a clause adds to its scopes; empty when there is none."""
        grant = clause.row_grant(action)
        return "" if grant is None else self._when(clause, grant)

    # --------------------------------------------------------------------------------------------------------------

    def _restrictions(self, object: str, action: str) -> Iterator[RestrictionModel]:
        for restriction in self._model.restrictions.values():
            if restriction.object == object and restriction.bounds(action):
                yield restriction

    def _scopes(self, object: str, clause: Clause, grant: RowGrant, action: str) -> str:
        texts = [self._scope(object, clause, test, action) for test in grant.scopes]
        if ALWAYS in texts:
            return ""
        texts = list(dict.fromkeys(text for text in texts if text != NEVER))
        return "(" + " or ".join(texts) + ")" if texts else NEVER

    def _when(self, clause: Clause, grant: RowGrant) -> str:
        if grant.when is None:
            return ""
        # the line break ends a comment that the condition may end with
        return f"({bare_text(grant.when, _prefix(clause.via), clause.stead)}\n)"

    def _scope(self, object: str, clause: Clause, test: ScopeTest, action: str) -> str:
        actor = stead_name(clause.stead)
        if test.scope == "all":
            return ALWAYS
        if test.scope == "shared":
            return self._shared(object, clause, action, actor)
        path = ".".join((*clause.via, *test.path))
        if test.fact == "id":
            return f"{path} = {actor}"
        # a list never holds null: what belongs nowhere belongs to nobody
        return f"{path} in {actor}.{test.fact}"

    def _shared(self, object: str, clause: Clause, action: str, actor: str) -> str:
        asked = FOLLOWED.get(action, action) if clause.via else action
        if asked in ("create", "import"):
            return NEVER
        level = 1 if asked == "read" else 2
        ways = self._ways_of_sharing(object, clause, level, actor)
        return "(" + " or ".join(text for _, text in ways) + ")"

    def _ways_of_sharing(self, object: str, clause: Clause, level: int, actor: str) -> Iterator[tuple[str, str]]:
        """Yield each way in which a record may be shared: the rule (empty: by hand), and its condition."""
        for step in clause.via:
            object = self._model.objects[object].fields[step].targets[0]
        at = _prefix(clause.via)
        received = f"s.receiver in {actor}.receivers and s.level >= {level} and (s.until = null or s.until > now())"
        yield "", f"(some s in {at}{SHARES} satisfies {received})"
        for sharing in self._model.sharings.values():
            if sharing.object == object and sharing.level >= level:
                named = " or ".join(f'"{receiver}" in {actor}.receivers' for receiver in sharing.receivers)
                yield sharing.name, f"(({named}) and ({bare_text(sharing.when, at, clause.stead)}\n))"


def rule_of(world: World, object: str, text: str) -> Expression:
    """Compile a rule over the bare fields of an object and the actor."""
    return compile_expression(text, RowScope(world, object), expect=BOOLEAN)


def bare_text(condition: Expression, at: str = "", stead: int = 0) -> str:
    """Return a condition that speaks of ``record.field`` as one that names the field itself, reached through ``at``.

    With ``stead`` it speaks of the one in whose place the actor acts.
    """
    text = condition.text
    nodes = list(walk(condition.tree))
    cuts = [
        (node.source.start, node.name_start, at)
        for node in nodes
        if isinstance(node, Path) and isinstance(node.source, Name) and node.source.name == "record"
    ]
    taken = {start for start, _, _ in cuts}
    for node in nodes:
        if isinstance(node, Name) and node.start not in taken:
            if node.name == "record":
                cuts.append((node.start, node.end, at.rstrip(".") or "id"))
            elif node.name == "actor" and stead:
                cuts.append((node.start, node.end, stead_name(stead)))
    for start, end, words in sorted(cuts, reverse=True):
        text = text[:start] + words + text[end:]
    return text


def _is_choice(condition: Expression | None) -> bool:
    return condition is not None and isinstance(condition.tree, Or)


def _prefix(via: tuple[str, ...]) -> str:
    return "".join(f"{step}." for step in via)
