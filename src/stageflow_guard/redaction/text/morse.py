"""Morse code (ITU-R M.1677-1): letters as dots and dashes with a space between, words behind a slash. Pure.

Seven letters and more in a row, most of them digits or with a sign of an address among them, are read.
"""

from __future__ import annotations

import re

from stageflow_guard.redaction.text.view import Edit, View

_SIGNS = {
    ".-": "a", "-...": "b", "-.-.": "c", "-..": "d", ".": "e", "..-.": "f", "--.": "g", "....": "h", "..": "i", ".---": "j", "-.-": "k", ".-..": "l", "--": "m", "-.": "n", "---": "o", ".--.": "p", "--.-": "q", ".-.": "r", "...": "s", "-": "t", "..-": "u", "...-": "v", ".--": "w", "-..-": "x", "-.--": "y", "--..": "z",
    "-----": "0", ".----": "1", "..---": "2", "...--": "3", "....-": "4", ".....": "5", "-....": "6", "--...": "7", "---..": "8", "----.": "9",
    ".-.-.-": ".", "--..--": ",", "-..-.": "/", "-....-": "-", ".--.-.": "@", "..--.-": "_", "-.--.": "(", "-.--.-": ")", ".-.-.": "+", "---...": ":",
}  # fmt: skip
_RUN = re.compile(
    r"[.-](?<![^\s(\"':].)[.-]{0,5}(?:(?:[ ]{1,3}|[ ]?[/|][ ]?)[.-]{1,6}){6,200}(?![^\s)\"',;])"
)
_GAP = re.compile(r"[ ]?[/|][ ]?|[ ]{2,3}|[ ]")
_ALIKE = {"·": ".", "•": ".", "∙": ".", "−": "-", "–": "-", "—": "-"}
_FEWEST = 7  # digits of a value


def morse(view: View) -> View:
    """Write Morse code as what it says."""
    text = view.text
    if " ." not in text and " -" not in text and "·" not in text:
        return view
    plain = text
    for sign, written in _ALIKE.items():
        if sign in plain:
            plain = plain.replace(sign, written)
    return view.edited([edit for match in _RUN.finditer(plain) if (edit := _read(match))], "morse")


def _read(match: re.Match[str]) -> Edit | None:
    letters = [_SIGNS.get(sign) for sign in re.findall(r"[.-]+", match[0])]
    gaps = _GAP.findall(match[0])
    if None in letters:
        return None
    said = "".join(
        letter + (" " if gap.strip() or len(gap) > 1 else "")
        for letter, gap in zip(map(str, letters), [*gaps, ""], strict=False)
    )
    if sum(map(str.isdigit, said)) < _FEWEST and "@" not in said:
        return None
    return (*match.span(), said.upper() if "@" not in said else said)
