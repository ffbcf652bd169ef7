"""Given names of many languages, without those that are mostly something else: words, months, places. Data.

A name of this list is no find by itself: it is one of two signs (see `beside_finds`). The names stand in
`given_names.txt`, by culture; a line with `#` is a heading.
"""

from __future__ import annotations

from importlib import resources

# what is a word, a month, a town or a brand more often than a name
_MOSTLY_OTHER = frozenset(["else", "job", "meta", "peer", "floor", "lies", "cor", "lone", "harm", "patience", "cassandra", "lex", "isa", "door", "tone", "libor", "ion", "crystal", "amber", "basil", "bent", "marina", "regina", "destiny", "robin", "angel", "august", "can", "dale", "dawn", "dean", "door", "earl", "eden", "even", "faith", "fern", "grace", "guy", "hope", "india", "jan", "joy", "jun", "jet", "june", "kim", "lee", "li", "line", "mai", "mar", "mark", "may", "mercy", "min", "mine", "nel", "noor", "pat", "pearl", "penny", "per", "pien", "pierce", "pin", "pip", "poppy", "prosper", "ray", "rex", "rob", "rod", "rose", "ross", "roy", "ruby", "sandy", "santiago", "santos", "savannah", "see", "sid", "sterling", "sue", "summer", "taylor", "ted", "ton", "trinity", "troy", "una", "urban", "van", "violet", "wade", "wil", "will", "willow", "wit", "yan", "holly", "ivy", "hazel", "iris", "jade", "jasmine", "lily", "olive", "opal", "heather", "bill", "bob", "don", "drew", "gene", "jack", "grant", "hal", "ham", "pam", "peg", "rick", "rob", "rusty", "skip", "stew", "sonny", "art", "brook", "chance", "chase", "clay", "cliff", "colt", "dash", "fox", "frank", "gray", "hunter", "lance", "major", "miles", "mason", "parker", "porter", "rich", "rocky", "sage", "stone", "wolf", "bo", "ann", "leer", "orlando", "austin", "chelsea", "charlotte", "florence", "paris", "london", "sydney", "victoria", "virginia", "georgia", "carolina", "dakota", "jordan", "madison", "lincoln", "jackson", "washington", "wellington", "montana", "phoenix", "israel", "kent", "chad", "cuba", "china", "lourdes", "trinidad", "vienna", "verona", "siena", "sienna", "roma", "milan", "milano", "luca", "valencia", "barcelona", "sofia", "nancy", "alma", "alba", "aurora", "luna", "stella", "mercedes", "carmen", "siri", "alexa", "claude", "gemini", "julia", "java", "ruby", "perl", "dart", "kotlin", "scala", "rust", "swift", "ada", "eve", "max", "mina", "nina", "sol", "paz", "luz", "cruz", "reyes", "ángeles", "nieves", "rocío", "consuelo", "dolores", "pilar", "soledad", "esperanza", "concepción", "asunción", "encarnación", "visitación", "remedios", "milagros", "socorro", "amparo", "rosario", "guadalupe", "natividad", "estrella", "blanca", "clara", "celeste", "domingo", "pascual", "justo", "modesto", "plácido", "máximo", "salvador", "fidel", "severo", "leal", "bueno", "angel", "gala", "roque", "leone", "natale", "pasquale", "felice", "franca", "franco", "grazia", "letizia", "vittoria", "gioia", "italia", "libero", "primo", "sante", "santo", "santa", "benvinda", "conceição", "graça", "fátima", "nazaré", "aparecida", "carmo", "assunção", "vitória", "victor", "victoire", "colette", "reine", "aimé", "aimée", "désiré", "ange", "prudence", "constance", "clémence", "aude", "marine", "line", "océane", "capucine", "violette", "noël", "noëlle", "toussaint", "pierre", "till", "udo", "falk", "wolf", "ernst", "lenz", "lore", "hagen", "kai", "sina", "toni", "beat", "urs", "rune", "bengt", "liv", "siv", "tore", "stein", "odd", "gun", "maj", "dag", "ole", "ove", "even", "sander", "bahar", "barış", "başak", "bayram", "can", "deniz", "defne", "derya", "devrim", "ege", "eylül", "güven", "hayat", "inci", "irem", "kaan", "lale", "nur", "onur", "savaş", "sevgi", "sultan", "şahin", "umut", "ümit", "yaşar", "yıldız", "zafer", "krishna", "raj", "raja", "rama", "shanti", "devi", "kumar", "chen", "ming", "ling", "feng", "li", "liu", "wei", "xin", "nguyen", "thi", "jun", "mai", "hana", "said", "salem", "usha", "kiran", "karma", "asia", "persia", "gloria"])  # fmt: skip


def _read() -> frozenset[str]:
    text = resources.files(__package__).joinpath("given_names.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(name for line in lines for name in line.split(" "))


ALL_GIVEN_NAMES: frozenset[str] = _read()
GIVEN_NAMES: frozenset[str] = ALL_GIVEN_NAMES - _MOSTLY_OTHER
