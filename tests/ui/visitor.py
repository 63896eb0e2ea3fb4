"""A person at a browser that runs no scripts: logs in, follows links, fills in forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lxml.html
from werkzeug.test import Client, TestResponse

PASSWORD = "correct horse battery"


def words_of(element: Any) -> str:
    """Return the words of an element as they stand side by side."""
    return " ".join(" ".join(element.itertext()).split())


@dataclass
class Page:
    """An answer as a person sees it."""

    answer: TestResponse

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def html(self) -> str:
        return self.answer.get_data(as_text=True)

    @property
    def tree(self) -> Any:
        return lxml.html.fromstring(self.html)

    def all(self, xpath: str) -> Sequence[Any]:
        return list(self.tree.xpath(xpath))

    def texts(self, xpath: str) -> list[str]:
        return [words_of(one) for one in self.tree.xpath(xpath)]

    @property
    def text(self) -> str:
        return words_of(self.tree)

    def form(self, action: str) -> dict[str, str | list[str]]:
        """Return what a browser would send of a form as it stands."""
        (form,) = [one for one in self.tree.xpath("//form") if one.get("action", "").startswith(action)][:1]
        values: dict[str, str | list[str]] = {}
        for name, value in form.form_values():
            if "__key__" in name:
                continue  # stands in a template, which no browser sends
            known = values.get(name)
            values[name] = value if known is None else [*([known] if isinstance(known, str) else known), value]
        return values


@dataclass
class Visitor:
    """A browser with its cookies."""

    client: Client

    def get(self, path: str, **headers: str) -> Page:
        return Page(self.client.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()}))

    def post(self, path: str, values: Mapping[str, Any], **headers: str) -> Page:
        sent = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return Page(self.client.post(path, data=dict(values), headers=sent))

    def submit(self, path: str, action: str = "", /, **changes: Any) -> Page:
        """Open a page, fill in its form and send it."""
        page = self.get(path)
        action = action or path.partition("?")[0]
        values = {**page.form(action), **changes}
        return self.post(action, {name: value for name, value in values.items() if value is not None})

    def log_in(self, login: str, password: str = PASSWORD) -> Page:
        return self.submit("/login", login=login, password=password)

    def token(self) -> str:
        (body,) = self.get("/profile").all("//body")
        return str(body.get("data-csrf"))
