"""What a password or a code was changed to, what it was before, what it will be, and the second of two. Pure.

`I changed the password of the till to X, the old one was Y`: the verb of the change says what X is,
and beside a secret that is told, `the old one`, `instead of` and `the one for` say that another follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_between, only_at
from stageflow_guard.redaction.recognizers.generic import secret_labels as labels
from stageflow_guard.redaction.recognizers.generic.secret_shapes import (
    ONE_CODE,
    TRIMMED,
    is_code,
    is_made_up,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_CHANGES = (
    "change", "changed", "changing", "reset", "set", "switched", "switch", "swap", "rotate", "rotated", "updated", "swapped", "geändert", "ändere", "ändern", "umgestellt", "gesetzt", "gewechselt", "zurückgesetzt", "gestellt", "changé", "modifié", "remplacé", "remis", "mis ", "réinitialisé", "changée", "modifiée", "cambiado", "cambié", "cambie", "cambiamos", "puesto", "puse", "modificado", "restablecido", "actualizado", "cambiada",
    "cambiato", "cambiata", "modificato", "modificata", "reimpostato", "reimpostata", "messo", "impostato", "aggiornato", "gewijzigd", "veranderd", "aangepast", "omgezet", "gezet", "ingesteld", "gereset", "wijzig", "verander", "troquei", "trocamos", "troquem", "mudei", "mudámos", "mudamos", "alterei", "alterada", "alterado", "redefini", "redefinida", "trocada", "trocado", "mudada", "mudado", "atualizei", "pus ", "coloquei", "botei",
)  # fmt: skip
_HEADS = Heads(_CHANGES)
_LABELS = Heads(dict.fromkeys((*labels.PASSWORDS, *labels.PINS, *labels.CODES)))
_ENDINGS = ("passwort", "kennwort", "wachtwoord", "code", "pin")
_SECRETS = re.compile(
    rf"(?<![^\W_])(?:\w{{0,16}}(?:passwort|kennwort|wachtwoord)|{'|'.join(sorted(map(re.escape, (*labels.PASSWORDS, *labels.PINS, *labels.CODES)), key=len, reverse=True))}|\w{{2,16}}(?:code|pin))(?![^\W_])"
)
_OF_CODES = frozenset((*labels.PINS, *labels.CODES))
_OPENED = re.compile(rf"(?<![^\W_])(?:{labels.OPENED})(?![^\W_])", re.IGNORECASE)
_TO = re.compile(
    rf"(?<![^\W_])(?:to|into|auf|zu|in|pour|par|en|à|a|por|con|su|para|pra|naar|als|em)[ ]{labels.OPENING}?(?=\S)"
)
_FROM = re.compile(rf"(?<![^\W_])(?:from|von|de|da|du|van)[ ]{labels.OPENING}?(?=\S)")
_BEHIND, _BEFORE = 110, 90
_STOPS = re.compile(r"[!?;\n]|[.](?:\s|$)")
_BARE = re.compile(rf"{labels.LETTERS}{{3,64}}")

_PRONOUN = (
    r"(?:the|das|der|die|den|l['’]|la|le|el|il|lo|quella|quello|celui|celle|de|het|a|o|as|os)"
)
_OLD = r"(?:old|previous|former|last|alte[nsrm]?|vorige[nsr]?|bisherige[nsr]?|ancien(?:ne)?|précédente?|vieux|vieille|antigu[oa]|viej[oa]|anterior|vecchi[ao]|precedente|oude|vorige|antig[oa]|velh[oa])"
_WORDS = r"(?:[ ](?:one|password|passwort|kennwort|wachtwoord|code|pin|pw|pwd|contraseña|clave|senha|código|codice|mot de passe|mdp|d['’]avant|de antes|di prima|de voorheen|von vorher))?"
_WAS = r"(?:[ ](?:was|is|were|war|ist|hieß|lautete|était|est|c['’]était|era|es|fue|è|was|heette|foi|é)|['’]s)?(?:[ ](?:ja|noch|still|just|always|immer|toujours|siempre|sempre|altijd|nog|encore|todavía|ancora|ainda|nur|halt))?"
# what was before, or is put aside
_OTHER_ONE = re.compile(
    rf"(?<![^\W_])(?:(?:{_PRONOUN}[ ]?)?{_OLD}{_WORDS}{_WAS}|la de antes|el de antes|quella di prima|quello di prima|a de antes|celui d['’]avant|die von vorher|(?:it[ ])?(?:was|used to be)(?: before)?"
    rf"|instead of|rather than|in place of|no longer|not|statt(?: bisher)?|anstatt|anstelle von|nicht mehr|(?:vorher|früher|bisher|davor|zuvor)(?:[ ](?:war|hieß|lautete)(?:['’]?s| es)?)?(?:[ ](?:ja|noch))?|au lieu de|à la place de|(?:avant|auparavant),?(?:[ ](?:c['’]était|était))?|et (?:plus|non(?: plus)?)"
    rf"|en vez de|en lugar de|antes(?:[ ](?:era|tenía|estaba))?|ya no(?:[ ]es)?|invece di|al posto di|non più|prima(?:[ ](?:era|c['’]era))?|in plaats van|i\.p\.v\.|ipv|niet meer|(?:eerst|vroeger|voorheen|daarvoor)(?:[ ]was(?:[ ](?:het|dat))?)?(?:[ ]nog)?|(?:now|jetzt|nun|maintenant|désormais|ahora|adesso|ora|nu|agora)(?:,? (?:it['’]?s|is it|it is|is het|is dat|ist es|ist das|ist|is|c['’]est|es|è|é))?|em vez de|em lugar de|ao invés de|no lugar de|já não(?:[ ]é)?|e não|y no"
    # what comes next
    rf"|(?:on )?(?:passera|passe|bascule(?:ra)?) (?:à|en|sur)|(?:will|shall) (?:be|become)|(?:we['’]ll |we |i['’]ll )?(?:switch|change|move)(?:ing)? (?:it )?to|(?:wird|werden)(?:[ ](?:es|dann|daraus))?|wechseln wir (?:auf|zu)|wordt (?:het|dat)|(?:pasa|pasará|pasaremos|cambiará|cambiamos|cambiaremos) a(?: ser)?|(?:poi |dopo )?(?:sarà|diventa|diventerà|passiamo a|passa a)|(?:passa|passará|vai passar|muda|mudamos) (?:a|para)(?: ser)?|vira|(?:sera|será)"
    # the one for something else
    rf"|(?:the one|that|those|das|die|der|den|dem|celui|celle|la|el|lo|quella|quello|il|dat|het|a|o|as|os|die)[ ](?:for|of|on|from|to|in|at|del|della|dello|dell['’]|de|da|do|das|dos|vom|von|zum|zur|am|im|an|für|pour|du|des|de la|d['’]|per|van|voor|op|para|pro|pra)[ ]?[^\n.!?;()=:]{{2,40}}?(?:[ ](?:is|ist|est|es|è|é|eh|auf|op|era|war|wird|wordt|c['’]est|reste|sigue siendo|ficou|put|botou|colocou|pôs|deixou|trocou para|mis|messo|puesto|gezet op|op)|,[ ]c['’]est|(?=[ ]?[(=:])))"
    rf"(?![^\W_])[ ]?[,:=(]?[ ]?(?:(?:est|ist|is|è|é|es)[ ])?{labels.OPENING}?(?=\S)"
)
_REACH = 110


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield what a password or a code was changed to."""
    lower = lowered(text)
    told = _LABELS.places(lower)
    for at in _HEADS.places(lower):
        low, high = max(0, at - _BEFORE), min(len(text), at + _BEHIND)
        if not any_between(told, low, high) and all(lower.find(e, low, high) < 0 for e in _ENDINGS):
            continue
        clause_begin, clause_end = _clause(lower, at, low, high)
        label = _SECRETS.search(lower, clause_begin, clause_end)
        if label is None:
            continue
        said = lower[clause_begin:clause_end]
        digits = label[0] in _OF_CODES or label[0].endswith(("code", "pin"))
        if digits and label[0] in labels.CODES and _OPENED.search(said) is None:
            continue
        for to in _TO.finditer(lower, max(label.end(), clause_begin), clause_end):
            numbers = digits or label[0] in _BOTH
            span = value_at(text, to.end(), digits=numbers)
            if span is None:
                continue
            yield Hit(*span, "SECRET", 0.45, "changed to", "label password")
            for source in _FROM.finditer(lower, label.end(), to.start()):
                before = value_at(text, source.end(), digits=numbers)
                if before is not None:
                    yield Hit(*before, "SECRET", 0.45, "changed from", "label password")
            break


_BOTH = frozenset(["clave", "la clave", "senha", "password", "wachtwoord", "contraseña"])


def _clause(lower: str, at: int, low: int, high: int) -> tuple[int, int]:
    """Return the borders of the clause around `at`, within `low` and `high`."""
    begin = low
    for stop in _STOPS.finditer(lower, low, at):
        begin = stop.end()
    end = _STOPS.search(lower, at, high)
    return begin, high if end is None else end.start() + (end[0] == "!")


def value_at(text: str, at: int, *, digits: bool) -> tuple[int, int] | None:
    """Return the range of what is written like a secret at `at`; a number only where `digits` are told."""
    if digits:
        code = ONE_CODE.match(text, at)
        if code is not None and is_code(code[0]):
            return code.span()
    bare = _BARE.match(text, at)
    value = "" if bare is None else bare[0].split("(")[0].rstrip(TRIMMED)
    return (at, at + len(value)) if value and is_made_up(value) else None


def beside(text: str, told: Iterable[Hit]) -> Iterator[Hit]:
    """Yield the secrets that are spoken of beside one of `told`: the old one, the next, that of something else."""
    lower = lowered(text)
    seen: set[int] = set()
    for hit in told:
        number = is_code(text[hit.start : hit.end])
        stop = lower.find("\n\n", hit.end, hit.end + _REACH)
        high = min(len(text), hit.end + _REACH) if stop < 0 else stop
        for other in _OTHER_ONE.finditer(lower, hit.end, high):
            at = other.end()
            span = value_at(text, at, digits=number)
            if span is None or at in seen or "://" in text[slice(*span)]:
                continue
            seen.add(at)
            yield Hit(*span, "SECRET", 0.42, "told beside another", "label password")
