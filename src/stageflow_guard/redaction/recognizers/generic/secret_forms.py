"""Secrets in forms of their own that no other reading knows: recovery keys, mail logins, lines of routers, words of a seed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.told_passwords import is_strong
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered
from stageflow_guard.redaction.recognizers.shapes import holds

# a volume's recovery key: eight groups of six digits
_RECOVERY = re.compile(r"(?<![\w-])[0-9]{6}(?:-[0-9]{6}){7}(?![\w-])")
_RECOVERY_BESIDE = (b"000000-000000-000000",)
# a license or product key in groups of capitals and digits, behind its word
_LICENSE = re.compile(
    r"(?:licen[cs]e[ -]?key|product[ -]?key|activation[ -]?(?:key|code)|serial[ -]?key|cd[ -]?key|lizenzschlüssel|produktschlüssel|aktivierungs(?:schlüssel|code)|clé (?:de licence|de produit|produit|d['’]activation)|clave de (?:licencia|producto|activación)|chiave di (?:licenza|prodotto|attivazione)|codice di attivazione|licentiesleutel|productsleutel|activeringscode|chave de (?:licença|produto|ativação)|klucz licencyjny|licensnyckel)[\"'`]?[ ]?(?:is|ist|est|es|è|e['’]|é)?[ ]?[:=]?[ ]{0,2}[\"'`]?(?P<value>(?=[A-Z0-9-]{0,28}[0-9])[A-Z0-9]{4,8}(?:-[A-Z0-9]{4,8}){2,7})(?![\w-])",
    re.IGNORECASE,
)
_LICENSES = Heads(("license", "licence", "product", "activation", "serial", "cd key", "cd-key", "lizenz", "produkt", "aktivierung", "clé ", "clave de ", "chiave di ", "codice di attivazione", "licentiesleutel", "productsleutel", "activeringscode", "chave de ", "klucz ", "licensnyckel"))  # fmt: skip
# several codes behind one word: `recovery codes: 8f2a-91bc 77d0-42e1`; each holds a digit
_ONE_CODE = r"(?=[A-Za-z-]{0,9}[0-9])[A-Za-z0-9]{4,10}(?:-[A-Za-z0-9]{4,10}){0,2}(?![\w-])"
_NEXT_CODE = r"(?:[ ]?[,;\n][ ]{0,8}(?:[-*•][ ])?(?:and[ ])?|[ ](?:and[ ])?)"
_CODES = re.compile(
    rf"(?:recovery|backup|scratch|wiederherstellungs|backup-|de secours|de récupération|de recuperación|de respaldo|di recupero|di backup|herstel|back-up|de recuperação)[ -]?(?:codes|códigos|codici)[\"'`]?[ ]?[:=]\s{{0,8}}(?:[-*•][ ])?(?P<value>{_ONE_CODE}(?:{_NEXT_CODE}{_ONE_CODE}){{1,31}})",
    re.IGNORECASE,
)
_CODE_HEADS = Heads(("recovery c", "recovery-c", "backup c", "backup-c", "scratch c", "wiederherstellungs", "de secours", "de récup", "de recup", "de respaldo", "di recupero", "di backup", "herstelcode", "back-up c"))  # fmt: skip
# the words of a wallet: twelve and more of them, in small letters
_SEED = re.compile(
    r"(?:seed(?:[ -]?(?:phrase|words))?|mnemonic(?:[ -]?phrase)?|recovery[ -]?(?:phrase|words)|secret[ -]?(?:recovery )?phrase|wallet[ -]?words|wiederherstellungsphrase|phrase (?:de récupération|secrète)|frase (?:semilla|de recuperación|di recupero|de recuperação))[\"'`]?[ ]?(?:(?:is|ist|est|es|è|e['’]|é)[ ]?[:=]?|[:=])\s{0,2}[\"'`]?(?P<value>(?-i:[a-z]{3,8}(?:[ ]{1,2}[a-z]{3,8}){11,23}))(?![\w-])",
    re.IGNORECASE,
)
_SEEDS = Heads(("seed", "mnemonic", "recovery", "secret", "wallet", "wiederherstellungsphrase", "phrase ", "frase "))  # fmt: skip
# how a mail client signs in, in base64
_SIGNS_IN = re.compile(
    r"AUTH (?:PLAIN|LOGIN|XOAUTH2)[ ](?P<value>[A-Za-z0-9+/]{8,400}={0,2})(?![\w+/=])"
)
_AUTHS = Heads(("auth plain ", "auth login ", "auth xoauth2 "))
# lines of routers and switches
_ROUTER = re.compile(
    r"(?:snmp-server[ ]community|snmp[ ]community|username[ ][\w.-]{1,30}(?:[ ]privilege[ ][0-9]{1,2})?[ ](?:password|secret)(?:[ ][0-9])?|enable[ ](?:password|secret)(?:[ ][0-9])?|radius-server[ ]key|tacacs-server[ ]key|pre-shared-key(?:[ ](?:local|remote|address[ ][0-9.]{7,15}[ ]key))?|neighbor[ ][0-9.]{7,15}[ ]password(?:[ ][0-9])?)[ ](?P<value>(?!encrypted|public(?![\w])|private(?![\w])|RO(?![\w])|RW(?![\w]))(?=[^\s]*[0-9])[^\s\"'`<>{}]{4,80})(?=[ ]*(?:\r?\n|$|R[OW](?![\w])))"
)
_ROUTERS = Heads(("snmp-server", "snmp community", "username ", "enable password", "enable secret", "radius-server", "tacacs-server", "pre-shared-key", "neighbor "))  # fmt: skip
# a pair without the word for it: `creds ada:Kx82LqPz`, `u: ada p: Kx82LqPz`
_PAIRS = re.compile(
    r"(?:(?:creds|credentials|zugangsdaten)[ :]{1,2}(?!(?:provider|via|type|url|file|source|for)\b)[\w.@-]{2,40}[:/]|(?:u|usr|user)[:=][ ]?[\w.@-]{2,40}[ ,;/]{1,3}(?:p|pw)[:=][ ]?)(?P<value>[^\s\"'`]{6,64})",
    re.IGNORECASE,
)
_PAIR_HEADS = Heads(("creds", "credentials", "zugangsdaten", "u:", "u=", "usr:", "usr=", "user:", "user="))  # fmt: skip
# what a password was set to, where it looks like nothing else
_SET_TO = re.compile(
    r"(?:(?:reset|changed|set)(?:[ ](?:it|this|him|her|them|theirs))?[ ]to[ ](?:a[ ])?temp(?:orary)?(?:[ ](?:pw|pass|password))?|temp(?:orary)?[ ](?:pw|pass)(?:[ ]is)?)[ :]{1,2}(?P<value>[^\s\"'`]{8,64})",
    re.IGNORECASE,
)
_SETS = Heads(("reset", "changed", "set ", "temp ", "temporary "))
_TRIMMED = ".,;:!?)]} \n"


def _any(_: str) -> bool:
    return True


# what each of them begins with, what it is, the signs that end no value of it, and what its value has to be
_FORMS = (
    (_AUTHS, _SIGNS_IN, "mail login", "", _any), (_ROUTERS, _ROUTER, "line of a router", "", _any), (_SEEDS, _SEED, "words of a seed", "", _any),
    (_LICENSES, _LICENSE, "license key", "", str.isupper), (_CODE_HEADS, _CODES, "recovery codes", "", _any),
    (_PAIR_HEADS, _PAIRS, "told", _TRIMMED, is_strong), (_SETS, _SET_TO, "told", _TRIMMED, is_strong),
)  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield such secrets."""
    lower = lowered(text)
    for heads, pattern, rule, trimmed, is_one in _FORMS:
        for at in heads.places(lower):
            match = pattern.match(text, at)
            value = "" if match is None else match["value"].rstrip(trimmed)
            if match is not None and value and is_one(value):
                start = match.start("value")
                yield Hit(start, start + len(value), "SECRET", 0.55, rule, "label secret")
    if numbered(text) and holds(text, _RECOVERY_BESIDE):
        for match in _RECOVERY.finditer(text):
            yield Hit(*match.span(), "SECRET", 0.9, "recovery key")
