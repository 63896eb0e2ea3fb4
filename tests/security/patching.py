"""Bugs put into the engine for a moment: functions replaced wherever they are known by name, and put back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from engine.storage import shelf
from engine.tenancy import models

Wrap = Callable[[Any], Any]


@dataclass
class Patches:
    """What was replaced, in order."""

    done: list[tuple[Any, str, Any]] = field(default_factory=list)

    def replace(self, place: str, wrap: Wrap) -> None:
        """Replace ``module:name`` or ``module:Class.name`` by what ``wrap`` makes of it.

        A place that does not exist any more is an error: a bug that cannot be put in proves nothing.
        """
        module, _, path = place.partition(":")
        owner: Any = import_module(module)
        *outer, name = path.split(".")
        for step in outer:
            owner = getattr(owner, step)
        old = owner.__dict__[name]
        static = isinstance(old, property)
        new = property(wrap(old.fget)) if static else wrap(old)
        if outer:
            self._set(owner, name, old, new)
            return
        for known in list(sys.modules.values()):
            if getattr(known, "__name__", "").startswith("engine"):
                for alias, value in list(vars(known).items()):
                    if value is old:
                        self._set(known, alias, old, new)

    def undo(self) -> None:
        """Put everything back."""
        for owner, name, old in reversed(self.done):
            setattr(owner, name, old)
        self.done.clear()

    def _set(self, owner: Any, name: str, old: Any, new: Any) -> None:
        setattr(owner, name, new)
        self.done.append((owner, name, old))


@contextmanager
def broken(bug: Callable[[Patches], None]) -> Iterator[None]:
    """Put a bug in, and take it out again. What was worked out without it, or with it, is not kept."""
    patches = Patches()
    try:
        bug(patches)
        forget()
        yield
    finally:
        patches.undo()
        forget()


def forget() -> None:
    """Let each model be compiled anew: what hangs on one, as policies and statements do, is worked out anew with it."""
    for kept in (shelf._MODELS, models._MADE):
        kept._values.clear()


def always(value: Any) -> Wrap:
    """Return a wrapper to a function that gives the same whatever it is asked."""
    return lambda old: lambda *args, **kwargs: value


def after(change: Callable[..., Any]) -> Wrap:
    """Return a wrapper that changes what a function returns: ``change(result, *its arguments)``."""
    return lambda old: lambda *args, **kwargs: change(old(*args, **kwargs), *args)
