"""What stands around a closure: decimal arithmetic, slots, limits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import getcontext, setcontext
from typing import Any

from engine.rules.closures.site import Closure
from engine.rules.evaluation import LimitReached, Run
from engine.rules.numbers import CONTEXT
from engine.rules.source import Source

_BROKEN = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)


def guarded(closure: Closure, slot_count: int, source: Source) -> Closure:
    """Return the closure with everything it needs set up around it; nothing that bad data cause leaves it."""

    def run(names: Mapping[str, Any], run: Run) -> Any:
        outer, slots = getcontext(), run.slots
        setcontext(CONTEXT)
        run.slots = [None] * slot_count
        try:
            return closure(names, run)
        except LimitReached as limit:
            return run.warn(limit.code, source.span_at(0), **limit.params)
        except _BROKEN as error:
            return run.warn("FEEL299", source.span_at(0), error=type(error).__name__)
        finally:
            run.slots = slots
            setcontext(outer)

    return run
