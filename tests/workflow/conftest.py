"""The tenant of the records tests serves here too; Org-1 is the one of all process tests."""

from tests.records.conftest import house, street
from tests.workflow.org1.conftest_parts import org, town

__all__ = ["house", "org", "street", "town"]
