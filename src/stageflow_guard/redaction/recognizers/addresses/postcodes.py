"""Postcodes, streets and house numbers in fields of their own: `"plz": "01662"`, `huisnummer: 18`. Pure.

A form has a field for each part of an address. The label is its only sign, so the value must have the
part's form and fill the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.generic.announced import SIGN
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import Index

LABELS = {
    "postcode": [
        "zip", "zip code", "zipcode", "postal code", "postcode", "post code", "plz", "postleitzahl", "code postal", "código postal", "codigo postal", "codice postale", "codice di avviamento postale", "cep", "postnummer", "postinumero",
        "kod pocztowy", "psč", "irányítószám", "posta kodu", "cod poștal", "邮编", "邮政编码", "郵便番号", "우편번호",
    ],
    "house": ["house number", "house no", "hausnummer", "hausnr", "huisnummer", "huisnr", "número de casa", "numero civico", "número da casa", "numéro de rue", "numéro de voie", "husnummer", "numer domu", "číslo domu", "bina no"],
    "street": ["street name", "straße", "strasse", "straßenname", "straat", "straatnaam", "nom de rue", "nombre de la calle", "calle", "logradouro", "rua", "ulica", "gata", "ulice"],
}  # fmt: skip
_LABELS = Index(LABELS)
_SIGN = re.compile(SIGN, re.IGNORECASE)
_ENDS = r"(?=[\"'`]?[ ]{0,2}(?:[,;|)\]}<\n\x1e/]|$|[ ]))"
_VALUES = {
    "postcode": re.compile(
        rf"(?:[0-9]{{5}}(?:-[0-9]{{3,4}})?|[0-9]{{4}}(?:-[0-9]{{3}}|[ ]?[A-Z]{{2}})?|[0-9]{{3}}[ -][0-9]{{2}}|[0-9]{{3}}-[0-9]{{4}}|[0-9]{{2}}-[0-9]{{3}}|[0-9]{{6}}|[A-Z]{{1,2}}[0-9][A-Z0-9]?[ ]?[0-9][A-Z]{{2}}|[A-Z][0-9][A-Z][ -]?[0-9][A-Z][0-9]){_ENDS}"
    ),
    "house": re.compile(rf"[0-9]{{1,4}}[ ]?[A-Za-z]?(?:[-/][0-9]{{1,4}}[A-Za-z]?)?{_ENDS}"),
    # nothing else stands in the field
    "street": re.compile(
        r"[^\W\d_a-zß-ÿ][\w'’.-]{2,30}(?:[ ](?:(?:de|da|do|del|della|van|der|den|la|le|el)[ ]){0,2}[^\W\d_a-zß-ÿ][\w'’.-]{1,30}){0,4}(?=[\"'`]|[ ]{2}|[ ]?(?:[;|\n]|$))"
    ),
}
_SPACED = re.compile(r"[ ](?=[A-Z0-9]{2,4}[0-9A-Z -])")  # `postcode SW1A 1AA`: a code needs no sign


def recognize(text: str) -> Iterator[Hit]:
    """Yield the parts of addresses that fill a field of their own."""
    for label in _LABELS.find(text):
        sign = _SIGN.match(text, label.end)
        at = sign.end() if sign is not None else label.end
        if sign is None:
            gap = _SPACED.match(text, at) if label.kind == "postcode" else None
            if gap is None:
                continue
            at = gap.end()
        value = _VALUES[label.kind].match(text, at)
        if value is not None:
            score = 0.7 if "-" in value[0] else 0.4  # with a dash it may look like a phone number
            yield Hit(*value.span(), "STREET_ADDRESS", score, "part of an address", "label address")
