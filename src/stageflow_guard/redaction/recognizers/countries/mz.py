"""Mozambique."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="mz", language="pt",
    documents=(
        Document(entity="MZ_NUIT", value=r"[0-9]{9}", names="nuit|nuit moçambicano|n.u.i.t.|nuit nº"),
        Document(entity="MZ_BI", value=r"[0-9]{12}[A-Z]", names="bi moçambicano|bilhete de identidade moçambicano|bi|bilhete de identidade", bare=0.4),
    ),
)  # fmt: skip
