"""Tessera: a generic engine that turns packs of YAML into a business application."""

__version__ = "0.1.0"
