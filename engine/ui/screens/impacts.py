"""What drafted definitions would change for people, before they are applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.access.duties import Breach
from engine.access.impact import RightChange, RowChange
from engine.metamodel.layers.wishes import Wish
from engine.tenancy.drafts import DraftPlan, Workbench
from engine.ui.desk import Desk
from engine.ui.screens.granting import action_title, field_title, object_title, role_title

_MOST = 200
# definitions that say who may do what; of their change the whole page tells
_RIGHTS = frozenset({"role", "restrict", "sharing", "never", "privilege"})


@dataclass(frozen=True, slots=True)
class Told:
    """One drafted change, in words."""

    text: str
    verb: str


@dataclass(frozen=True, slots=True)
class RowsLine:
    """How many records of an object a user gains and loses for an action; ``who`` are several whom it is the same."""

    who: str
    object: str
    action: str
    gained: str
    lost: str


@dataclass(frozen=True, slots=True)
class RightsLine:
    """Actions and fields of an object that holders of roles gain and lose."""

    roles: str
    users: str
    object: str
    gained: str
    lost: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ImpactScreen:
    """The draft, who notices what, and whether it can be applied."""

    changes: tuple[Told, ...]
    rows: tuple[RowsLine, ...]
    rights: tuple[RightsLine, ...]
    duties: tuple[str, ...]
    left_off: int
    others: int
    token: str
    fits: bool
    errors: tuple[str, ...]


def build_impact(desk: Desk, found: DraftPlan, names: Mapping[str, str], errors: Sequence[str] = ()) -> ImpactScreen:
    """Return the page of a plan; ``names`` are those of users by their log-ins."""
    bench, plan, language = found.bench, found.plan, desk.words.language
    faults = [" ".join(filter(None, (one.message(language), one.hint(language)))) for one in found.faults]
    faults += [one.message(language) for one in bench.unfit]
    wishes = bench.wishes
    return ImpactScreen(
        tuple(dict.fromkeys(_told(desk, bench, one) for one in wishes[:_MOST])),
        tuple(_rows(desk, plan.impact.rows, names)) if plan is not None else (),
        tuple(_rights(desk, plan.impact.rights, names)) if plan is not None else (),
        tuple(_duty(desk, one, names) for one in plan.breaches) if plan is not None else (),
        plan.impact.left_off if plan is not None else 0,
        len({(one.kind, one.id) for one in wishes if one.kind not in _RIGHTS}),
        found.token if plan is not None else "",
        found.fits,
        (*errors, *faults),
    )


def _told(desk: Desk, bench: Workbench, wish: Wish) -> Told:
    """Return a change in words; what is said of a role's grant is told as one change of an action or a field."""
    if wish.kind != "role" or not wish.path:
        return Told(bench.words(wish.kind, wish.id, wish.path, desk.words.language), wish.verb)
    path = [str(key) for key in wish.path]
    words = [bench.words(wish.kind, wish.id, (), desk.words.language)]
    if path[0] != "grants":
        words.append(desk.say(f"roles.part_{path[0]}") if desk.words.has(f"roles.part_{path[0]}") else path[0])
        return Told(" › ".join(words), "set")
    object = path[1] if len(path) > 1 else ""
    words.append(object_title(desk, object))
    if len(path) < 3:
        return Told(" › ".join(words), wish.verb)
    if path[2] == "fields" and len(path) > 3 and object in desk.model.objects:
        words.append(field_title(desk, object, path[3]))
    elif path[2] == "actions":
        words.append(action_title(desk, object, path[3]) if len(path) > 3 else desk.say("rights.moves"))
    else:
        words.append(action_title(desk, object, path[2]))
    return Told(" › ".join(words), "set")


def _rows(desk: Desk, rows: Iterable[RowChange], names: Mapping[str, str]) -> Iterator[RowsLine]:
    """Yield what changes, those with the same change together."""
    same: dict[tuple[str, str, int | None, int | None], list[str]] = {}
    for one in rows:
        same.setdefault((one.object, one.action, one.gained, one.lost), []).append(names.get(one.login, one.login))
    for (object, action, gained, lost), who in list(same.items())[:_MOST]:
        title = action_title(desk, object, action)
        yield RowsLine(_people(desk, who), object_title(desk, object), title, _count(gained), _count(lost))


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}" if number else ""


def _people(desk: Desk, who: Sequence[str]) -> str:
    shown = desk.say("value.joint").join(who[:5])
    return shown if len(who) <= 5 else desk.say("impact.and_others", names=shown, n=len(who) - 5)


def _rights(desk: Desk, rights: Iterable[RightChange], names: Mapping[str, str]) -> Iterator[RightsLine]:
    joint = desk.say("value.joint")
    for one in list(rights)[:_MOST]:

        def deeds(actions: Sequence[str], object: str = one.object) -> str:
            return joint.join(action_title(desk, object, action) for action in actions)

        fields = tuple(
            (field_title(desk, one.object, name), _sight(desk, before), _sight(desk, after))
            for name, (before, after) in one.fields.items()
        )
        yield RightsLine(
            joint.join(role_title(desk, role) for role in one.roles) or desk.say("impact.no_role"),
            _people(desk, [names.get(login, login) for login in one.users]),
            object_title(desk, one.object),
            deeds(one.gained),
            deeds(one.lost),
            fields,
        )


def _sight(desk: Desk, word: str) -> str:
    return desk.say(f"impact.sight_{word.replace(' ', '_')}")


def _duty(desk: Desk, one: Breach, names: Mapping[str, str]) -> str:
    rule = desk.model.nevers.get(one.rule)
    title = desk.title(rule.title) if rule is not None else ""
    what = desk.say("value.joint").join(one.what)
    return desk.say("impact.duty", name=names.get(one.login, one.login), rule=title or one.rule, what=what)
