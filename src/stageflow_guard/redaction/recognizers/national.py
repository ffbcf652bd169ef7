"""National numbers that are digits: by length, with label, check digit and usual grouping. Data.

A pack is a locale's rows. A row without a label beside the number counts only where the grouping is
typical of it and the check digit holds; `None` means that a label is required.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from stageflow_guard.redaction.recognizers import check_digits as checks

Check = Callable[[str], bool]
Row = tuple[str, int, str, Check | None, frozenset[tuple[int, ...]], float | None]


def _row(  # noqa: PLR0917 - a row of a table
    entity: str, size: int, label: str, check: Check | None = None,
    shapes: tuple[tuple[int, ...], ...] = (), score: float | None = None,
) -> Row:  # fmt: skip
    return entity, size, label, check, frozenset(shapes), score


PACKS: dict[str, tuple[Row, ...]] = {
    "us": (
        _row("ABA_ROUTING_NUMBER", 9, "routing", checks.routing),
        _row("US_NPI", 10, "npi", checks.npi),
        _row("US_EIN", 9, "ein"),
        *(_row("US_BANK_NUMBER", size, "account") for size in range(7, 18)),
        *(_row("MEDICAL_RECORD_NUMBER", size, "mrn") for size in range(6, 13)),
        *(_row("US_DRIVER_LICENSE", size, "license") for size in range(7, 15)),
        *(_row("PASSPORT", size, "passport") for size in (8, 9)),
        *(_row("MEMBER_ID", size, "member") for size in range(7, 15)),
    ),
    "uk": (_row("UK_NHS", 10, "nhs", checks.nhs),),
    "eu": (
        _row("DE_TAX_ID", 11, "steuer", checks.german_tax),
        _row("FR_NIR", 15, "nir", checks.french_insee, ((1, 2, 2, 2, 3, 3, 2),), 0.6),
        _row("NL_BSN", 9, "bsn", checks.bsn),
        _row("PL_PESEL", 11, "pesel", checks.pesel),
    ),
    "in": (_row("IN_AADHAAR", 12, "aadhaar", checks.verhoeff, ((4, 4, 4),), 0.4),),
    "br": (_row("BR_CPF", 11, "cpf", checks.cpf, ((3, 3, 3, 2),), 0.6),),
    "ca": (_row("CA_SIN", 9, "sin", checks.luhn),),
    "au": (_row("AU_TFN", 9, "tfn", checks.tfn),),
}

NATIONAL: dict[int, list[Row]] = defaultdict(list)
for _pack in PACKS.values():
    for _one in _pack:
        NATIONAL[_one[1]].append(_one)
