"""What cannot be said in SQL: raised where it is found, told with its place."""

from __future__ import annotations

from engine.kernel.diagnostics import Diagnostic
from engine.rules.checking.complaints import diagnostic
from engine.rules.nodes import Node
from engine.rules.source import Source
from engine.rules.sql.reasons import reason_text

_SHOWN = 60


class Unsayable(Exception):
    """A node that has no meaning in SQL, and why."""

    def __init__(self, node: Node, why: str) -> None:
        super().__init__(why)
        self.node, self.why = node, why


def told(unsayable: Unsayable, source: Source) -> Diagnostic:
    """Return the diagnostic with the words that are meant."""
    node = unsayable.node
    words = " ".join(source.text[node.start : node.end].split())
    what = f"'{words if len(words) <= _SHOWN else words[: _SHOWN - 3] + '...'}'"
    return diagnostic("FEEL040", source, node.start, node.end, what=what, why=reason_text(unsayable.why))
