"""Bank accounts in any groups behind a word for one, on a line that names a bank: `acct w/ Kotak, Pune br.: 4418 2207 31`. Pure.

The word alone counts much else, the bank alone sells much else; both on a line make a number of some
length an account. A number of the house that a check digit holds needs only one of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.check_digits import routing
from stageflow_guard.redaction.recognizers.generic.dates import ANY_DATE, MOST_OF_A_DATE
from stageflow_guard.redaction.recognizers.generic.national_accounts import belgian, postal
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import numbers_in

# an account, however it is cut short
_ACCOUNT = (
    r"(?:(?:savings?|current|chec?k(?:ing)?|cheque|chequing|joint|bank|deposit|payroll|salary|sb|ca)[ ])?(?:account|acc['’]?t|accnt|acct|acc|a/c|ac)s?|savings|chequing|checking|iban|passbook|deposit[ ]to|pay[ ]into"
    r"|(?:post|giro|spar|tagesgeld|gehalts|lohn|bank|privat|postcheck|postscheck|pc-)?(?:konto|kto)(?:nummer|nr|verbindung)?|bankverb(?:indung)?|bv|sparbuch|girokto|überweis(?:en|ung)|dauerauftrag"
    r"|compte|cpte|cpt|cte|livret(?:[ ]a)?|rib|ccp|c\.c\.p|virement|virer"
    r"|cuentas?|cta|ctas|cte|c/c|c/a|cuentarut|caja[ ]de[ ]ahorros?|libreta|dep[oó]s[ií]t\w{1,6}|consign\w{1,6}|transf[ei]\w{2,8}|ingres\w{1,6}|nómina|a[ ]la[ ]vista"
    r"|conto|c/c|cc|c\.c|conto[ ]corrente|libretto|bonifico|versamento"
    r"|(?:bank|spaar|betaal|giro)?rek(?:ening)?(?:nummer|nr)?|bankrek|spaarboekje|overschrijv(?:en|ing)|oud[ ]nummer|storten"
    r"|conta|cta|poupança|c/p|depósito|transferência|ted|doc|nib"
)
_WORD = re.compile(rf"(?:{_ACCOUNT})(?![^\W\d_])")
_HEADS = Heads((
    "saving", "current ", "check", "chek", "cheque", "joint ", "bank", "deposit", "payroll ", "salary ", "sb ", "ca ", "acc", "a/c", "ac ", "ac.", "ac:", "iban", "passbook", "pay into", "post", "giro", "spar", "tagesgeld", "gehalts", "lohn", "privat", "pc-", "konto", "kto", "bv", "überweis", "dauerauf",
    "compte", "cpt", "cte", "livret", "rib", "ccp", "c.c", "virement", "virer", "cuenta", "cta", "c/c", "c/a", "caja de", "libreta", "dep", "consign", "transf", "ingres", "nómina", "a la vista", "conto", "cc ", "cc:", "libretto", "bonifico", "versamento", "betaal", "rek", "spaar", "overschrijv", "oud nummer", "storten", "conta", "poupança", "c/p", "ted ", "doc ", "nib",
))  # fmt: skip
_BANKS = (
    r"[^\W\d_]{2,14}bank|bank(?:[ ](?:of|de|da|do|van)[ ][^\W\d_]{3,14})?|banco(?:estado|lombia|mer)?|banca|banque|bcc|caixa|caja|sparkasse|ksk|raiffeisen(?:kasse|bank)?|credit[ ]union|crédit[ ]\w{3,10}|caisse(?:[ ]d['’]épargne)?|cassa"
    r"|sbi|hdfc|icici|axis|pnb|kotak|canara|idbi|bob|union[ ]bank|yes[ ]bank|indusind|federal|gtb|gtbank|zenith|uba|access|kcb|equity|ecobank|absa|fnb|nedbank|capitec|standard|dbs|ocbc|uob|posb|maybank|cimb|bpi|bdo|metrobank"
    r"|rbc|td|bmo|scotia(?:bank)?|cibc|desjardins|tangerine|chase|citi(?:bank)?|wells(?:[ ]fargo)?|bofa|boa|pnc|ally|usaa|truist|barclays|lloyds|natwest|hsbc|halifax|monzo|starling|nationwide|santander|tsb|aib|boi|ptsb|anz|westpac|nab|cba|commbank|kiwibank|bnz|asb"
    r"|n26|dkb|ing|ing-diba|comdirect|commerzbank|postbank|volksbank|vr|voba|spk|targobank|erste|bawag|oberbank|ubs|zkb|kb|postfinance|raika"
    r"|bnp|lcl|cic|bred|sg|société[ ]générale|boursorama|boursobank|fortuneo|la[ ]poste|attijari(?:wafa)?|bmce|cih|sgbc|bicec|afriland|cbao|bceao|bicici"
    r"|bbva|bancolombia|davivienda|nequi|daviplata|banorte|banamex|bancomer|azteca|galicia|macro|nación|bcp|interbank|bci|falabella|itaú|itau|pichincha|banesco|mercantil|brou|sabadell|caixabank|bankia|bankinter|unicaja|kutxabank|ibercaja|abanca"
    r"|unicredit|intesa|bper|mps|fineco|bpm|bnl|credem|mediolanum|posteitaliane|poste|banco[ ]posta|bancoposta|corner|cornèr"
    r"|rabo(?:bank)?|abn|amro|sns|asn|triodos|bunq|kbc|belfius|bnpparibas|fortis|argenta|axa|crelan|dsb|hakrinbank|finabank|republic|mcb|rbtt"
    r"|bradesco|nubank|inter|sicredi|sicoob|cef|bb|c6|safra|btg|millennium|bcp|cgd|novo[ ]banco|montepio|activobank|bai|bfa|bic|bim|bci"
)
_OF_A_BANK = re.compile(rf"(?<![^\W_])(?:{_BANKS})(?![^\W_])|[a-z]{{4}}0[a-z0-9]{{6}}(?![^\W_])")
_NUMBER = re.compile(
    r"(?<![\w.,/@#+-])(?:[0-9]{7,18}(?:[/-][0-9]{1,4}){0,2}|[0-9]{1,6}(?:[ ./-][0-9]{1,12}){1,5}|[0-9]{6})(?:-[0-9x](?![^\W_]))?(?![\w]|[.,:/-][0-9]|[ ]?(?:€|\$|£|%|eur|euros?|usd|chf|francs?|fcfa|cfa|rs|inr|pesos?|reais|fr|kr|tage|days|monate|months|uhr|jahre|years|ans|años|anni|jaar|anos|stück|mal|x)(?![^\W_]))"
)
# what another number is announced by, and what an amount is
_ELSE = re.compile(
    r"(?<![^\W_])(?:rebours|rovescia|regres{1,2}iva|countdown|luz|água|agua|gás|gas|strom|telefone|netflix|units?|unidades|rooms?|watt|tel|tél|telefon|phone|call|fax|mobil\w{0,3}|cel|cell|whatsapp|wsp|hotline|support|rechnung|invoice|facture|factura|fattura|fatura|order|ref|réf|rif|referenz|referencia|referência|bestell\w{0,8}|ticket|betrag|amount|saldo|balance|importe?|importo|montant|bedrag|quantia|valor|total|summe|fee|since|seit|desde|depuis|dal|sinds|min|user|id|pin|code|plan|card|karte|tarjeta|carte|carta|cartão|kaart|swift|bic|ifsc|blz|bankleitzahl|sort|routing|rtng|transit|inst|dni|nif|cpf|cnpj|rut(?=[ ][0-9])|nit|steuer\w{0,8}|kunden\w{0,8}|version|api|http\w?|port|page|seite|policy|polizza|póliza|apólice|claim|case|sha|hash|zip|plz|cep|cap|isin|wkn)(?![^\W_])|[€$£%?]|:[^\n]{0,30}:"
)
_WITHIN, _AROUND = 70, 45  # characters from the word to its number, from the number to a bank
_LEAST, _MOST = 6, 24  # digits
# a word for the number that stands before all others in America, and its check
_ROUTING = re.compile(
    r"(?:rtng|rtn|rtg|rte|routing|aba|aba/rtn|bank[ ]rt|rt)(?![^\W\d_])\.?[ ]?(?:no|nr|num|number|#|code)?\.?(?:[ ]is)?[ ]?[:=#-]?[ ]{0,2}(?P<value>[0-9]{9})(?![\w-])"
)
_ROUTINGS = Heads(("rtng", "rtn", "rtg", "rte", "routing", "aba", "bank rt", "rt ", "rt#", "rt:"))
# the post's own, of Switzerland and Liechtenstein, behind its word in any language
_POSTAL = re.compile(
    r"(?:c\.?c\.?p|pc|pk|post(?:ch|sch)?eck|ccp|postkonto|conto[ ]corrente[ ]postale|conto[ ]postale|compte[ ]postal|cuenta[ ]postal|chèques[ ]postaux)(?![^\W\d_])\.?(?:[ ][^\W\d_]{2,14}){0,3}[ ]?[,:]?[ ]?(?P<value>[0-9]{2}-[0-9]{1,6}-[0-9])(?![\w-])"
)
_POSTALS = Heads(("c.c.p", "ccp", "pc ", "pc:", "pk ", "pk:", "postch", "postsch", "posteck", "postkonto", "conto", "compte", "cuenta", "chèques"))  # fmt: skip
# the French post's own: a letter before its last three digits
_FRENCH = re.compile(
    r"(?:c\.?c\.?p|comptes?|cpte|chèques|poste|postal)(?![^\W\d_])\.?(?:[ ][^\W\d_]{2,14}){0,4}?(?:[ ]?n[°ºo.]{1,2})?[ ]?[,:]?[ ]?(?P<value>(?:[0-9]{7}|[0-9]{1,3}[ .][0-9]{3}[ .][0-9]{2,3}|[0-9]{2}[ .][0-9]{3}[ .][0-9]{2}|[0-9]{4,5}[ .][0-9]{2,3})[ .-]?[a-z][ .-]?0[0-9]{2})(?![\w-])"
)
_FRENCHS = Heads(("ccp", "c.c.p", "compte", "cpte", "chèques", "poste ", "postal"))
_APART = re.compile(r"[ ./-]")
_BELGIAN = re.compile(r"[0-9]{3}[ -][0-9]{7}[ -][0-9]{2}")


def recognize(text: str) -> Iterator[Hit]:
    """Yield such accounts, the numbers of American banks and the post's accounts."""
    lower, numbers = lowered(text), numbers_in(text)
    for at in _ROUTINGS.places(lower):
        told = _ROUTING.match(lower, at)
        if told is not None and routing(told["value"]):
            yield _hit(*told.span("value"))
    for at in _POSTALS.places(lower):
        told = _POSTAL.match(lower, at)
        if told is not None and postal(_APART.sub("", told["value"])):
            yield _hit(*told.span("value"))
    for at in _FRENCHS.places(lower):
        told = _FRENCH.match(lower, at)
        if told is not None:
            yield _hit(*told.span("value"))
    for at in _HEADS.places(lower):
        word = _WORD.match(lower, at)
        if word is None:
            continue
        number = _first_number(lower, numbers, word.end())
        if number is not None and _is_account(lower, at, word.end(), number):
            yield _hit(*number.span())


def _first_number(lower: str, numbers: list[tuple[int, int]], at: int) -> re.Match[str] | None:
    """Return the first number behind a word that ends at `at`, on its line, if it is written like an account."""
    place = bisect_left(numbers, (at, at))
    start = numbers[place][0] if place < len(numbers) else len(lower)
    if start >= at + _WITHIN or "\n" in lower[at:start]:
        return None
    return _NUMBER.match(lower, start)


def _is_account(lower: str, at: int, behind: int, number: re.Match[str]) -> bool:
    """Say whether a number behind a word is an account: a bank stands on its line, nothing else between."""
    start, end = number.span()
    digits = _APART.sub("", number[0])
    between = lower[behind:start]
    if not _LEAST <= len(digits) <= _MOST or _ELSE.search(between) is not None:
        return False
    if any(map(str.isdigit, between)) or _SENTENCE.search(between) is not None:
        return False
    groups = _APART.split(number[0])
    if sum(len(group) == 1 for group in groups) > 1:
        return False  # something that is counted down
    if _AMOUNT.fullmatch(number[0]) is not None and _SAID.search(between) is None:
        return False
    if len(set(digits)) == 1 or _is_day(lower, start, end, len(digits)):
        return False
    if _BELGIAN.fullmatch(number[0]) is not None and belgian(digits):
        return True
    if digits[9:] and _GROUPS.fullmatch(number[0]) and _ALONE.search(lower, at - 12, start):
        return True
    low = max(lower.rfind("\n", 0, at) + 1, at - _AROUND)
    line = lower.find("\n", end, end + _AROUND)
    return _OF_A_BANK.search(lower, low, end + _AROUND if line < 0 else line) is not None


def _is_day(lower: str, start: int, end: int, digits: int) -> bool:
    day = ANY_DATE.match(lower, start) if digits <= MOST_OF_A_DATE else None
    return day is not None and day.end() >= end


# groups that no telephone has, behind what nothing but a bank keeps
_GROUPS = re.compile(
    r"(?![0-9]{3}-[0-9]{3}-[0-9]{4}$|0)[0-9]{2,6}(?:-[0-9]{1,10}){1,3}|0{2}-[0-9]{3}-[0-9]{5}-[0-9]"
)
_ALONE = re.compile(
    r"(?<![^\W_])(?:a la vista|cuenta vista|cta\.? vista|cta\.? rut|cuenta ?rut|caja de ahorros?|cuenta (?:de ahorros?|corriente)|cta\.? (?:de )?(?:ahorros?|cte|corriente|nómina)|conto corrente|compte (?:courant|chèques?|épargne)|spaarrekening|betaalrekening|bankrekening|girokonto|sparkonto|bankkonto|conta (?:corrente|poupança|à ordem)|(?:savings|checking|chequing|bank|current) acc(?:oun|['’]|c)?t)(?![^\W_])"
)
# a number of thousands, but not behind a sign or a word for a number
_AMOUNT = re.compile(r"[0-9]{1,3}(?:[ .][0-9]{3}){1,2}")
_SAID = re.compile(
    r"(?:[:=#]|(?<![^\W_])(?:n[°ºo.]{1,2}|nr|no|num|number|nummer|número|numéro|numero|is|ist|est|es|è|é)\.?)[ ]{0,2}$"
)
_SENTENCE = re.compile(r"(?<=[^\W\d_]{4})[.!][ ]|;")


def _hit(start: int, end: int) -> Hit:
    return Hit(start, end, "US_BANK_NUMBER", 0.5, "account of a bank", "label account")
