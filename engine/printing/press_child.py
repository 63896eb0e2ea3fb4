"""The process that makes PDF and pictures of pages out of HTML. Run as a file; knows no engine, reaches no network.

It reads one JSON job ``{"html": text, "fonts": folder, "pictures": pages or 0}`` from standard input and answers with
``{"pages": count, "pdf": base64}`` or ``{"pages": count, "pictures": [base64]}``. Only ``data:`` addresses are fetched.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from typing import Any
from urllib.parse import unquote_to_bytes

MEMORY = 2 * 1024 * 1024 * 1024
# pages are measured in points, pictures in dots; a little finer than the screen, so that small print is read
_DOTS = 96 / 72
_FINE = 1.5


def main() -> None:
    """Do the one job."""
    try:
        import resource
    except ImportError:
        pass  # Windows knows no such limits; the time is still bounded by the parent
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(_done(json.load(sys.stdin)), sys.stdout)


def _done(job: dict[str, Any]) -> dict[str, Any]:
    import plutoprint

    class OnlyData(plutoprint.ResourceFetcher):  # type: ignore[misc, unused-ignore]
        def fetch_url(self, url: str) -> Any:
            if not url.startswith("data:"):
                raise ValueError("only data may be used")
            head, _, body = url[5:].partition(",")
            kind, *marks = head.split(";")
            raw = base64.b64decode(body) if "base64" in marks else unquote_to_bytes(body)
            return plutoprint.ResourceData(raw, mime_type=kind or "text/plain")

    plutoprint.plutobook_set_fontconfig_path(job["fonts"])
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4)
    book.custom_resource_fetcher = OnlyData()
    book.load_html(job["html"])
    pages = book.get_page_count()
    if not job["pictures"]:
        made = io.BytesIO()
        book.write_to_pdf_stream(made)
        return {"pages": pages, "pdf": _text(made.getvalue())}
    return {
        "pages": pages,
        "pictures": [_picture(plutoprint, book, page) for page in range(min(pages, job["pictures"]))],
    }


def _picture(plutoprint: Any, book: Any, page: int) -> str:
    size = book.get_page_size_at(page)
    width, height = round(size[0] * _DOTS * _FINE), round(size[1] * _DOTS * _FINE)
    with plutoprint.ImageCanvas(width, height) as canvas:
        canvas.clear_surface(1, 1, 1)
        canvas.scale(_FINE, _FINE)
        book.render_page(canvas, page)
        made = io.BytesIO()
        canvas.write_to_png_stream(made)
    return _text(made.getvalue())


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


if __name__ == "__main__":
    main()
