"""Passwords and code words that answer a question on the next line, or are proposed: `what was the password?⏎> "…"`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic import secret_labels as labels
from stageflow_guard.redaction.recognizers.generic.password_words import NO_PASSWORD
from stageflow_guard.redaction.recognizers.generic.secret_shapes import (
    TRIMMED,
    is_code,
    is_made_up,
)
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_LABELS = tuple(dict.fromkeys((*labels.PASSWORDS, *labels.CODE_WORDS, *labels.PINS, *labels.CODES)))
_HEADS = Heads(_LABELS)
_LABEL = re.compile(
    rf"(?:{'|'.join(sorted(map(re.escape, _LABELS), key=len, reverse=True))})(?![^\W_]|-[^\W\d_])"
)
_OPENED = re.compile(rf"(?<![^\W_])(?:{labels.OPENED})(?![^\W_])")
_COMPOUNDS = re.compile(r"(?<=[a-zäöüß])(?:passwort|kennwort|wachtwoord)(?![^\W_])")
# somebody asks for it: nobody who offers to reset one does so
_ASKS = re.compile(
    r"(?<![^\W_])(?:what|which|what['’]?s|remember|know|got|have you|do you|tell me|send me|was|wie|welches|weißt|weisst|kennst|erinnerst|hast|sag|quel(?:le)?|c['’]est quoi|tu te (?:souviens|rappelles)|vous (?:souvenez|rappelez)|connais|sais|rappelle|cuál|cual|qué|recuerdas|acuerdas|acordáis|sabes|dime|me (?:das|pasas|dices)|"
    r"qual|qual['’]?[eè]|quale|ricordi|ricorda|ricordate|sai|dimmi|mi dai|wat|welk|welke|weet|herinner|ken|heb|lembras|lembra|sabe|diz(?:-me)?|me passa|manda|quais|como era|come era|cómo era|comment|hoe|how|wie war|c['’]était quoi)(?![^\W_])"
)
# behind the question: what stands before an answer
_ANSWERS = re.compile(
    rf"[^\n?.!]{{0,80}}\?+[ ]*(?:\n[ \t]*)?(?P<lines>(?:[>|*•–—-]+[ ]?)?(?:(?:yes|yep|yeah|sure|ja|jawohl|klar|oui|si|sí|sì|claro|certo|sim|jup|jep|tuurlijk|natürlich|bien sûr|ok|okay|é|è|es|c['’]est|it['’]?s|it is|het is|das ist|es ist|ist|ecco|aquí (?:está|va|la tienes)|aqui está|toma|tiens|voici|voilà|hier|here(?: you go| it is)?)(?:[ ](?:esta|esa|essa|este|esse|questa|this|dies|dit|celui-ci|this one))?[ ]?[,:!.]?(?:[ ]|[ ]?\n[ \t]*(?:[>|*•-][ ]?)?))?){labels.OPENING}?(?=\S)",
    re.IGNORECASE,
)
_LINE = re.compile(r"(?P<value>[^\s\"“”„«»]{4,48})[\"”“»'’]?[ ]?(?:\n|$|[.,!](?:\s|$))")
_QUOTED = re.compile(r"(?P<value>[^\n\"“”„«»]{3,40})[\"”“»]")
_WORD = re.compile(r"[^\W\d_]{4,24}(?:[-_][^\W\d_]{3,24}){0,2}")
# `try X as the password`, an adverb between
_AS = re.compile(
    r"(?:^|[\s(\"'„“«])(?P<value>[^\s\"'“”„«»()]{5,40})[\"'“”»]?[ ](?:(?:eens|maar|mal|doch|ook|even|maybe|then|instead|perhaps|anche|también|também|aussi|peut-être|quizás|magari|talvez|einfach|gewoon|bitte|please)[ ]){0,2}(?:as|als|comme|como|come|para|für|voor|for)[ ](?:(?:the|a|my|our|your|das|dein|mein|ein|le|mon|ton|la|una|mi|tu|il|het|een|je|a|uma|o|new|neues|nouveau|nueva|nuova|nieuw|nieuwe|nova|wifi|wlan|wi-fi)[-\s]){0,3}(?:\w{2,12}-)?$",
    re.IGNORECASE,
)
_QUOTES = frozenset('"“„«')
_BEFORE, _ASKED_WITHIN, _REACH = 100, 70, 200


def recognize(text: str) -> Iterator[Hit]:
    """Yield such answers and proposals."""
    lower = lowered(text)
    ends = [m.start() for m in _COMPOUNDS.finditer(lower)] if "wort" in lower or "woord" in lower else []  # fmt: skip
    for at in sorted((*_HEADS.places(lower), *ends)):
        label = _LABEL.match(lower, at)
        if label is None:
            continue
        asked = _ANSWERS.match(text, label.end(), min(len(text), label.end() + _REACH))
        low = max(0, at - _ASKED_WITHIN)
        question = re.split(r"[\n.!?]", lower[low:at])[-1] + lower[at : asked.start("lines") if asked else at]  # fmt: skip
        opens = label[0] not in labels.CODES or _OPENED.search(question) is not None
        if asked is not None and opens and (
            _ASKS.search(question) is not None
            or (label[0] in labels.CODE_WORDS and text[asked.end() - 1] in _QUOTES)
        ):  # fmt: skip
            yield from _answer(text, asked.end())
        proposed = _AS.search(text, max(0, at - _BEFORE), at)
        if proposed is not None and is_made_up(proposed["value"].rstrip(TRIMMED)):
            start = proposed.start("value")
            stop = start + len(proposed["value"].rstrip(TRIMMED))
            yield Hit(start, stop, "SECRET", 0.45, "proposed", "label password")


def _answer(text: str, at: int) -> Iterator[Hit]:
    quoted = text[at - 1 : at] in _QUOTES
    match = (_QUOTED if quoted else _LINE).match(text, at)
    if match is None:
        return
    value = match["value"].rstrip(TRIMMED)
    if not value or value.lower() in NO_PASSWORD:
        return
    alone = quoted or text[at - 1 : at] in ("\n", ">", " ")
    word = _WORD.fullmatch(value) is not None and (quoted or "-" in value or "_" in value)
    if is_made_up(value) or is_code(value) or (alone and (word or quoted)):
        yield Hit(at, at + len(value), "SECRET", 0.45, "answered", "label password")
