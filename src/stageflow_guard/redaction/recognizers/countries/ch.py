"""Switzerland."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def ahv(value: str) -> bool:
    """AHV number: an EAN-13 that begins with 756."""
    return (
        value[:3] == "756"
        and sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(value)) % 10 == 0
    )


COUNTRY = Country(
    code="ch", language="de",
    documents=(
        Document(
            entity="CH_AHV", value=r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", check=ahv,
            names="ahv|ahv nr|ahv nummer|avs|no avs|numéro avs|avs number|ahvn13",
        ),
    ),
)  # fmt: skip
