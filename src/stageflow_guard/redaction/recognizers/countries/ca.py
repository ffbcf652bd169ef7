"""Canada."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number


def sin(digits: str) -> bool:
    """Social insurance number: Luhn; nobody has one that begins with 0 or 8."""
    return digits[0] not in "08" and luhn(digits)


def health_number(digits: str) -> bool:
    """British Columbia's personal health number: it begins with 9, modulo 11 over the eight digits behind it."""
    weighed = sum(int(d) * w for d, w in zip(digits[1:9], (2, 4, 8, 5, 10, 9, 7, 3), strict=True))
    return digits[0] == "9" and (11 - weighed % 11) % 11 == int(digits[9])


COUNTRY = Country(
    code="ca", language="en",
    words={"sin": "sin|social insurance"},
    fields={"CA_SIN": "social insurance number|social insurance|sin number"},
    numbers=(Number(entity="CA_SIN", sizes=(9,), label="sin", check=sin, shapes=((3, 3, 3),), bare=0.4),),
    documents=(
        Document(entity="CA_SIN", value=r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}", names="social insurance number|social insurance no|sin number|sin no", check=sin),
        Document(entity="CA_SIN", value=r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}", names="nas|numéro d'assurance sociale|n° d'assurance sociale|assurance sociale|s.i.n.|social ins no", check=sin),
        Document(entity="CA_RESIDENT_CARD", value=r"[A-Z]{2}[ ]?[0-9]{7,10}|[0-9]{2}-?[0-9]{4}-?[0-9]{4}", names="pr card|permanent resident card|perm resident card|carte de résident permanent|carte rp|uci number|uci no|iuc|study permit|work permit|permis d'études|permis de travail"),
        Document(entity="CA_TAX_ID", value=r"[0-9]{5}[ ]?[0-9]{4}(?:[ ]?R[TCPM][ ]?[0-9]{4})?", names="gst|hst|gst/hst|gst number|hst number|gst no|hst no|business number|cra bn|numéro de tps|n° tps"),
        Document(entity="CA_HEALTH_CARD", value=r"[A-Z]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}", names="ramq|nam|assurance maladie|carte soleil|carte d'assurance maladie|numéro d'assurance maladie|n° d'assurance maladie"),
        Document(entity="STREET_ADDRESS", value=r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][ -]?[0-9][ABCEGHJ-NPRSTV-Z][0-9]", names="postal code|code postal", bare=0.4),
        Document(entity="CA_HEALTH_CARD", value=r"9[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}", names="phn|personal health number|care card|carecard|health number", check=health_number),
        Document(entity="CA_HEALTH_CARD", value=r"[0-9]{4}[ -]?[0-9]{3}[ -]?[0-9]{3}(?:[ -]?[A-Z]{2})?", names="health card|health card number|ohip|ohip number|hcn|phn|personal health number|care card|carecard|mcp number|health number|health card no"),
    ),
)  # fmt: skip
