"""The signs of addresses as words: `kim at harbor dot net`, `10 dot 0 dot 0 dot 1`. Pure, linear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.anchors import Heads, places, present
from stageflow_guard.redaction.recognizers.hidden import BARRIER
from stageflow_guard.redaction.recognizers.phrases import lowered
from stageflow_guard.redaction.recognizers.shapes import at_numbers, holds
from stageflow_guard.redaction.text.parted_mails import parted_mails
from stageflow_guard.redaction.text.view import Edit, View

# any signs, on both sides of a sign or a word of an address
_S = r"(?:[^\w\s@.]|[_\x1e])"
_AT_WORDS = (
    "at|arroba|arobase?|arobas|chiocciola|klammeraffe|apenstaartje|małpa|malpa|snabel-a|ät|собака"
)
_DOT_WORDS = "dot|punkt|point|punto|ponto|punt|kropka|nokta|точка"
_AT = rf"(?:[ ]{{1,3}}at[ -]sign[ ]{{1,3}}|[ ]?{_S}{{1,3}}@{_S}{{1,3}}[ ]?_?|[ ]{{1,3}}(?:{_AT_WORDS}|at sign)[ ]{{1,3}}|[ ]{{0,3}}[\[({{<]{{1,2}}[ ]?(?:{_AT_WORDS}|a|ä|@)[ ]?[\])}}>]{{1,2}}[ ]{{0,3}}|[ ]{{1,2}}@[ ]{{0,2}}|@[ ]{{1,2}}|[ ]?{_S}{{1,3}}(?:{_AT_WORDS}){_S}{{1,3}}[ ]?|&at;|@)"
_DOT = rf"(?:[ ]?{_S}{{1,3}}\.{_S}{{1,3}}[ ]?|[ ]{{1,3}}(?:{_DOT_WORDS}|period|full stop)[ ]{{1,3}}|[ ]{{0,3}}[\[({{<]{{1,2}}[ ]?(?:{_DOT_WORDS}|\.)[ ]?[\])}}>]{{1,2}}[ ]{{0,3}}|[ ]{{1,2}}\.[ ]{{0,2}}|[ ]?{_S}{{1,3}}(?:{_DOT_WORDS}){_S}{{1,3}}[ ]?|\.)"
_BAR = (
    r"[ ]{1,2}(?:underscore|unterstrich|tiret bas|gui[oó]n bajo|trattino basso|underline)[ ]{1,2}"
)
_DASH = r"[ ]{1,2}(?:dash|hyphen|minus|tiret|trait d['’]union|trattino|gui[oó]n(?: medio)?|traço|h[íi]fen|bindestrich|minus|strich|streepje|koppelteken|liggend streepje|bindestreck|myślnik)[ ]{1,2}"
_LABEL = r"[A-Za-z0-9][A-Za-z0-9_+-]{0,40}"
_MAIL_WORDS = re.compile(
    rf"(?<![^\W_])(?<!\.){_LABEL}(?:(?:{_DOT}|{_BAR}|{_DASH}){_LABEL}){{0,4}}{_AT}{_LABEL}(?:(?:{_DOT}|{_DASH})[A-Za-z0-9][A-Za-z0-9-]{{0,40}}){{0,4}}{_DOT}(?:com|org|net|edu|gov|mil|int|io|info|biz|name|mail|email|dev|app|online|site|shop|store|cloud|tech|wales|scot|london|berlin|paris|nyc|wien|amsterdam|koeln|hamburg|bayern|swiss|cat|eus|gal|club|live|life|world|zone|studio|design|digital|agency|media|news|blog|page|link|team|work|pro|xyz|health|bank|example|test|[a-z]{{2}})(?![^\W_])",
    re.IGNORECASE,
)
_AT_ONLY = re.compile(_AT, re.IGNORECASE)
_BAR_ONLY = re.compile(_BAR, re.IGNORECASE)
_DOT_ONLY = re.compile(_DOT, re.IGNORECASE)
_DASH_ONLY = re.compile(_DASH, re.IGNORECASE)
_QUAD = re.compile(
    r"[0-9](?<![\w.].)[0-9]{0,2}(?:(?:[ ]{1,3}dot[ ]{1,3}|[ ]?[\[({](?:dot|\.)[\])}][ ]?|[ ]{1,2}\.[ ]{0,2}|\.[ ]{1,2}|\.|[ ]?·[ ]?)[0-9]{1,3}){3}(?![\w])",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[^0-9]+")


def words(view: View) -> View:
    """Write "at" and "dot" as signs, where they make an address."""
    text = view.text
    edits: list[Edit] = []
    lower = lowered(text)
    elsewhere = _is_elsewhere(lower)
    if elsewhere or _AROUND.search(text) or _is_signed(lower) or _DOTS.places(lower):
        anchors = _ANCHOR_ELSEWHERE.finditer(text) if elsewhere else _anchors(text, lower)
        for match in _windows(text, anchors):
            plain = _DASH_ONLY.sub("-", _BAR_ONLY.sub("_", match[0]))
            plain = _AT_ONLY.sub("@", _DOT_ONLY.sub(".", plain), count=1)
            if plain != match[0] and not _prose(match[0]):
                edits.append((*match.span(), plain))
    elif " at " in lower:
        edits += _written_to(text, lower)
    if view.digits:
        edits += _quads(text)
    if "DOT" in text:
        edits += [
            (*m.span(), m[0].replace("DOT", ".").replace("AT", "@", 1))
            for m in _FUSED_MAIL.finditer(text)
        ]
    if "@" in text or "=40" in text:
        edits += parted_mails(text)
    edits.sort()
    return view.edited(edits, "words")


# `biancaDOTleeATacmeDOTorg`
_FUSED_MAIL = re.compile(
    r"(?<![A-Za-z0-9])[a-z0-9_-]{1,40}(?:DOT[a-z0-9_-]{1,40}){0,3}AT[a-z0-9-]{1,40}(?:DOT[a-z0-9-]{2,40}){1,3}(?![A-Za-z0-9])"
)


# "at" in other languages, where it is no word of a sentence
_ELSEWHERE = Heads(("arroba", "arobas", "chiocciola", "klammeraffe", "apenstaartje", "małpa", "snabel-a", "coбaka", "собака"))  # fmt: skip
_WITH_UMLAUT = (" ät ", "(ät)", "[ät]", "(ä)")
_ATS = Heads(("at",))
_OTHER_DOTS = Heads(("dot",))
_OPENING, _PAIRED = frozenset("([{<"), frozenset("_-")
_MIRRORED = {"“": "”", "„": "“", "«": "»", "»": "«", "‹": "›", "‘": "’"}
_SIGNED_AT = re.compile(r"@(?:(?<=[^\w\s@.]@)|(?<=[_\x1e]@))(?:[^\w\s@.]|[_\x1e])")


def _is_elsewhere(lower: str) -> bool:
    """Say whether an "at" may be written as in other languages, or between signs that are no brackets."""
    return (
        bool(_ELSEWHERE.places(lower)) or "(a)" in lower or "[a]" in lower
        or ("ä" in lower and present(lower, _WITH_UMLAUT))
        or any(_between_signs(lower, at, 2) for at in _ATS.places(lower))
        or any(_between_signs(lower, at, 3) for at in _OTHER_DOTS.places(lower))
        or ("@" in lower and _SIGNED_AT.search(lower) is not None)
    )  # fmt: skip


def _is_signed(lower: str) -> bool:
    """Say whether an "at" stands in brackets, or between two signs."""
    return any(
        lower[at - 1 : at] in _OPENING or (lower[at - 1 : at] in _PAIRED and lower[at + 2 : at + 3] == lower[at - 1 : at])
        or lower.startswith((" at sign ", " at-sign "), at - 1)
        for at in _ATS.places(lower)
    )  # fmt: skip


def _between_signs(lower: str, at: int, size: int) -> bool:
    """Say whether the same sign is on both sides of the word of `size` letters at `at`, or two quotes are."""
    before = lower[at - 1 : at]
    if not before or before in "_." or before.isalnum() or (before.isspace() and before != BARRIER):
        return False
    if before in "\"'" and lower[at + size + 1 : at + size + 2] in (":", ",", "]", ")", "}"):
        return False  # a key, an item
    return lower[at + size : at + size + 1] in (before, _MIRRORED.get(before, before))


# a sign beside the sign of an address
_AROUND = re.compile(
    r"@(?:[ ]|(?=[\w-]{1,40}[ ]{1,2}\.[ ]{0,2}[a-z])|(?<=[ (\[{<|*~=\x1e]@)|(?<=-@)-|(?<=_@)_)"
)
_DOTS = Heads(f"dot{sign}" for sign in " )]}>_-")
# what may part the numbers of such an address: a sign, or in the shape of a text
_PARTING = ("[", "(", "{", "·", "dot ")
_PARTED = (b"0 .", b"0  .", b"0. 0", b"0.  0")


def _quads(text: str) -> Iterator[Edit]:
    parted = holds(text, _PARTED) or present(lowered(text), _PARTING)
    for match in at_numbers(_QUAD, text) if parted else ():
        plain = _BETWEEN.sub(".", match[0])
        if plain != match[0] and not _is_list(text, match, plain):
            yield (*match.span(), plain)
    for match in (
        _SCATTERED.finditer(text)
        if _SCATTER.search(text) is not None and labels.any_of("ip", text)
        else ()
    ):
        plain = re.sub(r"\.{2,}", ".", re.sub(r"[^0-9.]+", "", match[0]))
        if plain != match[0] and _is_quad(plain) and labels.before(text, match.start()) == "ip":
            yield (*match.span(), plain)


def _is_list(text: str, match: re.Match[str], plain: str) -> bool:
    """Say whether low numbers between bullets are sizes or counts: nothing says that they are an address."""
    return (
        " " in match[0]
        and max(map(int, plain.split("."))) < _LOW
        and labels.before(text, match.start()) != "ip"
    )


_LOW = 64
_SCATTER = re.compile(r"[0-9.](?:[ \t\n_/|,~-]|\.{2})[0-9 .\t\n_/|,~-]")
_SCATTERED = re.compile(r"[0-9](?<![\w.].)(?:[ \t\n_/|,~-]{0,4}[0-9.]){6,24}(?![\w.])")


def _is_quad(text: str) -> bool:
    parts = text.split(".")
    return len(parts) in (4, 5) and all(
        p.isdigit() and len(p) <= 3 and int(p) <= 255 for p in parts
    )


# where such an address may be: around its sign, or its words; the second where other signs are at all
_ANCHOR = re.compile(
    r"[ \[({<_@|*~=-](?:(?<!@)(?:(?:at|@)[ \])}>_|*~=-]|dot[ \])}>_-])|(?:(?<=\w )|(?<=\w  ))@|(?<=\w@)[ ]{1,2}(?=\w)|(?<=@)(?<=\w@)(?=[\w-]{1,40}[ ]{1,2}\.[ ]{0,2}[a-z]))",
    re.IGNORECASE,
)
_ANCHOR_ELSEWHERE = re.compile(
    rf"[\W_](?:(?<!@)(?:{_AT_WORDS}|coбaka|dot|@)[\W_]|(?<=[\[({{<])[aä][\])}}>]|(?<= )@|(?<=@)[ ])",
    re.IGNORECASE,
)


def _anchors(text: str, lower: str) -> Iterator[re.Match[str]]:
    """Yield what `_ANCHOR` matches, as `finditer` would: it is tried only around its words and its sign."""
    near = {at - 1 for at in (*_ATS.places(lower), *_OTHER_DOTS.places(lower)) if at}
    for at in places(text, "@"):
        near.update((max(0, at - 1), at, at + 1))
    reached = 0
    for at in sorted(near):
        match = _ANCHOR.match(text, at) if at >= reached else None
        if match is not None:
            reached = match.end()
            yield match


def _windows(text: str, anchors: Iterable[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Match around "at" and "dot" only: a text without them costs one scan."""
    reached = 0
    for anchor in anchors:
        if anchor.start() < reached:
            continue
        begin = max(reached, anchor.start() - 120)
        match = _MAIL_WORDS.search(text, begin, min(len(text), anchor.end() + 200))
        # a window without a match holds none that starts in it: go on behind it
        reached = anchor.end() + 80 if match is None else match.end()
        if match is not None:
            yield match


# "write to jo at harborview.net": a verb of writing, then a name alone
_TOLD_MAIL = re.compile(
    r"(?<![a-z])(?:e-?mails?|mail|write|reach|contact)(?: (?:is|me|us|her|him|them|to|address)){0,3}:? {1,2}(?=[\w.+-]{1,40}$)"
    r"|(?<![a-z])(?:send|forward|mail|cc|reply)[a-z]{0,3} (?:[^\s.:;]{1,12} ){0,4}to (?=[\w.+-]{1,40}$)"
    r"|(?<![^\W_])(?:scriv(?:i|imi|ici|ete|etemi|ere)|schreib(?:en|t|e)?|escr[ií]b(?:e|eme|enos|ir|an|a)|escrev[ae](?:-me|-nos)?|[ée]cri(?:s|vez|re)(?:-moi|-nous)?|schrijf|mailen?|skriv|napisz) (?:mir |uns |me |mij |ons )?(?:a|an|à|naar|para|til|till|do) (?=[\w.+-]{1,40}$)"
)
# or what is said of it behind: `ruth at cobblewick.net is the best way`
_MAIL_TOLD = re.compile(
    r" at (?:[\w-]{1,40}\.){1,4}[a-z]{2,8},? (?:is (?:the best way|best|my (?:e-?mail|address|work mail)|(?:his|her|their) (?:e-?mail|address))|reaches (?:me|us|him|her|them)|gets (?:me|me fastest)|works (?:best|for me))(?![a-z])"
)
_NAME_BEFORE = re.compile(r"(?:^|[\s(:,])(?=[\w.+-]{2,40}$)")
# a name with a dot in it, which is no file's: `ask i.dragan at lumina-print.ro`
_DOTTED_NAME = re.compile(
    r"(?:^|[\s(:,])(?=[a-z]{1,20}[._][a-z]{2,24}$)(?![\w.]*\.(?:html?|py|js|ts|json|ya?ml|md|txt|go|rs|rb|php|css|sh|sql|csv|xml|toml|cfg|ini|log|pdf|docx?|zip|jar|exe|io|com|org|net)$)"
)
_HOST = re.compile(r" at [\w-]{1,40}\.[a-z]")


def _written_to(text: str, lower: str) -> Iterator[Edit]:
    for host in _HOST.finditer(lower):
        told = _TOLD_MAIL.search(lower, max(0, host.start() - 90), host.start())
        told = told or _DOTTED_NAME.search(lower, max(0, host.start() - 50), host.start())
        if told is None and _MAIL_TOLD.match(lower, host.start()):
            told = _NAME_BEFORE.search(lower, max(0, host.start() - 42), host.start())
        match = _MAIL_WORDS.match(text, told.end()) if told is not None else None
        if match is not None:
            yield (*match.span(), _AT_ONLY.sub("@", match[0], count=1))


def _prose(match: str) -> bool:
    """ "look at example.com" is a sentence: one plain "at" and no "dot" is no disguise, nor are words about both."""
    lower = match.lower()
    if _ABOUT_BOTH.search(lower) is not None:
        return True
    return " at " in lower and " at sign " not in lower and "dot" not in lower and not re.search(r"[\[({<]", lower) and (
        " . " not in lower
    )  # fmt: skip


_ABOUT_BOTH = re.compile(r"[\W_]at[\W_]+(?:and|or|und|oder|et|ou|y|o|e|en|of)[\W_]+dot[\W_]")
