"""Merged definitions become a TenantModel: a row of passes over one bench."""

from engine.metamodel.compiler.pinned import approval_of_body
from engine.metamodel.compiler.press import compile_tenant

__all__ = ["approval_of_body", "compile_tenant"]
