"""Tenants to do background work in: the standard pack on either database, each test in one of its own."""

from tests.support.branch_fixtures import branch, local

__all__ = ["branch", "local"]
