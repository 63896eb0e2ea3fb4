"""Check digits over a number's letters and digits: mod 10 (Luhn), mod 11, mod 97 (ISO 7064)."""

from __future__ import annotations


def check_digits(method: str, text: str) -> str:
    """Return the check digits of ``text``; anything but ASCII letters and digits in it does not count."""
    figures = _figures(text)
    if method == "mod10":
        return _luhn(figures)
    if method == "mod11":
        return _mod11(figures)
    return f"{98 - int(figures or '0') * 100 % 97:02d}"


def _figures(text: str) -> str:
    """Return the digits, letters as two digits each (A is 10), as ISO 7064 and ISO 6166 have it."""
    return "".join(str(int(sign, 36)) for sign in text if sign.isascii() and sign.isalnum())


def _luhn(figures: str) -> str:
    total = 0
    for place, figure in enumerate(reversed(figures)):
        value = int(figure) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _mod11(figures: str) -> str:
    total = sum(int(figure) * (2 + place % 6) for place, figure in enumerate(reversed(figures)))
    rest = -total % 11
    return "X" if rest == 10 else str(rest)
