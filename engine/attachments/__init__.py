"""Files in fields: taken in, and given out to whoever may read the record that they belong to."""

from engine.attachments import codes as _codes  # noqa: F401 -- declares the codes
from engine.attachments.service import AttachmentService, Download

__all__ = ["AttachmentService", "Download"]
