"""What a process reads from its environment, and what makes it refuse to start."""

from __future__ import annotations

import stat
import sys

import pytest

from engine.settings import BadSettings, Settings


def test_without_any_setting_a_secret_is_made_that_only_its_owner_reads(tmp_path):
    settings = Settings.from_env({"TESSERA_HOME": str(tmp_path / "var")})
    file = tmp_path / "var" / "secret"

    assert len(settings.secret) >= 32
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Settings.from_env({"TESSERA_HOME": str(tmp_path / "var")}).secret == settings.secret
    assert settings.secret.decode() not in repr(settings)


@pytest.mark.parametrize(
    "secret",
    ["", "short", "x" * 64, "changeme" * 8, "secretsecretsecretsecretsecretsecret", "password" * 5 + "abc", "ab" * 20],
)
def test_a_known_or_short_secret_is_refused(tmp_path, secret: str):
    (tmp_path / "secret").write_text(secret)

    with pytest.raises(BadSettings):
        Settings.from_env({"TESSERA_HOME": str(tmp_path)})
    with pytest.raises(BadSettings):
        Settings.from_env({"TESSERA_HOME": str(tmp_path), "TESSERA_SECRET": secret})


def test_everything_wrong_is_said_at_once(tmp_path):
    with pytest.raises(BadSettings) as caught:
        Settings.from_env(
            {
                "TESSERA_HOME": str(tmp_path),
                "TESSERA_PORT": "99999",
                "TESSERA_PUBLIC_URL": "crm.example.com/path",
                "TESSERA_PROXIES": "10.0.0.0/99",
                "TESSERA_DATABASE": "sqlite:////data/one.db",
                "TESSERA_LIMIT_BODY": "-1",
                "TESSERA_ZONE": "Mars/Olympus",
                "TESSERA_SECRET": "short",
            }
        )

    text = str(caught.value)
    for name in ("PORT", "PUBLIC_URL", "PROXIES", "DATABASE", "LIMIT_BODY", "ZONE", "SECRET"):
        assert f"TESSERA_{name}" in text


def test_a_tenants_address_follows_the_template(tmp_path):
    settings = Settings.from_env({"TESSERA_HOME": str(tmp_path), "TESSERA_DATABASE": "postgresql+psycopg://h/db"})

    assert settings.database_url("acme") == "postgresql+psycopg://h/db"
    assert Settings(home=tmp_path).database_url("acme") == f"sqlite:///{tmp_path}/tenants/acme.db"
