"""Definitions of processes become their models: approvals, rules, assignments, clocks, conversions, messages."""
