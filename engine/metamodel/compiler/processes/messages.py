"""Messages and connectors: what leaves the house, as declared."""

from __future__ import annotations

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.metamodel.compiler.bench import Bench
from engine.metamodel.compiler.expressions import Expressions
from engine.metamodel.compiler.processes.titles import title_of
from engine.metamodel.definitions import Node
from engine.metamodel.model import MessageModel
from engine.metamodel.model.message import ConnectorModel, MessageTemplate

_CHANNELS = ("inbox", "email", "sms", "webhook")
_TEMPLATES = ImmutableSandboxedEnvironment(autoescape=False)


def compile_messages(bench: Bench, expressions: Expressions) -> None:
    """Compile every message and connector."""
    for merged in bench.documents("message"):
        bench.messages[merged.document.id] = _message(merged.document.id, merged.node, merged.layer, bench)
    for merged in bench.documents("connector"):
        node, name = merged.node, merged.document.id
        title, method = node.label("title") or title_of(name), node.text("method", "POST")
        url, secret = node.text("url"), node.maybe("secret")
        bench.connectors[name] = ConnectorModel(name, title, url, method, secret, merged.layer)  # type: ignore[arg-type]


def _message(name: str, node: Node, layer: str, bench: Bench) -> MessageModel:
    if node.has("object"):
        bench.object(node.get("object"))
    channels = {channel: _template(node.get(channel), bench) for channel in _CHANNELS if node.has(channel)}
    return MessageModel(
        name=name,
        title=node.label("title") or title_of(name),
        channels=channels,  # type: ignore[arg-type] # the channels of the model
        object=node.maybe("object"),
        category=node.text("category", "general"),
        urgent=node.flag("urgent"),
        layer=layer,
    )


def _template(node: Node, bench: Bench) -> MessageTemplate:
    for key in ("subject", "text", "html"):
        part = node.get(key)
        for text in [part] if isinstance(part.value, str) else [one for _, one in part.items()]:
            try:
                _TEMPLATES.parse(text.value)
            except TemplateSyntaxError as error:
                bench.complain("bad_template", text.span.moved(max(error.lineno - 1, 0), 0), problem=error.message)
    return MessageTemplate(node.label("subject"), node.label("text"), node.label("html"))
