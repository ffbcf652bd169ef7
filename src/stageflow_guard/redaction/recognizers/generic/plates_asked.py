"""Plates that answer a question, and plates before the word for one: `reg? its kd19 ltp`, `KL 07 BD 4418 is my tag`. Pure.

A question for a plate is answered with one, in whatever letters; and what is called a plate is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.plate_forms import (
    ABROAD,
    ANY,
    SMALL,
    begins_with_a_word,
    is_one,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

# as people ask for it, with the slips that they make
_WORD = (
    r"(?:number|licen[cs]e|licence|lic|registration|reg|car|vehicle)[ -]?(?:plates?|tags?|reg(?:istration)?|numbers?|no|num)|nu?mb(?:e?r)?[ -]?pla?te?s?|plates?|tags?|reg(?:istration|o|gie)?|vrm|vrn"
    r"|(?:auto|kfz-?|pkw-?|lkw-?|wechsel|amtl\.?[ ])?kenn?z(?:eichen|eich|\.)?|kfz|num?mern?(?:schild|tafel|taferl)|taferl|(?:kontroll|nummern)schild|autonum?mer|schild"
    r"|plaques?(?:[ ]d['’]?[ ]?immat\w{0,12})?|immat(?:riculation|ric)?|matricule|n[°ºo]{0,1}[ ]?d['’]?immat\w{0,12}"
    r"|matr[ií]culas?|mats?|matr|patente|placas?|chapas?|tablillas?|dominio|pla[ck]a"
    r"|targ(?:a|he|hetta)|contrassegno"
    r"|(?:num(?:ber|mer|[ée]ro)|número)(?=[^?\n]{0,40}(?<![^\W_])(?:car|van|truck|cab|auto|wagen|lkw|fahrzeug|voiture|véhicule|camion|coche|carro|vehículo|moto|macchina|veicolo|furgone|wagen|voertuig|veículo|viatura)(?![^\W_])[^?\n]{0,12}\?)"
    r"|k(?:e|3)?n?t?e?ken(?:s|plaat|nummer)?|nummerpla(?:at|ten)|nr[ .-]{0,2}plaat|plaat"
)
_ASKED = re.compile(
    rf"(?:{_WORD})(?![^\W\d_])(?:['’]s)?(?:[ ,]{{1,2}}[^\W\d_][\w'’]{{0,13}}){{0,6}}[.]{{0,3}}[ ]?\?{{1,3}}\s{{0,3}}(?:[-–—>:.]{{1,3}}[ ]{{0,2}}|[^\W\d_][\w ]{{0,14}}:[ ])?"
)
_ANSWER = re.compile(
    r"(?:(?:it['’]?s|it is|its|that['’]?s|that is|the|is|my|mine|yes|yeah|yep|sure|ok|so|um|uh|er|erm|umm|hm+|eh|ähm|äh|öhm|nun|moment|bah|beh|boh|ehm|este|pues|bueno|dunque|nou|eens|kijken|also|ja|klar|das|ist|lautet|die|der|meins|c['’]est|cest|oui|le|la|ben|euh|alors|voilà|ma|el|es|sí|si|pues|mira|la mía|è|e['’]|allora|sì|mia|het|dat|de|t|is|'t|goed|é|eh|a|o|sim|então|olha|minha|anote|reads|says|plate|number|ending|hier|here|ecco|eccola|aquí|aqui|voici|tiens)[,:.]{0,3}[ ]{1,2}){0,5}[\"'`(]?"
)
# what is said to be a plate: `…, voilà la plaque du bus`
_IS = r"(?:that['’]?s|this[ ]is|thats|is|was|['’]s|das[ ]ist|ist|war|lautet|voil[àa]|c['’](?:est|était)|cest|est|était|es|era|esa[ ]es|ésa[ ]es|è|e['’]|era|ecco|questa[ ]è|dat[ ]is|is|was|é|essa[ ]é|esta[ ]é|foi)"
_OF = r"(?:my|the|our|his|her|their|your|its|a|mein|meine|das|unser|unsere|sein|ihr|deren|la|ma|sa|notre|leur|mi|su|nuestra|el|mia|la[ ]mia|la[ ]sua|sua|nostra|mijn|ons|onze|het|de|zijn|haar|hun|a|minha|a[ ]minha|nossa|a[ ]sua)"
_ADJECTIVE = r"(?:[ ](?:car|number|license|licence|reg|vehicle|van|new|old|full|current|temporary|amtliche[ns]?|neue[ns]?|alte[ns]?|nouvelle|ancienne|vieja|nueva|vecchia|nuova|nieuwe|oude|nova|antiga|kfz|auto))?"
_BETWEEN = re.compile(
    rf"[\"'`)]?(?:[ ]\([^()\n]{{2,20}}\))?,?[ ]?(?:{_IS}[ ]?){{1,2}}(?:{_OF}(?![^\W_]))?{_ADJECTIVE}[ ]"
)
_PLATE = re.compile(
    rf"(?:{_WORD}|number)(?![^\W\d_])(?!['’]?[ ]?(?:[:=#]|is[ ]|ist[ ]|est[ ]|[0-9A-Z]{{1,3}}[ -]?[0-9]))"
)
_HEADS = Heads((
    "number", "licen", "lic ", "lic.", "reg", "car ", "vehicle ", "numb", "nmbr", "núm", "plate", "tag", "vrm", "vrn", "auto", "kfz", "pkw", "lkw", "wechsel", "amtl", "kenz", "kennz", "num", "taferl", "kontroll", "schild", "plaque", "immat", "matri", "matrí", "n° d", "no d", "matr", "mat", "patente", "placa", "chapa", "tablilla", "dominio", "plaka", "targ", "contrassegno", "ken", "knt", "kt", "nr", "plaat",
))  # fmt: skip
_AHEAD = 60  # characters before a word for a plate


def recognize(text: str) -> Iterator[Hit]:
    """Yield such plates."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _HEADS.places(lower):
        asked = _ASKED.match(lower, at)
        if asked is not None:
            answer = _ANSWER.match(lower, asked.end())
            value = _written(text, asked.end() if answer is None else answer.end())
        else:
            value = _before(text, lower, at)
        if value is not None:
            yield Hit(*value.span(), "LICENSE_PLATE", 0.5, "plate, asked for", "label plate")


def _written(text: str, at: int) -> re.Match[str] | None:
    """Return the plate at a place, in capitals or in small letters."""
    for form in (ABROAD, ANY):
        value = form.match(text, at)
        if value is not None:
            fits = is_one(value[0]) and not begins_with_a_word(value[0])
            return value if fits and _MEASURED.match(text, value.end()) is None else None
    value = SMALL.match(text, at)
    if value is None or _MEASURED.match(text, value.end()) is not None:
        return None
    fits = (
        sum(map(str.isalnum, value[0])) >= _LEAST
        and is_one(value[0].upper())
        and not _VERSION.match(value[0])
    )
    return value if fits and _COUNTED.search(value[0]) is None else None


_LEAST = 5  # letters and digits of a plate in small letters
_VERSION = re.compile(r"v[0-9]")  # `tag? v12abc`
_MEASURED = re.compile(r"[ ]?(?:%|€|\$|£|[x×][ ]?[0-9])")
_COUNTED = re.compile(
    r"(?<![a-z])(?:mm|cm|km|kg|kw|ps|hp|am|pm|st|nd|rd|th|eur|usd|chf|gbp|min|hrs?|mins?|uhr|day|days|for|and|the|pcs|qty)(?![a-z])"
)


def _before(text: str, lower: str, at: int) -> re.Match[str] | None:
    """Return the plate that a word at `at` is said of."""
    if _PLATE.match(lower, at) is None:
        return None
    low = max(0, at - _AHEAD, text.rfind("\n", 0, at) + 1)
    found = [*ABROAD.finditer(text, low, at), *ANY.finditer(text, low, at)]
    for value in sorted(found, key=lambda one: (one.end(), -one.start()), reverse=True):
        if value.end() - value.start() >= _SHORTEST and _BETWEEN.fullmatch(lower, value.end(), at):
            fits = is_one(value[0]) and not begins_with_a_word(value[0])
            return value if fits else None
    return None


_SHORTEST = 5  # characters
