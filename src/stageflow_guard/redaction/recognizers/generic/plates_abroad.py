"""Plates in the forms of faraway countries, old ones and those of mopeds and trailers, right behind a word for one. Pure.

`matricule 41882 أ 6`, `contrassegno X6 KDTP`: much else is written so, but little stands behind such words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.plate_forms import (
    ABROAD,
    begins_with_a_word,
    is_one,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_CAR = r"taxi|uber|cab|bus|coche|carro|auto|moto|camión|camioneta|combi|vehículo|car|van|truck|lorry|bike|scooter|trailer|vehicle|rickshaw|tuk[ -]tuk|matatu|boda|okada|voiture|véhicule|camion|mobylette|scooter|remorque|char|cyclomoteur|motorrad|moped|mofa|roller|anhänger|wagen|fahrzeug|ciclomotore|motorino|rimorchio|furgone|macchina|veicolo|tassì|bromfiets|brommer|snorfiets|aanhanger|bus|reboques?|atrelados?|mota|ciclomotor|veículo|caminhão|viatura|carrinha|remolque|patineta|mototaxi"
# words that mean a plate, or do so beside a vehicle
_SURELY = r"(?:number|licen[cs]e|registration|reg)[ -]?(?:plates?|tags?|mark|no|number)|numberplates?|rego|vrm|kennzeichen|kennz|nummernschild|kontrollschild|versicherungskennzeichen|mopedkennzeichen|mofakennzeichen|plaques?[ ]d['’]immat\w{0,12}|immatricul(?:ation|ée?s?)|immat|targ(?:a|he)|targat[ao]|targhetta|kentekens?|nummerplaat|placas(?=[ :])|placas?[ ](?:de[ ]circulación|del[ ](?:taxi|coche|carro|auto)|do[ ](?:carro|táxi))|chapa[ ]patente"
_PERHAPS = r"plates?|tags?|plaques?|matricules?|matr[ií]culas?|matr?s?|mat\.?s|patentes?|placas?|chapas?|contrassegni?o?|reg|schild|tablillas?"
_TOLD = re.compile(
    rf"(?:(?P<sure>{_SURELY})|{_PERHAPS})(?![^\W\d_])\.?(?P<of>(?:[ ](?:del|de[ ]la|de|des|du|d['’]|dos|das|do|da|of|the|on|der|des|vom|di|della|dello|van|het|on|my|mein|meine|son|su|mi|la|le|el|il|sa))*?[ ](?:{_CAR})s?(?![^\W\d_]))?"
    r"(?:[ ]?(?:no|nr|n[°º.]{1,2}|n|num|number|numéro|número|numero)(?![^\W\d_])\.?)?(?:[ ](?:is|was|ist|war|est|était|es|era|è|e['’]|é|foi|reads?|lautet)(?![^\W\d_]))?(?:[ ][^\W\d_]{3,14}){0,2}?[ ]?[,:=#-]?[ ]{1,2}[\"'`(]?"
)
_HEADS = Heads((
    "number", "licen", "registration", "reg", "rego", "vrm", "kennz", "nummernschild", "kontrollschild", "versicherungskenn", "mopedkenn", "mofakenn", "plaque", "immat", "targ", "kenteken", "nummerplaat", "placa", "chapa", "plate", "tag", "matri", "matrí", "mat", "patente", "contrasseg", "schild", "tablilla",
))  # fmt: skip
_A_VEHICLE = re.compile(rf"(?<![^\W_])(?:{_CAR})s?(?![^\W\d_])")
_NEAR, _AHEAD = 40, 48  # characters before a word and behind a plate
# the pupil's, the worker's, what is carved in a stone
_OTHER = re.compile(
    r"(?<![^\W_])(?:univ\w{0,8}|agent|salariée?|employ\w{0,4}|étudiante?|student\w{0,4}|alumn[oa]s?|alun[oa]s?|estudiantes?|dipendente|studente|funcionári[oa]|servidor\w{0,3}|militaire|soldat|imóvel|registo predial|software|version|git|docker|build|release|html|commit|image|serial|price|rfid|nfc|yeso|solar|solares|madre|acero|base|circuitos?|pladur|vídeo|video|cerámicas?)(?![^\W_])"
)


def recognize(text: str) -> Iterator[Hit]:
    """Yield such plates."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _HEADS.places(lower):
        told = _TOLD.match(lower, at)
        if told is None:
            continue
        value = ABROAD.match(text, told.end())
        if value is None or not is_one(value[0]) or begins_with_a_word(value[0]):
            continue
        near = lower[max(0, at - _NEAR) : value.end() + _AHEAD]
        if _OTHER.search(near) is not None:
            continue
        if told["sure"] or told["of"] or _A_VEHICLE.search(near) is not None:
            yield Hit(*value.span(), "LICENSE_PLATE", 0.5, "plate, abroad", "label plate")
