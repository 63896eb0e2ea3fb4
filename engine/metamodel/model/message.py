"""What leaves the house: messages per channel and language, calls of other systems; compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class ConnectorModel:
    """Another system: a call goes to ``url`` as JSON; ``secret`` names the tenant's secret that signs it."""

    name: str
    title: LocalText
    url: str
    method: Literal["POST", "PUT", "GET"] = "POST"
    secret: str | None = None
    layer: str = ""
