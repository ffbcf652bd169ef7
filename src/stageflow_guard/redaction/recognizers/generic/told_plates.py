"""Plates of vehicles in the clause of a word for one: `schwarzer Kombi, Kontrollschild TG 118 204`, `plate's kx19vbd`. Pure.

The surer the word, the more forms count behind it. In small letters a plate stands right behind its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.plate_forms import (
    ANY,
    SMALL,
    SURE,
    begins_with_a_word,
    is_one,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

# nothing but a plate is called so
_NAMED = re.compile(
    r"(?:number|licen[cs]e|reg|registration|index)[ -]?(?:plates?|marks?)|plate[ ](?:no|num|number|reads?|was|is)|reg(?:istration)?[ ]?(?:no|num|number|mark)|car[ ]reg|vrm|vrn|rego"
    r"|(?:amtl(?:iches|ichen|\.)?[ ])?(?:kfz[ -]?|auto|lkw-|pkw-|wechsel|kurz(?:zeit)?|saison|wunsch|ausfuhr|händler|versicherungs)?kennzeichen|(?:amtl\.?[ ])?kennz|(?:kfz|amtl)[ .-]{1,2}kz|nummernschild(?:ern?|es|s)?|nummerntafeln?|nummerntaferl|taferl|kontrollschild(?:ern?|es|s)?|kontrollnummer|autonummer|wechselschild(?:er)?|polizeiliche[ns]?[ ]kennzeichen"
    r"|plaques?[ ](?:d['’][ ]?immatriculation|minéralogiques?|de[ ]contrôle|vaudoises?|genevoises?|valaisannes?|fribourgeoises?|neuchâteloises?|jurassiennes?|bernoises?|suisses?|belges?|luxembourgeoises?|françaises?)|(?:n[°ºo.]{1,2}|numéro)[ ](?:minéralogique|d['’]immat\w{0,12})|immatricul(?:ation|ée?s?)|immat"
    r"|matr[ií]cula|matriculad[oa]s?|placa[ ]patente|placas?[ ]de[ ]circulación|patente[ ](?:n[°º.]|chilena|argentina|del|de la|de mi)|chapa[ ]patente|tablilla"
    r"|targ(?:a|he)|targat[oaie]|immatricolat[oaie]"
    r"|kenteken(?:plaat|platen|nummer|nr)?s?|nummerpla(?:at|ten)|nr[ .-]{0,2}plaat|nummer[ ]?plaat"
    r"|placas?[ ](?:do|da|de)[ ](?:carro|veículo|moto|viatura|caminhão)|emplacament[oe]s?|emplacad[oa]s?|chapas?[ ]de[ ]matrícula|chapa[ ]de[ ](?!(?:aço|ferro|zinco|madeira|alum))"
)
# other things are called so, too: only the surest forms count
_MAYBE = re.compile(
    r"plates?(?:['’]s)?|tags?|reg|regd|regn|registration|registered(?: as| under)?|kz|schild(?:ern?)?|nummer|plaques?|plaqué|patentes?|chapas?|placas?|dominio|tg|plaat|platen"
    r"|fahrzeugschein|fahrzeugbrief|zulassung|falschparker\w{0,2}|strafzettel|knöllchen|bu(?:ß|ss)geld(?:bescheid)?|parkbu(?:ß|ss)e|parkticket|parkausweis|parkschein|unfallgegner\w{0,2}|besucher|vignette|maut|abschlepp\w{2,10}|anhänger|wohnwagen"
    r"|remorque|caravane|carte[ ]grise|amende|contravention|fourrière|macaron|remolque|caravana|multa|denuncia|grúa|ficha[ ]técnica|itv|rimorchio|roulotte|libretto|bollo|revisione|multe|contravvenzione|ztl|aanhanger|aanhangwagen|caravan|boete|bekeuring|apk|wegenbelasting|busje|parkeervergunning|reboque|atrelado|coima|inspeção|iuc|ipva|crlv|renavam|seguro[ ]auto|sinistro"
    r"|parking[ ](?:ticket|permit|fine|pass)|penalty[ ]charge|pcn|speeding[ ]ticket|trailer|caravan|v5c?|mot|sorn|visitor|tow(?:ed|ing)?|ulez|toll|hit[ ]and[ ]run|dashcam|valet"
)
_HEADS = Heads((
    "number plate", "number-plate", "numberplate", "license", "licence", "reg", "index mark", "plate", "car reg", "vrm", "vrn", "tag",
    "amtl", "kfz", "auto", "lkw-", "pkw-", "wechsel", "kurz", "saison", "wunsch", "ausfuhr", "händler", "versicherungskenn", "kennz", "nummer", "taferl", "kontroll", "polizeilich", "kz", "schild",
    "plaqu", "numéro", "n°", "nº", "no ", "n. ", "immat", "minéral", "matr", "placa", "patente", "chapa", "tablilla", "dominio", "fahrzeug", "zulassung", "falschp", "strafz", "knöll", "bußgeld", "bussgeld", "park", "unfallg", "besucher", "vignette", "maut", "abschlepp", "anhänger", "wohnwagen", "remorque", "carav", "carte gr", "amende", "contrav", "fourri", "macaron", "remolque", "multa", "denuncia", "grúa", "ficha t", "itv", "rimorchio", "roulotte", "libretto", "bollo", "revisione", "multe", "ztl", "aanhang", "boete", "bekeur", "apk", "wegenb", "busje", "reboque", "atrelado", "coima", "inspe", "iuc", "ipva", "crlv", "renavam", "seguro a", "sinistro", "penalty c", "pcn", "speeding", "trailer", "v5", "mot ", "mot:", "sorn", "visitor", "tow", "ulez", "toll", "hit and", "dashcam", "valet",
    "targ", "tg", "kenteken", "nr.plaat", "nr plaat", "nrplaat", "nr. plaat", "nr-plaat", "plaat", "platen", "emplaca",
))  # fmt: skip
# what else such a word may begin, or tell of
_NO_PLATE = re.compile(
    r"[ -]{1,2}(?:base|madre|mãe|gráfica|de vídeo|de video|de som|de red|de rede|sonido|solar\w{0,3}|fotovolt\w{2,8}|de yeso|de gesso|pladur|de induc\w{2,6}|de cuisson|à induction|vitro\w{0,9}|chauffante|tectonique|dentaire|bactérienne|commémorative|de cocina|de acero|de aço|galvani\w{2,8}|metálica|ondulada|of|for|tectonics|glass|heat|screws?|holder|size|armour|armor|reader|di guida|de conducir|de invención|europea|de marca|registrada|court|office|desk|fee|form|deadline|code|link|key)(?![^\W\d_])"
)
_OF_A_SCHOOL = re.compile(
    r"[ ](?:universit\w{2,6}|d[oae] (?:alun[oa]|estudante|estudiante|escola|curso|faculdade|imóvel|empregado|servidor)|del (?:alumno|estudiante|curso)|de honor|escolar|acad[ée]mica|studente|profissional|funcional|consular|mercantil|inmobiliaria|predial)(?![^\W\d_])"
)
# what parts a word from its plate: other words, no number, no end of a sentence
_FILL = re.compile(r"\.?(?:[^\n;!?|{}<>=0-9.]|(?<![^\W_]{7})\.(?=[ ])|=(?=[ ]?[A-Z])){0,60}")
_LINE = re.compile(r"[ .:]{0,3}\n[ ]{0,4}")
_OTHERS = frozenset(
    {labels.OTHER, "card", "phone", "iban", "account", "passport", "license", "dob"}
)
_SOMETHING = re.compile(
    r"(?<![^\W_])(?:lot|batch|ref|part|model|modell|modèle|modelo|modello|teil|teilenr|vin|fin|fahrgestell\w{0,8}|ticket|order|ordine|pedido|commande|bestellung|art|artikel|article|articolo|version|rechnung|invoice|factura|facture|fattura|fatura|flug|flight|vol|vuelo|volo|gate|room|raum|seat|kurs|course|serie|serial|rahmen\w{0,8}|motor\w{0,8}|seri\w{0,8}|akten\w{0,8}|policen?\w{0,8}|zettel\w{0,6}|polis\w{0,6}|póliza|polizza|apólice|contrat\w{0,4}|vertrag\w{0,8}|renavam|chassis?|châssis|bastidor|telaio|hoort bij)(?![^\W_])"
)
_MEASURED = re.compile(
    r"[ ]?(?:[x×][ ]?[0-9]|(?:mm|cm|m|kg|g|w|v|kw|ps|hp|ml|l|euro?|€|%|°c|°)(?![^\W_]))"
)
_ADJACENT = re.compile(
    r"\.?(?:[ ]?(?:no|nr|number|num|n)(?![^\W_])[.°º]{0,2}|[ ]n[°º])?(?:['’]s)?(?:[ ](?:is|ist|was|war|lautet|est|es|è|e['’]|é|era|reads?)(?![^\W_]))?[ ]?[:=#-]?[ ]{0,2}[\"'`(]?"
)
_WORDS = frozenset(["for", "and", "the", "but", "was", "not", "has", "had", "are", "its", "per", "via", "und", "der", "die", "das", "von", "mit", "bei", "auf", "ist", "war", "les", "des", "par", "sur", "est", "pas", "los", "las", "por", "con", "del", "una", "che", "non", "dal", "van", "een", "het", "met", "bij", "dos", "das", "por", "com", "que", "is", "at", "in", "on", "to", "of", "as", "am", "pm", "it", "um", "an", "im", "am", "ab", "de", "du", "le", "la", "et", "en", "au", "el", "al", "se", "un", "il", "di", "da", "ed", "si", "op", "te", "do", "no", "na", "ao", "os", "st", "nd", "rd", "th", "km", "mm", "cm", "kg", "kw", "ps", "hp", "x", "rtx", "gtx", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mai", "juin", "mei", "ene", "abr", "ago", "dic", "set", "out", "dez", "okt"])  # fmt: skip
_LETTERS = re.compile(r"[a-zäöü]+")
# a vehicle stands there, or is looked for
_PARKED = Heads(("parked", "park", "blocking", "geparkt", "steht vor", "parkt", "blockiert", "zugeparkt", "garé", "stationn", "aparcad", "estacionad", "parcheggiat", "posteggiat", "geparkeerd", "staat voor", "estacionad"))  # fmt: skip
_IS_PARKED = re.compile(
    r"(?:parked|blocking|geparkte?|steht (?:vor|auf|in|im|quer)|parkt|blockiert|zugeparkt|garée?|stationn(?:ée?|ait|e)|aparcad[oa]|estacionad[oa]|parcheggiat[oa]|posteggiat[oa]|geparkeerd|staat (?:voor|op|in))(?![^\W\d_])"
)
_BEHIND = 40  # characters between a plate and such a word


def recognize(text: str) -> Iterator[Hit]:
    """Yield plates behind a word for one, and those of what is said to be parked."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _HEADS.places(lower):
        word = _NAMED.match(lower, at)
        named = word is not None and not lower[word.end() : word.end() + 1].isalpha()
        if not named:
            word = _MAYBE.match(lower, at)
        if word is None or lower[word.end() : word.end() + 1].isalpha():
            continue
        hit = _behind(text, lower, word.end(), named=named)
        if hit is not None:
            yield hit
    for at in _PARKED.places(lower):
        if _IS_PARKED.match(lower, at) is not None:
            yield from _before(text, lower, at)


def _behind(text: str, lower: str, at: int, *, named: bool) -> Hit | None:
    """Return the plate behind a word that ends at `at`."""
    if (not named and _NO_PLATE.match(lower, at)) or _OF_A_SCHOOL.match(lower, at):
        return None
    near = _ADJACENT.match(lower, at)
    start = near.end() if near is not None else at
    small = SMALL.match(text, start) if start > at else None
    if small is not None and _is_small_plate(small[0], named=named):
        return Hit(*small.span(), "LICENSE_PLATE", 0.5, "plate", "label plate")
    fill = _FILL.match(text, at)
    end = fill.end() if fill is not None else at
    line = _LINE.match(text, at)
    if line is not None and named:
        end = max(end, line.end())
    first = _NEXT.search(text, at, end + 1)
    low = first.start() if first is not None else end
    value = (ANY if named else SURE).search(text, at, min(len(text), end + _LONGEST))
    if value is None and start > at and _SOUTHERN.search(lower, max(0, at - 8), at):
        value = _OF_THE_SOUTH.match(text, start)
    if value is None or value.start() > max(end, low) or not _is_plate(value, lower):
        return None
    between = lower[at : value.start()]
    if _SOMETHING.search(between) or (
        labels.scan(text, at, value.start(), labels.NONE).name in _OTHERS
    ):
        return None
    return Hit(*value.span(), "LICENSE_PLATE", 0.5, "plate", "label plate")


_NEXT = re.compile(r"[0-9]")
# of Argentina, Colombia, Belgium: much else is written so, and a tag is one of software, too
_SOUTHERN = re.compile(r"(?:patentes?|chapas?|placas?|plaques?|dominio|plates?)$")
_OF_THE_SOUTH = re.compile(r"[A-Z]{3}[ -]?[0-9]{3}(?![\w/@-]|[.,:][0-9])")
_LONGEST = 16  # characters of a plate, and what shows that it ends


def _is_plate(value: re.Match[str], lower: str) -> bool:
    """Say whether a form is one of plates: no make, no norm, nothing that is measured."""
    return (
        is_one(value[0])
        and not begins_with_a_word(value[0])
        and _MEASURED.match(lower, value.end()) is None
    )


def _is_small_plate(value: str, *, named: bool) -> bool:
    """Say whether small letters and digits are a plate: none of its parts is a word."""
    letters = _LETTERS.findall(value)
    return (" " not in value or _WORDS.isdisjoint(letters)) and (
        named or sum(map(str.isdigit, value)) + len("".join(letters)) >= _LEAST
    )


_LEAST = 6  # letters and digits of a plate behind a word that may mean something else


def _before(text: str, lower: str, at: int) -> Iterator[Hit]:
    """Yield plates on the line before a word for parking that begins at `at`."""
    low = max(0, at - _BEHIND - _LONGEST, text.rfind("\n", 0, at) + 1)
    for value in SURE.finditer(text, low, at):
        between = lower[value.end() : at]
        if _STOPS.search(between) is None and _is_plate(value, lower):
            before = lower[max(0, value.start() - _BEHIND) : value.start()]
            if _SOMETHING.search(before) is None:
                yield Hit(*value.span(), "LICENSE_PLATE", 0.5, "plate", "label plate")


_STOPS = re.compile(r"[;\n0-9]|[.!?][ ]")
