"""Addresses that begin with whose house it is, or what it is called: `c/o Café Nord, Ringweg 4`, `Hoeve De Eik, Laan 2, 9000 Gent`. Pure.

A word for staying with somebody, or for a farm, an estate, a block, opens a first piece of names. The row of
pieces behind its comma has a number, and shows a street, a room or a town's code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.addresses.row_of_pieces import Row, read
from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_WITH = r"c/o|c\.o\.|p/a|p\.a\.|p/adr|per[ ]adres|care[ ]of|aux?[ ]bons[ ]soins[ ]de|a[ ]cargo[ ]de|ao[ ]cuidado[ ]de|a/c[ ]de"
_HOUSES = (
    r"r[ée]s(?:id(?:ence|encia|encial)?)?|résidence|residenza|residencial|domaine|ferme|mas|château|villa|lotissement|lot|clos|hameau|le[ ]clos|cité|immeuble|imm|bâtiment|bât|tour|coopérative|pavillon"
    r"|hoeve|hofstede|boerderij|huize|huis|kasteel|landgoed|residentie|flat|appartement|flatgebouw|vakantiepark|recreatiepark|camping|chalet|woonzorgcentrum|wzc"
    r"|finca|cortijo|masía|mas|hacienda|rancho|estancia|quinta|chacra|fundo|parcela|caserío|pazo|edificio|edif|ed|torre|conjunto(?:[ ](?:residencial|cerrado))?|condominio|unidad(?:[ ]residencial)?|urb(?:anización)?|barriada|parroquia|caserío|villa|vereda|corregimiento"
    r"|cascina|podere|masseria|tenuta|agriturismo|casale|villa|palazzo|pal|condominio|cond|borgo|maso|baita|azienda[ ]agricola|fattoria|località|loc|frazione|fraz"
    r"|quinta|herdade|monte|casal|solar|fazenda|sítio|chácara|edifício|condomínio|residencial|prédio|lugar|moradia|vivenda|granja|rancho"
    r"|hof|gut|gutshof|weingut|bauernhof|mühle|schloss|schloß|haus|pension|wohnheim|studentenwohnheim|seniorenheim|altenheim|pflegeheim|wohnanlage|wohnpark|ferienpark|forsthaus|alm|almhütte|weiler|siedlung|residenz"
    r"|farm|cottage|house|manor|lodge|flat|court|tower|towers|villas|apartments?|plot|estate|homestead|barn|mill|grange|mews|rectory|vicarage|compound|blk|block"
)
_OPEN = re.compile(
    rf"(?:(?:(?P<with>{_WITH})(?:[ ]+|(?<=\.)))|(?:{_HOUSES})(?![^\W\d_])\.?[ ]{{1,2}})"
)
_HEADS = Heads((
    "c/o", "c.o.", "p/a", "p.a.", "p/adr", "per adres", "care of", "au bon", "aux bon", "a/c de", "a cargo", "ao cuidado",
    *re.findall(r"[^\W\d_]{2,}", re.sub(r"\[ \]|\(\?:.*?\)", " ", _HOUSES)), "rés", "res", "résid", "edif", "conjunto", "unidad", "urb", "ed.",
))  # fmt: skip
# the names of the first piece; a shop or a station may be said in small letters
_PIECE = re.compile(
    r"(?:(?:les?|la|los|las|el|de|del|della|dei|du|des|da|do|dos|das|d['’]|l['’]|['’]t|het|den|der|ten|ter|van|von|zum|zur|am|im|st\.?|mr|mrs|ms|mme|m\.|mevr\.?|dhr\.?|fam\.?|familie|famille|famiglia|família|herrn?|frau|sig\.?(?:ra)?|sra?\.?|d\.|dña\.?|café|cafè|bar|hotel|hôtel|restaurant|boulangerie|pension|the|of|and|y|e|und|et|en|i)[ ]?)*"
    r"[^\W\d_a-zß-ÿ][\w'’.&-]{0,24}(?:[ ](?:(?:de|del|della|di|du|des|da|do|dos|das|van|von|der|den|the|of|and|y|e|und|et|en|la|le|el|&|['’]t)[ ]){0,2}[^\W\d_a-zß-ÿ][\w'’.&-]{0,24}){0,4}(?:[ ][0-9]{1,4}[A-Za-z]?)?"
)
_BORDER = re.compile(r"[ ]?[,;–/][ ]{0,2}|[ ]?\n[ ]{0,4}|[ ]-[ ]")
_MOST = 4  # pieces of names before the row
_LEAST = 2  # numbers of a row that has a room or a code, and no street


def recognize(text: str) -> Iterator[Hit]:
    """Yield such addresses."""
    if not numbered(text):
        return
    lower = lowered(text)
    reached = 0
    for at in _HEADS.places(lower):
        if at < reached or text[at - 1 : at].isalnum():
            continue
        opening = _OPEN.match(lower, at)
        if opening is None or (not opening["with"] and not _is_named(text, at)):
            continue
        if opening["with"] and _is_somebody(text, opening.end()):
            continue
        row = _row(text, opening.end()) or (
            _own(text, opening.end()) if opening["with"] in _CARE else None
        )
        if row is not None:
            reached = row.end
            yield Hit(at, row.end, "STREET_ADDRESS", 0.45, "house first", "position")


def _own(text: str, at: int) -> Row | None:
    """Return the row that begins right behind `c/o`: `c/o Plot 9, Off Thika Rd`."""
    row = read(text, at)
    return row if row.start == at and row.numbers and row.known and row.named else None


_CARE = frozenset(["c/o", "c.o.", "p/a", "p.a.", "p/adr", "per adres", "care of"])


def _row(text: str, at: int) -> Row | None:
    """Return the row behind the pieces of names that begin at `at`."""
    for _ in range(_MOST):
        piece = _PIECE.match(text, at)
        border = None if piece is None else _BORDER.match(text, piece.end())
        if border is None:
            return None
        at = border.end()
        row = read(text, at)
        if row.numbers and row.start == at and (
            (row.known and (row.town or row.rooms or row.numbers > 0))
            or (row.town and row.numbers >= _LEAST)
            or (row.rooms and row.numbers >= _LEAST)
        ):  # fmt: skip
            return row
    return None


def _is_named(text: str, at: int) -> bool:
    """Say whether a house's name begins at `at`: in capitals, in no longer name, of no business."""
    return (
        text[at].isupper()
        and _LONGER.search(text, max(0, at - 24), at) is None
        and _BUSINESS.search(text, at, at + 40) is None
    )


_LONGER = re.compile(r"(?<![^\W_])[^\W\d_a-zß-ÿ][\w'’-]*[ ]$")
_BUSINESS = re.compile(
    r"(?<![^\W_])(?:Surgery|Clinic|Clinica|Clinique|Hospital|Hôpital|Ospedale|School|Hotel|Hôtel|Museum|Centre|Center|GmbH|AG|Ltd|LLC|Inc|Srl|SpA|SL|SA|BV|NV|Lda|Bank|Bar|Restaurant|Praxis|Apotheke|Pharmacy|Pharmacie)(?![^\W_])"
)


def _is_somebody(text: str, at: int) -> bool:
    """Say whether a person is named behind `c/o`: a find of its own."""
    first = _FIRST.match(text, at)
    return first is not None and (first[1] is not None or first[0].lower() in GIVEN_NAMES)


_FIRST = re.compile(
    r"((?:Mr|Mrs|Ms|Miss|Dr|Herrn?|Hr|Frau|Fr|Fam|Familie|Mme|Mlle|M|Monsieur|Madame|Famille|Sr|Sra|Srta|Don|Doña|Sig|Sig\.ra|Famiglia|Dhr|Mevr|Mw|Fam|Família|Familia)(?:\.|(?=[ ]))|[^\W\d_][.][ ])|[^\W\d_]+"
)
