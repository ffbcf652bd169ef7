"""Romania."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
)


def cnp(value: str) -> bool:
    """CNP: modulus 11, 10 counts as 1."""
    total = weighted(value[:12], (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return value[0] != "0" and (1 if total == 10 else total) == int(value[12])


COUNTRY = Country(
    code="ro", language="ro",
    words={"phone": "telefon|mobil"},
    fields={"PERSON": "nume complet", "PERSON_PART": "nume|prenume", "SECRET": "parolă|parola", "DATE_OF_BIRTH": "data nașterii|data nasterii", "STREET_ADDRESS": "adresă|adresa|domiciliu", "PHONE_NUMBER": "telefon|mobil|număr de telefon"},
    said="mă numesc|numele meu este|mă cheamă", titles="Dl|Dna|domnul|doamna", born="născut la|născută la|data nașterii",
    documents=(
        staff("număr angajat|nr angajat|număr de marcă|marcă angajat"),
        members("cod client|cod de client|număr client|nr client|număr abonat|cod abonat|nr poliță|număr poliță|nr membru|număr membru"),
        patients("număr fișă|fișa pacientului|nr foaie observație|cod pacient"),
        Document(entity="US_DRIVER_LICENSE", value=r"[A-Z][ ]?[0-9]{8}[A-Z]?", names="permis de conducere|nr permis|permisul de conducere|permisul auto"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{1,2}[ -]?[0-9]{2,3}[ -]?[A-Z]{3}", names="număr de înmatriculare|nr înmatriculare|nr auto|număr auto|numărul mașinii|mașina cu numărul"),
        Document(entity="PASSPORT", value=r"[0-9]{8,9}|[A-Z]{2}[0-9]{7}", names="pașaport|nr pașaport|număr pașaport|seria pașaport"),
        Document(entity="RO_CNP", value=r"[1-9][0-9]{12}", names="cnp|cod numeric personal|c.n.p.", check=cnp),),
)  # fmt: skip
