"""The rooms of a save: each one function, and none knows another."""
