"""A record's version as an ETag, and back."""

from __future__ import annotations

import re

from engine.kernel.errors import Malformed, VersionRequired

_TAG = re.compile(r'^(?:W/)?"([0-9]{1,15})"$')


def etag_of(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def required_version(header: str | None) -> int:
    """Return the version that If-Match names; raises VersionRequired without one."""
    if header is None or not header.strip():
        raise VersionRequired("version_required")
    found = _TAG.match(header.strip())
    if found is None:
        raise Malformed("bad_header", name="If-Match", value=header[:80], allowed='"<version>"')
    return int(found.group(1))


def is_current(header: str | None, version: int) -> bool:
    """Tell whether If-None-Match already names the version."""
    if not header:
        return False
    return any((found := _TAG.match(part.strip())) and int(found.group(1)) == version for part in header.split(","))
