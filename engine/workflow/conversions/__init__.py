"""Conversions: one record makes others, each part of it once."""

from engine.workflow.conversions import codes as _codes  # noqa: F401 - declares the codes
from engine.workflow.conversions.service import Conversion, ConversionService, OpenLine, Proposal, Wish

__all__ = ["Conversion", "ConversionService", "OpenLine", "Proposal", "Wish"]
