"""A showroom that people visit: without scripts through a client, with scripts through a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.ui.showroom import Showroom, open_showroom
from tests.ui.visitor import Visitor
from tests.ui.windows import Desk, Place, served, window


@pytest.fixture(scope="module")
def showroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Showroom]:
    """A showroom that the tests of a file share."""
    made = open_showroom(tmp_path_factory.mktemp("showroom"))
    yield made
    made.engine.close()


@pytest.fixture
def clerk(showroom: Showroom) -> Visitor:
    """A clerk who is logged in."""
    return showroom.visitor("clerk")


@pytest.fixture
def artist(showroom: Showroom) -> Callable[..., str]:
    """Makes artists."""
    return lambda name="Qi Baishi", **values: showroom.make("artist", name=name, **values)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A showroom that a server on this machine shows."""
    showroom = open_showroom(tmp_path_factory.mktemp("place"))
    with served(showroom) as place:
        yield place
    showroom.engine.close()


@pytest.fixture
def desk(browser: Browser, place: Place) -> Iterator[Desk]:
    """A window of a clerk at a desk."""
    opened = window(browser, place)
    yield opened
    opened.context.close()
    # a refused form is answered with 422, which the console notes
    # a look at the badge that a page cuts off as it goes away is told by htmx as an aborted request, in two lines
    cut_off = any("htmx:sendAbort" in text for text in opened.complaints)
    quiet = ("422", "htmx:sendAbort", "htmx:afterRequest") if cut_off else ("422",)
    assert not [text for text in opened.complaints if not any(word in text for word in quiet)]
