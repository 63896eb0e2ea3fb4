"""Assignments: who gets the work, by turn, by load or by weight, and what happens when nobody takes it."""

from engine.workflow.assignments import codes as _codes  # noqa: F401 - declares the codes
from engine.workflow.assignments.service import AssignmentService
from engine.workflow.assignments.staff import Staff

__all__ = ["AssignmentService", "Staff"]
