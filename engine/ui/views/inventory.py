"""Every page's route; one that does not stand here does not exist."""

from __future__ import annotations

from engine.ui.door import Route
from engine.ui.views import (
    about,
    accounts,
    approvals,
    assets,
    boards,
    calendars,
    dictionaries,
    files,
    forms,
    lists,
    messages,
    picking,
    profile,
    records,
    rights,
    roles,
    rules,
    signin,
    substituting,
    timelines,
    transfers,
    work,
)

ROUTES: tuple[Route, ...] = (
    *signin.ROUTES,
    *assets.ROUTES,
    *picking.ROUTES,
    *lists.ROUTES,
    *boards.ROUTES,
    *calendars.ROUTES,
    *transfers.ROUTES,
    *forms.ROUTES,
    *files.ROUTES,
    *records.ROUTES,
    *timelines.ROUTES,
    *profile.ROUTES,
    *substituting.ROUTES,
    *messages.ROUTES,
    *work.ROUTES,
    *approvals.ROUTES,
    *accounts.ROUTES,
    *dictionaries.ROUTES,
    *rules.ROUTES,
    *roles.ROUTES,
    *rights.ROUTES,
    *about.ROUTES,
)
