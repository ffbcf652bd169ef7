"""Mexico."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

_CURP = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


def curp(value: str) -> bool:
    """CURP: weights 18 to 2 over an alphabet with Ñ, modulus 10."""
    total = sum(_CURP.index(c) * (18 - i) for i, c in enumerate(value.upper()[:17]))
    return str(-total % 10) == value[17]


COUNTRY = Country(
    code="mx", language="es",
    fields={"MX_CURP": "curp"},
    documents=(
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="exp clínico|exp. clínico|exp. clín|expediente nº|núm expediente|no expediente|número de expediente"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{18}|[0-9]{3}[ -][0-9]{3}[ -][0-9]{11}[ -][0-9]", names="clabe|clabe interbancaria|cuenta clabe"),
        Document(
            entity="MX_CURP", names="curp|clave única de registro de población", check=curp, bare=0.6, bare_valid=0.85,
            value=r"[A-Z][AEIOUX][A-Z]{2}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[HMX][A-Z]{2}[B-DF-HJ-NP-TV-ZÑ]{3}[0-9A-Z][0-9]",
        ),
        Document(entity="MX_VOTER_ID", value=r"[A-Z]{6}[0-9]{8}[HM][0-9]{3}", names="clave de elector|credencial para votar|credencial del ine|ine|ife"),
        Document(entity="MX_VOTER_ID", value=r"[0-9]{9,13}", names="cic ine|idmex|ocr ine|folio ine"),
        Document(entity="MX_RFC", value=r"[A-ZÑ&]{3,4}[ -]?[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[ -]?[A-Z0-9]{2}[0-9A])?", names="rfc|registro federal de contribuyentes"),
        Document(entity="MX_NSS", value=r"[0-9]{11}", check=luhn, names="nss|seguro social|numero de seguro social|número de seguro social|número del seguro|no. de seguro social|nss imss|imss|número de seguridad social"),
    ),
)  # fmt: skip
