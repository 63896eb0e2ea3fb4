"""The houses of the counter's tests, with shops and sales in them."""

from __future__ import annotations

import pytest

from engine.analytics import AnalyticsService
from engine.kernel.clock import FrozenClock
from tests.analytics.pack import PACK
from tests.conftest import DATABASES
from tests.records.conftest import House, Street, street

__all__ = ["street"]


@pytest.fixture(params=DATABASES)
def house(request: pytest.FixtureRequest, street: Street, clock: FrozenClock) -> House:
    """A tenant with the pack of sales, on SQLite and on PostgreSQL."""
    return street.house(request.param, PACK, clock)


@pytest.fixture
def analytics(house: House) -> AnalyticsService:
    """The service over that tenant."""
    return AnalyticsService(house.records)
