"""Prompt injection by rules: what tells a model to forget, to become, to reveal, to send. Pure.

A rule set finds known forms, also disguised; a new wording passes. The rates are printed by
bench/redaction.py and stand in the docs with what they were measured on.
"""

from __future__ import annotations

import re

from stageflow_guard.errors import ConfigError
from stageflow_guard.redaction.guards.verdict import Rule, Verdict, weigh

_PRIOR = r"(?:previous|prior|above|earlier|preceding|former|initial|original|existing|system|your|the|these|those|all|any|every|other|safety|content)"
_ORDERS = r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|commands?|polic(?:y|ies)|restrictions?|constraints?|guardrails?|safeguards?|programming|training|filters?)"


def _rule(reason: str, weight: float, pattern: str) -> Rule:
    return reason, weight, re.compile(pattern)


_RULES: tuple[Rule, ...] = (
    _rule("override", 0.8, rf"\b(?:ignore|disregard|forget|override|bypass|skip|neglect|drop|discard|circumvent|do not follow|don'?t follow|stop following|pay no attention to)\b[^.!?]{{0,25}}\b{_PRIOR}\b[^.!?]{{0,25}}\b{_ORDERS}"),
    _rule("override", 0.7, r"\b(?:forget|ignore|disregard) (?:everything|all|anything|whatever)\b[^.!?]{0,30}\b(?:said|told|above|before|prior|previously|know|learned|taught)"),
    _rule("new orders", 0.5, r"\b(?:(?:new|updated|revised) (?:system )?(?:instructions?|prompt|directives?)|(?:real|actual|true) (?:task|objective|instructions?))\b\s*[:=]|\bfrom now on\b[^.!?]{0,40}\b(?:you|answer|respond|reply|always|only)\b|\binstead,? (?:just |only )?(?:say|print|output|respond|reply|write|do)\b"),
    _rule("role", 0.6, r"\b(?:you are now|you're now|you will now be|pretend (?:to be|you are|that you)|roleplay as|act as if you|imagine you are|simulate)\b[^.!?]{0,60}\b(?:dan\b|without|no (?:rules|restrictions|limits|filters?|guidelines)|unrestricted|unfiltered|uncensored|jailbroken|evil|not bound|free from|developer mode|root|admin\w*|any(?:thing)? now)"),
    _rule("jailbreak", 0.7, r"\b(?:jailbr(?:eak|oken)\w*|dan mode|do anything now|developer mode (?:enabled|on|activated)|god mode|stay in character|unfiltered mode|opposite mode|aim chatbot|sudo mode)\b"),
    _rule("no limits", 0.5, r"\b(?:without|no|remove|disable|turn off|lift|free (?:of|from))\b[^.!?]{0,20}\b(?:restrictions?|limitations?|filters|censorship|safety|ethical guidelines|moral|content polic\w+|safeguards?|guardrails?)\b"),
    _rule("reveal prompt", 0.75, r"\b(?:reveal|show|print|repeat|output|display|tell me|give me|write out|leak|expose|share|dump|recite|what (?:is|are|was|were))\b[^.!?]{0,40}\b(?:system|hidden|initial|original|secret|internal|developer|pre-?)\s?(?:prompt|instructions?|message|rules|guidelines|configuration)\b"),
    _rule("reveal prompt", 0.6, r"\b(?:repeat|print|output|echo)\b[^.!?]{0,30}\b(?:everything|all|the (?:text|words|lines?))\b[^.!?]{0,20}\b(?:above|before this|so far|preceding)\b"),
    _rule("reveal secrets", 0.6, r"\b(?:reveal|show|print|list|give me|tell me|send|output|extract|dump)\b[^.!?]{0,30}\b(?:api keys?|passwords?|credentials|secret keys?|access tokens?|env(?:ironment)? variables?|private keys?|other users?'? \w+)\b"),
    _rule("delimiter", 0.7, r"<\|(?:im_start|im_end|system|endoftext|user|assistant)\|>|\[/?inst\]|<</?sys>>|</?(?:system|instructions?|admin)(?:_prompt)?>|#{2,}\s*(?:system|instruction|new (?:task|prompt))\b|\b(?:begin|end|start) (?:of )?(?:system|admin|developer) (?:prompt|message|override)|^\s*(?:system|assistant|developer)\s*:\s*(?:you|ignore|the user|new|override|always|never|obey)\b"),
    _rule("exfiltration", 0.7, r"\b(?:send|post|forward|upload|transmit|exfiltrate|email|append)\b[^.!?]{0,60}\b(?:conversation|history|data|contents?|information|secrets?|keys?|tokens?|file|messages?|document|summary)\b[^!?]{0,40}(?:https?://|\b[\w.-]+@[\w.-]+\.\w{2,}|\bto (?:the )?(?:attacker|following (?:url|address)))|!\[[^\]]{0,40}\]\(https?://[^)]{0,200}[?=][^)]{0,200}\)"),
    _rule("hidden channel", 0.5, r"\b(?:do not|don'?t|never) (?:tell|mention|inform|reveal|show|let)\b[^.!?]{0,40}\b(?:user|anyone|this|human|know)\b|\bwithout (?:telling|informing|notifying|mentioning)\b"),
    _rule("authority", 0.5, r"\b(?:i am|i'm|this is|as) (?:your|the|an?) (?:developer|creator|administrator|admin|owner|openai|anthropic|system administrator|engineer)\b[^.!?]{0,60}\b(?:authori[sz]ed?|override|grant|allow|permission|need you|must|debug|disable|unlock|access)|\b(?:admin|root|developer|maintenance) (?:override|access|mode)\b[^.!?]{0,20}\b(?:code|granted|enabled|activated|engaged)"),
    _rule("obey text", 0.6, r"\b(?:decode|decrypt|translate|rot13|base64)\b[^.!?]{0,60}\b(?:and|then)\b[^.!?]{0,20}\b(?:follow|execute|obey|run|do|perform|comply)\b|\b(?:follow|execute|obey) (?:the |these |all )?(?:instructions?|commands?|steps)\b[^.!?]{0,30}\b(?:in|inside|within|from|hidden|below|embedded)\b[^.!?]{0,20}\b(?:file|document|text|comment|image|page|email|base64|attachment)"),
    _rule("command", 0.6, r"\b(?:execute|run|call|invoke|use)\b[^.!?]{0,30}\b(?:shell|command|tool|function|script|sql|delete_\w+|rm -rf|transfer_\w+|drop table)\b[^.!?]{0,60}\b(?:without (?:asking|confirm\w*|approval)|immediately|silently|no confirmation)\b|\brm -rf /|;\s*drop table\b"),
    _rule("override, other languages", 0.8, r"\b(?:ignoriere?|vergiss|missachte)\b.{0,30}\b(?:vorherigen?|bisherigen?|obigen?|alle)\b.{0,25}\b(?:anweisung\w*|regeln|instruktion\w*|befehle?)|\b(?:ignore[rz]?|oublie[rz]?)\b.{0,30}\b(?:instructions?|consignes|règles)\b.{0,20}(?:précédent\w*|ci-dessus|antérieur\w*)|\b(?:ignora|olvida)\b.{0,30}\b(?:instrucciones|reglas|órdenes)\b.{0,20}(?:anterior\w*|previas)|\b(?:ignora|dimentica)\b.{0,30}\b(?:istruzioni|regole)\b.{0,20}precedent\w*|\b(?:ignore|esqueça)\b.{0,30}\b(?:instruções|regras)\b.{0,20}anterior\w*"),
)  # fmt: skip
# whole phrases, letters alone: what is spaced out, dotted or written with digits
_PHRASES = (
    ("override", 0.8, "ignorepreviousinstruction"), ("override", 0.8, "ignoreallpreviousinstruction"),
    ("override", 0.8, "ignoreallinstruction"), ("override", 0.8, "disregardpreviousinstruction"),
    ("override", 0.8, "disregardallpreviousinstruction"), ("override", 0.8, "ignoretheaboveinstruction"),
    ("override", 0.8, "forgetallpreviousinstruction"), ("override", 0.8, "forgetyourinstruction"),
    ("reveal prompt", 0.75, "revealyoursystemprompt"), ("reveal prompt", 0.75, "showmeyoursystemprompt"),
    ("reveal prompt", 0.75, "printyoursystemprompt"), ("jailbreak", 0.7, "doanythingnow"),
    ("jailbreak", 0.7, "developermodeenabled"),
)  # fmt: skip


class InjectionCheck:
    """Says how much of a text is an attempt to take the model over."""

    name = "injection"

    def __init__(self, *, threshold: float = 0.5) -> None:
        if not 0.0 < threshold <= 1.0:
            raise ConfigError("`threshold` lies between 0 and 1")
        self.threshold = threshold

    def judge(self, text: str) -> Verdict:
        """Return the verdict; linear in the length of the text."""
        return weigh(self.name, text, _RULES, _PHRASES)
