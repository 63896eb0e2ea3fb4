"""Reading processes: lists of tasks, an instance with its timeline and diagram, the path before submission."""
