"""European Union: value added tax."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="eu", language="en",
    fields={"EU_VAT": "vat number|vat id|vat no|ust id|ustid|ust idnr|tva|numéro tva|btw nummer"},
    documents=(
        Document(
            entity="EU_VAT", names="vat|uid|uid nr|uid-nr|uid-nummer|ust-idnr|ust-id|ustid|mwst-id|n° de tva|btw-id|btw id|btw-nummer|nif-iva|nif iva|nº iva|n. iva|vat registration|vat-id|vat number|vat id|vat no|vat reg no|vat registration number|ust id|ust idnr|ust id nr|umsatzsteuer identifikationsnummer|tva|numéro de tva|n° tva|tva intracommunautaire|btw|btw nummer|btw nr|partita iva|nif iva|nip ue|vat eu|momsnummer|moms nr",
            value=r"(?:AT[ ]?U[0-9]{8}|BE[ ]?0?[0-9]{9}|BG[ ]?[0-9]{9,10}|CY[ ]?[0-9]{8}[A-Z]|CZ[ ]?[0-9]{8,10}|DE[ ]?[0-9]{9}|DK[ ]?[0-9]{8}|EE[ ]?[0-9]{9}|EL[ ]?[0-9]{9}|ES[ ]?[A-Z0-9][0-9]{7}[A-Z0-9]|FI[ ]?[0-9]{8}|FR[ ]?[A-Z0-9]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}|GB[ ]?[0-9]{3}[ ]?[0-9]{4}[ ]?[0-9]{2}(?:[0-9]{3})?|HR[ ]?[0-9]{11}|HU[ ]?[0-9]{8}|IE[ ]?[0-9][0-9A-Z][0-9]{5}[A-Z]{1,2}|IT[ ]?[0-9]{11}|LT[ ]?[0-9]{9}(?:[0-9]{3})?|LU[ ]?[0-9]{8}|LV[ ]?[0-9]{11}|MT[ ]?[0-9]{8}|NL[ ]?[0-9]{9}B[0-9]{2}|PL[ ]?[0-9]{10}|PT[ ]?[0-9]{9}|RO[ ]?[0-9]{2,10}|SE[ ]?[0-9]{12}|SI[ ]?[0-9]{8}|SK[ ]?[0-9]{10})",
        ),
    ),
)  # fmt: skip
