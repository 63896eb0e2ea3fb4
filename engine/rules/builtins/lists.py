"""List functions and aggregates."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from engine.rules.builtins.declare import builtin
from engine.rules.evaluation import Run
from engine.rules.feel_types import ANY, BOOLEAN, NUMBER, FeelType, ListType, join, list_of
from engine.rules.functions import NoValue, is_whole
from engine.rules.numbers import CONTEXT, from_int
from engine.rules.temporal.durations import MonthsDuration, TimeDuration
from engine.rules.values import NUMBER as NUMBER_KIND
from engine.rules.values import compare, equal, from_python, kind_of, order_key


def _element(argument: FeelType, *rest: FeelType) -> FeelType:
    found = argument.element if isinstance(argument, ListType) else argument
    for other in rest:
        found = join(found, other)
    return found


def _same_list(argument: FeelType, *_: FeelType) -> FeelType:
    return argument if isinstance(argument, ListType) else list_of(argument)


def _longer_list(argument: FeelType, *others: FeelType) -> FeelType:
    return list_of(_element(argument, *others))


def _joined_lists(*arguments: FeelType) -> FeelType:
    return list_of(_element(arguments[0], *(_element(other) for other in arguments[1:]))) if arguments else list_of(ANY)


def _inserted(argument: FeelType, _position: FeelType = ANY, item: FeelType = ANY) -> FeelType:
    return list_of(_element(argument, item))


@builtin("list contains", "list: list, element: any", BOOLEAN, with_run=True)
def list_contains(run: Run, items: list[Any], element: Any) -> bool:
    """Tell whether an item of the list equals the element; null counts as a value."""
    run.charge(len(items))
    return any(equal(item, element) for item in items)


@builtin("count", "list: list", NUMBER)
def count(items: list[Any]) -> Decimal:
    """Return how many items the list has."""
    return from_int(len(items))


def _extreme(name: str, operator: str, says: str) -> None:
    def body(run: Run, items: list[Any]) -> Any:
        run.charge(len(items))
        if not items:
            return None
        best = items[0]
        if compare(operator, best, best) is None and compare("<=", best, best) is None:
            raise NoValue("FEEL225", function=name, kind="comparable")
        for item in items[1:]:
            better = compare(operator, item, best)
            if better is None:
                raise NoValue("FEEL225", function=name, kind=kind_of(best))
            if better:
                best = item
        return best

    def body_of_many(run: Run, *items: Any) -> Any:
        return body(run, list(items))

    builtin(name, "list: list", _element, with_run=True, says=says)(body)
    builtin(name, "c: any, others*: any", _element, with_run=True)(body_of_many)


_extreme("min", "<", "Return the smallest item; null when there is none, or one is null.")
_extreme("max", ">", "Return the largest item; null when there is none, or one is null.")


def _numbers(name: str, items: list[Any], run: Run) -> list[Decimal]:
    run.charge(len(items))
    if any(type(item) is not Decimal for item in items):
        raise NoValue("FEEL225", function=name, kind=NUMBER_KIND)
    return items


def _aggregate(name: str, fold: Callable[[list[Any]], Any], says: str) -> None:
    def body(run: Run, items: list[Any]) -> Any:
        return fold(_numbers(name, items, run)) if items else None

    def body_of_many(run: Run, *items: Any) -> Any:
        return body(run, list(items))

    builtin(name, "list: list", NUMBER, with_run=True, says=says)(body)
    builtin(name, "n: number, others*: number", NUMBER, with_run=True)(body_of_many)


def _sum_type(argument: FeelType, *_: FeelType) -> FeelType:
    found = _element(argument)
    return found if found.name.endswith("duration") else NUMBER


def _sum(run: Run, items: list[Any]) -> Any:
    if not items:
        return None
    first = type(items[0])
    if first in (MonthsDuration, TimeDuration) and all(type(item) is first for item in items):
        run.charge(len(items))
        if first is MonthsDuration:
            return MonthsDuration(sum(item.months for item in items))
        return TimeDuration(sum(item.nanos for item in items))
    return sum(_numbers("sum", items, run))


builtin("sum", "list: list", _sum_type, with_run=True, says="Add all items up; null of an empty list.")(_sum)
builtin("sum", "n: magnitude, others*: magnitude", _sum_type, with_run=True)(lambda run, *items: _sum(run, list(items)))


def _mean(items: list[Decimal]) -> Decimal:
    return sum(items, Decimal(0)) / len(items)


def _product(items: list[Decimal]) -> Decimal:
    product = Decimal(1)
    for item in items:
        product *= item
    return product


def _median(items: list[Decimal]) -> Decimal:
    ordered, half = sorted(items), len(items) // 2
    return ordered[half] if len(items) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _stddev(items: list[Decimal]) -> Decimal | None:
    if len(items) < 2:
        raise NoValue("FEEL227", function="stddev", least=2)
    mean = _mean(items)
    return CONTEXT.sqrt(sum(((item - mean) ** 2 for item in items), Decimal(0)) / (len(items) - 1))


_aggregate("mean", _mean, "Return the average; null of an empty list.")
_aggregate("product", _product, "Multiply all items.")
_aggregate("median", _median, "Return the middle item in order of size, or the mean of the two in the middle.")
_aggregate("stddev", _stddev, "Return the standard deviation of a sample; it needs two items.")


def _mode(run: Run, items: list[Any]) -> list[Decimal]:
    counts: dict[Decimal, int] = {}
    for item in _numbers("mode", items, run):
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(item for item, times in counts.items() if times == most)


builtin("mode", "list: list", list_of(NUMBER), with_run=True, says="Return the most frequent items, smallest first.")(
    _mode
)
builtin("mode", "n: number, others*: number", list_of(NUMBER), with_run=True)(
    lambda run, *items: _mode(run, list(items))
)


def _quantifier(name: str, decisive: bool, says: str) -> None:
    def body(run: Run, items: list[Any]) -> bool | None:
        run.charge(len(items))
        if any(item is not None and type(item) is not bool for item in items):
            raise NoValue("FEEL225", function=name, kind="boolean")
        if decisive in items:
            return decisive
        return None if None in items else not decisive

    builtin(name, "list: list", BOOLEAN, with_run=True, says=says)(body)
    builtin(name, "b: any, others*: any", BOOLEAN, with_run=True)(lambda run, *items: body(run, list(items)))


_quantifier("all", False, "Tell whether every item is true; true of an empty list.")
_quantifier("any", True, "Tell whether an item is true; false of an empty list.")


def _position(name: str, items: list[Any], position: Decimal, last: int) -> int:
    """Return the index of a position counted from 1, or from the end when negative."""
    if is_whole(position) and position and abs(position) <= last:
        return int(position) - 1 if position > 0 else len(items) + int(position)
    raise NoValue("FEEL224", function=name, name="position", value=position)


@builtin("sublist", "list: list, start position: number, length?: number", _same_list)
def sublist(items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any]:
    """Return part of a list. Counted from 1; a negative start counts from the end."""
    first = _position("sublist", items, start, len(items))
    if length is None:
        return items[first:]
    if not is_whole(length) or length < 0 or first + int(length) > len(items):
        raise NoValue("FEEL224", function="sublist", name="length", value=length)
    return items[first : first + int(length)]


def _grown(run: Run, items: list[Any]) -> list[Any]:
    run.charge(len(items))
    if len(items) > run.limits.list_items:
        raise NoValue("FEEL243", max=run.limits.list_items)
    return items


@builtin("append", "list: list, item*: any", _longer_list, with_run=True)
def append(run: Run, items: list[Any], *more: Any) -> list[Any]:
    """Return the list with more items at its end."""
    return _grown(run, [*items, *more])


@builtin("concatenate", "list*: list", _joined_lists, with_run=True)
def concatenate(run: Run, *lists: list[Any]) -> list[Any]:
    """Join lists one after another."""
    return _grown(run, [item for items in lists for item in items])


@builtin("insert before", "list: list, position: number, newItem: any", _inserted, with_run=True)
def insert_before(run: Run, items: list[Any], position: Decimal, item: Any) -> list[Any]:
    """Return the list with an item put in before a position."""
    index = _position("insert before", items, position, len(items))
    return _grown(run, [*items[:index], item, *items[index:]])


@builtin("remove", "list: list, position: number", _same_list)
def remove(items: list[Any], position: Decimal) -> list[Any]:
    """Return the list without the item at a position."""
    index = _position("remove", items, position, len(items))
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any", _inserted, with_run=True)
def list_replace(run: Run, items: list[Any], position: Decimal, item: Any) -> list[Any]:
    """Return the list with another item at a position."""
    index = _position("list replace", items, position, len(items))
    return _grown(run, [*items[:index], item, *items[index + 1 :]])


@builtin("list replace", "list: list, match: function, newItem: any", _inserted, with_run=True)
def list_replace_matching(run: Run, items: list[Any], match: Any, item: Any) -> list[Any]:
    """Return the list with another item wherever the function says true."""
    replaced = []
    for old in items:
        matched = match.call(run, [old, item])
        if type(matched) is not bool:
            raise NoValue("FEEL225", function="list replace", kind="boolean")
        replaced.append(item if matched else old)
    return replaced


@builtin("reverse", "list: list", _same_list)
def reverse(items: list[Any]) -> list[Any]:
    """Return the list backwards."""
    return list(reversed(items))


@builtin("index of", "list: list, match: any", list_of(NUMBER), with_run=True)
def index_of(run: Run, items: list[Any], match: Any) -> list[Decimal]:
    """Return the positions of all items that equal the element."""
    run.charge(len(items))
    return [from_int(at) for at, item in enumerate(items, 1) if equal(item, match)]


@builtin("union", "list*: list", _joined_lists, with_run=True)
def union(run: Run, *lists: list[Any]) -> list[Any]:
    """Join lists and drop repeated items."""
    return _distinct(run, concatenate(run, *lists))


@builtin("distinct values", "list: list", _same_list, with_run=True)
def distinct_values(run: Run, items: list[Any]) -> list[Any]:
    """Drop repeated items; the first of each stays."""
    return _distinct(run, items)


_HASHED = frozenset((Decimal, str, type(None)))


def _distinct(run: Run, items: list[Any]) -> list[Any]:
    run.charge(len(items))
    if all(type(item) in _HASHED for item in items):
        return list(dict.fromkeys(items))
    kept: list[Any] = []
    for item in items:
        run.charge(len(kept))
        if not any(equal(item, other) for other in kept):
            kept.append(item)
    return kept


@builtin("flatten", "list: list", list_of(ANY), with_run=True)
def flatten(run: Run, items: list[Any]) -> list[Any]:
    """Return the items of all lists within lists."""
    flat: list[Any] = []
    waiting = list(reversed(items))
    while waiting:
        run.charge(1)
        item = waiting.pop()
        if isinstance(item, list | tuple):
            waiting.extend(reversed(from_python(item)))
        else:
            flat.append(item)
    return _grown(run, flat)


@builtin("sort", "list: list, precedes?: function", _same_list, with_run=True)
def sort(run: Run, items: list[Any], precedes: Any = None) -> list[Any]:
    """Sort by a function that tells whether one item comes before another; by value without one."""
    if precedes is None:
        if any(compare("<=", items[0], item) is None for item in items):
            raise NoValue("FEEL225", function="sort", kind="comparable")
        run.charge(len(items))
        return sorted(items, key=order_key)

    def order(left: Any, right: Any) -> int:
        run.charge(1)
        if precedes.call(run, [left, right]) is True:
            return -1
        return 1 if precedes.call(run, [right, left]) is True else 0

    return sorted(items, key=cmp_to_key(order))
