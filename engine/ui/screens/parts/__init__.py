"""Parts of a definition as inputs, drawn from its schema: whatever an author may write can be set on screen.

A value becomes flat texts (``by.0.role``), those become inputs, and what is posted becomes a value again.
"""

from engine.ui.screens.parts.factory import shape_of
from engine.ui.screens.parts.inputs import Part, Section
from engine.ui.screens.parts.rows import arranged
from engine.ui.screens.parts.sheet import ABSENT, Sheet

__all__ = ["ABSENT", "Part", "Section", "Sheet", "arranged", "shape_of"]
