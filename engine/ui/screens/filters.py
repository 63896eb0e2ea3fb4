"""Filter rules of a list: how they stand in the address, in words on a chip, and as FEEL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote, unquote

from werkzeug.datastructures import MultiDict

from engine.metamodel.model import FieldModel, FieldType
from engine.ui.formatting import as_decimal

_MOST_VALUES = 50
_TEXTS = ("has", "is", "starts", "empty", "filled")
_FIGURES = ("is", "above", "from", "below", "to", "between", "empty", "filled")
_DAYS = ("period", "is", "from", "to", "between", "empty", "filled")
_CHOICES = ("in", "out", "empty", "filled")
_RECORDS = ("in", "empty", "filled")
_PEOPLE = ("me", "in", "empty", "filled")

OPERATORS: Mapping[FieldType, tuple[str, ...]] = {
    "text": _TEXTS,
    "multiline": _TEXTS,
    "phone": _TEXTS,
    "email": _TEXTS,
    "url": _TEXTS,
    "region": _TEXTS,
    "integer": _FIGURES,
    "decimal": _FIGURES,
    "money": _FIGURES,
    "percent": _FIGURES,
    "rating": _FIGURES,
    "boolean": ("yes", "no", "empty"),
    "date": _DAYS,
    "datetime": _DAYS,
    "choice": _CHOICES,
    "reference": _RECORDS,
    "department": ("my_unit", "in", "empty", "filled"),
    "user": _PEOPLE,
}
PERIOD = "period"
PERIODS = (
    "today",
    "yesterday",
    "this_week",
    "this_month",
    "last_month",
    "this_quarter",
    "this_year",
    "last_7",
    "last_30",
)
WITHOUT_VALUE = frozenset({"empty", "filled", "yes", "no", "me", "my_unit"})
_SIGNS: Mapping[str, str] = {"is": "=", "above": ">", "from": ">=", "below": "<", "to": "<="}


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of the filter builder: a path, an operator and its values."""

    path: str
    operator: str
    values: tuple[str, ...] = ()

    def in_address(self) -> str:
        """Return the rule as one parameter of the list's address."""
        values = ",".join(quote(value, safe=" :+") for value in self.values)
        return f"{self.path}:{self.operator}:{values}"

    @property
    def complete(self) -> bool:
        """Tell whether the rule says enough to filter by."""
        needed = 0 if self.operator in WITHOUT_VALUE else 2 if self.operator == "between" else 1
        return bool(self.operator) and len([value for value in self.values if value]) >= needed


def parse_rule(text: str) -> Rule | None:
    """Return the rule that stands in an address; None when it is none."""
    path, _, rest = text.partition(":")
    operator, _, values = rest.partition(":")
    if not path or not operator:
        return None
    return Rule(path, operator, tuple(unquote(value) for value in values.split(",")) if values else ())


def built_rules(sent: MultiDict[str, str]) -> Iterator[Rule]:
    """Yield the rows of the filter builder that were sent, as far as each names a field."""
    keys = sent.getlist("r") or sorted(name.removeprefix("field.") for name in sent if name.startswith("field."))
    for key in dict.fromkeys(keys):
        path = sent.get(f"field.{key}", "")
        values = tuple(value.strip() for value in sent.getlist(f"value.{key}") if value.strip())
        if path:
            yield Rule(path, sent.get(f"op.{key}", ""), values[:_MOST_VALUES])


def feel_of(rules: Iterable[tuple[Rule, FieldModel]], together: bool, today: date) -> str:
    """Return one FEEL condition for all rules: all of them true, or any of them."""
    terms = [f"({term})" for rule, field in rules if (term := term_of(rule, field, today))]
    return (" and " if together else " or ").join(terms)


def term_of(rule: Rule, field: FieldModel, today: date) -> str:
    """Return the FEEL of one rule; an empty text when the rule does not fit the field or lacks its value."""
    if rule.operator not in OPERATORS.get(field.type, ()) or not rule.complete:
        return ""
    path = rule.path
    match rule.operator:
        case "empty":
            return f"{path} = null"
        case "filled":
            return f"{path} != null"
        case "yes" | "no":
            return f"{path} = {'true' if rule.operator == 'yes' else 'false'}"
        case "me":
            return f"{path} = actor"
        case "my_unit":
            return f"{path} = actor.department"
        case "has" | "starts":
            return _spelled(rule)
        case "in" | "out":
            return _one_of(rule, field)
        case _:
            return _compared(rule, field, today)


def period_of(name: str, today: date) -> tuple[date, date]:
    """Return the first and last day of a named period."""
    month = today.replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    spans = {
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "this_week": (today - timedelta(days=today.weekday()), today + timedelta(days=6 - today.weekday())),
        "this_month": (month, _month_end(month, 1)),
        "last_month": (last_month, month - timedelta(days=1)),
        "this_quarter": (quarter, _month_end(quarter, 3)),
        "this_year": (today.replace(month=1, day=1), today.replace(month=12, day=31)),
        "last_7": (today - timedelta(days=6), today),
        "last_30": (today - timedelta(days=29), today),
    }
    return spans.get(name, (today, today))


def _spelled(rule: Rule) -> str:
    # databases do not agree on lower case beyond ASCII, so the usual spellings are all asked for
    text = rule.values[0]
    function = "contains" if rule.operator == "has" else "starts with"
    spellings = dict.fromkeys((text, text.lower(), text.upper(), text.capitalize(), text.title()))
    return " or ".join(f"{function}({rule.path}, {_text(spelling)})" for spelling in spellings)


def _compared(rule: Rule, field: FieldModel, today: date) -> str:
    path = rule.path
    if rule.operator == "period":
        first, last = period_of(rule.values[0], today)
        return _within(path, field, first.isoformat(), last.isoformat())
    literals = [_literal(value, field) for value in rule.values if value]
    if not all(literals):
        return ""
    if rule.operator == "between":
        if field.type == "datetime":
            return _within(path, field, rule.values[0], rule.values[1])
        return f"{path} >= {literals[0]} and {path} <= {literals[1]}"
    if field.type == "datetime":
        low = rule.values[0] if rule.operator in ("is", "from") else ""
        high = rule.values[0] if rule.operator in ("is", "to") else ""
        return _within(path, field, low, high)
    return f"{path} {_SIGNS[rule.operator]} {literals[0]}"


def _within(path: str, field: FieldModel, first: str, last: str) -> str:
    terms = []
    if first:
        terms.append(f"{path} >= {_day(first, field, 'T00:00:00')}")
    if last:
        terms.append(f"{path} <= {_day(last, field, 'T23:59:59')}")
    return " and ".join(terms)


def _day(day: str, field: FieldModel, clock: str) -> str:
    if field.type == "datetime":
        return f'date and time("{day}{clock}@Asia/Shanghai")'
    return f'date("{day}")'


def _one_of(rule: Rule, field: FieldModel) -> str:
    # a picked record stands in the address as "id title"
    records = field.type in ("reference", "department", "user")
    values = [value.split(" ")[0] if records else value for value in rule.values if value]
    if len(values) == 1:
        return f"{rule.path} {'=' if rule.operator == 'in' else '!='} {_text(values[0])}"
    listed = f"{rule.path} in ({', '.join(_text(value) for value in values)})"
    return listed if rule.operator == "in" else f"not({listed})"


def _literal(value: str, field: FieldModel) -> str:
    if field.type in ("date", "datetime"):
        return _day(value, field, "T00:00:00") if _is_day(value) else ""
    if field.type in ("integer", "decimal", "money", "percent", "rating"):
        number = as_decimal(value)
        return "" if number is None else f"{number:f}"
    return _text(value)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _month_end(first: date, months: int) -> date:
    month = first.month + months
    following = first.replace(year=first.year + (month - 1) // 12, month=(month - 1) % 12 + 1)
    return following - timedelta(days=1)
