"""A contract for import-linter: protected libraries, where some importers or libraries may not be there yet."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import ContractCheck
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.imports import ModuleExpression


class ProtectedIfPresent(ProtectedContract):
    """Import-linter's protected contract, which by itself fails for names that no module bears."""

    type_name = "protected_if_present"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Drop what is not there, then check the rest."""
        for field in ("protected_modules", "allowed_importers"):
            # import-linter replaces its class attributes of type Field by the parsed values, unseen by the type checker
            expressions: list[ModuleExpression] = getattr(self, field)
            present = [
                each for each in expressions if each.has_wildcard_expression() or each.expression in graph.modules
            ]
            setattr(self, field, present)
        return super().check(graph, verbose)
