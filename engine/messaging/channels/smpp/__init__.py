"""Short messages by SMPP 3.4."""
