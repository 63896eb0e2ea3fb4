"""From a notice to the texts of one recipient: in his language, from what he may see, by each way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.kernel.context import Context
from engine.kernel.text import FALLBACKS
from engine.messaging.notice import Notice
from engine.messaging.templates import Templates
from engine.messaging.views import View, Views, filled, for_templates, paths_in
from engine.metamodel.model import MessageModel, TenantModel
from engine.records.public_links import links_of
from engine.settings import Settings

_NOT_FOR_YOU = {
    "zh": ("您有一条新消息", "您有一条新消息，请登录系统查看。"),
    "en": ("You have a new message", "You have a new message; please log in to see it."),
}
_SUBJECT = 80


@dataclass(frozen=True, slots=True)
class Texts:
    """What is said by one way out."""

    subject: str
    body: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """What one recipient is told. ``open``: he may see the record, so that a link to it may be given."""

    texts: Mapping[str, Texts]
    open: bool
    category: str
    urgent: bool
    views: Mapping[str, Any] = field(default_factory=dict)

    def by(self, channel: str) -> Texts:
        """Return the texts for a channel, those of the inbox where it has none of its own."""
        return self.texts.get(channel) or self.texts["inbox"]


class Composer:
    """Makes texts. Templates of the model are rendered in the sandbox, short texts are filled in place."""

    def __init__(self, views: Views, templates: Templates, settings: Settings) -> None:
        self._views = views
        self._templates = templates
        self._settings = settings

    def compose(self, ctx: Context, model: TenantModel, notice: Notice) -> Composed:
        """Return what the actor of ``ctx`` is told."""
        message = model.messages.get(notice.message or "")
        category = message.category if message is not None and notice.category == "notice" else notice.category
        urgent = notice.urgent or (message is not None and message.urgent)
        view = self._views.of(ctx, notice.record, paths_in(_sources(notice, message, ctx.language)), notice.task)
        if view is None:
            subject, body = _NOT_FOR_YOU.get(ctx.language, _NOT_FOR_YOU["en"])
            return Composed({"inbox": Texts(subject, body)}, False, category, urgent)
        facts = {**notice.facts, "recipient": {"name": ctx.actor.name, "login": ctx.actor.login}, "link": notice.link}
        if message is not None:
            record = notice.record
            # where somebody without an account answers about this record
            facts["forms"] = links_of(self._settings, ctx.tenant, model, record.object, record.id)
            return Composed(self._rendered(message, ctx.language, view, facts), True, category, urgent)
        body = filled(spoken(notice.text, ctx.language), view, facts)
        subject = filled(spoken(notice.subject, ctx.language), view, facts) or one_line(body)
        return Composed({"inbox": Texts(subject, body)}, True, category, urgent)

    def _rendered(
        self, message: MessageModel, language: str, view: View, facts: Mapping[str, Any]
    ) -> Mapping[str, Texts]:
        made = {}
        read = for_templates(view, facts)
        for channel, template in message.channels.items():
            parts = (("subject", template.subject), ("text", template.text), ("html", template.html))
            sources = {name: text.in_language(language) for name, text in parts if text.in_language(language)}
            texts = self._templates.render(sources, read)
            body = texts.get("text", "").strip()
            made[str(channel)] = Texts(
                one_line(texts.get("subject", "")) or one_line(body), body, texts.get("html", "")
            )
        made.setdefault("inbox", next(iter(made.values()), Texts(message.title.in_language(language), "")))
        return made


def spoken(texts: Mapping[str, str], language: str) -> str:
    """Return a text in a language, else in a fallback, else in any."""
    for wanted in (language, *FALLBACKS):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()), "")


def one_line(text: str) -> str:
    """Return a text as a subject: one line without signs that end it, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1] + "…"


def _sources(notice: Notice, message: MessageModel | None, language: str) -> list[str]:
    found = [*notice.text.values(), *notice.subject.values()]
    if message is not None:
        for template in message.channels.values():
            found += [text.in_language(language) for text in (template.subject, template.text, template.html)]
    return found
