"""What has somebody's name and is nobody: a house, a hall, a prize, a wine, a song in quotes. Pure.

Asked where only the surroundings of a name say that somebody is called so; a label, a title or an
account beside a name says more.
"""

from __future__ import annotations

import re

# a last word that is no surname
_HOUSES = frozenset(["inn", "hotel", "hostel", "county", "university", "college", "school", "academy", "institute", "hospital", "clinic", "museum", "library", "theatre", "theater", "restaurant", "pub", "tavern", "café", "cafe", "bakery", "resort", "foundation", "trust", "award", "prize", "medal", "trophy", "cup", "festival", "symphony", "sonata", "concerto", "overture", "theorem", "algorithm", "airport", "boulevard", "straße", "strasse", "platz", "allee", "gasse", "schule", "grundschule", "gesamtschule", "gymnasium", "universität", "hochschule", "stiftung", "preis", "klinik", "krankenhaus", "halle", "saal", "gasthof", "lycée", "hôpital", "musée", "colegio", "instituto", "liceo", "scuola", "ospedale", "straat", "laan", "plein", "ziekenhuis", "stichting", "prijs", "escola", "hospital", "prêmio", "premio"])  # fmt: skip
# what a wine, a spirit or a perfume is, behind its maker's name
_GOODS = frozenset(["chablis", "merlot", "cabernet", "sauvignon", "pinot", "syrah", "shiraz", "riesling", "chardonnay", "rioja", "barolo", "brunello", "barbera", "chianti", "champagne", "brut", "cuvée", "reserva", "crianza", "riserva", "veltliner", "prosecco", "cava", "sancerre", "bordeaux", "bourgogne", "beaujolais", "malbec", "tempranillo", "verdejo", "albariño", "vermentino", "primitivo", "porto", "sherry", "gin", "whisky", "whiskey", "rum", "vodka", "cognac", "armagnac", "grappa", "parfum", "perfume", "eau"])  # fmt: skip
# what is called so, before the name
_CALLED = re.compile(
    r"(?<![^\W_])(?:auditório|auditorio|auditorium|amphithéâtre|amphi|anfiteatro|aula magna|hörsaal|pavilhão|pabellón|palazzetto|stadio|estadio|estádio|stadion|teatro|théâtre|theater|theatre|lycée|liceo|liceu|collège|colegio|colégio|escola|scuola|école|gesamtschule|grundschule|gymnasium|basisschool|fundação|fundación|fondazione|fondation|stiftung|stichting|prémio|prêmio|premio|prix|prijs|château|weingut|bodegas?|tenuta|quinta|herdade|domaine|lojas?|tiendas?|boutiques?|negozi|negozio|winkels?|confecções|modas|perfumes?|parfum)[ ](?:(?:de|di|do|da|del|della|dello|van|von)[ ])?$",
    re.IGNORECASE,
)
_BEFORE = 32
# a saint, a ship, a station, and what was found by somebody: one name is enough behind these
_OF_ALL = re.compile(
    r"(?<![^\W_])(?:santo|santa|san|são|saint|sainte|sankt|sint|sant|hms|rrs|rms|uss|ms|mv|metro|métro|estación|estação|stazione|haltestelle|halte|gare|tram|statua (?:di|a)|monumento a|estatua de|estátua de|statue (?:of|de)|denkmal|standbeeld van|"
    r"(?:théorème|loi|équation|méthode|algorithme|constante|maladie|syndrome|principe|effet|nombre|triangle|échelle|formule|paradoxe)[ ](?:de|du)|(?:theorem|law|laws|disease|syndrome|principle|effect|paradox|equation|formula)[ ]of|(?:satz|gesetz|prinzip|methode|krankheit|morbus|syndrom|theorie|formel)(?:[ ](?:des|von))?|"
    r"(?:teorema|ley|ecuación|método|enfermedad|síndrome|principio|efecto|escala|paradoja|lei|equação|doença|princípio|efeito|legge|equazione|malattia|morbo|sindrome|effetto|scala|paradosso)[ ](?:de|di|do|da)|(?:stelling|wet|ziekte|syndroom|methode|effect|formule|schaal)[ ]van)[ ](?:sir[ ])?$",
    re.IGNORECASE,
)
# a title that is sung: it stands in quotes, and the line speaks of songs
_QUOTES = frozenset('"“„«»‚‘')
_SUNG = re.compile(
    r"(?<![^\W_])(?:songs?|lied(?:er|je|jes)?|chansons?|canci(?:ón|ones)|canzon[ei]|músicas?|musik|musique|playlist|album|hits?|schlager|refrain|sing(?:s|en|t)?|sang|sung|gesungen|chant(?:e|é|ait|ent)|canta(?:r|n|ndo|va)?|cantou|cant(?:ato|iamo)|toca(?:r|n|m|va)?|tocó|spiel(?:t|en|ten)|speel(?:t|de)|spelen|draai(?:t|en)|joue(?:nt)?|suona(?:no)?|plays?|played|covers?|melodie|walzer|polka|waltz|tango)(?![^\W_])",
    re.IGNORECASE,
)
_CLOSES = re.compile(r"[\"“”„«»‚‘\n]")
_TITLE_MOST, _LINE_MOST = 48, 160


def is_named_after(text: str, start: int, end: int) -> bool:
    """Say whether the name `[start, end)` is that of a thing by its last word, by what it stands behind, or as a title."""
    words = text[start:end].lower().replace("’", "'").split(" ")
    if _OF_ALL.search(text, max(0, start - _BEFORE), start) is not None:
        return True
    if words[-1].rpartition("-")[2] in _HOUSES and "-" in words[-1]:
        return True  # `Erika-Mann-Platz`
    if len(words) > 1:
        if words[-1] in _HOUSES or not _GOODS.isdisjoint(words[1:]):
            return True
        if _CALLED.search(text, max(0, start - _BEFORE), start) is not None:
            return True
    return _is_a_title(text, start, end)


def _is_a_title(text: str, start: int, end: int) -> bool:
    """Say whether quotes that hold little more than the name are around it, on a line about songs."""
    low = max(0, start - _LINE_MOST)
    line = text.rfind("\n", low, start) + 1 or low
    opened = max(text.rfind(sign, max(line, start - _TITLE_MOST), start) for sign in _QUOTES)
    if opened < 0:
        return False
    close = _CLOSES.search(text, end, opened + _TITLE_MOST)
    if close is None or close[0] == "\n":
        return False
    closes = close.start()
    odd = sum(text.count(sign, line, opened) for sign in _QUOTES | {"”"}) % 2
    around = text[max(line, opened - _LINE_MOST) : opened] + text[closes : closes + _LINE_MOST].partition("\n")[0]  # fmt: skip
    return not odd and _SUNG.search(around) is not None
