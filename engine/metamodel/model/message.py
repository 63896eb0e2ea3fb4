"""Messages: texts for people, per channel and language, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.kernel.text import EMPTY, LocalText
from engine.metamodel.model.effects import Channel


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """Sources of templates for the sandbox of Jinja2, per language; ``html`` only for mail."""

    subject: LocalText
    text: LocalText
    html: LocalText = EMPTY


@dataclass(frozen=True, slots=True)
class MessageModel:
    """A message about records of ``object`` (None: of any). ``channels`` has one template per channel; a channel
    without one uses ``inbox``. ``category`` is what people switch on and off; ``urgent`` goes through quiet hours."""

    name: str
    title: LocalText
    channels: Mapping[Channel, MessageTemplate]
    object: str | None = None
    category: str = "general"
    urgent: bool = False
    layer: str = ""
