"""From a tree to a checked tree: types, what each name refers to, what is read, what is wrong."""
