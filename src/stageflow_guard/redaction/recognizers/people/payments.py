"""Who pays and who is paid, as an app or a bank says it: `Tikkie van Roos v.d. Berg: € 14,50`. Pure.

A sum or a word for a payment, and a preposition, come before shops and firms, too: a given name
has to follow, alone with an initial or with a surname.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.somebody import is_person, is_somebody
from stageflow_guard.redaction.recognizers.phrases import lowered

_PAID_WITH = (
    "tikkie", "bizum", "mb way", "mbway", "wero", "twint", "satispay", "swish", "blik", "vipps", "mobilepay", "paypal", "revolut", "venmo", "zelle", "cash app", "cashapp", "pix", "lydia", "paylib", "payconiq", "giropay", "monzo", "interac", "upi",
    "überweisung", "gutschrift", "lastschrift", "zahlung", "zahlungseingang", "geldeingang", "virement", "paiement", "versement", "transferencia", "ingreso", "pago", "bonifico", "pagamento", "accredito", "overboeking", "betaling", "betaalverzoek", "bijschrijving", "transferência", "przelew", "payment", "transfer", "deposit",
    "you received", "you sent", "you've received", "has recibido", "has enviado", "recibiste", "hai ricevuto", "hai inviato", "vous avez reçu", "vous avez envoyé", "je hebt", "du hast", "recebeu", "enviou", "recebeste", "enviaste", "otrzymałeś", "otrzymałaś", "du har fått", "received",
)  # fmt: skip
_HEADS = Heads((*_PAID_WITH, "sent you", "paid you", "te ha enviado", "te envió", "hat dir", "hat ihnen", "vous a envoyé", "t'a envoyé", "ti ha inviato", "heeft je", "enviou-lhe", "te enviou", "vous a versé", "requests", "is requesting"))  # fmt: skip
_CAPITAL = r"[^\W\d_a-zß-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*"
_PARTICLE = r"(?:v\.[ ]?d\.|v/d|vd|v\.|van|von|de|der|den|da|do|dos|das|di|del|la|le|el|ter|ten)"
_NAME = rf"(?P<name>{_CAPITAL}(?:[ ](?:{_PARTICLE}[ ]){{0,2}}(?:[^\W\d_a-zß-ÿ]\.|{_CAPITAL}(?!\$))){{0,3}})"
_SUM = r"(?:(?:€|£|\$|CHF|EUR|USD|GBP|PLN|SEK|BRL|R\$|kr|zł|zl|zloty|Fr\.?|euros?|reais|dollars?|pounds?)(?![^\W\d_]))"
# what is between the word and the preposition: a sum, a verb, another word for a payment
_BETWEEN = rf"(?:[ ](?:[0-9][0-9.,'’]{{0,12}}(?:{_SUM})?|[€£$][0-9][0-9.,]{{0,12}}|R?[€£$]|[A-Z]{{3}}|[^\W\d_A-Z]{{1,14}}|(?:Bizum|Pix|Zelle|Tikkie|TWINT|Lydia|Wero|PayPal)):?){{0,7}}"
_FROM = r"(?:de|da|do|dal|dalla|von|van|from|från|od|à|an|to|para|a|aan|till|do|per|für|of|por|por parte de|di)"
_BEHIND = re.compile(
    rf"(?i:{'|'.join(sorted(map(re.escape, _PAID_WITH), key=len, reverse=True))})(?![^\W\d_])[:,]?{_BETWEEN}[ ]{_FROM}[ ](?=[^\W\d_a-zß-ÿ]){_NAME}(?P<end>[ ]?[:(,;!?|\x1e]|[ ]?\.(?![^\W_])|$|\n|[ ][0-9€£$(a-zà-ÿ+]|[ ]{_SUM}|[ ]-[ ])"
)
_BEFORE = re.compile(
    rf"(?:^|(?<=[\n.:!]))[ ]?{_NAME}[ ](?:(?:just )?(?:sent|paid) you|(?:te|ti) ha (?:enviado|inviato|pagado|pagato)|te envió|hat (?:dir|ihnen)(?=[ ][^\n]{{1,24}}(?:gesendet|geschickt|überwiesen|gezahlt))|(?:vous|t['’])[ ]?a (?:envoyé|versé|payé)|heeft je(?=[ ][^\n]{{1,24}}(?:gestuurd|betaald|overgemaakt))|enviou-lhe|te enviou|(?:requests|is requesting)(?=[ ][€£$]))(?![^\W_])"
)
_SHORT = 3  # letters of a given name in capitals
_LINE = 72


def recognize(text: str) -> Iterator[Hit]:
    """Yield who pays and who is paid; a sum stands in the same line."""
    lower = lowered(text)
    reached = 0
    for at in _HEADS.places(lower):
        if at < reached or not _has_a_sum(text, at):
            continue
        match = _BEHIND.match(text, at)
        if match is None:
            begin = max(text.rfind("\n", 0, at) + 1, at - _LINE)
            match = _BEFORE.search(text, begin, min(len(text), at + _LINE))
        if match is not None and _is_payer(match["name"]):
            reached = match.end("name")
            yield Hit(*match.span("name"), "PERSON", 0.42, "name, payment", "label said")


def _has_a_sum(text: str, at: int) -> bool:
    """Say whether money is named in the line around `at`."""
    begin = max(text.rfind("\n", 0, at) + 1, at - _LINE)
    end = text.find("\n", at, at + 2 * _LINE)
    return _MONEY.search(text, begin, end if end >= 0 else at + 2 * _LINE) is not None


_MONEY = re.compile(
    rf"[€£$][ ]?[0-9]|[0-9][ ]?(?:€|£|\$|CHF|EUR|USD|GBP|PLN|SEK|kr|zł|euros?|reais)(?![^\W\d_])|{_SUM}[ ]?[0-9]"
)


def _is_payer(name: str) -> bool:
    """Say whether a name is a given name with something behind it, or a long one alone."""
    first, _, rest = name.partition(" ")
    plain = first.lower()
    if first[1:] == "." or len(first) < _SHORT or plain not in GIVEN_NAMES:
        return False
    if plain in _FIRMS and rest.lower() in _FIRMS[plain]:
        return False
    whole = rest.replace(".", "")
    return is_person(name) if len(whole) > 1 else is_somebody(first)


# shops that have a person's name
_FIRMS = {"albert": ["heijn"], "leroy": ["merlin"], "hugo": ["boss"], "massimo": ["dutti"], "adolfo": ["dominguez", "domínguez"], "yves": ["rocher"], "franck": ["provost"], "carl": ["zeiss"], "calvin": ["klein"], "ralph": ["lauren"], "tommy": ["hilfiger"], "laura": ["ashley"], "charles": ["schwab", "tyrwhitt"], "morgan": ["stanley"], "peter": ["hahn"], "gerry": ["weber"], "marc": ["jacobs"], "paul": ["smith"], "ben": ["jerry"], "jean": ["coutu"], "tim": ["hortons"], "papa": ["john"], "john": ["lewis", "deere"], "harvey": ["norman"], "eddie": ["bauer"]}  # fmt: skip
