"""The log: one line for each happening, whatever was sent, and no secret in it."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from engine.api import configure_logs
from engine.api.logs import hide_secrets
from engine.settings import Settings


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]):
    root = logging.getLogger()
    kept, level = list(root.handlers), root.level
    configure_logs(Settings(secret=b"x" * 40))
    yield capsys
    structlog.reset_defaults()
    root.handlers[:] = kept
    root.setLevel(level)


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nforged: 1", "\x1b[31mred", "a\u2028b", "\x00", "\x7f", '"}', "x" * 9_000, "\u202eabc"]
)
def test_what_was_sent_stays_on_one_line(log: pytest.CaptureFixture[str], text: str):
    structlog.get_logger("test").info("happening", path=text)

    (line,) = log.readouterr().err.splitlines()
    event = json.loads(line)
    assert event["event"] == "happening"
    assert not set(event["path"]) & set("\n\r\x1b\x00\x7f\u2028")
    assert len(event["path"]) < 9_000


def test_other_libraries_write_the_same_kind_of_line(log: pytest.CaptureFixture[str]):
    logging.getLogger("waitress").warning("queue depth is %d\nforged", 5)

    (line,) = log.readouterr().err.splitlines()
    assert json.loads(line)["level"] == "warning"


def test_a_fault_is_logged_with_its_trace(log: pytest.CaptureFixture[str]):
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        structlog.get_logger("test").exception("request_failed", request_id="abc")

    event = json.loads(log.readouterr().err)
    assert "RuntimeError: broken" in event["exception"]
    assert event["request_id"] == "abc"


@pytest.mark.parametrize(
    "name", ["password", "new_password", "Authorization", "cookie", "api_token", "csrf", "client_secret"]
)
def test_what_is_named_like_a_secret_is_blanked(name: str):
    assert hide_secrets(None, "info", {name: "hush", "login": "wei"}) == {name: "***", "login": "wei"}
