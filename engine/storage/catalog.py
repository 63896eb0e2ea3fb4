"""What the upper floors hold while they work: a model, its tables, and the state they belong to."""

from __future__ import annotations

from dataclasses import dataclass

from engine.metamodel.model import TenantModel
from engine.storage.sessions import Stamp
from engine.storage.table_map import TableMap


@dataclass(frozen=True, slots=True)
class Catalog:
    """One state of a tenant's definitions. A unit takes one when it opens and keeps it to its end."""

    model: TenantModel
    tables: TableMap
    stamp: Stamp
