"""Dates, times and durations: years of up to nine digits, nanoseconds, zone names that are kept."""
