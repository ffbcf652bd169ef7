"""Accounts on market places and networks, and those that a database turns away: `on Vinted I am tess_knits`, `denied for user 'x'@'%'`. Pure.

Behind `I am` much else follows, so a sign, a digit or the length of a word that no language has tells
an account; behind `my name there is` and `find me as` any word of small letters is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.generic.usernames import FILED, NOBODY, said_of_it
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_PLACES = (
    "vinted", "ebay", "ebay-kleinanzeigen", "kleinanzeigen", "willhaben", "ricardo", "tutti", "anibis", "leboncoin", "le bon coin", "wallapop", "milanuncios", "subito", "marktplaats", "2dehands", "2ememain", "olx", "enjoei", "mercado livre", "mercadolivre", "mercado libre", "mercadolibre", "shopee", "etsy", "depop", "poshmark", "gumtree", "craigslist",
    "discogs", "vestiaire collective", "sellpy", "tradera", "blocket", "allegro", "kijiji", "custojusto", "shpock", "goodreads", "letterboxd", "strava", "komoot", "duolingo", "chess.com", "lichess", "steam", "twitch", "reddit", "youtube", "tiktok", "instagram", "insta", "twitter", "mastodon", "bluesky", "pinterest", "flickr", "soundcloud", "spotify", "last.fm",
    "github", "gitlab", "codeberg", "ravelry", "geocaching", "couchsurfing", "untappd", "vivino", "roblox", "minecraft", "fortnite", "psn", "xbox live", "xbox", "discord", "telegram", "patreon", "ko-fi", "wattpad", "ao3", "deviantart", "tumblr", "snapchat", "snap", "threads", "bluesky", "skype", "rover", "nextdoor", "nebenan.de", "quoka", "markt.de", "todocoleccion", "bakeca", "kijiji", "standvirtual", "marketplace", "finya", "parship", "tinder", "bumble", "whatnot", "vinted.fr",
)  # fmt: skip
_AT = r"(?:on|at|over on|via|auf|bei|über|sur|chez|en|su|in|op|bij|no|na|pelo|pela)"
_PLACE = rf"(?:{'|'.join(sorted(map(re.escape, _PLACES), key=len, reverse=True))})(?![^\W_])"
_AT_BEFORE, _AT_MOST = re.compile(rf"(?<![^\W_]){_AT}[ ]$"), 10
# what is called so, and what is
_CALLED = r"my (?:user ?)?name(?: there)? is|my handle(?: there)? is|i go by|i['’]m called|find me as|you(?:['’]ll| can|['’]d)? find me (?:as|under)|look (?:me up as|for)|(?:search|look) for me as|heiße? ich|heiss ich|ich heiße|mein name(?: dort)? ist|find(?:est|et) (?:du|ihr|sie) mich (?:als|unter)|such mich als|je m['’]appelle|mon pseudo(?: là-bas)?,? (?:c['’]est|est)|cherche(?:z)?(?:-moi)?|tu me trouve(?:s|ras) sous|me llamo|aparezco como|estoy como|búscame como|me encuentras como|mi usuario(?: allí)? es|mi chiamo|mi trovi come|sono registrat[oa] come|cercami come|il mio nick è|heet ik|ik heet|sta ik als|vind je me als|zoek me als|me chamo|chamo-me|apareço como|estou como|me acha como|me encontrarás como|me encuentras como|procura por|meu usuário é"
_AM = r"i am|i['’]?m|it['’]?s|bin ich|ich bin|ich bin der|ich bin die|je suis|moi c['’]est|c['’]est|soy|soy la|soy el|sono|sono la|sono il|ben ik|ik ben|sou|sou [oa]|eu sou [oa]"
_THERE = re.compile(
    rf"{_AT}[ ]{_PLACE}[ ]?[,:–-]?[ ]{{0,2}}(?:(?:and|und|et|y|e|en|da|dort|there|là|allí|lì|daar|lá|,)[ ])?(?:(?P<called>{_CALLED})|{_AM}|(?P<is>is|ist|est|es|è|é))[ ]@?[\"'„“«]?"
    r"(?P<name>[A-Za-z][\w.-]{2,30}[A-Za-z0-9_])(?![\w@(=/:-]|\.\w)(?=(?P<end>[\"'“”»]?(?:[ ]?[,.;!?)]|\s*$|\n|[ ](?:if|and|und|wenn|et|si|y|e|se|en|als|,))?))",
    re.IGNORECASE,
)
# whose it is, or a sign: `my Vinted name is tess_knits`, `Vinted: tess_knits`
_OF_PLACE = re.compile(
    rf"{_PLACE}(?P<label>[ -]?(?:user ?name|name|account|handle|nick(?:name)?|pseudo|usuario|utente|profil|profile|perfil|profilo|konto|conta|naam))?(?P<tells>[ ]?:|[ ](?:is|ist|est|c['’]est|es|è|é|heißt|heet))[ ]@?[\"'„“«]?(?P<name>[A-Za-z][\w.-]{{2,30}}[A-Za-z0-9_])(?![\w@(=/:-]|\.\w)(?P<end>[\"'“”»]?(?:[ ]?[,.;!?)]|\s*$|\n))?",
    re.IGNORECASE,
)
_PLACE_HEADS = Heads(_PLACES)
_MINE = re.compile(r"(?<![^\W_])(?:my|our|mein|meine|mon|mi|il mio|mijn|meu|o meu)[ ]$")
# somebody says who he is before where: `soy tess_knits en Wallapop`
_BEFORE = re.compile(
    rf"(?<![^\W_])(?:{_CALLED}|{_AM})[ ]@?[\"'„“«]?(?P<name>[A-Za-z][\w.-]{{2,30}}[A-Za-z0-9_])[\"'“”»]?,?[ ]$",
    re.IGNORECASE,
)
_IN_PLACE = re.compile(rf"{_AT}[ ]{_PLACE}")
_SOUGHT = re.compile(
    r"(?<![^\W_])(?:find me|look me up|search for me|look for me|my (?:user ?)?name|my handle|such(?:t)? mich|find(?:est|et)? (?:du |ihr |sie )?mich|mein name|cherche(?:z)?-moi|tu me trouves|mon pseudo|búscame|encuéntrame|me encuentras|mi usuario|cercami|mi trovi|il mio nick|zoek me|vind je me|mijn naam|me acha|me procura|procura-me|me encontra|meu usuário)(?: there)?,?[ ]$"
)
_REACH = 64
_MADE = re.compile(r"[a-z_.][0-9]{2}|[a-z][._][a-z]{1,20}[0-9]")
_SIGNED = re.compile(r"[0-9_]|[a-z]\.[a-z]")
_INFLECTED = re.compile(
    r"(?:ing|ed|ive|able|ible|ente|ante|[aiu]d[oa]s?|[aiu]t[oaie]|ant|ent|eur|euse|rice|dora?|tore|trice|iste|ista|ari[oa]|aire|ier|end|isch|lich|ig|bar|los|ment[e]?|eerd|aar|ster|ness|tion|ity|ly|al|ão|oso|osa)$"
)
_LONG, _LEAST = 11, 4  # letters of a word that was joined from others, and of any account
# as a database writes it, in the language of its client
_DENIED = re.compile(
    r"(?:user|benutzer|nutzer|utilisateur|l['’]utilisateur|usuario|usuário|utilizador|utente|l['’]utente|gebruiker)[ ]?:?[ ]?(?:(?P<quote>[\"'`‘])(?P<name>[A-Za-z][\w.-]{1,40})[\"'`’]@(?P=quote)?@?[\w.%:-]{1,80}|(?P<bare>[A-Za-z][\w.-]{1,40})@(?:%|localhost|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[a-z][a-z0-9-]{1,30})(?![\w.@-]))",
    re.IGNORECASE,
)
_TURNED_AWAY = re.compile(
    r"(?<![^\W_])(?:denied|rejected|refused|failed|locked|verweigert|abgelehnt|gesperrt|refusé|rejeté|bloqué|denegado|rechazado|bloqueado|negato|rifiutato|bloccato|geweigerd|geblokkeerd|negado|recusado)(?![^\W_])"
)
_NEAR = 60
_USERS = Heads(("user", "benutzer", "nutzer", "utilisateur", "l'util", "l’util", "usuario", "usuário", "utilizador", "utente", "l'utente", "l’utente", "gebruiker"))  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield such accounts; an account of everybody, as `root`, is none."""
    lower = lowered(text)
    places = _PLACE_HEADS.places(lower)
    for place in places:
        before = _AT_BEFORE.search(lower, max(0, place - _AT_MOST), place)
        if before is None:
            continue
        at = before.start()
        there = _THERE.match(text, at)
        if there is not None and _is_account(there, sought=_sought(lower, at)):
            yield _hit(there)
        turned = _BEFORE.search(text, max(0, at - _REACH), at)
        name = "" if turned is None else turned["name"].lower()
        if turned is None or _IN_PLACE.match(lower, at) is None or _SIGNED.search(name) is None:
            continue
        if name not in NOBODY and FILED.search(name) is None:
            yield _hit(turned)
    for at in places:
        owned = _OF_PLACE.match(text, at)
        if owned is None or lower[at - 1 : at].isalnum():
            continue
        mine = _MINE.search(lower, max(0, at - _REACH), at) is not None
        signed = (
            owned["tells"].endswith(":") and text[at].isupper()
        )  # no key: `threads: max_workers`
        if (mine or signed) and _is_named(owned):
            yield _hit(owned)
    for at in _USERS.places(lower) if "@" in text else ():
        denied = _DENIED.match(text, at)
        line = lower[max(0, at - _NEAR) : at].rpartition("\n")[2]
        if denied is None or _TURNED_AWAY.search(line) is None:
            continue
        group = "bare" if denied["bare"] else "name"
        if denied[group].lower() not in NOBODY:
            yield Hit(*denied.span(group), "USERNAME", 0.42, "account, logged", "label username")


def _hit(match: re.Match[str]) -> Hit:
    return Hit(*match.span("name"), "USERNAME", 0.52, "account, place", "label username")


def _sought(lower: str, at: int) -> bool:
    """Say whether somebody is to look for an account there: `find me on …`."""
    return _SOUGHT.search(lower, max(0, at - _REACH), at) is not None


def _is_named(match: re.Match[str]) -> bool:
    """Say whether an account stands behind the name of a place: by its signs, by a label of accounts, by its length."""
    name = match["name"]
    if name.lower() in NOBODY or FILED.search(name) is not None or said_of_it(name):
        return False
    told = match["tells"].endswith(":")
    if told and match["label"] is None:  # a headline follows such a sign, too
        return _MADE.search(name) is not None
    long = len(name) >= _LONG and _INFLECTED.search(name) is None
    ends = match["end"] is not None
    return _SIGNED.search(name) is not None or (
        name.islower() and ends and (match["label"] is not None or long)
    )


def _is_account(match: re.Match[str], *, sought: bool) -> bool:
    """Say whether what follows is an account by its signs, by what says so, or by its length."""
    name = match["name"]
    if match["is"] is not None and not sought:
        return False
    if name.lower() in NOBODY or FILED.search(name) is not None or said_of_it(name):
        return False
    if _SIGNED.search(name) is not None:
        return True
    ends = match["end"] is not None
    if not name.islower() or not ends or len(name) < _LEAST:
        return False
    if match["called"] is not None or sought:
        return True
    return len(name) >= _LONG and _INFLECTED.search(name) is None
