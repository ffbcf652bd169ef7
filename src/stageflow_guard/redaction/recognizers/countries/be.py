"""Belgium."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def national_number(value: str) -> bool:
    """Rijksregisternummer: 97 minus the first nine digits modulo 97, with a 2 in front since 2000."""
    body, check = int(value[:9]), int(value[9:])
    return check in (97 - body % 97, 97 - (2_000_000_000 + body) % 97)


def card_number(value: str) -> bool:
    """Identity card: the first ten digits modulo 97, 97 for 0."""
    return int(value[10:]) == (int(value[:10]) % 97 or 97)


COUNTRY = Country(
    code="be", language="nl",
    documents=(
        Document(entity="LICENSE_PLATE", value=r"[1-9]-[A-Z]{3}-[0-9]{3}", names="nummerplaat|kenteken|plaque|plaque d'immatriculation|wagen|auto|voiture|van|car|véhicule|voertuig|immatriculée|plate"),
        Document(entity="BE_ID_CARD", value=r"[0-9]{3}[ -]?[0-9]{7}[ -]?[0-9]{2}|[A-Z][ ]?[0-9]{7}[ ]?[0-9]{2}", check=card_number, names="identiteitskaart|id-kaart|e-id|elektronische identiteitskaart|carte identité|carte d’identité belge|vreemdelingenkaart|verblijfskaart|verblijfstitel|titre de séjour belge|carte d'étranger|identiteitskaartnummer|eid|carte d'identité|kaartnummer eid|personalausweis"),
        Document(
            entity="BE_NN", value=r"[0-9]{2}[.]?[0-9]{2}[.]?[0-9]{2}[-]?[0-9]{3}[.]?[0-9]{2}", check=national_number,
            names="rijksregisternummer|rijksregister|rijksregisternr|rr-nummer|rrn|rr nr|nationalregisternummer|nationalregister|nationalregisternr|n° national|n° registre national|registre nat|registre national|numéro national|numéro de registre national|nationaal nummer|insz|niss",
        ),
    ),
)  # fmt: skip
