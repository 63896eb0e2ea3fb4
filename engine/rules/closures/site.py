"""The place in a text that a closure stands for; asked only when there is something to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.kernel.source import Span
from engine.rules.evaluation import Run
from engine.rules.functions import NoValue
from engine.rules.nodes import Node
from engine.rules.source import Source

Closure = Callable[[Mapping[str, Any], Run], Any]


class Site:
    """Makes warnings with a place."""

    __slots__ = ("_offset", "_source", "_span")

    def __init__(self, source: Source, node: Node) -> None:
        self._source = source
        self._offset = node.start
        self._span: Span | None = None

    def span(self) -> Span:
        """Return the place, which is looked for once."""
        if self._span is None:
            self._span = self._source.span_at(self._offset)
        return self._span

    def warn(self, run: Run, code: str, /, **params: Any) -> Any:
        """Keep a reason; returns None, the value that has the reason."""
        return run.warn(code, self.span(), **params)

    def explain(self, run: Run, reason: NoValue) -> Any:
        """Keep the reason that an operation gave."""
        return run.warn(reason.code, self.span(), **reason.params)
