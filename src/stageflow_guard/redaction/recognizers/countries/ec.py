"""Ecuador."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def cedula(value: str) -> bool:
    """Cédula: a province, and twice every other digit, modulus 10."""
    doubled = [int(d) * 2 - (9 if int(d) > 4 else 0) for d in value[:9:2]]
    total = sum(doubled) + weighted(value[1:9:2], (1, 1, 1, 1))
    known = "01" <= value[:2] <= "24" or value[:2] in ("30", "50")
    return known and value[2] < "7" and -total % 10 == int(value[9])


COUNTRY = Country(
    code="ec", language="es",
    documents=(
        Document(entity="EC_CEDULA", value=r"[0-2][0-9]{9}", check=cedula, names="cédula|cedula|cédula ecuatoriana|cédula de ciudadanía ecuatoriana|c.i.|cédula de identidad|cédula de ciudadanía"),
        Document(entity="EC_RUC", value=r"[0-2][0-9]{12}", names="ruc"),
    ),
)  # fmt: skip
