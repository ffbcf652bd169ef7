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
            names="ahv|ahv-nr|ahv-nummer|ahv nr.|avs-nr|n° avs|numero avs|navs13|assicurazione avs|sozialversicherungsnummer|versichertennummer ahv|avs13|ahv nr|ahv nummer|avs|no avs|numéro avs|avs number|ahvn13",
        ),
        Document(entity="CH_UID", value=r"CHE[- ]?[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}", names="uid|uid nr|mwst nr|mwst-nr|mwst-nummer|ide|n° ide|n° tva|idi", bare=0.4),
        Document(entity="CH_ID_CARD", value=r"[A-Z][0-9]{7}|[A-Z][0-9]{1,2}[A-Z0-9]{6}", names="identitätskarte|die id|meine id|deine id|seine id|ihre id|id nr|schweizer id|carte d'identité suisse|carta d'identità svizzera|ausländerausweis|zemis|zemis nr"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{12}", names="führerausweis|führerausweis nr|fahrausweis|permis de conduire suisse|licenza di condurre"),
    ),
)  # fmt: skip
