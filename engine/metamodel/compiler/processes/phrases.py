"""Texts with places: cut at ``{path}``, each place compiled as an expression."""

from __future__ import annotations

import re

from engine.kernel.diagnostics import Findings
from engine.kernel.errors import BadDefinition
from engine.metamodel.compiler.expressions import source_of_node
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.layer import text_of
from engine.metamodel.model import Phrase
from engine.metamodel.model.phrase import PhrasePart
from engine.rules import NameScope, Source, compile_expression

_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def compile_phrase(node: Node, scope: NameScope, findings: Findings) -> Phrase:
    """Compile a text, or one per language; empty when there is none. ``{{`` and ``}}`` stand for braces."""
    if node.value is None:
        return Phrase()
    if isinstance(node.value, str):
        parts = _parts(node, scope, findings)
        return Phrase({"en": parts, "zh": parts}, text_of(node.value))
    return Phrase({language: _parts(text, scope, findings) for language, text in node.items()}, text_of(node.value))


def _parts(node: Node, scope: NameScope, findings: Findings) -> tuple[PhrasePart, ...]:
    source = source_of_node(node)
    found: list[PhrasePart] = []
    plain, end = "", 0
    for match in _PLACE.finditer(source.text):
        plain += source.text[end : match.start()]
        end = match.end()
        if match.group(1) is None:
            plain += match.group()[0]
            continue
        place = _place(match, source, scope, findings)
        found += [plain, place] if plain and place else [place] if place else []
        plain = "" if place else plain
    plain += source.text[end:]
    return (*found, plain) if plain else tuple(found)


def _place(match: re.Match[str], source: Source, scope: NameScope, findings: Findings) -> PhrasePart | None:
    try:
        return compile_expression(Source(match.group(1), source.span_at(match.start(1))), scope)
    except BadDefinition as error:
        findings.extend(error.diagnostics)
        return None
