"""How numbers of records are written: letters, digits and signs in groups, as one value. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

# what a next group behind a space may not begin: a day, a time, an amount, a year
_APART = r"(?![0-9]{1,2}[./-][0-9]{1,2}[./-]|[0-9]{1,2}:[0-9]{2}|[0-9]+,[0-9]|(?:19|20)[0-9]{2}(?![\w/-]))"
_GROUP = r"[A-Z0-9]{1,20}+(?:(?:-[a-z]{2}(?=-)|[./:–-][A-Z0-9]{1,20}+)){0,7}"
_NEXT = rf"[ ]{_APART}(?:(?=[A-Z]{{0,3}}[./-]?[0-9]){_GROUP}|[A-Z]{{1,3}}[ ](?=[A-Z]{{1,3}}[ ][0-9]|[0-9]){_APART}{_GROUP}|[B-HJ-NP-Z](?![\w'’.])|[A-Z](?=[,;)\n]|\.?$))"
_NUMBER = re.compile(
    rf"(?:[A-Z]{{1,3}}[ ](?=[0-9]|[A-Z]{{1,2}}[ ]?[0-9]))?{_GROUP}(?:{_NEXT}){{0,6}}(?:[ ]/[ ](?=[A-Z]){_GROUP}(?:{_NEXT}){{0,3}})?(?:[ ]?\([0-9]{{2}}\)(?![ ]?[0-9]))?"
)
# a code that is typed in small letters
_SMALL = re.compile(r"[a-z]{1,5}[-_/.]?[0-9]{4,14}[a-z]?(?:-[0-9a-z]{1,4})?")
_DAY = re.compile(
    r"(?:(?:0?[0-9]|[12][0-9]|3[01])[./-][ ]?(?:0?[0-9]|[12][0-9]|3[01])[./-][ ]?(?:[0-9]{4}|[0-9]{2})|(?:19|20)[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2}|(?:19|20)[0-9]{2}(?:[-/](?:[0-9]{2}|(?:19|20)[0-9]{2}))?|[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2})?|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])"
)
_MEASURED = re.compile(
    r"[ ]?(?:€|\$|£|%|°|(?:eur|euros?|usd|chf|gbp|dollars?|pounds?|francs?|reais|mio|mill?\.|tsd|kg|gr?|mg|ml|km|cm|mm|m²|kwh|mb|gb|kb|uhr|uur|heures|horas|ore|stunden|hours|minuten|minutes|minutos|tage|days|jours|días|giorni|dagen|dias|jahre|years|ans|años|anni|jaar|anos|monate|months|mois|meses|mesi|maanden|people|persons|personen|personnes|personas|persone|pessoas|mitglieder|members|membres|miembros|membri|leden|membros|kunden|customers|clients|clientes|clienti|klanten|stück|items|punkte|points|puntos|punti|punten|pontos|pts|pkt|seiten|pages|páginas|pagine|pagina['’]s|times|mal|fois|veces|volte|keer|vezes)(?![^\W_]))",
    re.IGNORECASE,
)
_ATTACHED = re.compile(r"[\w@+&=]|[./:,-](?=[A-Za-z0-9])|['’](?=[0-9])")
_LONGEST = 48


class Number(NamedTuple):
    """A value as it is written, and what it is made of."""

    start: int
    end: int
    digits: int
    lettered: bool
    parted: bool  # by slashes, dashes or dots


def number_at(text: str, at: int) -> Number | None:
    """Return the value that begins at `at`; None for a day, a year, an amount, a part of something longer."""
    found = _NUMBER.match(text, at)
    end = 0 if found is None else _whole(text, at, found.end())
    if not end or _ATTACHED.match(text, end) is not None:
        small = _SMALL.match(text, at)
        if small is None or _ATTACHED.match(text, small.end()) is not None:
            return None
        end = small.end()
    value = text[at:end]
    day = _DAY.match(value)
    if day is not None and (day.end() == len(value) or value[day.end()] == " "):
        return None
    if _PUBLISHED.match(value) is not None or (
        _COUNT.fullmatch(value) is not None and text[end : end + 2].strip(" ").islower()
    ):
        return None
    if _NAME.match(value) is not None or _RANGE.fullmatch(value) is not None:
        return None
    lettered = any(map(str.isalpha, value))
    if not lettered and _MEASURED.match(text, end) is not None:
        return None
    digits = sum(map(str.isdigit, value))
    return Number(at, end, digits, lettered, any(sign in value for sign in "/-."))


def _whole(text: str, at: int, end: int) -> int:
    """Return where a value ends of whose groups some may be the next value: an age, a count; 0 for none."""
    groups = text[at : min(end, at + _LONGEST)].split(" ")
    stop = at
    for place, group in enumerate(groups):
        if place and _AGE.match(text, stop + 1) is not None:
            break
        stop += len(group) + (place > 0)
        digits = sum(map(str.isdigit, group))
        behind = groups[place + 1] if place + 1 < len(groups) else ""
        if (digits >= _RUN or (digits >= _CODE and not group.isdigit())) and not (
            behind == "/" or (len(behind) == 1 and behind.isalpha()) or behind[:1] == "("
        ):
            break
    return stop


_RUN, _CODE = 7, 5  # digits of a group behind which no other follows; of one with letters and signs
_AGE = re.compile(r"[0-9]{1,3}[ ]?(?:[MFmf]|y\.?/?o|yrs?|years?)(?!\w)")
_PUBLISHED = re.compile(r"10\.[0-9]{4,9}/")  # a DOI
_COUNT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")  # `100.000 signatures`
# rules of a house, no contract: `travel policy HR-2024-01`
RULES_BEFORE = re.compile(
    r"(?:security|travel|privacy|leave|hr|password|retention|cookies?|refund|returns?|expenses?|data|dress|conduct|quality|access|safety|backup|firewall|group|network|company|school|procurement|whistleblowing|gift|remote|environmental|health)[ ]$"
)
# from one to another: `12-14`
_RANGE = re.compile(r"[0-9]{1,3}[-–][1-9][0-9]{0,2}")
# the word for another number
_NAME = re.compile(
    r"(?:MRN|SSN|DOB|NIP|DNI|NIF|NIE|CPF|BSN|TEL|FAX|CEP|PLZ|ZIP|VAT|IVA|NPI|ICD|CPT|ISO|DIN|USB|PDF|HTTP|TLS|AES|SHA|RFC|CVE|UTF|NIR|OLN|GRP|BIN|PCN|REF|BIC|AHV|BLZ|KTO|HRB|HRA|RCS|CIF|TVA|KVK|BTW|EUR|USD|GBP|CHF|BRL|DBC)(?![A-Za-z])|(?:ID|PIN|CAP|CP|IP|RX|HR|BP|EN|N[O0]?[º°]?)[ ]"
)
