"""Passwords and door codes that a sentence tells: `try X as the password`, `was reset to X`. Pure.

Between the label and the value stand whose it is, what it opens and a verb; or the value stands
before its label. Only what looks chosen or drawn is one: a word of the language is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, places
from stageflow_guard.redaction.recognizers.generic import secret_values as values
from stageflow_guard.redaction.recognizers.generic.password_words import NO_PASSWORD
from stageflow_guard.redaction.recognizers.generic.secret_labels import OF_OTHER_CODES
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_PASSWORDS = (
    "password", "passwd", "passcode", "passphrase", "pass", "pwd", "pw", "passwort", "kennwort", "passwörter", "mot de passe", "mdp", "contraseña", "contrasena",
    "la contra", "mi contra", "tu contra", "clave", "senha", "palavra-passe", "palavra passe", "parola d'ordine", "parola", "wachtwoord", "hasło", "haslo", "lösenord", "lösenordet", "adgangskode",
    "adgangskoden", "passord", "passordet", "salasana", "ww", "şifre", "şifresi", "parolası", "пароль", "heslo", "jelszó", "parolă",
)  # fmt: skip
_CODES = (
    "access code", "door code", "gate code", "entry code", "alarm code", "verification code", "security code", "confirmation code", "login code", "pin code",
    "code d'accès", "code d’accès", "code de la porte", "code du portail", "code de l'immeuble", "code de l’immeuble", "digicode", "code de vérification",
    "código de acceso", "código de acesso", "código de la puerta", "código da porta", "código de verificación", "código de verificação", "código do portão",
    "zugangscode", "türcode", "tuercode", "haustürcode", "bestätigungscode", "sicherheitscode", "codice di accesso", "codice d'accesso", "codice del portone", "codice di verifica",
    "toegangscode", "deurcode", "verificatiecode", "kod dostępu", "kod do drzwi", "portkod", "dörrkod",
    "clave dinámica", "clave de un solo uso", "clave temporal", "einmalcode", "tan-nummer", "pin", "pin code", "pin-code", "puk", "tan", "kombination", "zahlenkombination", "combination", "combinación", "combinaison", "combinazione", "combinação", "combinatie",
    "safe code", "key safe code", "locker code", "pickup code", "pick-up code", "collection code", "code de retrait", "code de la boîte à clés", "code de la boite à clés", "code du coffre", "abholcode", "abholungscode", "tresorcode", "schlüsselboxcode", "afhaalcode", "ophaalcode", "kluiscode",
    "código de recogida", "código de retirada", "código de levantamento", "código del candado", "código do cadeado", "codice di ritiro", "codice della cassetta", "codice del lucchetto", "udleveringskode", "noutokoodi", "hämtkod", "kod odbioru",
    "código de la alarma", "código do alarme", "código de seguridad", "code de l'alarme", "alarmcode", "geheimzahl", "código pin", "codice pin",
)  # fmt: skip
_COMBINED = ("kombination",)
_COMPOUND = ("passwort", "kennwort", "wachtwoord", "lösenord")  # behind another word, in one
# what opens with a code, named before it: `la boîte à clés, c'est le code 5093`
_OPENED_BY = re.compile(
    r"(?i)(?<![^\W_])(?:key ?safe|lock ?box|locker|boîtes? à clés|boite à clés|digicode|coffre|schlüssel(?:box|tresor|kasten|safe)|sleutelkluis(?:je)?|caja de llaves|cajetín|caixa de chaves|cassetta (?:delle )?chiavi|padlock|candado|lucchetto|cadenas|cadeado|hangslot|portón|portail|portone|cancello|gate|alarmanlage|alarmsystem|haustür|garagentor|hoftor|kellertür|zahlenschloss|fahrradschloss|schuurdeur|voordeur|achterdeur|fietsslot|alarminstallatie|valise|maleta|valigia|koffer|schließfach|spind|casier|taquilla|armadietto|cacifo|tresor|kluisje|kluis|caja fuerte|cassaforte|cofre|sleutelkastje|alarma?|alarme|allarme)(?![^\W_])(?:(?!error|fault|status|exit|fehler|erreur|fallo|errore|fout|erro)[^\n.!?]){0,40}$"
)
# a code by what it opens: `der Code für die Haustür ist 4821B`
_DOOR = re.compile(
    r"(?:code|código|codice|kod)(?:[ ][^\W\d_]{2,9}){0,3}[ ](?:haustür|tür|tor|garage|tiefgarage|door|gate|building|alarm|lift|elevator|puerta|portal|porta|portão|porte|portail|immeuble|deur|poort|alarme|alarma|allarme|cancello|portone|garaje|garagem|brama|drzwi|dörren)(?![^\W_])"
)
_KEYS = (
    "clave secreta", "chave secreta", "clé secrète", "chiave segreta", "geheimer schlüssel", "admin key", "service key", "client secret", "secret value", "account key", "signing key", "encryption key", "master key", "auth token", "bot token", "api key", "api-key", "api token", "access token", "token", "secret key", "license key", "api-schlüssel", "api schlüssel", "schlüssel", "zugriffstoken", "wlan-schlüssel",
    "wpa-schlüssel", "netzwerkschlüssel", "lizenzschlüssel", "clave de api", "clave de la api", "clave api", "llave de la api", "clé api", "clé d'api", "clé d’api", "clé de l'api", "clé wifi",
    "chiave api", "chiave dell'api", "chiave di accesso", "chave da api", "chave de api", "chave api", "api-sleutel", "api sleutel", "sleutel", "klucz api", "api-nyckel",
)  # fmt: skip
_HEADS = {
    "password": Heads(_PASSWORDS),
    "code": Heads((*_CODES, "code ", "código ", "codice ", "kod ")),
    "key": Heads(_KEYS),
}
_LABEL = {
    kind: re.compile(rf"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})(?![^\W_]|-[^\W\d_])")
    for kind, words in (("password", _PASSWORDS), ("code", _CODES), ("key", _KEYS))
}  # fmt: skip
# whose it is and what it opens: at most five words, none of which ends the clause
_WHOSE = (
    r"(?:[ ](?!(?:is|was|ist|war|est|es|è|e['’]|é|eh|er|är|jest)[ ])[^\W\d_][\w'’&/-]{0,20}){0,5}?"
)
_IS = (
    r"(?:heißt|heisst|heet|se llama|s'appelle|si chiama|chama-se|quedó en|ha quedado en|ficou|is geworden|used to be|should be|has to be|would be|will be|is|was|are|were|sind|waren|eran|sont|étaient|erano|zijn|são|eram|ist|war|lautet|lautete|wäre|wird|est|c['’]est|était|sera|es|era|fue|será|son|è|e['’]|sarà|sono|luidt|wordt|é|eh|foi|são|jest|było|är|var|er|blir)"
    r"(?:[ ](?:ab heute|ab jetzt|ab sofort|vanaf nu|vroeger|desde hoy|antes|à partir de maintenant|avant|d'ora in poi|prima|from now on|früher|today|heute|hoy|übrigens|aktuell|derzeit|momentan|actually|currently|actuellement|désormais|actualmente|attualmente|momenteel|atualmente|now|still|just|again|jetzt|nun|immer noch|noch|maintenant|toujours|ahora|todavía|adesso|ancora|nu|nog|agora|ainda|teraz|nadal|simply|einfach|the (?:numbers|digits|letters)|die (?:zahlen|ziffern)|les chiffres|los números|i numeri|de cijfers|os números))?[ :]{1,2}"
)
_SET = (
    r"(?:(?:has been|have been|had been|got|gets|was|is|were|a été|wurde|ha sido|fue|è stata|è stato|foi|werd|is|är|blev)[ ])?"
    r"(?:(?:reset|changed|set|updated|switched|rotated|put back)(?:[ ]back)?[ ]to|(?:remis|changé|modifié|passé)e?[ ](?:à|en|pour|par)|(?:cambiad|restablecid|puest)[oa][ ](?:a|por|en)|(?:cambiat|reimpostat|impostat)[ao][ ](?:in|a|su)|la (?:cambié|puse) (?:a|en)|(?:habe ich )?auf|(?:gewijzigd|veranderd|gereset)[ ](?:in|naar)|(?:alterad|mudad|trocad|redefinid)[ao][ ]para|ändrat[ ]till)[ ]"
)
_OPENED = r"[\"'`“„«‘]?"
_VALUE = r"(?P<value>[^\s\"`“”„«»\x1e⟦⟧]{3,64})"
# right behind it; behind a sign; what it is, in words; what it became; the answer to a question
_BEHIND = tuple(
    re.compile(before + _OPENED + _VALUE)
    for before in (
        r"[ ]{1,2}(?:(?:einfach|doch|bitte|mal|dazu|dafür|hierfür|hierzu|davon|daarvoor|erbij|hiervoor|for it|for that|for this|to it|to match|pour ça|pour cela|associée?|para eso|para ello|para esto|per questo|per quello|relativa|para isso|para isto|just|simply|maybe|please|simplemente|mejor|semplicemente|juste|simplement|gewoon|apenas)[ ])?",
        rf"{_WHOSE}[ ]?(?::|->|→|=>)[ ]{{1,2}}",
        rf"{_WHOSE}[ ]{_IS}",
        rf"(?:{_WHOSE}|[ ]?\*{{3,16}})[ ]{_SET}",
        r"[^\n?]{0,40}\?[ ]{1,2}",
        rf"[^\n?.!]{{0,40}}[.!,;:]{{1,3}}[ ](?:(?:the|a|la|il|el|das|le|het|o)[ ])?(?:new(?: one)?|current(?: one)?|old one|atual|nova|actual|nueva|attuale|nuova|aktuelle?s?|neues?|alte[sr]?|actuel(?:le)?|nouve(?:au|lle)|huidige|nieuwe)[ ]{_IS}",
    )
)
# a code right behind what it opens, or in two groups
_CODE_ALONE = re.compile(
    rf"{_WHOSE}(?:[ ]|[ ]?(?::|=|->|→|=>)[ ]{{0,2}}|[ ]{_IS}){_OPENED}(?P<value>[0-9]{{3}}[ -][0-9]{{3,4}}|[0-9]{{4,8}}[A-Z#*]?|[0-9]{{1,5}}[A-Z#*]{{1,2}}[0-9]{{0,5}}|[A-Z]{{1,3}}[0-9]{{2,6}}[A-Z]?|[A-Z]{{1,3}}[0-9]{{0,3}}-[0-9]{{2,6}})(?![\w-])"
)
_TO = re.compile(rf"{_WHOSE}[ ]to[ ]{_OPENED}{_VALUE}")
_SAYS = 2  # from this one on a verb or a question stands between
_BEFORE = re.compile(
    r"(?:^|[\s(])[\"'`“„«‘]?(?P<value>[^\s\"`“”„«»\x1e⟦⟧]{4,64}?)[\"'`”“»’]?,?[ ](?:as|als|comme|como|come|jako|som|for|für|pour|para|per|por|voor|de|di|en)[ ](?:(?!not|kein|pas)[^\W\d_]{1,12}[ ]){0,3}$"
)
_TRIMMED = ".,;:!?)]}'’"
# a word that says something about passwords stands between: no value follows
_ABOUT = re.compile(
    r"(?i)(?<![^\W_])(?:policy|polic(?:ies)|hash|hash(?:es|ing|ed)|algorithm|length|field|manager|strength|file|type|encoding|format|minimum|maximum|rules?|column|variable|parameter|option|function|method|class|module|library|version|encrypted|stored|sent|not|never|nicht|kein|pas|no|non|niet|geen|não|richtlinie|feld|länge|longueur|champ|campo|longitud|lunghezza)(?![^\W_])"
)
_SIGNS = frozenset("!&*#%$@^~+?=§|")
_TWO_WORDS = re.compile(r"[A-ZÀ-Þ][^\W\d_A-Z]+(?:[._+-][A-ZÀ-Þ][^\W\d_A-Z]+)+")
_CODE = re.compile(
    r"(?:[0-9]{4,8}|[0-9]{1,5}[A-F#*]{1,2}[0-9]{0,5}|[A-Z][0-9]{3,6}[A-Z]?|[A-Z]-[0-9]{4,8}|[0-9]{2,4}(?:-[0-9]{2,4}){1,3})[#*]?$"
)
_ANY_CODE = re.compile(
    r"(?:code|código|codice|kod)(?=[ :=]{1,2}(?:(?:is|est|es|è|e['’]|é|eh|ist)[ :]{1,2})?[\"'`]?[a-z]{0,3}-?[0-9])"
)
_REACH, _BACK, _NEAR, _WORD_BEFORE = 160, 110, 60, 24


def passwords(text: str) -> Iterator[Hit]:
    """Yield what a sentence says to be a password, or the code of a door."""
    lower = lowered(text)
    for kind, heads in _HEADS.items():
        inside = _COMPOUND if kind == "password" else _COMBINED if kind == "code" else ()
        ends = (at for word in inside for at in places(lower, word))
        for at in (*heads.places(lower), *ends):
            label = _LABEL[kind].match(lower, at)
            if label is None and kind == "code" and not (
                OF_OTHER_CODES.search(lower, max(0, at - _WORD_BEFORE), at)
            ):  # fmt: skip
                label = _DOOR.match(lower, at)
                if label is None and _OPENED_BY.search(lower, max(0, at - _NEAR), at) is not None:
                    label = _ANY_CODE.match(lower, at)
            before = text[at - 1 : at]
            if label is None or before in ("_", ".") or (
                before.isalnum() and not lower.startswith(inside, at)
            ):  # fmt: skip
                continue
            if kind == "key" and _NETWORK.search(lower, max(0, at - 60), at):
                yield from _behind(text, label.end(), "password")
            if kind != "key" or _LONG.search(text, label.end(), label.end() + _REACH):
                yield from _behind(text, label.end(), kind)
            if kind == "password":
                yield from _ahead(text, at)


def _behind(text: str, at: int, kind: str) -> Iterator[Hit]:
    verb = text[at - 5 : at].lower().strip() == "pass"  # `to pass expand=True`
    polish = text[at - 5 : at].lower() in ("hasło", "haslo")
    alone = _CODE_ALONE.match(text, at, min(len(text), at + _REACH)) if kind == "code" else None
    if alone is not None and not _ABOUT.search(text, at, alone.start("value")):
        yield Hit(*alone.span("value"), "SECRET", 0.5, "told", "label code")
        return
    for place, pattern in enumerate((*_BEHIND, *((_TO,) if polish else ()))):
        match = pattern.match(text, at, min(len(text), at + _REACH))
        if match is None or (verb and place == 0):
            continue
        start = match.start("value")
        value = match["value"].rstrip(_TRIMMED)
        end = start + len(value)
        if _ABOUT.search(text, at, start) or text[end : end + 1] == "(":
            continue
        if kind == "key":
            if _drawn(value):
                yield Hit(start, end, "SECRET", 0.5, "told", "label key")
                return
            continue
        if (kind == "password" and is_chosen(value)) or (
            _CODE.match(value) and (kind == "code" or "-" in value)
        ):
            yield Hit(start, end, "SECRET", 0.5, "told", f"label {kind}")
            other = _OTHER.match(text, end) if kind == "password" else None
            if other is not None and is_chosen(other[1].rstrip(_TRIMMED)):
                stop = other.start(1) + len(other[1].rstrip(_TRIMMED))
                yield Hit(other.start(1), stop, "SECRET", 0.5, "told", "label password")
            return
        if kind == "password" and place >= _SAYS and _ENDS.match(text, end) and _word(value):
            yield Hit(start, end, "SECRET", 0.42, "told", "label password")
            return


_OTHER = re.compile(
    r"(?:,|[ ](?:und|and|or|oder|y|o|et|ou|e|en|of))[ ]([^\s\"`\x1e⟦⟧]{4,64})"
)  # the second of two
# a clause ends
_ENDS = re.compile(
    r"[\"'”“»’]?(?:\s*$|\n|[.,;!?)](?=\s|$)|[ ](?:(?:and|und|y|et|e|en|but|aber|pero|mais|ma|maar|mas)(?![^\W_])|[-–—(]))"
)
# a word with a capital in the middle of a sentence, letters of both kinds, or a number
_NAME = re.compile(r"[A-ZÀ-Þ][^\W\d_A-Z]{3,24}|[^\W\d_A-Z]{3,}[A-ZÀ-Þ]\w{2,24}|[0-9]{4,12}")


def _drawn(value: str) -> bool:
    """Say whether a machine drew it: long, letters and digits mixed."""
    return len(value) >= _SHORTEST_KEY and not values.placeholder(value) and (
        values.random_key(value) or values.mixed(value)
    )  # fmt: skip


_SHORTEST_KEY = 16
_NETWORK = re.compile(r"(?<![^\W_])(?:wlan|wifi|wi-fi|wpa2?|ssid|hotspot)(?![^\W_])")
_LONG = re.compile(r"[A-Za-z0-9+/=_~.-]{16}")


def _word(value: str) -> bool:
    """Say whether one word at the end of a clause was chosen: it says nothing about passwords."""
    return _NAME.fullmatch(value) is not None and value.lower() not in NO_PASSWORD


def _ahead(text: str, at: int) -> Iterator[Hit]:
    low = max(0, at - _BACK)
    match = _BEFORE.search(text[low:at])
    value = "" if match is None else match["value"].strip("'’\"(").rstrip(_TRIMMED)
    if match is not None and is_chosen(value):
        start = low + match.start("value") + match["value"].find(value)
        yield Hit(start, start + len(value), "SECRET", 0.5, "told", "label password")


def is_chosen(value: str) -> bool:
    """Say whether letters are mixed with digits or signs as in no word, name or amount."""
    if len(value) < 5 or values.placeholder(value) or values.says_about(value):
        return False
    if "://" in value or (
        "@" in value[1:-1].replace("@@", "@") and "." in value.rpartition("@")[2]
    ):
        return False  # an address
    letters = sum(map(str.isalpha, value))
    if letters < 2 or any(sign in value for sign in "()[]{}<>/\\"):
        return False
    if any(map(str.isdigit, value)):
        return value[-1:] != "%" and not value.startswith("-")
    inner = value[1:-1]
    return not _SIGNS.isdisjoint(inner) or _TWO_WORDS.fullmatch(value) is not None


_STRONG = re.compile(r"(?=[^\s]*[a-zß-ÿ])(?=[^\s]*[A-ZÀ-Þ])(?=[^\s]*[0-9])[^\s/\\()\[\]=,;]{8,64}")
_VERSIONED = re.compile(
    r"[A-Z]?[a-z]+[-_.]?[vV]?[0-9.]+|[A-Za-z]+(?:[A-Z][a-z]+)*[0-9]+|(?:[A-Z]+-)?[0-9]+[A-Z]?[a-z]*|[A-Za-z0-9]+\.[A-Za-z]{1,5}"
)


def is_strong(value: str) -> bool:
    """Say whether a value is written like a password that somebody drew: capitals, small letters and digits, no word and its number."""
    return _STRONG.fullmatch(value) is not None and (
        _VERSIONED.fullmatch(value) is None or not _SIGNS.isdisjoint(value)
    )
