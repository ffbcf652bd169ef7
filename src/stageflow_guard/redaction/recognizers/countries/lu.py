"""Luxembourg."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn, verhoeff
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def matricule(value: str) -> bool:
    """Matricule: a day of birth, then Luhn's digit and Verhoeff's over the first eleven."""
    return luhn(value[:12]) and verhoeff(value[:11] + value[12])


COUNTRY = Country(
    code="lu", language="fr",
    documents=(
        Document(entity="LU_ID", value=r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ ]?[0-9]{5}", names="matricule national|matricule|matricule luxembourgeois|numéro d'identification national|n° matricule|matricule ccss|matrikelnummer|nationalnummer", check=matricule),
    ),
)  # fmt: skip
