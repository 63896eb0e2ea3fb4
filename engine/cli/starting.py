"""What a process makes when it starts stays to its end: no garbage is looked for meanwhile, nor later in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def starting() -> Iterator[None]:
    """Start inside of it: looking for garbage would double the time that loading and building take."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
