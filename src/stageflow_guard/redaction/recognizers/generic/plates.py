"""Plates of vehicles in the form of their country, where a vehicle is spoken of before them. Pure.

`change the reg on my policy from FN14 UZB to LC70 XWE`: the label stands too far off to be the
plate's own, and the form is one that little else has.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.plate_forms import SURE, is_one
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, register, vocabulary
from stageflow_guard.redaction.recognizers.runs import runs

_FORMS = re.compile(
    r"(?<![\w/.-])(?:[A-Z]{2}[0-9]{2}[ ]?[A-Z]{3}|[A-Z]{2}-[0-9]{3}-[A-Z]{2}|[A-Z]{2}[ ]?[0-9]{3}[ ]?[A-Z]{2}|[0-9]{4}[ ]?[BCDFGHJ-NPR-TV-Z]{3}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ ]?[0-9]{2,4}"
    r"|[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,2}[ -]?[0-9]{4}|[A-Z]{3}[ -]?[0-9][A-Z0-9][0-9]{2}|[0-9]{2}[ ][A-Z]{1,3}[ ][0-9]{2,4}|[A-Z]{2,3}[ ][0-9]{3,5}[A-Z]{0,2}|[A-Z]{1,2}-[0-9]{2,3}-[A-Z]{1,2}|[0-9]-[A-Z]{3}-[0-9]{2}|[A-Z]{3}[ ]?[0-9]{2}[A-Z])(?![\w/-]|[.,][0-9])"
)
_WORDS = r"reg|plate|plates|car park|parked|parking|vehicle|motorbike|kennzeichen|kfz|fahrzeug|stellplatz|parkplatz|parkt|véhicule|voiture|stationn\w{2,6}|immatricul\w{2,7}|matrícula|coche|vehículo|aparcad\w{1,2}|targa|targat[ao]|veicolo|parcheggi\w{1,3}|kenteken|voertuig|geparkeerd|parkeer\w{0,6}|placa|veículo|estacionad\w|plaka|araç|nr rej|rejestrac\w{2,5}|samochód|registreringsnummer|regnr|bilen|bilens|bil|nummerplade|nummerskylt|rekisteri\w{0,8}|autoni|spz|vozidlo|auto(?=[ ](?:ist|hat|is|è|e['’]|ma|má))|वाहन|गाड़ी|बाइक"
_VEHICLES = re.compile(rf"(?<![^\W\d_])(?:{_WORDS})(?![^\W\d_])")
# what each of them begins with
_HEADS = Heads(
    re.split(r"[\\\[(]", word)[0] for word in re.sub(r"\(\?=.*?\)\)", "", _WORDS).split("|")
)
# a make, a model or a kind of vehicle: with a form that is one of plates alone
_CARS = frozenset([
    "audi", "bmw", "mercedes", "benz", "volkswagen", "vw", "opel", "vauxhall", "ford", "renault", "peugeot", "citroen", "citroën", "fiat", "seat", "skoda", "škoda", "volvo", "toyota", "honda", "mazda", "nissan", "hyundai", "kia", "suzuki", "subaru", "mitsubishi", "dacia", "tesla", "jeep", "chevrolet", "chevy", "dodge", "chrysler", "cadillac", "lexus", "porsche", "ferrari", "lancia", "alfa", "cupra", "jaguar", "rover", "vespa", "piaggio", "yamaha", "kawasaki", "ducati", "harley", "iveco", "scania",
    "golf", "polo", "passat", "tiguan", "touran", "touareg", "caddy", "jetta", "amarok", "arteon", "corsa", "astra", "insignia", "mokka", "zafira", "meriva", "vivaro", "fiesta", "focus", "mondeo", "kuga", "transit", "mustang", "ranger", "escape", "bronco", "clio", "megane", "mégane", "scenic", "scénic", "captur", "twingo", "kangoo", "kadjar", "zoe", "berlingo", "picasso", "jumper", "partner", "panda", "punto", "doblo", "ducato", "tipo", "ibiza", "leon", "león", "arona", "ateca", "alhambra", "octavia", "fabia", "superb", "kodiaq", "karoq", "yaris", "corolla", "camry", "prius", "rav4", "auris", "aygo", "hilux", "tacoma", "tundra", "highlander", "civic", "accord", "cr-v", "jazz", "qashqai", "juke", "micra", "leaf", "altima", "sentra", "rogue", "duster", "sandero", "logan", "i10", "i20", "i30", "tucson", "elantra", "sonata", "sportage", "picanto", "rio", "ceed", "niro", "swift", "vitara", "impreza", "forester", "outback", "wrangler", "cherokee", "silverado", "impala", "malibu", "equinox", "sprinter", "vito", "cayenne", "macan", "gol", "onix", "strada", "uno", "palio", "saveiro", "fusca", "tsuru", "versa",
    "car", "cars", "van", "vans", "truck", "lorry", "suv", "hatchback", "sedan", "saloon", "pickup", "minivan", "scooter", "moped", "motorcycle", "taxi", "cab", "wagen", "auto", "autos", "pkw", "lkw", "transporter", "lieferwagen", "motorrad", "roller", "anhänger", "wohnmobil", "kombi", "fourgon", "camion", "camionnette", "utilitaire", "moto", "scooters", "break", "berline", "furgoneta", "furgón", "camión", "camioneta", "carro", "turismo", "motocicleta", "automobile", "macchina", "furgone", "motorino", "moto", "autovettura", "wagen", "bus", "busje", "bestelbus", "bestelwagen", "vrachtwagen", "aanhanger", "scooter", "brommer", "carrinha", "camião", "caminhão", "mota", "motociclo", "viatura", "samochodu", "auta", "autem", "veh", "tow", "towed", "abgeschleppt", "fourrière", "grúa", "rimosso", "weggesleept", "reboque", "rebocado",
])  # fmt: skip
register(_CARS)
_ONE_OF_CARS = re.compile(r"[^\W_][\w-]*[^\W_]")
# of Britain, Ireland, France, Italy, the Netherlands, Spain, Portugal, Germany, Poland, Brazil, California
_SURE_FORMS = re.compile(
    r"(?<![\w/.,@-])(?:[A-Z]{2}[0-9]{2}[ ]?[A-Z]{3}|[0-9]{2,3}-[A-Z]{1,2}-[0-9]{1,6}|[A-Z]{2}-[0-9]{3}-[A-Z]{2}|[A-Z]{2}[ ]?[0-9]{3}[ ]?[A-Z]{2}|[A-Z]{1,2}-[0-9]{2,3}-[A-Z]{1,2}|[0-9]{1,2}-[A-Z]{2,3}-[0-9]{1,2}|[0-9]{2}-[A-Z]{2}-[A-Z]{2}|[A-Z]{2}-[A-Z]{2}-[0-9]{2}|[A-Z]{2}-[0-9]{2}-[A-Z]{2}|[A-Z]{3}-[0-9]{2}-[A-Z]"
    r"|[0-9]{4}[ -]?[BCDFGHJ-NPR-TV-Z]{3}|[0-9]{2}[ -][A-Z]{2}[ -][0-9]{2}|[A-Z]{2}[ -][0-9]{2}[ -][0-9]{2}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?[0-9]{1,4}[EH]?|(?<![A-Z][ ])[A-ZÄÖÜ]{1,3}[ ][A-Z]{1,2}[ ][0-9]{3,4}[EH]?|[A-Z]{1,3}[ ](?=[A-Z0-9]{0,3}[A-Z])[0-9][A-Z0-9]{3,4}|[A-Z]{3}-?[0-9][A-Z][0-9]{2}|[A-Z]{3}-[0-9]{3,4}|[0-9][A-Z]{3}[0-9]{3}|[0-9]-[A-Z]{3}-[0-9]{3})(?![\w/-]|[.,][0-9]|[ ][0-9]{2,4}[ ][0-9])"
)
_WITHIN = 90  # characters before it
_MIXED = re.compile(
    r"[A-Z0-9][ -]?(?:[0-9](?<=[A-ZÄÖÜ][ -].)|[0-9](?<=[A-ZÄÖÜ].)|[A-Z](?<=[0-9][ -].)|[A-Z](?<=[0-9].))"
)


def beside(text: str) -> Iterator[Hit]:
    """Yield such plates."""
    lower = lowered(text)
    heads = _HEADS.places(lower)
    of_cars = not _CARS.isdisjoint(vocabulary(text))
    if not (heads or of_cars) or _MIXED.search(text) is None:
        return
    if of_cars:
        yield from _of_cars(text, lower)
    for match in _forms(text, heads):
        before = lower[max(0, match.start() - _WITHIN) : match.start()].rpartition("\n")[2]
        if _VEHICLES.search(before) is not None and is_one(match[0]):
            yield Hit(
                *match.span(), "LICENSE_PLATE", 0.5, "plate, vehicle before it", "label plate"
            )


def _of_cars(text: str, lower: str) -> Iterator[Hit]:
    """Yield plates in a form of theirs behind a make, a model or a kind of vehicle."""
    for match in _near_cars(text, lower):
        before = lower[max(0, match.start() - _BESIDE_CAR) : match.start()].rpartition("\n")[2]
        words = _ONE_OF_CARS.findall(before)
        told = bool(_CARS.intersection(words)) and _OF_PARTS.isdisjoint(words[-1:])
        told = told or _is_said_of_a_car(lower, match, words)
        if told and not match[0].endswith("TSN") and is_one(match[0]):
            yield Hit(*match.span(), "LICENSE_PLATE", 0.5, "plate, car before it", "label plate")


def _near_cars(text: str, lower: str) -> Iterator[re.Match[str]]:
    """Yield what has a form of plates around the words for vehicles; none is read twice."""
    reached = 0
    for word, start in runs(lower).places(_CARS):
        low, high = max(reached, start - _AROUND_CAR), start + len(word) + _AROUND_CAR
        if high <= reached or _MIXED.search(text, low, high) is None:
            continue
        reached = high - _LONGEST
        for match in itertools.chain(
            _SURE_FORMS.finditer(text, low, high), SURE.finditer(text, low, high)
        ):
            if match.start() < reached and match.end() < high:
                yield match


_AROUND_CAR = 64  # characters: a plate and what it is beside


def _is_said_of_a_car(lower: str, match: re.Match[str], before: list[str]) -> bool:
    """Say whether a car stands a little behind: `LD19 KDB, a grey Qashqai`, and no part before."""
    behind = lower[match.end() : match.end() + _CAR_BEHIND]
    clause = _CLAUSE_ENDS.split(behind, maxsplit=1)[0]
    words = _ONE_OF_CARS.findall(clause)
    return not _CARS.isdisjoint(words) and _SAID_OF.isdisjoint(words) and (
        _OF_PARTS.isdisjoint(before) and not any(map(str.isdigit, clause))
    )  # fmt: skip


_CAR_BEHIND = 32  # characters behind it
_CLAUSE_ENDS = re.compile(r"[\n;!?]|\.[ ]")
# what fits a car, and names that are words, too
_SAID_OF = frozenset(["for", "für", "pour", "para", "per", "voor", "fits", "passend", "kit", "partner", "transit", "focus", "leaf", "rogue", "escape", "ranger", "superb", "accord", "jazz", "swift", "strada", "uno", "tipo", "rio", "polo", "golf", "seat", "break", "bus", "cab", "auto", "autos", "versa", "gol", "rover", "express", "line", "linie", "ligne"])  # fmt: skip
_BESIDE_CAR = 45  # characters before it
# what else has a number of letters and digits, right before it
_OF_PARTS = frozenset(["ref", "réf", "rif", "art", "artikel", "article", "articolo", "part", "parts", "teil", "teilenr", "model", "modell", "modèle", "modelo", "modello", "typ", "type", "tipo", "order", "sku", "code", "item", "hsn", "motor", "engine", "moteur", "motore", "bus", "route", "line", "linie", "ligne", "linea", "línea", "lijn", "room", "gate", "flight", "version", "size"])  # fmt: skip


def _forms(text: str, heads: Sequence[int]) -> Iterator[re.Match[str]]:
    """Yield what is written like a plate behind one of `heads`."""
    reached = 0
    for at in heads:
        while reached < at + _WITHIN:
            near = _FORMS.search(text, max(at, reached), at + _WITHIN + _LONGEST)
            if near is None:
                reached = at + _WITHIN
                break
            match = _FORMS.match(text, near.start())  # the look may have cut it
            reached = near.end() if match is None else match.end()
            if match is not None:
                yield match


_LONGEST = 16  # characters of a plate, and what shows that it ends
