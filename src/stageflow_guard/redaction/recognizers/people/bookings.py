"""In whose name a table is: `tavolo 14, prenotato Guerrini 4 persone`, `Tisch 4 reserviert Kowalke, 3 Pers.`. Pure.

Flights and rooms are booked of firms and in towns: a surname alone counts where a table is spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import capitalised
from stageflow_guard.redaction.recognizers.people.known import is_known
from stageflow_guard.redaction.recognizers.people.somebody import THINGS, is_somebody
from stageflow_guard.redaction.recognizers.people.words import PARTICLES
from stageflow_guard.redaction.recognizers.phrases import lowered

_BOOKED = (
    "booking", "booked", "reservation", "reserved", "prenotato", "prenotata", "prenotati", "prenotazione", "reservierung", "reserviert", "vorbestellt", "vorbestellung", "réservation", "réservé", "réservée", "résa", "reserva", "reservado", "reservada", "reservering", "gereserveerd", "reservado para", "marcação", "rezerwacja", "bokning", "bokat", "rezervasyon",
)  # fmt: skip
_HEADS = Heads(_BOOKED)
_BEHIND = re.compile(
    rf"(?i:{'|'.join(sorted(_BOOKED, key=len, reverse=True))})[ ]?[:,]?[ ](?i:(?:a nome|auf|für|for|au nom de|a nombre de|op naam van|em nome de|na nazwisko|name|nom|famiglia|familie|fam\.?)[ ])?(?=[^\W\d_a-zß-ÿ]|(?:de|van|von|di)[ ])"
)
# how many come, and when
_PARTY = re.compile(
    r",?[ ](?:(?:für|per|pour|para|voor|for|x|dla|à)[ ])?(?:[0-9]{1,3}[ ]?(?:pers(?:on(?:s|e|en|nes|as)?|\.)?|people|guests|pax|adult\w{0,2}|couverts|coperti|comensales|pessoas|personen|osoby|osób|gäste|gasten|personer|kişi|p\.|pp|px)(?![^\W_])|party of [0-9]|(?:ore|um|à|at|om|alle|a las|às|o|kl\.?)[ ][0-9]{1,2}(?:[:.h][0-9]{2}|[ ]?[ap]m|[ ]?uhr|[ ]?h\b)|[0-9]{1,2}(?:[:.h][0-9]{2}|[ ]?[ap]m|[ ]?uhr)(?![^\W_]))",
    re.IGNORECASE,
)
_TABLE = re.compile(
    r"(?<![^\W_])(?i:tavol[oi]|tisch|table|mesa|tafel|stolik|bord|masa|ristorante|restaurant|restaurante|pizzeria|trattoria|osteria|coperti|couverts|comensales|party of|résa|seggiol(?:one|ino)|hochstuhl|chaise haute|trona|kinderstoel|high chair|walk-in|brunch)(?![^\W_])"
)
_LINE = 60  # characters on either side
# what is booked, where, how and when
_NO_GUEST = frozenset(["online", "confirmation", "birthday", "geburtstag", "compleanno", "anniversaire", "cumpleaños", "aniversário", "verjaardag", "biergarten", "terrasse", "terrace", "terraza", "terrazza", "terras", "salle", "saal", "raum", "room", "zimmer", "sala", "camera", "habitación", "chambre", "quarto", "kamer", "tisch", "table", "tavolo", "mesa", "tafel", "balkon", "garten", "jardin", "jardín", "giardino", "fenster", "innen", "außen", "interno", "esterno", "dentro", "fuera", "confermata", "bestätigt", "confirmée", "confirmada", "bevestigd", "nummer", "numero", "número", "samstag", "sonntag", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "sabato", "domenica", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag", "segunda", "terça", "quarta", "quinta", "sexta", "heute", "morgen", "oggi", "domani", "hoy", "mañana", "demain", "brunch", "lunch", "dinner", "abendessen", "frühstück", "cena", "pranzo", "dîner", "déjeuner", "almuerzo", "jantar", "almoço", "menu", "menü", "menú", "bar", "lounge", "vip", "opentable", "thefork", "quandoo", "booking", "expedia", "airbnb", "google", "telefon", "telefonisch", "web", "app", "silvester", "weihnachten", "capodanno", "natale", "noël", "navidad", "natal", "ostern", "pasqua", "weekend", "wochenende", "standard", "deluxe", "superior", "suite", "spa", "flug", "flight", "volo", "vol", "vuelo", "voo", "bus", "zug", "train", "treno", "kino", "escape", "bowling", "padel", "tennis", "yoga", "sauna", "tour", "führung", "visita", "visite", "rondleiding"])  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield the name between a word for a booking and how many come, or when."""
    for at in _HEADS.places(lowered(text)):
        booked = _BEHIND.match(text, at)
        name = capitalised(text, booked.end()) if booked is not None else None
        if name is None or _PARTY.match(text, name[1]) is None:
            continue
        words = [word.lower().strip(".") for word in text[slice(*name)].split(" ")]
        begin = max(text.rfind("\n", 0, at) + 1, at - _LINE)
        line = text[begin : name[1] + _LINE].partition("\n")[0]
        table = _TABLE.search(line) is not None or words[0] in PARTICLES
        if not table and not (len(words) > 1 and is_known(text[slice(*name)])):
            continue
        if is_somebody(text[slice(*name)]) and THINGS.union(_NO_GUEST).isdisjoint(words):
            yield Hit(*name, "PERSON", 0.42, "name, booking", "label said")
