"""The terminal door: ``tessera <noun> <verb>``."""
