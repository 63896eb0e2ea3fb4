"""What a record offers to be printed as: one entry for each format and language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.metamodel.model import PrintModel
from engine.ui.desk import Desk


@dataclass(frozen=True, slots=True)
class PrintLink:
    """A document that can be opened; ``language`` is said where it is not the reader's own."""

    title: str
    href: str
    language: str = ""


def build_prints(desk: Desk, formats: Iterable[PrintModel], path: str) -> tuple[PrintLink, ...]:
    """Return the documents of a record, those in the reader's language first."""
    own, others = [], []
    for format in formats:
        title, href = desk.title(format.title), f"{path}/print/{format.name}"
        languages = format.body.by_language
        if desk.words.language in languages:
            own.append(PrintLink(title, href))
        others += [
            PrintLink(format.title.in_language(language), f"{href}?language={language}", _language(desk, language))
            for language in languages
            if language != desk.words.language
        ]
    return (*own, *others)


def _language(desk: Desk, language: str) -> str:
    key = f"language.{language}"
    return desk.say(key) if desk.words.has(key) else language
