"""Australia and New Zealand."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number


def tfn(digits: str) -> bool:
    """Tax file number."""
    return weighted(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def medicare(value: str) -> bool:
    """Medicare card: weights 1, 3, 7, 9."""
    return weighted(value[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(value[8])


def medicare_card(digits: str) -> bool:
    """Say whether it is a Medicare card's number with the place on the card."""
    return digits[0] in "23456" and medicare(digits)


def abn(digits: str) -> bool:
    """Business number: one less in front, weights 10, 1, 3 to 19, modulus 89."""
    return (
        weighted(f"{int(digits[0]) - 1}{digits[1:]}", (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89
        == 0
    )


COUNTRY = Country(
    code="au", language="en",
    words={"tfn": "tfn|tax file"},
    fields={"AU_TFN": "tfn|tax file number"},
    numbers=(
        Number(entity="AU_TFN", sizes=(9,), label="tfn", check=tfn),
        Number(entity="AU_MEDICARE", sizes=(10,), label="au medicare", check=medicare_card, shapes=((4, 5, 1),), bare=0.4),
        Number(entity="AU_ABN", sizes=(11,), label="abn", check=abn, shapes=((2, 3, 3, 3),), bare=0.4),
    ),
    documents=(
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{3}[ -]?[0-9]{3}", names="bsb|bsb number|bsb no"),
        Document(entity="AU_TFN", value=r"[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", names="tfn|tax file number", check=tfn),
        Document(entity="AU_MEDICARE", value=r"[2-6][0-9]{3}[ ]?[0-9]{5}[ ]?[0-9](?:[ /-]?[0-9])?", names="medicare|medicare number|medicare card|medicare no", check=medicare),
        Document(entity="AU_ABN", value=r"[0-9]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", names="abn|australian business number", check=abn),
        Document(entity="NZ_IRD", value=r"[0-9]{2,3}-?[0-9]{3}-?[0-9]{3}", names="ird|ird number|ird no"),
    ),
)  # fmt: skip
