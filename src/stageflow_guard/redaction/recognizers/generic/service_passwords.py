"""Passwords that are told by what they are for, with no label: `Spotify is Kettle.black1, Dropbox is Kettle.black2`. Pure.

A service stands before them. Two that differ in their last digits are the passwords of one person;
one alone is told behind `the one for` or `put`, or is written as nothing but a password is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, only_at
from stageflow_guard.redaction.recognizers.generic.password_words import NO_PASSWORD
from stageflow_guard.redaction.recognizers.generic.secret_shapes import TRIMMED, is_made_up
from stageflow_guard.redaction.recognizers.generic.told_passwords import is_strong
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_SERVICES = (
    "netflix", "disney", "disney+", "disney plus", "spotify", "prime video", "amazon", "amazon prime", "hbo", "hbo max", "dazn", "sky", "now tv", "youtube", "twitch", "steam", "playstation", "psn", "xbox", "nintendo", "apple", "apple id", "icloud", "itunes", "google", "gmail", "outlook", "hotmail", "yahoo", "gmx", "web.de", "t-online", "orange", "free", "sfr", "libero", "aruba", "tiscali", "virgilio", "ziggo", "kpn", "xs4all", "sapo", "uol",
    "dropbox", "onedrive", "google drive", "box", "wetransfer", "xero", "quickbooks", "sage", "datev", "lexoffice", "sevdesk", "mailchimp", "canva", "adobe", "figma", "slack", "zoom", "teams", "trello", "notion", "shopify", "wordpress", "paypal", "ebay", "vinted", "etsy", "booking", "airbnb", "uber", "ryanair", "facebook", "instagram", "insta", "tiktok", "twitter", "linkedin", "pinterest", "snapchat", "discord", "reddit", "duolingo", "kindle", "audible", "ocado", "tesco", "argos", "rightmove", "strava", "garmin", "fitbit", "github", "moodle", "iserv", "mebis", "webuntis", "pronote", "classdojo", "parentpay", "seesaw",
    "bank", "online banking", "onlinebanking", "the bank", "sparkasse", "volksbank", "comdirect", "ing", "dkb", "barclays", "natwest", "lloyds", "santander", "bbva", "caixabank", "bankinter", "unicredit", "intesa", "poste", "postepay", "rabobank", "abn", "boursorama", "crédit agricole", "banque", "banco", "banca", "homebanking", "caixa", "millennium", "nubank", "mbway",
    "hmrc", "dvla", "nhs", "the council", "council tax", "school", "school portal", "payroll", "rota app", "till", "elster", "finanzamt", "steuer", "krankenkasse", "tk", "aok", "barmer", "arbeitsagentur", "rentenversicherung", "schulportal", "bahn", "db navigator", "elternportal", "hort", "kita", "magenta", "joyn", "rtl+", "zdf", "wow", "waipu",
    "impôts", "impots", "ameli", "caf", "urssaf", "franceconnect", "pôle emploi", "france travail", "sncf", "edf", "doctolib", "mutuelle", "molotov", "canal+", "canal", "école directe", "la poste", "leboncoin", "cpam", "ent",
    "hacienda", "seguridad social", "cl@ve", "sepe", "dgt", "cole", "colegio", "renfe", "movistar", "movistar+", "filmin", "wallapop", "endesa", "iberdrola", "mutua", "sanidad", "agencia tributaria",
    "spid", "inps", "agenzia delle entrate", "fascicolo sanitario", "registro elettronico", "trenitalia", "enel", "raiplay", "infinity", "mediaset", "timvision", "subito", "gestionale", "cassetto fiscale",
    "digid", "belastingdienst", "mijnoverheid", "zorgverzekeraar", "videoland", "npo", "bol", "bol.com", "marktplaats", "ns", "duo", "magister", "somtoday", "parro", "mijn ing", "uwv", "eneco",
    "finanças", "segurança social", "portal das finanças", "sns", "meo", "nos", "vodafone", "edp", "gov.br", "globoplay", "receita", "inss", "detran", "mercado livre", "ifood", "inovar", "escola", "banco do brasil", "cgd",
)  # fmt: skip
_HEADS = Heads(_SERVICES)
_SERVICE = re.compile(rf"{any_of(_SERVICES)}(?![^\W_])")
_TOKEN = re.compile(r"(?<![^\s\"'“”„«»(])[^\s\"'“”„«»(),;<>@/\\=:]{6,40}")
# `: `, ` is under `, ` put `: the value follows
_TELLS = re.compile(
    r"(?:[ ]?(?:[:=]|->|→|=>|[–—-])[ ]{1,2}|[ ](?:is|are|ist|est|c['’]est|es|è|é|uses?|takes?|has|hat|nutzt|mit|with|avec|con|met|com|usa|utilise|gebruikt|heeft|tiene|ha|tem)(?:[ ](?:under|with|on|now|still|still on|unter|jetzt|noch|mit|auf|sous|avec|encore|con|ahora|sempre|ora|met|nu|nog|com|agora|ainda))?[ ])[\"'„“«]?[ ]?(?P<value>[^\s\"'“”„«»(),;<>@/\\=:]{6,40})"
)
# somebody looks it up while speaking, or tells which one it is
_ONE_FOR = re.compile(
    r"(?<![^\W_])(?:the one (?:for|to)|password (?:for|to)|that of|what(?:['’]s| is) (?:it )?for|das (?:für|von|vom|bei)|die von|celui (?:de|d['’]|pour)|celle (?:de|pour)|pour (?:entrer|aller|se connecter)|la de|la del|el de|para entrar|para|a d[aoe]|o d[aoe]|da|quella (?:di|del|della|per)|per (?:entrare|accedere)|per|voor|dat van|die van|het ww van|for|für|zum)(?:[ ](?:in|a|en|sur|su|on|into|to|no|na|em|das|den|la|le|el|il|the|het|de|my|our))?[ ]$"
)
_WAITS = re.compile(
    r"(?<![^\W_])(?:wait|hang on|hold on|let me (?:see|think|look|check)|one sec\w*|um|uh|er|erm|hmm|moment|warte|wart mal|äh|ähm|lass mich|sekunde|attends|attendez|euh|voyons|une seconde|espera|a ver|déjame|eh|aspetta|allora|ecco|fammi|vediamo|un attimo|wacht|even|momentje|eens kijken|effe|deixa ver|deixa-me|espera aí|peraí|calma|hum|então|put|type|use|try|enter|metti|scrivi|usa|prova|pon|escribe|prueba|apunta|gib|nimm|tipp|schreib|mets|tape|essaie|utilise|note|vul|typ|gebruik|probeer|noteer|põe|escreve|mete|tenta)(?![^\W_])"
)
_SMALL = re.compile(
    r"[^\W\d_A-Z]{5,24}[0-9]{1,4}|[^\W\d_A-Z]{4,20}[.+_-][^\W\d_A-Z]{3,20}[0-9]{0,4}"
)
_CLAUSE_ENDS = re.compile(r"[\"'”»]?[ ]?(?:[.,;!?)](?=\s|$)|\s*$|\n)")
_SIGNED = re.compile(r"(?=.*[0-9])(?=.*[^\W\d_]{3}).+")
_ALIKE, _BACK, _REACH = 6, 40, 90


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such passwords."""
    lower = lowered(text)
    seen = -1
    for at in _HEADS.places(lower):
        service = None if lower[at - 1 : at].isalnum() else _SERVICE.match(lower, at)
        if service is None or at < seen:
            continue
        end = service.end()
        line = lower.find("\n", end, min(len(text), end + _REACH))
        high = line if line >= 0 else min(len(text), end + _REACH)
        pair = _pair(text, end, high)
        if pair is not None:
            for start, stop in pair:
                yield Hit(start, stop, "SECRET", 0.45, "of two services", "label password")
            seen = pair[1][1]
            continue
        told = _told(text, lower, at, end, high)
        if told is not None:
            seen = told[1]
            yield Hit(*told, "SECRET", 0.42, "of a service", "label password")


def _pair(text: str, end: int, high: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return two values alike behind a service: they differ in the digits that end them."""
    values = []
    for match in _TOKEN.finditer(text, end, high):
        value = match[0].rstrip(TRIMMED)
        if _SIGNED.match(value) is not None and is_made_up(value):
            values.append((match.start(), match.start() + len(value)))
    if not values or values[0][0] - end > _BACK:
        return None
    first = text[slice(*values[0])]
    for other in values[1:2]:
        second = text[slice(*other)]
        common = next(
            (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
            min(len(first), len(second)),
        )
        stem = first[:common]
        letters = stem.rstrip("0123456789")
        if first != second and len(letters) >= _ALIKE and (
            not letters.isalpha() or letters.islower() or not letters[1:].islower()
        ) and not letters.isupper() and first[common : common + 1].isdigit():  # fmt: skip
            return values[0], other
    return None


def _told(text: str, lower: str, at: int, end: int, high: int) -> tuple[int, int] | None:
    tells = _TELLS.match(text, end, high)
    if tells is not None:
        value = tells["value"].rstrip(TRIMMED)
        if _is_password(value):
            return tells.start("value"), tells.start("value") + len(value)
    one = _ONE_FOR.search(lower, max(0, at - _BACK), at)
    if one is None:
        return None
    for match in _TOKEN.finditer(text, end, high):
        value = match[0].rstrip(TRIMMED)
        stop = match.start() + len(value)
        said = lower[max(0, one.start() - _BACK) : match.start()]
        if value.lower() in NO_PASSWORD or _CLAUSE_ENDS.match(text, stop) is None:
            continue
        if _WAITS.search(said) is not None and (_SMALL.fullmatch(value) or _is_password(value)):
            return match.start(), stop
    return None


def _is_password(value: str) -> bool:
    """Say whether a value has a capital, small letters and digits around a sign, as no word has."""
    return (
        is_strong(value) and not value[:-1].isalnum() and is_made_up(value)
        and not set("!#$%&*+_.?~^") .isdisjoint(value)
        and value.count(".") <= 1 and not value[0].isdigit()
    )  # fmt: skip
