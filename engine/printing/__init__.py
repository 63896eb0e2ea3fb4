"""Records on paper: print formats drawn from what the reader may see, as PDF or as pictures of its pages."""

from engine.printing import codes as _codes  # noqa: F401 -- declares the codes
from engine.printing.press import Press
from engine.printing.service import Printed, PrintService, in_language

__all__ = ["Press", "PrintService", "Printed", "in_language"]
