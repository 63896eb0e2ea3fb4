"""``for``, ``some``, ``every`` and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.rules import nodes
from engine.rules.checking.bindings import Local
from engine.rules.closures.building import Building
from engine.rules.closures.site import Closure, Site
from engine.rules.crossing import from_python
from engine.rules.evaluation import LimitReached, Run
from engine.rules.feel_types import BOOLEAN, NUMBER, ContextType, ListType, RecordType
from engine.rules.functions import NoValue, is_whole
from engine.rules.numbers import from_int
from engine.rules.ranges import FeelRange
from engine.rules.temporal.dates import date_from_days, days_of
from engine.rules.values import DATE, kind_of
from engine.rules.values import NUMBER as NUMBER_KIND

Domain = Callable[[Mapping[str, Any], Run], Iterable[Any]]


def domain_of(builder: Building, iterator: nodes.Iterator) -> Domain:
    """Return what yields the values of one iterator; NoValue when there is nothing to go through."""
    first = builder.build(iterator.domain)
    if iterator.last is None and _holds_records(builder, iterator.domain):
        return lambda n, r: records_of(first(n, r), r)
    if iterator.last is not None:
        last = builder.build(iterator.last)
        return lambda n, r: counted(first(n, r), last(n, r), r)
    return lambda n, r: items_of(first(n, r), r)


def _holds_records(builder: Building, node: nodes.Node) -> bool:
    type_ = builder.type_of(node)
    return isinstance(type_, ListType) and isinstance(type_.element, RecordType | ContextType)


def records_of(value: Any, run: Run) -> Iterable[Any]:
    """Return the items of a list that holds nothing to convert."""
    if type(value) is list or type(value) is tuple:
        run.charge(len(value))
        return value
    return items_of(value, run)


def items_of(value: Any, run: Run) -> Iterable[Any]:
    """Return the items of a list, or the values of a range of whole numbers or dates."""
    if isinstance(value, FeelRange):
        return _ranged(value, run)
    if isinstance(value, list | tuple):
        run.charge(len(value))
        return [from_python(item) for item in value]
    if value is None:
        raise NoValue("FEEL209", kind=kind_of(value))
    return [value]


def _ranged(value: FeelRange, run: Run) -> Iterable[Any]:
    if value.low is None or value.high is None:
        raise NoValue("FEEL209", kind="range")
    low, high, make = _ends(value.low, value.high)
    if low > high:
        raise NoValue("FEEL231")
    low, high = low + (not value.low_closed), high - (not value.high_closed)
    return _stepping(low, high, 1, make, run)


def counted(first: Any, last: Any, run: Run) -> Iterable[Any]:
    """Return the values of ``first..last`` without brackets, which may also count down."""
    low, high, make = _ends(first, last)
    return _stepping(low, high, 1 if low <= high else -1, make, run)


def _ends(first: Any, last: Any) -> tuple[int, int, Callable[[int], Any]]:
    kind = kind_of(first)
    if kind == kind_of(last) == NUMBER_KIND and is_whole(first) and is_whole(last):
        return int(first), int(last), from_int
    if kind == kind_of(last) == DATE:
        return days_of(first), days_of(last), date_from_days
    raise NoValue("FEEL209", kind=kind)


def _stepping(low: int, high: int, step: int, make: Callable[[int], Any], run: Run) -> Iterator[Any]:
    count = abs(high - low) + 1
    if count > run.limits.list_items:
        raise LimitReached("FEEL243", max=run.limits.list_items)
    run.charge(count)
    return map(make, range(low, high + step, step))


def for_(builder: Building, node: nodes.For) -> Closure:
    """Build ``for``."""
    domains = [(domain_of(builder, it), builder.checked.slots[it]) for it in node.iterators]
    body, site = builder.build(node.body), builder.site(node)
    partial = _partial_slot(builder, node)
    if len(domains) == 1 and partial is None:
        return _single_for(domains[0], body, site)

    def run(n: Mapping[str, Any], r: Run) -> Any:
        results: list[Any] = []
        if partial is not None:
            r.slots[partial] = results
        try:
            for _ in _product(domains, 0, n, r):
                if partial is not None:
                    r.slots[partial] = list(results)
                    r.charge(len(results) >> 4)
                results.append(body(n, r))
                if len(results) > r.limits.list_items:
                    raise LimitReached("FEEL243", max=r.limits.list_items)
        except NoValue as reason:
            return site.explain(r, reason)
        return results

    return run


def _single_for(domain: tuple[Domain, int], body: Closure, site: Site) -> Closure:
    items, slot = domain

    def run(n: Mapping[str, Any], r: Run) -> Any:
        try:
            values = items(n, r)
        except NoValue as reason:
            return site.explain(r, reason)
        slots = r.slots
        results = []
        for slots[slot] in values:
            results.append(body(n, r))
        return results

    return run


def _partial_slot(builder: Building, node: nodes.For) -> int | None:
    slot = builder.checked.slots.get(node)
    for one in nodes.walk(node.body):
        binding = builder.checked.bindings.get(one)
        while binding is not None:
            if isinstance(binding, Local) and binding.slot == slot:
                return slot
            binding = getattr(binding, "otherwise", None)
    return None


def _product(domains: list[tuple[Domain, int]], at: int, n: Mapping[str, Any], r: Run) -> Iterator[None]:
    domain, slot = domains[at]
    for value in domain(n, r):
        r.slots[slot] = value
        if at + 1 == len(domains):
            yield
        else:
            yield from _product(domains, at + 1, n, r)


def quantified(builder: Building, node: nodes.Quantified) -> Closure:
    """Build ``some`` and ``every``."""
    domains = [(domain_of(builder, it), builder.checked.slots[it]) for it in node.iterators]
    condition, site = builder.build(node.condition), builder.site(node)
    decisive = node.kind == "some"

    def run(n: Mapping[str, Any], r: Run) -> Any:
        answer: bool | None = not decisive
        try:
            for _ in _product(domains, 0, n, r):
                found = condition(n, r)
                if found is decisive:
                    return decisive
                if type(found) is not bool:
                    if found is not None:
                        return site.warn(r, "FEEL232", kind=kind_of(found))
                    answer = None
        except NoValue as reason:
            return site.explain(r, reason)
        return answer

    return run


def filter_(builder: Building, node: nodes.Filter) -> Closure:
    """Build a filter: by condition, or by position."""
    source, condition, site = builder.build(node.source), builder.build(node.condition), builder.site(node)
    slot = builder.checked.slots[node]
    type_ = builder.type_of(node.condition).base()
    if type_ == NUMBER:
        return lambda n, r: at_index(_as_list(source(n, r)), condition(n, r), r, site)
    known = type_ == BOOLEAN
    if known and _holds_records(builder, node.source):
        return _filtered_records(source, condition, slot)

    def run(n: Mapping[str, Any], r: Run) -> Any:
        items = _as_list(source(n, r))
        if items is None:
            return None
        r.charge(len(items))
        kept = []
        for item in items:
            r.slots[slot] = value = from_python(item)
            found = condition(n, r)
            if found is True:
                kept.append(value)
            elif found is not False and found is not None:
                if not known and type(found) is Decimal:
                    return at_index(items, found, r, site)
                return site.warn(r, "FEEL232", kind=kind_of(found))
        return kept

    return run


def _filtered_records(source: Closure, condition: Closure, slot: int) -> Closure:
    def run(n: Mapping[str, Any], r: Run) -> Any:
        items = _as_list(source(n, r))
        if items is None:
            return None
        r.charge(len(items))
        slots, kept = r.slots, []
        for item in items:
            slots[slot] = item
            if condition(n, r) is True:
                kept.append(item)
        return kept

    return run


def _as_list(value: Any) -> Any:
    if value is None or isinstance(value, list | tuple):
        return value
    return [value]


def at_index(items: Any, position: Any, run: Run, site: Site) -> Any:
    """Return the item at a position from 1, or from the end when negative; null outside."""
    if items is None or position is None:
        return None
    if not is_whole(position) or not position or abs(position) > len(items):
        return site.warn(run, "FEEL233", position=position, count=len(items))
    return from_python(items[int(position) - 1 if position > 0 else int(position)])
