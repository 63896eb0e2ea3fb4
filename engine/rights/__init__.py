"""Rights given and taken: sharing, transfer, delegation, assignments, leavers; why, and what a change does."""

from engine.rights import codes as _codes  # noqa: F401 - declares the codes
from engine.rights.administering import Administering
from engine.rights.service import RightsService

__all__ = ["Administering", "RightsService"]
