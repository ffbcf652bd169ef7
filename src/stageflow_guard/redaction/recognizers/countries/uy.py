"""Uruguay."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="uy", language="es",
    documents=(
        Document(entity="UY_CEDULA", value=r"[0-9]\.?[0-9]{3}\.?[0-9]{3}-?[0-9]", names="cédula|céd. de ident|céd. de identidad|ced. de identidad|cédula uruguaya|cédula de identidad uruguaya|c. de i.|cédula de identidad|c.i."),
        Document(entity="UY_RUT", value=r"[0-9]{12}", names="rut"),
    ),
)  # fmt: skip
