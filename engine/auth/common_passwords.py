"""Passwords that are tried first by whoever tries: words, rows of keys, and what people append to them."""

from __future__ import annotations

_ENDINGS = (
    "", "1", "12", "123", "1234", "12345", "123456", "!", "1!", "123!", "@123", "#123", "01", "520", "666", "888",
    "2020", "2021", "2022", "2023", "2024", "2025", "2026", "2027",
)  # fmt: skip
_WORDS = """
password passwd passw0rd p@ssword p@ssw0rd pa55word letmein welcome welkom admin administrator root toor login
master access qwerty qwertyuiop qwerty123 qwertz azerty asdfgh asdfghjkl zxcvbn zxcvbnm 1q2w3e4r 1q2w3e4r5t
q1w2e3r4 1qaz2wsx qazwsx qazwsxedc zaq12wsx iloveyou sunshine princess dragon monkey shadow superman batman
football baseball basketball soccer hockey killer trustno1 whatever freedom starwars pokemon michael jennifer
jordan charlie daniel andrew jessica ashley thomas hunter summer winter spring autumn computer internet
samsung google facebook microsoft windows apple secret changeme default guest test testing temp temporary demo
hello hello123 abc123 abcd1234 a1b2c3d4 woaini woaini1314 5201314 1314520 520520 nihao aini1314 zhongguo
beijing shanghai computer123 manager sales company office service support security oracle sqlserver postgres
mysql server system user username flower cookie pepper ginger cheese banana orange silver golden purple yellow
diamond angel lovely family forever friend tigger mustang ferrari porsche corvette harley yamaha liverpool
arsenal chelsea barcelona juventus
"""
_WHOLE = """
12345678 123456789 1234567890 0123456789 87654321 987654321 12341234 11223344 112233445566 123123123 123321123 147258369
159357456 789456123 1357924680 31415926 52013145 5201314520 13145200 1qaz2wsx3edc qwer1234 asdf1234 zxcv1234 1234qwer
123qweasd qwe123456 a12345678 a123456789 aa123456 aa123456. abc123456 abcd123456 q123456789 woaini520 woaini521
zz123456 qq123456 qq123456789 wang1234 123456aa 123456abc 123456qq a1234567 correcthorsebatterystaple
"""

COMMON = frozenset(word + ending for word in _WORDS.split() for ending in _ENDINGS) | frozenset(_WHOLE.split())
