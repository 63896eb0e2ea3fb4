"""What is not wrong but will hardly be meant: the warnings of a pack check, one question per file."""

from __future__ import annotations

from collections.abc import Callable

from engine.kernel.diagnostics import Findings
from engine.metamodel.checks.labels import check_labels
from engine.metamodel.checks.lifecycles import check_lifecycles
from engine.metamodel.checks.permissions import check_permissions
from engine.metamodel.checks.processes import check_processes
from engine.metamodel.checks.screens import check_screens
from engine.metamodel.layers import Merged
from engine.metamodel.model import TenantModel

CHECKS: tuple[Callable[[Merged, TenantModel, Findings], None], ...] = (
    check_labels,
    check_permissions,
    check_lifecycles,
    check_processes,
    check_screens,
)
