"""Chile."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def rut(value: str) -> bool:
    """RUT: weights 2 to 7 from the right, modulus 11."""
    total = sum(int(d) * (2 + i % 6) for i, d in enumerate(reversed(value[:-1])))
    return "0123456789K"[-total % 11] == value[-1].upper()


COUNTRY = Country(
    code="cl", language="es",
    documents=(Document(entity="CL_RUT", value=r"[0-9]{1,2}[.]?[0-9]{3}[.]?[0-9]{3}-?[0-9Kk]", names="rut|r.u.t.|r.u.n.|rol único nacional|rol único tributario|cédula de identidad chilena|run", check=rut),),
)  # fmt: skip
