"""The filter builder of a list and its chips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.metamodel.model import FieldModel, ListModel
from engine.ui.desk import Desk
from engine.ui.screens.addresses import ListAddress
from engine.ui.screens.filters import OPERATORS, PERIOD, PERIODS, WITHOUT_VALUE, Rule
from engine.ui.widgets.base import Option
from engine.ui.widgets.choices import options_of

_FIGURES = frozenset({"integer", "decimal", "money", "percent", "rating"})
_DAYS = frozenset({"date", "datetime"})
_RECORDS = frozenset({"reference", "department", "user"})


@dataclass(frozen=True, slots=True)
class Chip:
    """An active condition; ``remove`` is the address without it."""

    field: str
    operator: str
    value: str
    remove: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A row of the filter builder. ``kind`` says which value inputs it has: none, text, number, day, days,
    options, record. ``standing``: for a condition of a definition, in which no named period has a place."""

    key: str
    first: bool
    fields: tuple[Option, ...]
    operators: tuple[Option, ...]
    kind: str
    values: tuple[str, ...]
    options: tuple[Option, ...] = ()
    lookup: str = ""
    two: bool = False
    standing: bool = False


@dataclass(frozen=True, slots=True)
class FilterPanel:
    """Chips and builder."""

    chips: tuple[Chip, ...]
    rows: tuple[RuleRow, ...]
    together: bool
    feel: str
    clear: str


def build_filter_panel(desk: Desk, model: ListModel, address: ListAddress) -> FilterPanel:
    """Return chips and builder for the rules in an address."""
    fields = dict(filterable(desk, model))
    first = _first_rule(fields)
    rules = [rule for rule in address.rules if rule.path in fields] or ([first] if first is not None else [])
    rows = tuple(build_rule_row(desk, model, rule, str(index)) for index, rule in enumerate(rules))
    return FilterPanel(
        tuple(_chips(desk, fields, address)),
        rows,
        address.together,
        address.feel,
        replace(address, rules=(), feel="", quick="", trail=()).url(),
    )


def build_rule_row(desk: Desk, model: ListModel, rule: Rule, key: str, *, standing: bool = False) -> RuleRow:
    """Return one row of the builder; an operator that does not fit the field is replaced by its first.

    A condition that stands in a definition has no named periods: it would keep the days on which it was written.
    """
    fields = dict(filterable(desk, model))
    field = fields.get(rule.path) or next(iter(fields.values()))
    path = rule.path if rule.path in fields else next(iter(fields))
    known = tuple(name for name in OPERATORS[field.type] if not (standing and name == PERIOD))
    operator = rule.operator if rule.operator in known else known[0]
    kind = _value_kind(field, operator)
    return RuleRow(
        key,
        key == "0",
        tuple(Option(name, desk.title(found.title), name == path) for name, found in fields.items()),
        tuple(Option(name, operator_text(desk, field, name), name == operator) for name in known),
        kind,
        rule.values if rule.operator == operator else (),
        _options(desk, model.object, field, operator, rule) if kind in ("options", "period", "record") else (),
        f"/o/{model.object}/lookup/{path}" if kind == "record" else "",
        operator == "between",
        standing,
    )


def filterable(desk: Desk, model: ListModel) -> Iterable[tuple[str, FieldModel]]:
    """Return the fields of an object that can be filtered by, those that the list offers first."""
    usable = desk.policy.usable(model.object)
    fields = desk.model.objects[model.object].fields
    offered = [one.path[0] for one in model.filters if len(one.path) == 1]
    for name in dict.fromkeys([*offered, *fields]):
        field = fields.get(name)
        if field is not None and name in usable and field.type in OPERATORS:
            yield name, field


def operator_text(desk: Desk, field: FieldModel, operator: str) -> str:
    """Return the word of an operator; days are "after", figures are "above"."""
    special = f"filter.{'day' if field.type in _DAYS else 'figure' if field.type in _FIGURES else 'text'}.{operator}"
    return desk.say(special if desk.words.has(special) else f"filter.{operator}")


def _first_rule(fields: dict[str, FieldModel]) -> Rule | None:
    name = next(iter(fields), None)
    return Rule(name, OPERATORS[fields[name].type][0]) if name is not None else None


def _value_kind(field: FieldModel, operator: str) -> str:
    if operator in WITHOUT_VALUE:
        return "none"
    if operator == "period":
        return "period"
    if field.type == "choice":
        return "options"
    if field.type in _RECORDS:
        return "record"
    return "day" if field.type in _DAYS else "number" if field.type in _FIGURES else "text"


def _options(desk: Desk, object: str, field: FieldModel, operator: str, rule: Rule) -> tuple[Option, ...]:
    chosen = rule.values
    if operator == "period":
        return tuple(Option(name, desk.say(f"period.{name}"), name in chosen) for name in PERIODS)
    if field.type == "choice":
        return tuple(replace(option, chosen=option.value in chosen) for option in options_of(field, desk.look(object)))
    return tuple(Option(value, title, True) for value, title in picked(rule.values))


def picked(values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return ids and titles of picked records; a value is ``id title``."""
    parts = [value.partition(" ") for value in values if value]
    return tuple((identity, title or identity) for identity, _, title in parts)


def _chips(desk: Desk, fields: dict[str, FieldModel], address: ListAddress) -> Iterable[Chip]:
    for index, rule in enumerate(address.rules):
        field = fields.get(rule.path)
        if field is None or not rule.complete:
            continue
        rest = address.rules[:index] + address.rules[index + 1 :]
        yield Chip(
            desk.title(field.title),
            operator_text(desk, field, rule.operator),
            _value_text(desk, address.object, field, rule),
            address.url(rules=rest),
        )
    if address.feel:
        title = desk.say("chart.from" if address.say else "filter.expression")
        yield Chip(title, "", address.say or address.feel, address.url(feel="", say=""))
    if address.quick:
        yield Chip(desk.say("list.find"), desk.say("filter.text.has"), address.quick, address.url(quick=""))


def _value_text(desk: Desk, object: str, field: FieldModel, rule: Rule) -> str:
    if rule.operator in WITHOUT_VALUE:
        return ""
    if rule.operator == "period":
        return desk.say(f"period.{rule.values[0]}")
    joint = "、" if desk.words.language == "zh" else ", "
    if rule.operator == "between":
        return " – ".join(rule.values[:2])
    if field.type == "choice":
        titles = {option.value: option.text for option in options_of(field, desk.look(object))}
        return joint.join(titles.get(value, value) for value in rule.values)
    if field.type in _RECORDS:
        return joint.join(title for _, title in picked(rule.values))
    return rule.values[0]
