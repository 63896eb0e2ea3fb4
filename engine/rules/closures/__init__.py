"""From a checked tree to Python closures: the reference meaning of the language."""
