"""Every complaint that the engine can make stands in the catalogue, in both languages, with the same places."""

from __future__ import annotations

import ast
import functools
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pytest

from engine.kernel.catalogue import Code, all_codes
from tests.architecture.sources import ROOT, engine_files, name_of, tree_of

# doors that build a whole program when they are imported
DOORS = ("engine.wsgi", "engine.worker")
# what raises or gathers -> which argument is the code
SPEAKERS = {
    "Malformed": 0,
    "Rejected": 0,
    "Refused": 0,
    "Unauthenticated": 0,
    "Missing": 0,
    "Conflict": 0,
    "StaleVersion": 0,
    "VersionRequired": 0,
    "Unavailable": 0,
    "Complaint": 1,
    "complain": 1,
}


@functools.cache
def declared() -> Mapping[str, Code]:
    for path in engine_files(".py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if module not in DOORS and not module.endswith("__main__"):
            importlib.import_module(module)
    return all_codes()


def test_every_code_speaks_both_languages() -> None:
    silent = [code.code for code in declared().values() if not code.en.strip() or not is_chinese(code.zh)]

    assert not silent, f"give these codes an English and a Chinese sentence: {silent}"


def test_every_hint_speaks_both_languages() -> None:
    uneven = [code.code for code in declared().values() if bool(code.hint_en) != bool(code.hint_zh)]

    assert not uneven, f"these codes have a hint in one language only: {uneven}"


def test_both_languages_name_the_same_places() -> None:
    uneven = [
        code.code
        for code in declared().values()
        if places(code.en) != places(code.zh) or places(code.hint_en) != places(code.hint_zh)
    ]

    assert not uneven, f"a {{place}} is filled in one language and missing in the other: {uneven}"


@pytest.mark.parametrize("speaker", sorted(SPEAKERS))
def test_every_code_that_is_used_is_declared(speaker: str) -> None:
    unknown = [f"{where}: {code}" for where, code in used(speaker) if code not in declared()]

    assert not unknown, "declare these codes in the package's codes.py:\n" + "\n".join(unknown)


def used(speaker: str) -> Iterator[tuple[str, str]]:
    for node, place in spoken().get(speaker, ()):
        if len(node.args) > SPEAKERS[speaker]:
            argument = node.args[SPEAKERS[speaker]]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield place, argument.value


@functools.cache
def spoken() -> Mapping[str, Sequence[tuple[ast.Call, str]]]:
    """Return the calls of every speaker with their places; every tree is walked once."""
    found = defaultdict(list)
    for path in engine_files(".py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and (speaker := called(node)) in SPEAKERS:
                found[speaker].append((node, f"{name_of(path)}:{node.lineno}"))
    return found


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def is_chinese(text: str) -> bool:
    return re.search(r"[一-鿿]", text) is not None


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
