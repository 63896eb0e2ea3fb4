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
        self.protected_modules = self._present(graph, self.protected_modules)
        self.allowed_importers = self._present(graph, self.allowed_importers)
        return super().check(graph, verbose)

    @staticmethod
    def _present(graph: ImportGraph, expressions: list[ModuleExpression]) -> list[ModuleExpression]:
        return [
            expression
            for expression in expressions
            if expression.has_wildcard_expression() or expression.expression in graph.modules
        ]
