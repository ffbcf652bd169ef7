"""Austria."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, weighted11


def vsnr(value: str) -> bool:
    """Sozialversicherungsnummer: the fourth digit is the weighted sum modulo 11."""
    return value[0] != "0" and weighted11(
        value[:3] + value[4:], (3, 7, 9, 5, 8, 4, 2, 1, 6)
    ) == int(value[3])


COUNTRY = Country(
    code="at", language="de",
    documents=(Document(entity="AT_VSNR", value=r"[0-9]{4}[ ]?[0-9]{6}", names="svnr|sv-nr|sv-nummer|sozialversicherungsnr|sozialvers.-nr|vers.-nr|versicherungsnummer|e-card|ecard|sozialversicherungsnummer|vsnr|sv nummer", check=vsnr), Document(entity="AT_TAX_ID", value=r"[0-9]{2}-?[0-9]{3}/?[0-9]{4}", names="steuernummer|abgabenkontonummer")),
)  # fmt: skip
