"""Passwords: which are refused, and what is stored of the others."""

from __future__ import annotations

import threading

import pytest

from engine.auth.passwords import Passwords, require_good_password
from engine.kernel.errors import Rejected
from engine.settings import Settings

CHEAP = Settings(secret=b"x" * 40, password_cost="cheap")
CONTEXT = ("li.wei", "Li Wei", "acme", "王小明")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_too_short"),
        ("a1b2c3d", "password_too_short"),
        ("x" * 257, "password_too_long"),
        ("password", "password_common"),
        ("Password123", "password_common"),
        ("12345678", "password_common"),
        ("98765432", "password_common"),
        ("aaaaaaaa", "password_common"),
        ("abababab", "password_common"),
        ("Woaini1314", "password_common"),
        ("Tessera-likes-cats", "password_context"),
        ("acme is my employer", "password_context"),
        ("王小明的密码很长很长", "password_context"),
    ],
)
def test_weak_passwords_are_refused_with_their_reason(password: str, code: str):
    with pytest.raises(Rejected) as caught:
        require_good_password(password, CONTEXT)

    assert code in [complaint.code for complaint in caught.value.complaints]


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "谁也猜不到的一句话", "        x y z", "p" * 30 + "qrs" + "é" * 100, "🦊🦊 im Schnee 🦊"],
)
def test_long_passwords_of_any_characters_are_good(password: str):
    require_good_password(password, CONTEXT)


def test_a_hash_fits_its_password_only():
    passwords = Passwords(CHEAP)
    hashed = passwords.hash("correct horse battery")

    assert hashed.startswith("$argon2id$")
    assert passwords.matches(hashed, "correct horse battery")
    assert not passwords.matches(hashed, "correct horse batterY")
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("no hash at all", "x")


def test_nothing_is_cut_off_behind_seventy_two_bytes():
    passwords = Passwords(CHEAP)
    hashed = passwords.hash("a" * 80 + "b")

    assert not passwords.matches(hashed, "a" * 80 + "c")


def test_composed_and_decomposed_letters_are_the_same_password():
    passwords = Passwords(CHEAP)

    assert passwords.matches(passwords.hash("caf\u00e9 au lait"), "cafe\u0301 au lait")


def test_only_a_few_passwords_are_hashed_at_a_time():
    passwords = Passwords(CHEAP)
    most = CHEAP.password_jobs
    running = 0
    peak = 0
    lock = threading.Lock()
    verify = passwords._hasher.verify

    class Counting:
        def verify(self, hashed: str, password: str) -> bool:
            nonlocal running, peak
            with lock:
                running += 1
                peak = max(peak, running)
            try:
                return verify(hashed, password)
            finally:
                with lock:
                    running -= 1

    hashed = passwords.hash("correct horse battery")
    passwords._hasher = Counting()  # type: ignore[assignment]
    threads = [threading.Thread(target=passwords.matches, args=(hashed, "x")) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 <= peak <= most
