"""Merged definitions become a TenantModel: a row of passes over one bench."""

from engine.metamodel.compiler.press import compile_tenant

__all__ = ["compile_tenant"]
