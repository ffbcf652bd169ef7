"""Whether what is written as a name is nobody's: a firm, a thing, everybody, a word of a log. Data and one question. Pure."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.people.words import BUSINESS, EVERYBODY, STOP

_NOBODY = frozenset(["dr", "mr", "mrs", "ms", "prof", "sir", "madam", "doctor", "herr", "frau", "admin", "again", "agent", "alexa", "all", "anyway", "applicant", "assistant", "bot", "chatgpt", "christ", "claude", "client", "company", "copilot", "customer", "customers", "date", "debug", "driver", "employee", "error", "everybody", "everyone", "example", "fatal", "fax", "folks", "for", "friday", "friends", "from", "gemini", "gentlemen", "god", "goodness", "google", "guest", "guys", "head", "heaven", "heavens", "help", "here", "holder", "home", "hoping", "hotline", "in", "info", "input", "it", "jesus", "kitty", "ladies", "let", "lord", "monday", "nobody", "note", "notice", "office", "output", "owner", "page", "patient", "people", "reception", "result", "sales", "saturday", "server", "siri", "so", "someone", "subject", "sunday", "support", "system", "team", "tenant", "that", "there", "thursday", "to", "today", "tomorrow", "trace", "tuesday", "usage", "user", "warn", "warning", "wednesday", "what", "where", "who", "world", "yesterday"])  # fmt: skip


def is_somebody(name: str, least: int = 1) -> bool:
    """Say whether a name has `least` words, and none of a business, of everybody, of a log or of a language."""
    words = [word.strip(".,'’").lower() for word in name.split(" ")]
    return len(words) >= least and not any(
        w in BUSINESS or w in EVERYBODY or w in STOP or w in _NOBODY for w in words
    )


# words of titles and headings, that stand in capitals, too
THINGS = frozenset(["step", "section", "chapter", "part", "figure", "table", "appendix", "page", "line", "row", "item", "level", "tier", "phase", "stage", "version", "module", "unit", "lesson", "exercise", "question", "answer", "note", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "resources", "nations", "states", "kingdom", "empire", "age", "era", "century", "park", "camp", "school", "college", "sale", "season", "holiday", "terminal", "portal", "dashboard", "desk", "queue", "board", "council", "court", "parliament", "congress", "senate", "house", "hall", "hotel", "station", "airport", "street", "road", "avenue", "square", "terrace", "garden", "gardens", "windows", "linux", "google", "apple", "amazon", "alexa", "siri", "copilot", "claude", "python", "java", "excel", "outlook", "slack", "teams", "zoom", "application", "agreement", "training", "certificate", "token", "secret", "account", "contract", "engineer", "engineering", "manager", "girlfriend", "boyfriend", "friend", "nurse", "doctor"])  # fmt: skip
# the last word of a place, a firm, a work or an event that has a person's name
_CALLED_SO = frozenset(["versand", "zoo", "boutique", "huis", "kaffee", "matratzen", "cosmetics", "aid", "casino", "apotheke", "klantenservice", "customer", "kundenservice", "support", "store", "stores", "outlet", "clothing", "jewelry", "resort", "spa", "salon", "pharmacy", "street", "road", "avenue", "lane", "drive", "boulevard", "square", "way", "close", "court", "place", "plaza", "park", "beach", "bay", "island", "islands", "lake", "river", "mountain", "hills", "valley", "village", "city", "town", "county", "airport", "station", "terminal", "port", "bridge", "university", "college", "school", "academy", "institute", "hospital", "clinic", "church", "cathedral", "chapel", "museum", "library", "theatre", "theater", "hall", "hotel", "inn", "restaurant", "bar", "pub", "café", "cafe", "bakery", "shop", "store", "market", "bank", "group", "ltd", "limited", "llc", "inc", "corp", "gmbh", "ag", "kg", "foundation", "trust", "award", "prize", "medal", "cup", "trophy", "festival", "symphony", "sonata", "concerto", "opera", "overture", "theorem", "algorithm", "law", "effect", "disease", "syndrome", "constant", "number", "equation", "principle", "test", "scale", "day", "week", "month", "year", "century", "straße", "strasse", "weg", "platz", "allee", "gasse", "schule", "gymnasium", "universität", "hochschule", "stiftung", "preis", "klinik", "krankenhaus", "kirche", "haus", "rue", "place", "avenue", "lycée", "collège", "hôpital", "église", "musée", "calle", "plaza", "avenida", "colegio", "instituto", "hospital", "iglesia", "via", "piazza", "viale", "corso", "liceo", "scuola", "ospedale", "chiesa", "straat", "laan", "plein", "school", "ziekenhuis", "kerk", "rua", "praça", "escola", "hospital", "igreja"])  # fmt: skip


def is_person(name: str) -> bool:
    """Say whether a name of two words or more is somebody's, and nothing is called so that has no number of its own."""
    words = [word.strip(".,'’").lower() for word in name.split(" ")]
    return is_somebody(name, least=2) and THINGS.isdisjoint(words) and words[-1] not in _CALLED_SO
