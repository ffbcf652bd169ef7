"""How a placeholder is written: `⟦PERSON_1·k7q2m9x4⟧`, type, number and 40 random bits. Data."""

from __future__ import annotations

import re

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 characters, none that a reader confuses
SIZE = 8
# no run of digits in the type and no long number: the form is no place to hide a value in
PSEUDONYM = re.compile(
    r"⟦([A-Z](?:[A-Z_]|\d{1,2}(?!\d|_\d{1,9}_)){0,47})_([1-9]\d{0,6})·([a-km-np-z2-9]{8})⟧"
)
