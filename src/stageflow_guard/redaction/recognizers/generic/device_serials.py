"""Serial numbers of somebody's device: `Laptop für Frau Brandl, Seriennummer 5CD1043XQP`. Pure.

A serial number names a machine. It tells of a person where it is the machine that a person carries or
wears, or where somebody is named beside it: that of a router or of a zone is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic import told_people
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_LABEL = re.compile(
    r"(?:serials?(?:[ _-]?(?:number|num|no|nr|#)(?![a-z])\.?)?|seriale|s/n|n/s|sn|rahmen[ -]?(?:nummer|nr)\.?|frame[ ]?(?:number|nummer|nr|no)\.?|(?:de|do|di|del|du)[ ](?:cadre|cuadro|quadro|telaio)|ser\.?[ ]?(?:no|nr)\.?|serien[ -]?(?:nummer|nr)\.?|serie(?:nummer|nr)\.?|(?:de|di)[ ]s[ée]rie|numer seryjny|nr seryjny|sériové číslo|výrobní číslo|seri (?:no|numarası)|sarjanumero|serienummeret|シリアル(?:番号|ナンバー)?|製造番号|시리얼(?: ?번호| ?넘버)?|일련번호|序列号|序號|الرقم التسلسلي)(?![^\W_])"
)
_HEADS = Heads((
    "serial", "s/n", "n/s", "rahmennummer", "rahmennr", "rahmen-n", "frame n", "framen", "de cadre", "du cadre", "de cuadro", "del cuadro", "do quadro", "di telaio", "del telaio", "sn:", "sn ", "sn=", "ser no", "ser nr", "ser.", "serien", "serienummer", "serienr", "de serie", "de série", "di serie", "numer seryjny", "nr seryjny", "sériové", "výrobní číslo", "seri no", "seri numarası",
    "sarjanumero", "シリアル", "製造番号", "시리얼", "일련번호", "序列号", "序號", "الرقم التسلسلي",
))  # fmt: skip
_UNCOUNTED = re.compile(r"(?:d[eiou]|del)[ ]")
# `de série` alone is a series: the word for a number is before it
_COUNTED = re.compile(r"(?:n[.°º]{1,2}o?|n[uúù]m(?:[ée]ro|ero)?\.?|nr\.?|no\.?|code)[ ]?$")
_SIGN = re.compile(
    r"(?:[\"'`)\]])?\s?(?:is|was|reads|ist|lautet|est|es|è|e['’]|é|eh|är|er|jest|は|为|는|은)?\s?[:=#：]?\s{0,2}[\"'`(]?",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"(?=[A-Z0-9/-]{0,16}[0-9])[A-Z0-9](?:[A-Z0-9]|[/-](?=[A-Z0-9])){4,23}(?![\w@]|[.:,][0-9]|-[a-z])"
    r"|(?=[a-z0-9-]{0,12}[a-z][a-z-]{0,6}[0-9])(?=[a-z0-9-]{0,12}[0-9][a-z0-9-]{0,6}[0-9])[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){5,23}(?![\w@]|[.:,][0-9]|-[A-Z])"
)
# a day and a count, as of a zone; a day alone
_COUNTER = re.compile(r"(?:19|20)[0-9]{6}(?:[0-9]{2})?$|[0-9]{1,4}[/-][0-9]{1,2}[/-][0-9]{1,4}$")
_LEAST, _LEAST_DIGITS = 6, 8  # signs of a number; of one without a letter
# what a person carries, wears or rides
_CARRIED = re.compile(
    r"(?<![^\W_])(?:(?:werk|dienst|arbeits|firmen|bedrijfs|leih|leen|thuis)?-?(?:laptops?|notebooks?|telefoon|telefon|tablets?|handy)|laptops?|notebooks?|macbook|chromebook|thinkpad|latitude|elitebook|iphone|ipad|airpods|kindle|tablet|tablette|smartphone|phone|mobile|handset|galaxy|pixel [0-9]|surface|smartwatch|apple watch|fitbit|handy|diensthandy|"
    r"pc portable|ordinateur portable|portable|téléphone|portátil|teléfono|móvil|celular|telefono|cellulare|portatile|telefoon|mobiel|telemóvel|telefone|computador|notebook|telefon|mobil|mobilen|datorn?|komputer|komórka|telefoni|puhelin|počítač|mobiltelefon|bilgisayar|"
    r"headset|hearing aids?|hörgeräte?|appareil auditif|audífono|apparecchio acustico|hoortoestel|aparelho auditivo|pacemaker|insulin pump|insulinpumpe|cpap|wheelchair|rollstuhl|fauteuil roulant|silla de ruedas|rolstoel|cadeira de rodas|"
    r"bike|bicycle|e-bike|fahrrad|vélo|bici|bicicleta|bicicletta|fiets|cykel|rower|スマホ|携帯|パソコン|ノートパソコン|노트북|휴대폰|手机|笔记本)(?![^\W_])"
)
# that somebody bought it, lost it or has it mended
_OWNED = re.compile(
    r"(?<![^\W_])(?:purchased (?:on|in|at|from)|bought|stolen|gekauft|kaufdatum|gestohlen|achet[ée]e? le|volée?|comprad[oa]|robad[oa]|acquistat[oa]|comprat[oa]|rubat[oa]|garanzia scaduta|garantie abgelaufen|gekocht|gestolen|comprei|roubad[oa]|zakupion[yae]|skradzion[yae]|köpt|stulen)(?![^\W_])"
)
_UNTOLD = re.compile(
    r"(?<![^\W_])(?:(?:port|zone|soa|killer|lot|batch|charge)(?![^\W_])|[cz]ertifi[ck]at)"
)
_WIDTH = 140


def recognize(text: str) -> Iterator[Hit]:
    """Yield such numbers."""
    if not numbered(text):
        return
    lower = lowered(text)
    for at in _HEADS.places(lower):
        label = _LABEL.match(lower, at)
        if label is None or (
            _UNCOUNTED.match(lower, at) is not None
            and _COUNTED.search(lower, max(0, at - 10), at) is None
        ):
            continue
        sign = _SIGN.match(text, label.end())
        value = _VALUE.match(text, label.end() if sign is None else sign.end())
        if value is None or value.start() == label.end() or not _is_serial(value[0]):
            continue
        near = told_people.around(text, at, value.end(), _WIDTH)
        told = lower[max(0, at - _UNTOLD_WITHIN) : at]
        if _UNTOLD.search(told) is None and (
            _CARRIED.search(near.lower()) is not None
            or _OWNED.search(near.lower()) is not None
            or told_people.told(near)
        ):
            yield Hit(*value.span(), "DEVICE_ID", 0.5, "serial number", "label serial")
            yield from _others(text, value.end())


_NEXT = re.compile(r",[ ](?:and[ ])?|[ ](?:and|&|und|et|y|e|en|/)[ ]")


def _others(text: str, at: int) -> Iterator[Hit]:
    """Yield the numbers that follow in a list: `serials C02XK1VHJG5J, FVFY40RLHV22`."""
    for _ in range(_MOST):
        gap = _NEXT.match(text, at)
        if gap is None:
            return
        value = _VALUE.match(text, gap.end())
        if value is None or not _is_serial(value[0]) or not any(map(str.isalpha, value[0])):
            return
        yield Hit(*value.span(), "DEVICE_ID", 0.5, "serial number", "label serial")
        at = value.end()


_MOST = 6  # numbers behind one label: a stream sees no farther
_UNTOLD_WITHIN = 24  # characters before the label


def _is_serial(value: str) -> bool:
    """Say whether a value is written like a serial number: letters and digits, or many digits."""
    signs = sum(map(str.isalnum, value))
    digits = sum(map(str.isdigit, value))
    return (
        signs >= _LEAST
        and digits >= 2
        and (digits < signs or digits >= _LEAST_DIGITS)
        and _COUNTER.match(value) is None
    )
