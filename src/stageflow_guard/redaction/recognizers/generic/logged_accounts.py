"""Accounts that lines of logs name, in the language of their program: `Utilisateur glefebvre verrouillé après 5 tentatives`. Pure.

Behind the word for a user stands an account, then what became of it or where it came from. A word in
small letters alone is one only where something is measured or timed beside it, and nothing inflected
or said of users it can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, only_at
from stageflow_guard.redaction.recognizers.generic import usernames
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_USERS = (
    "user", "benutzers", "benutzer", "nutzers", "nutzer", "anwender", "utilisateur", "utilisatrice", "usuario", "usuaria", "utente", "gebruiker", "utilizador", "utilizadora", "usuário", "usuária", "compte", "konto", "cuenta", "account", "conta",
    "użytkownika", "użytkownikowi", "użytkownik", "användaren", "användare", "brugeren", "bruger", "brukeren", "bruker", "käyttäjän", "käyttäjälle", "käyttäjä", "uživateli", "uživatele", "uživatel", "používateľa", "používateľ", "kullanıcı", "kullanıcısı", "felhasználó", "utilizatorul",
    "пользователя", "пользователь", "ユーザー", "사용자", "用户", "用戶", "المستخدم",
)  # fmt: skip
_HEADS = Heads(_USERS)
_BEHIND = re.compile(
    rf"(?:{'|'.join(sorted(_USERS, key=len, reverse=True))})[ ]?(?::[ ])?(?<=[ :\u0600-\uffff])(?P<quote>(?:[\"'`„‘]|«[ ]?)?)(?P<name>[a-z][a-z0-9_-]{{0,24}}(?:\.[a-z0-9_-]{{1,24}}){{0,2}})(?P<close>(?:[\"'`“’]|[ ]?»)?)(?![\w@/\\(=-]|\.\w)",
    re.IGNORECASE,
)
_AUX = r"(?:has been|was|is|got|account|wurde|ist|hat sich|hat|meldet sich|a été|est|s['’]est|ha sido|fue|está|se ha|ha|è stato|è stata|è|e['’]|si è|heeft zich|heeft|werd|is|foi|está|został[a]?|jest|się|har|är|blev|blevet|er|ble|on|byl[a]?|se|bol[a]?)"
_STATE = re.compile(
    rf"[ ](?:{_AUX}[ ])?(?:locked|blocked|disabled|banned|deleted|created|unlocked|suspended|logged|signed|failed|authenticated|disconnected|connected|not found|does not exist|denied|rejected|expired|"
    r"gesperrt|angemeldet|abgemeldet|angelegt|gelöscht|deaktiviert|entsperrt|eingeloggt|ausgeloggt|authentifiziert|nicht gefunden|unbekannt|abgewiesen|"
    r"verrouillée?|bloquée?|connectée?|déconnectée?|créée?|supprimée?|désactivée?|débloquée?|déverrouillée?|authentifiée?|introuvable|inconnue?|rejetée?|"
    r"bloquead[oa]|conectad[oa]|desconectad[oa]|cread[oa]|eliminad[oa]|desactivad[oa]|desbloquead[oa]|autenticad[oa]|no encontrad[oa]|inició sesión|iniciado sesión|cerró sesión|rechazad[oa]|"
    r"bloccat[oa]|conness[oa]|disconness[oa]|creat[oa]|eliminat[oa]|disattivat[oa]|disabilitat[oa]|sbloccat[oa]|autenticat[oa]|non trovat[oa]|effettuato|"
    r"geblokkeerd|vergrendeld|aangemeld|afgemeld|ingelogd|uitgelogd|aangemaakt|verwijderd|gedeactiveerd|ontgrendeld|niet gevonden|onbekend|geweigerd|"
    r"criad[oa]|removid[oa]|desativad[oa]|não encontrad[oa]|iniciou sessão|fez login|terminou sessão|ligad[oa]|"
    r"zablokowan[yae]|zalogowan[yae]|wylogowan[yae]|utworzon[yae]|usunięt[yae]|nie istnieje|zalogował[a]?|wylogował[a]?|"
    r"låsts?|låst|spärrad|spärrats|inloggad|utloggad|loggade|loggat|skapad|borttagen|hittades inte|spærret|logget|logga|oprettet|opprettet|slettet|sperret|"
    r"lukittu|kirjautui|kirjautunut|poistettu|luotu|zablokován[a]?|uzamčen[a]?|přihlášen[a]?|odhlášen[a]?|nenalezen[a]?|přihlásil[a]?|"
    r"kilitlendi|engellendi|giriş yaptı|oturum|bulunamadı|silindi|заблокирован|вошёл|вошел)(?!\w)"
    r"|[ ]?(?:が|は|の|님|이|가|의|已|登[录錄]|登入|被|로그인|접속|잠)",
    re.IGNORECASE,
)
# where it came from: an address of a network, a host
_ORIGIN = re.compile(
    r",?[ ](?:from|at|on|von|vom|depuis|de|du|desde|da|dal|vanaf|van|z|ze|od|från|fra|osoitteesta|через|с)[ ](?:(?:the|la|el|l['’]|der|host|ip|adres\w{0,3}|adress\w{0,2}|adresse|dirección|indirizzo|endereço|ip-adres\w{0,2})[ -:]{0,2}){0,3}(?:(?P<net>[0-9]{1,3}\.[0-9]{1,3}\.|[0-9a-f]{1,4}:[0-9a-f:]{2})|(?P<host>[a-z][a-z0-9-]{1,30}[0-9]))",
    re.IGNORECASE,
)
# whose something is, or by whom: `for user`, `pour l'utilisateur`
_FOR = re.compile(
    r"(?<!\w)(?:(?:by|for|of|as|from|für|vom|von|des|den|dem|durch|pour|par|de|del|de la|do|da|dell['’]|al|per|para|por|voor|van|door|dla|przez|för|av|af|pro)(?:[ ](?:l['’]|le|la|el|il|lo|o|a|de|den|het|der|dem))?[ ]?(?:l['’])?)$",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"[.,;:)\]]|[ ]?(?:\n|$)|[ ][(\[|–-]")
# what is measured or timed on the line of an event
_EVENT = re.compile(
    r"[0-9]{1,2}:[0-9]{2}|(?:[0-9]{1,3}\.){3}[0-9]|\w\[[0-9]{1,7}\]:|[ ][0-9]{1,3}[ ][^\W\d_]{3}|(?<!\w)(?:ERROR|WARN|WARNING|INFO|FEHLER|ERREUR|ERRORE|CHYBA|AVISO|FOUT|FEL)(?!\w)"
)
# adverbs, participles and helping words that stand behind a user, too
_INFLECTED = re.compile(
    r"(?:.{3,}(?:mente|ment|lich|isch|reich|weise|haft|ing|ed|tion|té|tée|tés|ado|ada|ido|ato|ata|uto|ijk|matig|eerd|owany|owana|ený|ená)|ge.{3,}[tdn])",
)
_HELPING = frozenset(["wurde", "wird", "ist", "war", "hat", "muss", "kann", "soll", "darf", "mit", "ohne", "nicht", "neu", "bereits", "noch", "jetzt", "erneut", "nur", "auch", "von", "und", "oder", "der", "die", "das", "sich", "est", "était", "sera", "doit", "peut", "a", "été", "pas", "non", "ne", "déjà", "final", "finale", "actuel", "inconnu", "avec", "sans", "par", "et", "ou", "qui", "ha", "es", "fue", "está", "será", "debe", "puede", "no", "ya", "con", "sin", "por", "que", "ser", "actual", "è", "viene", "era", "deve", "può", "già", "che", "da", "attuale", "is", "werd", "wordt", "moet", "kan", "heeft", "al", "reeds", "niet", "met", "zonder", "en", "of", "die", "foi", "é", "será", "pode", "não", "já", "com", "sem", "jest", "został", "została", "nie", "już", "z", "har", "är", "kan", "ska", "inte", "och", "er", "blev", "ikke", "on", "ei", "byl", "byla", "je", "nebyl", "se", "not", "was", "has", "had", "and", "or", "in", "by", "to", "with", "for", "from", "that", "this", "will", "must", "can", "got", "gets", "still", "already", "name", "namens", "id", "local", "lokal", "lokaler", "locale", "remote", "extern", "externer", "externe", "externo", "esterno", "actif", "activo", "attivo", "ativo", "konto", "compte", "account", "cuenta", "conta", "bancaire", "bancaria", "bancario", "corrente", "corriente", "bancária", "personal", "neuer", "wieder", "automatic", "manuell", "manual", "via", "über", "nun", "dann", "data", "yeni", "bir", "olarak", "tarafından", "hakkında"])  # fmt: skip


# `sudo: ada : TTY=pts/0`
# `user ada_k pw …`, `user rtaylor_ops , name …`: a login told beside its password, or a record
_TOLD = re.compile(
    r"(?<![\w.-])(?i:user|usr|login|uid)[ ](?P<name>(?=[a-z][a-z0-9]{0,24}[._]?[a-z0-9._]{0,24}[0-9_.])[a-z][a-z0-9._-]{2,30}[a-z0-9])(?=[ ](?i:pw|pass|pwd|password|passwd|pin)(?![^\W_])|[ ],|,[ ](?i:name|pw|pass))"
)
_SUDO = re.compile(
    r"sudo(?:\[[0-9]{1,7}\])?:[ ]{1,4}(?P<name>[a-z][\w.-]{1,30})[ ]:[ ](?=[^\n]{0,60}TTY=)"
)
_SUDOS, _TELLS = Heads(("sudo:", "sudo[")), Heads(("user ", "usr ", "login ", "uid "))


@only_at(_SUDOS, _TELLS, _HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such accounts."""
    lower = lowered(text)
    for at in _SUDOS.places(lower):
        asked = _SUDO.match(text, at)
        if asked is not None and asked["name"] not in usernames.NOBODY:
            yield Hit(*asked.span("name"), "USERNAME", 0.4, "account, logged", "label username")
    for at in _TELLS.places(lower):
        told = _TOLD.match(text, at)
        if told is not None and told["name"] not in usernames.NOBODY and (
            usernames.FILED.search(told["name"]) is None
        ):  # fmt: skip
            yield Hit(*told.span("name"), "USERNAME", 0.4, "account, told", "label username")
    for at in _HEADS.places(lower):
        match = _BEHIND.match(text, at)
        if match is None:
            continue
        name = match["name"]
        plain = name.lower()
        if plain in usernames.NOBODY or plain in _HELPING or usernames.FILED.search(plain):
            continue
        if _is_told(text, at, match):
            yield Hit(*match.span("name"), "USERNAME", 0.4, "account, logged", "label username")


def _is_told(text: str, at: int, match: re.Match[str]) -> bool:
    """Say whether what is around an account, and its own signs, make it one."""
    name, end = match["name"], match.end()
    origin = _ORIGIN.match(text, end)
    told = origin is not None or _STATE.match(text, end) is not None
    owned = _FOR.search(text, max(0, at - 16), at) is not None
    signed = any(c in "._" or c.isdigit() for c in name)
    if match["quote"] and match["close"]:
        plain = name.islower() and not usernames.said_of_it(name)
        return told or (owned and match["quote"] != "`" and (signed or plain))
    if signed:
        return told or (owned and _CLOSED.match(text, end) is not None and "_" not in name)
    if not name.islower() or len(name) < _LEAST or _INFLECTED.fullmatch(name) is not None or (
        usernames.said_of_it(name) or name in _TECHNICAL or _NO_LOGIN.match(text, at)
    ):  # fmt: skip
        return False
    if origin is not None and origin["net"] is not None:
        return True
    if told and text[at : at + 5].lower() == "user ":
        told = _OUT_OR_IN.match(text, end) is not None
    line = usernames.line_of(text, match.start(), end)
    if owned and not told:
        told = _BEHIND_IT.match(text, end) is not None and _SIGNING_IN.search(line) is not None
    return told and _EVENT.search(line) is not None


# other accounts than those that people log in with
_NO_LOGIN = re.compile(r"(?:compte|konto|cuenta|account|conta)(?![^\W_])", re.IGNORECASE)
# in English more is said of what a user has than of one
_OUT_OR_IN = re.compile(
    r"[ ](?:(?:has been|was|is|got)[ ])?(?:locked|unlocked|banned|suspended|blocked|deleted|logged (?:in|out|on|off)|signed (?:in|out))(?!\w)"
)
# the end of what is told, or the day of it
_BEHIND_IT = re.compile(
    r"[.,;:)\]]|[ ]?(?:\n|$)|[ ](?:erfolgreich|fehlgeschlagen|réussie?|échouée?|exitos[oa]|fallid[oa]|riuscit[oa]|fallit[oa]|geslaagd|mislukt|(?:le|am|el|il|op|em|on|den|at|um|à)[ ][0-9])"
)
_SIGNING_IN = re.compile(
    r"(?i)(?<![^\W_])(?:pass|kennwort|mot de passe|contraseña|clave|senha|palavra-passe|wachtwoord|hasł|lösenord|adgangskode|heslo|anmeld|abmeld|log[io]n|connexion|sesión|acces|sessão|início|aanmeld|logowan|inlogg|přihl|giriş|auth?ent|gedruckt|imprim|stampat|impres|afgedrukt)"
)
_TECHNICAL = frozenset(["timeout", "lookup", "update", "search", "auth", "fetch", "upload", "download", "balance", "holder", "mobile", "mobil", "móvil", "móvel", "postgresql", "traffic", "packets", "logon", "signin", "signup", "refresh", "delete", "create", "insert", "select", "validate", "network", "server", "client", "backend", "frontend", "portal", "system", "kernel", "driver", "manager", "gateway", "proxy", "desktop", "tablet", "windows", "linux", "android", "standard", "premium", "basic", "extern", "intern", "interne", "externo", "interno", "courant", "invalide", "inválido", "corrente", "corriente", "concerné", "cible", "destino", "remoto", "distant", "generic", "generico", "genérico"])  # fmt: skip
_LEAST = 4  # letters of an account that nothing else marks
