"""Where identity speaks SQL."""
