"""Accounts by the page on which somebody has one: `dunes_walker on the forum`, `quello che firma lupo_nero`. Pure.

A word of forums or networks stands in the same sentence, and the account has a sign or digits among
its small letters, as no name and no word has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, any_of, only_at
from stageflow_guard.redaction.recognizers.generic.usernames import FILED, NOBODY
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_NETWORKS = (
    "discord", "twitch", "tiktok", "insta", "instagram", "twitter", "reddit", "strava", "mastodon", "bluesky", "telegram", "snapchat", "snap", "youtube", "steam", "facebook", "threads", "pinterest", "tumblr", "soundcloud", "komoot", "vinted", "x", "signal", "skype", "roblox", "minecraft", "psn", "xbox",
)  # fmt: skip
_PLACES = (
    "forum", "forums", "message board", "the board", "subreddit", "chatroom", "the comments", "foro", "foros", "fórum", "fóruns", "chat", "forumfaden", "im forum", "tchat", "blog", "prikbord", "board",
)  # fmt: skip
_SIGNS = (
    "goes by", "known as", "signs as", "signs off as", "posts as", "posting as", "writes as", "handle", "screen name", "nickname", "a.k.a.", "aka", "nennt sich", "unterschreibt als", "schreibt als", "postet als", "alias", "se fait appeler", "signe", "qui signe", "pseudo", "sous le pseudo", "firma como", "que firma", "se hace llamar", "escribe como", "apodo", "che firma", "si firma", "scrive come", "si fa chiamare", "noemt zich", "schrijft als", "post als", "onder de naam", "assina como", "que assina", "escreve como", "chamado",
    "sign off as", "sign in as", "log in as", "logged in as", "heißt im router", "im router heißt",
)  # fmt: skip
_HEADS = Heads((*_NETWORKS, *_PLACES, *_SIGNS))
_NETWORK = re.compile(rf"{any_of(_NETWORKS)}(?![^\W_])")
_PLACE = re.compile(rf"{any_of(_PLACES)}(?![^\W_])")
_SIGN = re.compile(rf"{any_of(_SIGNS)}(?![^\W_])")
_NAME = r"(?P<name>[a-z][a-z0-9]{1,20}(?:[_.][a-z0-9]{1,20}){1,3}|[a-z]{4,20}[0-9]{1,4})"
_BORDER = r"(?![\w@(=/\\:-]|\.\w|[ ]?[=(])"
_NAMED = re.compile(rf"(?<![\w@./\\=-])@?{_NAME}{_BORDER}")
# `on Discord as …`, `in TikTok, …`, `auf X @…`
_ON = re.compile(r"(?<![^\W_])(?:on|over on|at|auf|bei|in|sur|en|su|op|no|na|via|y en|e no)[ ]$")
_BEHIND = re.compile(
    rf"(?:[ ]?[,:]?[ ](?:as|als|comme|como|come|it['’]s|es|c['’]est|est|soy|sono|ben ik|sou|heiß ich|bin ich|je suis|me llamo|i['’]m|is|è|é)?[ ]?|[ ]?[,:→][ ]?)(?P<at>@?)(?P<name>[a-z][a-z0-9]{{1,20}}(?:[_.][a-z0-9]{{1,20}}){{1,3}}|[a-z]{{4,20}}[0-9]{{1,4}}|(?<=@)[a-z][\w.]{{3,24}}|(?<=[a-z],[ ])[a-z]{{5,20}}|(?<=[a-zx][ ])[a-z]{{6,20}}){_BORDER}(?=[ ]?(?:[.,;!?)]|$|\n|[ ](?:and|und|et|y|e|en)[ ]))"
)
_SOMEBODY = re.compile(
    r"(?<![^\W_])(?:he|she|they|guy|user|who|person|called|name|real|really|i['’]?m|my|me|add|find|follow|der|die|den|wer|heißt|ich|mich|mein|eigentlich|wirklich|le gars|gars|mec|celui|qui|vrai|c['’]est|je|suis|moi|mon|el|tal|quien|llama|soy|mi|sígueme|verdad|quello|chi|sarebbe|si chiama|vero|sono|mio|seguimi|die|wie|heet|gewoon|echt|ik|mijn|volg|o tal|quem|chama-se|chama|verdade|sou|meu|segue|real name|goes by|firma|signe)(?![^\W_])"
)
_NEAR, _SENTENCE = 50, 90
_CODE = re.compile(r"[{}();<>]|==|::|\$")
_SOCIAL = re.compile(r"@[a-z0-9_.]{3,30}")


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such accounts; a key of a program, and an account of everybody, is none."""
    lower = lowered(text)
    seen: set[int] = set()
    for at in _HEADS.places(lower):
        if lower[at - 1 : at].isalnum():
            continue
        for match in _found(lower, at):
            name, start = match["name"].rstrip("."), match.start("name")
            if name in NOBODY or FILED.search(name) is not None or start in seen:
                continue
            if text[start].isupper():
                continue
            seen.add(start)
            end = start + len(name)
            yield Hit(start, end, "USERNAME", 0.45, "account, forum", "label username")


def _found(lower: str, at: int) -> Iterator[re.Match[str]]:
    low = max(0, at - _SENTENCE, lower.rfind("\n", 0, at) + 1)
    stop = lower.find("\n", at)
    high = min(len(lower) if stop < 0 else stop, at + _SENTENCE)
    if _CODE.search(lower, low, high) is not None:
        return
    sign = _SIGN.match(lower, at)
    if sign is not None:
        match = re.compile(rf"[ ]?:?[ ][\"'„“«]?{_NAMED.pattern}").match(lower, sign.end(), high)
        if match is not None:
            yield match
    if _SOMEBODY.search(lower, low, high) is None:
        return
    if _PLACE.match(lower, at) is not None:
        yield from _NAMED.finditer(lower, max(low, at - _NEAR), min(high, at + _NEAR))
    network = _NETWORK.match(lower, at)
    if network is not None and _ON.search(lower, max(0, at - _NEAR), at) is not None:
        match = _BEHIND.match(lower, network.end(), high)
        # a second account, behind the first with its sign
        if match is not None and _SOCIAL.search(lower, low, at) is not None:
            yield match
