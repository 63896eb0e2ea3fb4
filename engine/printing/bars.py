"""A text as bars: Code 128, table B, as a picture of lines."""

from __future__ import annotations

# the widths of bars and gaps of each sign, from the start signs and the stop on
_SPELLED = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222
123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321
232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224
111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112
"""
_WIDTHS = tuple(_SPELLED.split())
_START_B, _STOP = 104, 106
_QUIET = 10
_HEIGHT = 40


def signs_of(text: str) -> list[int]:
    """Return the signs that spell a text of printable ASCII, with start, checksum and stop."""
    spelled = [ord(letter) - 32 for letter in text]
    check = (_START_B + sum(place * sign for place, sign in enumerate(spelled, 1))) % 103
    return [_START_B, *spelled, check, _STOP]


def bars_svg(text: str) -> str:
    """Return the picture of a text, with the white that readers want on both sides."""
    at, lines = _QUIET, []
    for sign in signs_of(text):
        for place, width in enumerate(_WIDTHS[sign]):
            if place % 2 == 0:
                lines.append(f"M{at} 0h{width}v{_HEIGHT}h-{width}z")
            at += int(width)
    size = at + _QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {_HEIGHT}" width="{size}" height="{_HEIGHT}" '
        f'preserveAspectRatio="none"><path d="{"".join(lines)}" fill="#000"/></svg>'
    )
