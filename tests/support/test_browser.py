"""Browser tests have a browser, also where none is installed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page


@pytest.mark.browser
def test_a_browser_draws_chinese_and_runs_scripts(page: Page) -> None:
    page.set_content("<h1>客户</h1><script>document.title = 1 + 1</script>")

    assert page.inner_text("h1") == "客户"
    assert page.title() == "2"
