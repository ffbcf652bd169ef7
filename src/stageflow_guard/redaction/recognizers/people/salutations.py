"""Who is greeted and who signs: `Salut Maëlys,`, `Best regards⏎Tom Okafor`, `… - Beth Underwood`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import present
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import TITLES, capitalised
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, EVERYBODY, STOP
from stageflow_guard.redaction.recognizers.phrases import (
    Index,
    Match,
    lowered,
    register,
    vocabulary,
)
from stageflow_guard.redaction.recognizers.runs import places_of

_GREETING = Index({"greeting": [p for c in COUNTRIES for p in c.greetings.split("|") if p]})
_GREETED = re.compile(r"[ ](?:(?:Mr|Mrs|Ms|Dr|Herr|Frau)\.?[ ])?(?=[^\W_])")
_AND = re.compile(r"[ ](?:and|&|und|et|y|e|en|och|og|i)[ ](?=[^\W\d_a-z])")
_SIGNED = Index({
    "signed": [
        "signed", "thx", "ty", "rgds", "regards", "best regards", "kind regards", "warm regards", "sincerely", "thanks", "cheers", "yours", "yours sincerely", "yours truly", "yours faithfully", "with kind regards", "with best wishes", "best wishes", "all the best", "respectfully", "warmly", "cordially", "many thanks", "thank you", "best",
        "mit freundlichen grüßen", "viele grüße", "liebe grüße", "beste grüße", "cordialement", "bien à vous", "bien cordialement", "saludos", "un saludo", "atentamente",
        "thanks so much", "thank you so much", "many thanks again", "freundliche grüsse", "hartelijke groet", "cdlt", "abs", "mvg", "att", "hg", "bests", "saluti", "cordiali saluti", "distinti saluti", "met vriendelijke groet", "met vriendelijke groeten", "groeten", "groetjes", "atenciosamente", "abraços",
        "cumprimentos", "melhores cumprimentos", "com os melhores cumprimentos", "pozdrawiam", "z poważaniem", "z wyrazami szacunku", "serdecznie pozdrawiam", "med vänlig hälsning", "vänliga hälsningar", "hälsningar", "mvh", "saygılarımla", "saygılar",
        "med venlig hilsen", "venlig hilsen", "kærlig hilsen", "med vennlig hilsen", "vennlig hilsen", "hilsen", "ystävällisin terveisin", "terveisin", "s pozdravem", "s přátelským pozdravem", "s pozdravom", "cu stimă", "cu respect", "üdvözlettel", "tisztelettel",
        "с уважением", "с наилучшими пожеланиями", "з повагою", "με εκτίμηση", "s poštovanjem", "lp", "lugupidamisega", "pagarbiai", "ar cieņu", "trân trọng", "salam", "hormat saya",
        "herzliche grüße", "mit besten grüßen", "freundliche grüße", "schöne grüße", "lg", "vg", "mfg", "gruß", "bises", "bisous", "amicalement", "respectueusement", "sincères salutations", "abrazos", "un abrazo", "besos", "un cordial saludo", "a presto", "un saluto", "un abbraccio", "vriendelijke groet", "hartelijke groeten", "abraço", "beijos", "um abraço", "grato", "obrigado", "obrigada", "take care", "love", "talk soon", "gracias", "merci", "danke", "grazie", "bedankt",
    ]
})  # fmt: skip
_SIGN_OFF = re.compile(
    r"[,:.!]?[ ]?[\n ][ \n]{0,2}(?:-{1,2}[ ]?)?(?:(?:i\.[ ]?[AV]\.|ppa?\.|p\.[ ]?p\.|gez\.|im Auftrag)[ \n])?"
)
# at the end of a chat, behind the end of a sentence: `Bis dann! LG Wiebke`
_WAVED = re.compile(
    r"(?:^|(?<=[.!?…)\n,])|(?<=[.!?…),][ ]))(?:LG|VG|GLG|MfG|[Gg]r\.|[Gg]rtz?|[Gg]roetjes|[Gg]roet|Gruß|Grüße|[Bb]isous|[Bb]ises|[Bb]esos|[Aa]brazos|[Bb]aci|[Ll]iefs|[Xx]oxo|[Ll]ove|[Hh]ugs|[Bb]eijos),?[ ](?=[^\W\d_a-z])"
)
_WAVES = frozenset(["groet", "gr", "grt", "grtz", "groetjes", "lg", "vg", "glg", "mfg", "gruß", "grüße", "bisous", "bises", "besos", "abrazos", "baci", "liefs", "xoxo", "love", "hugs", "beijos"])  # fmt: skip
register(_WAVES)


# `Grüße aus Kiel, Wiebke`
_FROM_AFAR = re.compile(
    r"(?i:gr(?:ü|u)(?:ß|ss)e?|greetings|regards|saludos|saluti|salutations|bises|bisous|groeten|groetjes|abraços)[ ](?:(?i:aus|from|de|desde|da|dal|dalla|uit)[ ])(?:[^\W\d_][\w'’-]{1,20}[ ]?){1,3},[ ]?[\n ](?=[^\W\d_a-zß-ÿ])"
)
_GREETING_WORDS = frozenset(["grüße", "grüsse", "gruß", "gruss", "greetings", "regards", "saludos", "saluti", "salutations", "bises", "bisous", "groeten", "groetjes", "abraços"])  # fmt: skip
register(_GREETING_WORDS)
# with kisses, on a line of its own: `Nige x`
_KISSED = re.compile(
    r"(?:^|(?<=\n)|(?<=[.!?][ ]))(?:[xX]{1,4}[ ])?(?P<name>[^\W\d_a-zß-ÿ][^\W\d_A-Z]{1,20})[ ][xX]{1,4}(?=[ ]?(?:\n|$))"
)
# what is cheered, and is nobody
_CHEERED = frozenset(["congrats", "congratulations", "awesome", "wow", "nice", "great", "good", "super", "lovely", "amazing", "brilliant", "perfect", "cute", "yay", "yes", "no", "ok", "okay", "sure", "thanks", "thank", "cheers", "ta", "bye", "night", "goodnight", "morning", "hello", "hey", "hi", "love", "hugs", "kisses", "sorry", "please", "soon", "later", "tomorrow", "tonight", "today", "done", "cool", "well", "always", "forever", "xmas", "christmas", "birthday", "welcome", "danke", "super", "merci", "gracias", "grazie", "bedankt", "obrigada", "obrigado", "toll", "schön", "size", "version", "windows", "mac", "times", "generation", "series", "model", "factor", "phase"])  # fmt: skip
_KISSES = (" x\n", " xx\n", " xxx\n", " xxxx\n", " X\n", " XX\n", " XXX\n")


def _may_be_kissed(text: str) -> bool:
    """Say whether a line, or the text, ends with kisses."""
    last = text[-6:].rstrip()
    inside = ("x\n" in text or "X\n" in text) and present(text, _KISSES)
    return inside or (last[-1:] in _CROSSES and f"{last}\n".endswith(_KISSES))


_CROSSES = frozenset("xX")
_NUMBER_BEHIND = re.compile(r",[ ](?:tel\.?[ ]?)?[+(]?0?[0-9]{2}")
# who wrote it, at its end: `… my cell is the same. - Beth Underwood`
_DASHED = re.compile(r"[-–—~](?<=[.!?][ ].)[ ]?(?=[^\W\d_a-z])")
_DASHES = tuple(f"{end} {dash}" for dash in "-–—~" for end in ".!?")


# given names that are little words, too
_LITTLE_NAMES = frozenset({"per", "can", "will", "mark", "may", "june", "april", "august", "grace", "joy", "hope", "art", "bill", "drew", "guy", "ray", "don", "pat", "max", "ben", "tim", "dean", "chase", "grant", "rose", "faith", "miles", "penny", "frank", "ali", "bob", "ida", "tom", "dan", "van", "an", "my", "so", "om", "sol", "mar", "paz"})  # fmt: skip
_LINE_OF_NAMES = re.compile(
    r"[^\W\d_a-z][^\W\d_A-Z][\w'’-]{0,20}[ ][^\W\d_a-z][^\W\d_A-Z][\w'’-]{1,24}(?=[ ]?(?:\n|$))"
)


def _whole_line(text: str, at: int) -> tuple[int, int] | None:
    """Return a line of two capitalised words: a given name may be a little word, as in `Per Sandström`."""
    match = _LINE_OF_NAMES.match(text, at)
    if match is None or match[0].split(" ")[0].lower() not in _LITTLE_NAMES:
        return None
    return None if match[0].split(" ")[1].lower() in BUSINESS | STOP else match.span()


def _dashed(text: str) -> Iterator[Hit]:
    for dashed in _DASHED.finditer(text) if present(text, _DASHES) else ():
        name = capitalised(text, dashed.end())
        if name is not None and text[name[1] : name[1] + 1] in ("", "\n") and (
            " " in text[slice(*name)] or "\n" in dashed[0]
        ):  # fmt: skip
            yield Hit(*name, "PERSON", 0.42, "name, sign-off", "label said")


def _addressed(text: str, at: int) -> list[tuple[int, int]]:
    """Return who is greeted at `at`: one name, or two with an "and" between; a comma or its like ends them."""
    names: list[tuple[int, int]] = []
    name = capitalised(text, at)
    if name is not None and (joint := _AND.match(text, name[1])) is not None:
        names, name = [name], capitalised(text, joint.end())
    if name is None or (
        text[name[1] : name[1] + 1] not in (",", ":", "!", "\n", "", "，")
        and text[name[1] : name[1] + 3] not in (" - ", " – ", " — ")
    ):
        return []
    return [*names, name]


def _greeted(text: str) -> Iterator[Hit]:
    for match in _GREETING.find(text):
        gap = _GREETED.match(text, match.end) or _behind_a_comma(text, match.end)
        if gap is None or text[match.start - 1 : match.start] not in ("", "\n", " ", '"', ">", "'"):
            continue
        for start, end in _addressed(text, gap.end()):
            abbreviation = end - start < _SHORT_NAME and text[start:end].isupper()
            if not abbreviation and text[start:end].lower() not in EVERYBODY:
                yield Hit(start, end, "PERSON", 0.45, "name, greeting", "label greeting")


# `Buenas, Paco:`; much else stands behind such a comma: `Hello, World!`
_COMMA = re.compile(r",[ ](?=([^\W\d_a-zß-ÿ][^\W\d_]+(?:-[^\W\d_]+)?))")


def _behind_a_comma(text: str, at: int) -> re.Match[str] | None:
    """Return the comma between a greeting and a given name."""
    comma = _COMMA.match(text, at)
    if comma is None:
        return None
    parting = _PARTING.search(text, max(0, at - _PARTING_SIZE), at) is not None
    last = not text[comma.end() + len(comma[1]) :].strip(" .!\n")
    return comma if comma[1].lower() in GIVEN_NAMES or (parting and last) else None


_PARTING = re.compile(
    r"[.!?][ \n](?:[Cc]iao|[Tt]schüs+|[Ss]alut|[Bb]ye|[Dd]oei|[Aa]diós|[Tt]chau)$"
)
_PARTING_SIZE = 10


_SHORT_NAME = 4


def recognize(text: str) -> Iterator[Hit]:
    """Yield who is greeted, and who stands below or behind a closing."""
    yield from _greeted(text)
    waves = places_of(lowered(text), _WAVES & vocabulary(text))
    for waved in filter(None, (_WAVED.match(text, at) for _, at in waves)):
        name = capitalised(text, waved.end())
        if name is not None and (
            text[name[1] : name[1] + 1] in ("", "\n", ".", "!")
            or _NUMBER_BEHIND.match(text, name[1])
        ):
            yield Hit(*name, "PERSON", 0.45, "name, sign-off", "label said")
    for far in (
        _FROM_AFAR.finditer(text) if not _GREETING_WORDS.isdisjoint(vocabulary(text)) else ()
    ):
        name = capitalised(text, far.end())
        if name is not None and text[name[1] : name[1] + 1] in ("", "\n", "."):
            yield Hit(*name, "PERSON", 0.45, "name, sign-off", "label said")
    for match in _SIGNED.find(text):
        gap = _SIGN_OFF.match(text, match.end)
        if gap is None or not (
            "\n" in gap[0] or "," in gap[0] or _ends_with(text, match, gap.end())
        ):
            continue
        name = capitalised(text, gap.end()) or _whole_line(text, gap.end())
        if name is None or (text[name[0] : name[1]].isupper() and "," not in gap[0]):
            continue
        if text[slice(*name)].lower().split(" ")[-1] in EVERYBODY or _is_title(text, *name):
            continue
        also = _AND.match(text, name[1])
        second = capitalised(text, also.end()) if also is not None else None
        if second is not None and text[second[1] : second[1] + 1] in ("\n", ""):
            yield Hit(*name, "PERSON", 0.5, "name, said", "label said")
            yield Hit(*second, "PERSON", 0.5, "name, said", "label said")
        elif text[name[1] : name[1] + 1] in ("\n", "", ".", ",") or (
            text[name[1] : name[1] + 2] in (" (", " |")
        ):
            yield Hit(*name, "PERSON", 0.5, "name, said", "label said")
    for kissed in _KISSED.finditer(text) if _may_be_kissed(text) else ():
        if kissed["name"].lower() not in EVERYBODY | STOP | _CHEERED:
            yield Hit(*kissed.span("name"), "PERSON", 0.42, "name, sign-off", "label said")
    yield from _dashed(text)
    yield from _below_a_closing(text)


def _is_title(text: str, start: int, end: int) -> bool:
    """Say whether a title is shortened there: it is read with its name, as in `Dr. Ada …`."""
    return text[end : end + 1] == "." and text[start:end].lower() in TITLES


_SHORT_CLOSINGS = frozenset(["regards", "kind regards", "best regards", "warm regards", "mvg", "cdlt", "att", "abs", "lg", "vg", "mfg", "saludos", "groeten", "cordialement", "saluti", "rgds", "cumprimentos"])  # fmt: skip


def _ends_with(text: str, match: Match, at: int) -> bool:
    """Say whether a closing begins a line that a name ends: `Regards Arjun`."""
    if text[match.start - 1 : match.start] not in ("", "\n"):
        return False
    name = capitalised(text, at)
    return (
        text[match.start : match.end].lower() in _SHORT_CLOSINGS
        and name is not None
        and text[name[1] : name[1] + 1] in ("", "\n")
        and not any(w.lower() in BUSINESS for w in text[slice(*name)].split(" "))
    )


# `See you Monday,⏎Callum Rees-Whitby`: a short line with a comma, then a name that ends the text
_LAST_LINE = re.compile(r"(?:^|\n)([^\n,]{3,44}),[ ]?\n[ ]?(?=[^\W\d_a-z][^\n]{3,40}\s*$)")
_OPENS = re.compile(
    r"(?i)^\W*(?:dear|hi|hello|hey|hallo|liebe|sehr|guten|bonjour|cher|chère|hola|estimad|querid|buen|caro|cara|gentile|egregio|beste|geachte|prezad|olá|to|from|an|attn|c/o|re|subject|\W*[0-9])"
)


def _below_a_closing(text: str) -> Iterator[Hit]:
    end = text[-_END:]
    if ",\n" not in end and ", \n" not in end:
        return
    closing = _LAST_LINE.search(text, max(0, len(text) - _END))
    if closing is None or _OPENS.match(closing[1]) or any(map(str.isdigit, closing[1])):
        return
    name = capitalised(text, closing.end())
    if name is not None and not text[name[1] :].strip() and " " in text[slice(*name)]:
        yield Hit(*name, "PERSON", 0.42, "name, sign-off", "position")


_END = 120  # characters of a closing and a name
