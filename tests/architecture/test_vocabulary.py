"""The engine knows no word of any trade: the names of the packs' objects do not occur in it."""

from __future__ import annotations

import functools
import re

from tests.architecture.sources import ROOT, engine_files, name_of

# words of an object's name that are also plain words of organising and programming
LANGUAGE = {
    "company": "organisation units are a trait of the platform, and companies head them",
    "department": "the trait `owned` and the scopes of permission speak of it",
    "employee": "the trait `organisation: person` says it in messages",
    "position": "a place in a text or list",
    "team": "a kind of the organisation and a scope of permission",
    "product": "FEEL has a function of that name",
    "category": "any tree has them",
    "region": "a field type",
    "currency": "a field type's option",
    "unit": "a unit of work, of measure, of organisation",
    "contact": "a person to ask, in messages",
    "user": "who works with the platform",
    "task": "what waits for somebody, in approvals",
    "activity": "what has happened lately",
    "lead": "ways lead somewhere, and teams have one",
    "delivery": "messages and hooks are delivered",
    "delivery_line": "the index of deliveries by their line",
    "invoice": "only in examples of messages and docstrings",
    "receipt": "the word of short messages for the notice that one has arrived",
    "asset": "files that pages are made of",
    "execution": "one run of a rule",
    "contract": "what the layers of the house promise each other",
    "quote": "texts are quoted in programs and addresses",
    "complaint": "what is wrong with something that was entered",
    "price": "only in examples of formulas within docstrings",
}


@functools.cache
def object_names() -> frozenset[str]:
    found = set()
    for path in (ROOT / "packs").rglob("*.y*ml"):
        found |= set(re.findall(r"^object: *([a-z][a-z0-9_]*)", path.read_text(encoding="utf-8"), re.MULTILINE))
    return frozenset(found)


def test_no_business_object_occurs_in_the_engine() -> None:
    names = object_names() - set(LANGUAGE)
    word = re.compile(rf"(?<![A-Za-z0-9])({'|'.join(sorted(names)) or '(?!)'})s?(?![A-Za-z0-9])", re.IGNORECASE)

    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in engine_files(".py", ".html", ".lark")  # schemas explain themselves by examples
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if word.search(line)
    ]

    assert not found, "the pack says it, the engine only knows objects and fields:\n" + "\n".join(found)


def test_the_packs_are_seen() -> None:
    assert not (ROOT / "packs").is_dir() or object_names(), "no object was found in packs/: is the pattern still right?"
