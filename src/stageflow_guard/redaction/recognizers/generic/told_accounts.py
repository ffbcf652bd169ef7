"""Bank accounts told in their country's way: a branch and an account, or an account's kind and whose bank it is. Pure.

`transit 11482, institution 004, acct 771-204-9`, `agência 1482, op. 013, conta 771204-9`: one part makes
the other what it is. `cta. ahorros Bancoop 771-204918-20`: words of a bank stand before the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of
from stageflow_guard.redaction.recognizers.generic.dates import ANY_DATE, MOST_OF_A_DATE
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_NO = r"(?:[ ]?(?:n[°ºo.]{1,2}|nr|no|nº|num|number|nummer|número|numéro|numero|code|codice|código|#)(?![^\W\d_])\.?)?"
_IS = r"(?:[ ](?:is|ist|est|es|è|e['’]|é)(?![^\W\d_]))?[ ]?[:=#-]?[ ]{0,2}"
# a digit is in reach: else neither is tried
_NEAR = r"(?=[^0-9]{0,20}[0-9])"
_VALUE = r"(?:[0-9]{7,14}(?:[/-][0-9]{1,11}){0,2}|[0-9]{2,6}(?:[ ./-][0-9]{1,11}){0,4})"
# where the account is
_BRANCH = r"transit|trans|branch|brnch|bsb|sort[ ]?code|routing|rtng|rtn|aba|blz|bankleitzahl|clearing(?:[ -]?nr|nummer)?|bc-nr|abi|cab|guichet|code[ ]guichet|(?:code[ ])?banque|entidad|oficina|sucursal|suc|ag[êe]ncia|ag|balcão|reg(?:\.?[ ]?nr)?|filiale|institution|inst|banco|bank|banca|op(?:era[çc][ãa]o)?|dc|cin|clé(?:[ ]rib)?|key|dígito|swift|bic"
_ACCOUNT = r"account|acc['’]t|accnt|acct|acc|a/c|ac|cc|c\.c|kontonummer|kontonr|konto|kto|compte|cpte|cuenta|cta|c/c|conto|conta(?:[ ](?:corrente|poupança))?|c/p|rekening|rek|poupança|corrente"
_PART = re.compile(
    rf"(?:(?P<branch>{_BRANCH})|(?P<account>{_ACCOUNT}))(?![^\W\d_]){_NEAR}\.?{_NO}{_IS}"
    rf"(?P<value>{_VALUE}(?:-?[x](?![^\W_]))?)(?![\w]|[,.:][0-9])"
)
# right behind a branch an account needs no word
_BARE = re.compile(
    r"(?:[ ]?[/,;|–-][ ]?|[ ])(?P<branch>(?!))?(?P<account>)(?P<value>[0-9]{5,12}(?:-[0-9x])?|[0-9]{4}[ ][0-9]{4})(?![\w]|[-,.:/][0-9])"
)
_WITH_BARE = frozenset(["bsb", "transit", "ag", "agência", "agencia", "code", "sort"])
_NEXT = re.compile(r"[ ]?[,;/|+–-]?[ ]?(?:(?:and|und|et|y|e|en|com)(?![^\W\d_]))?[ ]?\n?[ ]{0,4}")
# what has a branch has no day of a month; these name the bank alone
_OF_THE_BANK = frozenset(["institution", "inst", "banco", "operacao", "operação", "bank", "banca", "op", "dc", "cin", "key", "dígito", "swift", "bic", "clé", "rib"])  # fmt: skip
_KINDS = Heads((
    "transit", "branch", "bsb", "sort", "routing", "aba", "blz", "bankleit", "clearing", "bc-nr", "abi", "cab", "guichet", "code", "banque", "entidad", "oficina", "sucursal", "suc", "ag", "balc", "reg", "filiale", "inst", "banco", "account", "acct", "acc", "a/c", "konto", "kto", "compte", "cpte", "cuenta", "cta", "c/c", "conto", "conta", "c/p", "rek", "ac ", "cc ", "c.c",
))  # fmt: skip
# a kind of account, then up to a few words of whose bank it is
_KIND = re.compile(
    r"(?:cta|cuenta|cuentas)\.?(?:[ ](?:de[ ])?(?:ahorros?|corriente|cte\.?|vista|rut|nómina|sueldo))?|caja[ ]de[ ]ahorros?"
    r"|(?:post|giro|spar|tagesgeld|gehalts|lohn|mieter|kautions|gemeinschafts|bank|wertpapier|verrechnungs|privat|postcheck|postscheck|pc-)?(?:konto|depot)(?:nummer|nr)?|kto"
    r"|(?:compte|cpte)(?:[ ](?:courant|chèques?|épargne|joint|bancaire|postal|titres))?|livret(?:[ ]a)?|ccp"
    r"|(?:c/c|conto)(?:[ ](?:corrente|bancario|postale|deposito|titoli))?|libretto"
    r"|(?:bank|spaar|betaal|giro|postbank|en/of-)?rekening|(?:post(?:bank)?)?giro(?:rekening|nummer|nr)?|rek"
    r"|conta(?:[ ](?:corrente|poupança|bancária|salário|à[ ]ordem|conjunta))?|poupança|c/p"
    r"|(?:(?:savings|current|checking|chequing|joint|bank|brokerage|deposit)[ ])?(?:account|acct|a/c)|bankgiro|plusgiro|postgiro|bg|pg"
    r"|direct[ ]deposit|sparbuch|bausparvertrag|bankverbindung|kontodaten|bankrek|pc(?=[ ][0-9]{2}-)|roll"
)
_KIND_HEADS = Heads((
    "cta", "cuenta", "caja de", "post", "giro", "spar", "tagesgeld", "gehalts", "lohn", "mieterk", "kautions", "gemeinschafts", "bank", "wertpapier", "verrechnungs", "privatk", "pc-", "konto", "depot", "kto", "compte", "cpte", "livret", "ccp", "c/c", "conto", "libretto", "spaar", "betaal", "rekening", "en/of", "rek", "conta", "poupança", "c/p",
    "savings ", "current ", "checking ", "chequing ", "joint ", "brokerage ", "deposit ", "account", "acct", "a/c", "bg ", "pg ", "plusgiro", "direct dep", "bausparv", "bankv", "kontodaten", "pc ", "roll ",
))  # fmt: skip
_BANKS = r"bank\w{0,12}|\w{2,14}bank|banco|banca|banque|caixa|caja|sparkasse|kasse|credit|crédit|crédito|credito|postfinance|postepay|poste|post|postbank|bbva|santander|bancolombia|davivienda|nequi|itaú|itau|bradesco|nubank|inter|sicredi|sicoob|bci|scotiabank|banorte|banamex|hsbc|barclays|lloyds|monzo|chase|wells|citi|td|rbc|bmo|cibc|anz|westpac|nab|kiwibank|commbank|ing|rabo|rabobank|abn|sns|asn|triodos|kbc|belfius|unicredit|intesa|bper|mps|fineco|bpm|ubs|raiffeisen|zkb|bnp|lcl|cic|sabadell|caixabank|bankia|bankinter|millennium|bpi|novo|cgd|bcp|comdirect|dkb|n26|commerzbank|ubs|volksbank|spk|vr"
_OF_A_BANK = re.compile(rf"(?<![^\W_])(?:{_BANKS})(?![^\W_])")
_FILL = re.compile(
    rf"\.?(?:[ ][^\W\d_][\w.&'’-]{{0,20}}){{0,5}}?{_NEAR}[,:]?{_NO}{_IS}(?P<value>{_VALUE}(?:-[0-9x](?![^\W_]))?)(?![\w%€$£]|[,.:/-][0-9]|[ ]?(?:€|\$|£|%|eur|euros?|usd|chf|fr|kr|tage|days|monate|months|uhr|jahre|years|ans|años|anni|jaar|anos|stück|st|mal|x)(?![^\W_]))"
)
_LEAST_ALONE, _LEAST, _MOST = 7, 6, 20  # digits
_NUMBERS = re.compile(r"[0-9]+")


# of one form behind a bank: branch and account of Brazil; transit, institution and account of Canada
_PAIRS = re.compile(
    r"(?:(?<![^\W_])(?:itaú|itau|bradesco|santander|nubank|inter|caixa|cef|bb|banco do brasil|sicoob|sicredi|c6|safra|btg)[ :,-]{1,3}(?P<branch>[0-9]{4}(?:-[0-9x])?)[ ]?/[ ]?(?P<account>[0-9]{3,11}-[0-9x])"
    r"|(?<![^\W_])(?:(?:void|voided) che(?:que|ck)|direct deposit|eft|deposit)[^0-9\n]{1,16}(?P<transit>[0-9]{5}-[0-9]{3})[ -]{1,3}(?P<number>[0-9]{7,12}|[0-9]{3}-[0-9]{3}-[0-9]))(?![\w]|[-/.,][0-9])"
)
_PAIR_HEADS = Heads(("itaú", "itau", "bradesco", "santander", "nubank", "inter", "caixa", "cef", "bb ", "banco do", "sicoob", "sicredi", "c6 ", "safra", "btg", "void", "direct dep", "eft ", "deposit"))  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield both parts of an account that is told in parts, and accounts behind their kind."""
    lower = lowered(text)
    reached = 0
    for at in _KINDS.places(lower):
        if at >= reached:
            found = list(_chain(lower, at))
            for match in found:
                reached = match.end()
            yield from _of_a_chain(found)
    for at in _PAIR_HEADS.places(lower):
        pair = _PAIRS.match(lower, at)
        for name in ("branch", "account", "transit", "number") if pair is not None else ():
            if pair is not None and pair[name] is not None:
                yield Hit(
                    *pair.span(name), "US_BANK_NUMBER", 0.6, "account in parts", "label account"
                )
    for at in _KIND_HEADS.places(lower):
        kind = _KIND.match(lower, at)
        if kind is None or lower[kind.end() : kind.end() + 1].isalpha():
            continue
        fill = _FILL.match(lower, kind.end())
        if fill is not None and _is_account(lower, kind.end(), fill):
            yield Hit(*fill.span("value"), "US_BANK_NUMBER", 0.5, "account", "label account")


def _chain(lower: str, at: int) -> Iterator[re.Match[str]]:
    """Yield the parts that follow each other from `at` on."""
    for _ in range(_MOST_PARTS):
        part = _PART.match(lower, at)
        if part is None:
            return
        yield part
        bare = _BARE.match(lower, part.end()) if part["branch"] in _WITH_BARE else None
        if bare is not None:
            yield bare
            return
        between = _NEXT.match(lower, part.end())
        at = between.end() if between is not None else part.end()


_MOST_PARTS = 6


def _of_a_chain(parts: list[re.Match[str]]) -> Iterator[Hit]:
    """Yield the values of parts that tell together: a branch and an account, or two of a branch."""
    said = {(part["branch"] or part["account"] or "account").split(" ")[-1] for part in parts}
    whole = (
        any(part["account"] is not None for part in parts)
        or {"abi", "cab"} <= said
        or "guichet" in said
    )
    if len(said) < _TOGETHER or not whole or not any(part["branch"] for part in parts):
        return
    for part in parts:
        if (part["branch"] or "") not in _OF_THE_BANK and len(part["value"]) >= _LEAST_PART:
            yield Hit(
                *part.span("value"), "US_BANK_NUMBER", 0.6, "account in parts", "label account"
            )


_TOGETHER, _LEAST_PART = 2, 3


def _is_account(lower: str, at: int, fill: re.Match[str]) -> bool:
    """Say whether what stands behind a kind of account is its number: of a bank, or of many digits."""
    value, start = fill["value"], fill.start("value")
    digits = sum(map(len, _NUMBERS.findall(value)))
    if not _LEAST <= digits <= _MOST:
        return False
    day = ANY_DATE.match(lower, start) if digits <= MOST_OF_A_DATE else None
    if day is not None and day.end() >= fill.end("value"):
        return False
    between = lower[at:start]
    if _ELSE.search(between) is not None:
        return False
    return digits >= _LEAST_ALONE or _OF_A_BANK.search(between) is not None


_ELSE_WORDS = any_of((
    "tel", "telefon", "phone", "fax", "rechnung", "invoice", "order", "ref", "referenz", "ticket", "betrag", "amount", "saldo", "balance", "über", "von", "für", "for", "since", "seit", "desde", "depuis", "dal", "sinds", "mit", "with", "avec", "con", "met", "com", "min", "manager", "team", "user", "id", "pin", "code", "plan", "card", "karte", "tarjeta", "carte", "carta", "cartão", "kaart",
))  # fmt: skip
_ELSE = re.compile(rf"(?<![^\W_])(?:{_ELSE_WORDS}|mobil\w{{0,3}}|bestell\w{{0,8}})(?![^\W_])")
