"""Does every label speak every language that its pack declares?"""

from __future__ import annotations

from engine.kernel.diagnostics import Findings
from engine.metamodel.definitions import Node
from engine.metamodel.definitions.grammar import Schema, grammar_of, is_label, part
from engine.metamodel.layers import Merged
from engine.metamodel.model import TenantModel

# labels without which a page shows a bare name
_WANTED = ("title",)
_TITLED = ("fields",)


def check_labels(merged: Merged, model: TenantModel, findings: Findings) -> None:
    """Warn of labels that lack a language, and of fields without a label."""
    languages = {pack.name: pack.languages for pack in merged.packs}
    for found in merged.documents.values():
        wanted = languages.get(found.layer, model.languages)
        _walk(found.node, grammar_of(found.document.kind), wanted, findings)
        if found.document.kind == "object" and len(wanted) > 1:
            for name, field in found.node.get("fields").items():
                # a field that is named like an object has the object's title
                if not field.has("title") and name not in model.objects:
                    findings.warn("no_title", field.key_span, where=name)


def _walk(node: Node, schema: Schema, languages: tuple[str, ...], findings: Findings) -> None:
    if is_label(schema) or _is_short_item(node, schema):
        if isinstance(node.value, dict):
            for language in languages:
                if not node.value.get(language):
                    where = next((key for key in reversed(node.path) if isinstance(key, str)), "")
                    findings.warn("missing_text", node.span, where=where, language=language)
        return
    if isinstance(node.value, dict):
        for key, below in node.items():
            _walk(below, part(schema, key), languages, findings)
    elif isinstance(node.value, list):
        for index, below in enumerate(node.elements()):
            _walk(below, part(schema, index), languages, findings)


def _is_short_item(node: Node, schema: Schema) -> bool:
    # an item of a dictionary may be its label alone
    return "patternProperties" in schema and isinstance(node.value, dict) and not node.has("title")
