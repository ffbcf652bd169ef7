"""Content that a pipeline should not take or say, by rules and category. Pure.

Categories are about requests and threats, not about words: a news text that names a weapon passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.guards.verdict import Rule, Verdict, weigh

# a question about protection is no request
_SAFE = r"\b(?=[hisrgtew])(?![^.!?\n]{0,80}\b(?:protect|defend|prevent|vaccin|avoid|detect|remov|surviv)\w*)"
_HOW = (
    _SAFE
    + r"(?:how (?:do|can|could|would|to|should)\b[^.!?]{0,30}|instructions? (?:for|to|on)\b[^.!?]{0,20}|steps? (?:for|to)\b[^.!?]{0,20}|recipe for\b[^.!?]{0,20}|guide (?:for|to|on)\b[^.!?]{0,20}|help me\b[^.!?]{0,20}|teach me\b[^.!?]{0,20}|explain how\b[^.!?]{0,30}|write (?:me )?(?:a|an|some)?\b[^.!?]{0,20})"
)
_CATEGORIES: dict[str, tuple[tuple[float, str], ...]] = {
    "self_harm": (
        (0.8, r"\b(?:i (?:want|wish|plan|am going|'m going|need) to|i'm about to|i will) (?:die|kill myself|end (?:my life|it all)|hurt myself|harm myself|cut myself|commit suicide)\b"),
        (0.8, rf"{_HOW}\b(?:kill myself|commit suicide|end my life|hang myself|overdose|self[- ]harm|cut myself)"),
        (0.7, r"\b(?:painless|easiest|best|quickest) (?:way|method)s? to (?:die|kill (?:my|your)self|commit suicide)\b|\b(?:kill yourself|kys)\b"),
    ),
    "threat": (
        (0.8, r"\b(?:i(?:'ll| will| am going to|'m going to|'m gonna)|we(?:'ll| will)) (?:kill|murder|shoot|stab|hurt|burn|bomb|blow up|attack|rape)\b[^.!?]{0,20}\b(?:you|him|her|them|everyone|your|the (?:school|office|building)|people)\b"),
        (0.6, r"\b(?:you(?:'ll| will) (?:pay|regret|die)|watch your back|you are (?:dead|going to die))\b"),
    ),
    "weapons": (
        (0.8, rf"{_HOW}\b(?:bombs?|explosives?|pipe bomb|molotov|nerve (?:gas|agent)|sarin|ricin|anthrax|chemical weapon|bioweapon|detonator|thermite|ghost gun|silencer|napalm)\b"),
    ),
    "drugs": (
        (0.8, rf"{_HOW}\b(?:cook|make|synthesi[sz]e|produce|manufacture|extract)\b[^.!?]{{0,20}}\b(?:meth\w*|cocaine|heroin|fentanyl|lsd|mdma|crack|dmt|ghb)\b"),
        (0.7, r"\b(?:synthesi[sz]e|cook|manufacture) (?:some )?(?:meth\w*|cocaine|heroin|fentanyl|mdma)\b"),
    ),
    "malware": (
        (0.8, rf"{_HOW}\b(?:ransomware|keylogger|malware|rootkit|botnet|trojan|computer (?:virus|worm)|spyware|credential stealer|phishing (?:page|site|email|kit))\b"),
        (0.7, r"\b(?:hack into|break into|ddos|brute[- ]force)\b[^.!?]{0,40}\b(?:account|server|website|network|email|wi-?fi|phone|system|bank)\b"),
    ),
    "minors": (
        (0.95, r"\b(?:sexual|nude|naked|porn\w*|explicit|erotic|sexy)\b[^.!?]{0,40}\b(?:child(?:ren)?|minors?|kids?|under ?age|teen(?:age)?(?:r|d)?s?|schoolgirls?|preteens?|[0-9]{1,2}[- ]year[- ]old (?:girl|boy))\b|\b(?:child(?:ren)?|minors?|under ?age|preteens?)\b[^.!?]{0,20}\b(?:porn\w*|nudes?|sexual (?:content|acts?|story|images?))\b"),
    ),
    "hate": (
        (0.8, r"\b(?:all|those|these|the|every|fucking|filthy|dirty) (?:jews?|muslims?|blacks?|whites?|gays?|immigrants?|women|christians?|mexicans?|asians?|refugees)\b[^.!?]{0,30}\b(?:should (?:die|be (?:killed|shot|gassed|deported|exterminated))|are (?:vermin|subhuman|animals|parasites|scum|inferior|disgusting)|deserve to (?:die|suffer))\b|\b(?:exterminate|gas|eradicate) (?:all )?(?:the )?(?:jews|muslims|blacks|gays|immigrants)\b"),
    ),
    "profanity": (
        (0.6, r"\b(?:f+u+c+k+\w*|motherf\w+|sh[i1]t(?:ty|head|s)?|bullshit|c+u+n+t+s?|asshole\w*|bitch(?:es|y)?|bastards?|dickheads?|wank(?:er|ers))\b"),
    ),
}  # fmt: skip
_RULES: dict[str, tuple[Rule, ...]] = {
    name: tuple((name, weight, re.compile(pattern)) for weight, pattern in rules)
    for name, rules in _CATEGORIES.items()
}
CATEGORIES = frozenset(_RULES)
USUAL = CATEGORIES - {"profanity"}


class ContentCheck:
    """Says whether a text belongs to one of `categories`; without profanity unless asked for."""

    name = "content"

    def __init__(self, *, categories: Iterable[str] = USUAL, threshold: float = 0.5) -> None:
        wanted = sorted(categories)
        unknown = [c for c in wanted if c not in CATEGORIES]
        if unknown or not wanted:
            raise ConfigError(
                f"category `{''.join(unknown[:1])}` is unknown; there are {', '.join(sorted(CATEGORIES))}"
            )
        if not 0.0 < threshold <= 1.0:
            raise ConfigError("`threshold` lies between 0 and 1")
        self.threshold = threshold
        self._rules = tuple(rule for name in wanted for rule in _RULES[name])

    def judge(self, text: str) -> Verdict:
        """Return the verdict; its reasons are the categories."""
        found = weigh(self.name, text, self._rules, ())
        return Verdict(found.check, found.score, tuple(dict.fromkeys(found.reasons)))
