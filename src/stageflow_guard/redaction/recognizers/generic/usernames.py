"""Whether what stands behind `username` is a person's account, or code, or an account of a machine. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, only_at, positions
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, register, unspaced, vocabulary

# accounts that nobody is, and words that stand for one
NOBODY = frozenset(["root", "runner", "vscode", "pi", "gitlab-runner", "prometheus", "node", "appuser", "replicator", "production", "staging", "jenkins", "circleci", "vagrant", "grafana", "mariadb", "elasticsearch", "nginx", "apache", "celery", "airflow", "spark", "hadoop", "kafka", "admin", "administrator", "user", "username", "users", "guest", "test", "tester", "testuser", "postgres", "mysql", "oracle", "sa", "sys", "system", "none", "null", "nil", "string", "str", "text", "int", "required", "optional", "anonymous", "anon", "nobody", "deploy", "current", "someone", "somebody", "data", "account", "metadata", "deployer", "git", "ubuntu", "debian", "centos", "ec2-user", "www-data", "daemon", "default", "example", "demo", "foo", "bar", "baz", "unknown", "name", "login", "handle", "true", "false", "undefined", "service", "svc", "app", "backup", "monitor", "monitoring", "nginx", "apache", "redis", "rabbitmq", "grafana", "jenkins", "docker", "kubernetes", "operator", "superuser", "owner", "public", "readonly", "readwrite", "myuser", "my_user", "your_username", "your-username", "username_here", "user_name", "userid", "user_id", "varchar", "char", "field", "value", "key", "here", "me", "self", "not", "is", "was", "has", "and", "or", "the", "a", "an", "for", "in", "of", "at"])  # fmt: skip
# what begins so is a variable's member
_MEMBER = re.compile(
    r"(?i)^(?:self|this|config|settings|os|env|environ|args|request|req|res|ctx|context|data|params|props|user|users|process|account|session|form|opts|options|values|cfg|state|me|secrets|vars|var|local|module|event|body|payload|row|obj|model|profile|current_user)[.\[]"
)
# another pair on the same line, and no code around: a log, a connection string
_PAIR = re.compile(r"(?:^|[\s,;&?\[(|])[^\W\d_][\w.-]{0,24}=(?![=\s])")
_CODE = re.compile(r"[(){};]|==|=>|\b(?:def|return|var|let|const|if|for)\b")
_ENDS = frozenset(
    {".", "", " ", "\n", "\r", "\t", ",", ";", "&", "]", ")", '"', "'", "|", "?", "!"}
)
# one word that a clause ends with
_PLAIN = r"[\"'`]?(?P<name>[a-z][a-z0-9._-]{2,30}[a-z0-9])(?=[\"'`]?(?:[.,;:!?)](?:\s|$)|\s*$|\n|[ ](?:and|but|und|aber|et|mais|y|pero|e|ma|en|maar|mas|on|from|at|auf|von|sur|desde|da|ok)(?!\w)))"
# what is said of an account, and is none
_SAID_OF_IT = frozenset(["wrong", "right", "correct", "incorrect", "invalid", "valid", "missing", "empty", "taken", "blocked", "locked", "disabled", "expired", "unknown", "different", "same", "gone", "hidden", "public", "private", "changed", "unique", "available", "unavailable", "case", "falsch", "richtig", "korrekt", "ungültig", "gültig", "gesperrt", "vergeben", "leer", "weg", "unbekannt", "anders", "gleich", "faux", "fausse", "incorrecte", "invalide", "bloqué", "bloquée", "vide", "pris", "incorrecto", "correcto", "inválido", "bloqueado", "vacío", "diferente", "errato", "sbagliato", "corretto", "bloccato", "vuoto", "diverso", "fout", "juist", "verkeerd", "geblokkeerd", "leeg", "bezet", "errado", "certo", "incorreto", "correto", "vazio", "expert", "member", "visitor", "customer", "another", "myself", "usual", "before", "nobody", "normal", "moderator", "editor", "viewer", "author", "manager", "developer", "student", "teacher", "employee", "patient", "client", "anonym", "gast", "invité", "invitado", "ospite", "visitante", "convidado", "him", "her", "them", "you", "it", "one", "this", "that", "broken", "slow", "fast", "denied", "successful", "unsuccessful", "stolen", "deleted", "loose", "boring", "old", "new", "short", "long", "temporary", "permanent", "weak", "strong", "required", "mandatory", "optional", "needed", "ready", "fine", "ok", "okay", "weird", "silly", "stupid", "random", "shared", "personal", "inactive", "active", "working", "down", "up", "back", "here", "there", "below", "above", "stuck", "frozen", "pending", "rejected", "accepted", "verified", "unverified", "lost", "forgotten", "hacked", "compromised", "suspended", "deactivated", "renamed", "outdated", "stale", "duplicate", "lowercase", "uppercase", "follows", "following", "instructed", "described", "shown", "expected", "soon", "yourself", "himself", "herself", "themselves", "itself", "requested", "well", "often", "usually", "always", "directed", "specified", "documented", "explained", "mentioned", "indicated", "listed", "stated", "seller", "buyer", "owner", "reader", "guest", "subscriber", "publisher", "operator", "auditor", "reviewer", "approver", "administrator", "superuser", "root", "somebody", "someone", "anyone", "anybody", "everyone", "other", "others", "both", "either", "kaputt", "langsam", "schnell", "lang", "kurz", "doppelt", "inaktiv", "aktiv", "neu", "alt", "gelöscht", "geändert", "verloren", "vergessen", "gestohlen", "deaktiviert", "abgelaufen", "temporär", "verfügbar", "eindeutig", "pflicht", "nötig", "erforderlich", "leser", "leserin", "besitzer", "besitzerin", "kunde", "kundin", "nutzer", "nutzerin", "benutzer", "mitarbeiter", "mitarbeiterin", "lehrer", "lehrerin", "schüler", "schülerin", "patientin", "verkäufer", "käufer", "folgt", "üblich", "beschrieben", "nuevo", "nueva", "antiguo", "antigua", "viejo", "temporal", "lento", "largo", "corto", "administrador", "inactivo", "activo", "perdido", "olvidado", "robado", "borrado", "caducado", "cliente", "propietario", "lector", "profesor", "alumno", "paciente", "siempre", "perdu", "oublié", "volé", "ridicule", "court", "lent", "ancien", "nouveau", "inactif", "actif", "supprimé", "expiré", "visiteur", "administrateur", "propriétaire", "lecteur", "professeur", "élève", "différent", "lungo", "vecchio", "nuovo", "inattivo", "attivo", "perso", "dimenticato", "rubato", "cancellato", "scaduto", "amministratore", "proprietario", "lettore", "docente", "studente", "paziente", "kapot", "kort", "traag", "oud", "nieuw", "inactief", "actief", "kwijt", "vergeten", "gestolen", "verwijderd", "verlopen", "klant", "beheerder", "eigenaar", "lezer", "docent", "leerling", "bezoeker", "antigo", "novo", "velho", "longo", "curto", "inativo", "ativo", "esquecido", "roubado", "apagado", "expirado", "proprietário", "leitor", "professor", "aluno"])  # fmt: skip
# what nothing else is called
_LABELS = r"user[ ]?name|login name|account name|screen name|benutzername|nutzername|benutzerkennung|kennung|identifiant|nom d['’]utilisateur|pseudo|nombre de usuario|nome utente|gebruikersnaam|nome de usu[aá]rio|nome de utilizador|gamertag|nazwa użytkownika|användarnamn|anmeldename|anmeldekennung|login-?name|loginkennung|kontoname|accountnaam|nom de compte|nom du compte|nombre de (?:la )?cuenta|nome (?:dell['’])?account|nome d[ae] conta|nome de login|user[ -]?id|inlognaam|loginnaam|brugernavn|brukernavn|käyttäjätunnus|uživatelské jméno|kullanıcı adı"
# `my username should now be sunny.tx`, `usuario admin_tienda`: a sign in it tells
_SPOKEN = re.compile(
    rf"(?<![\w.-])(?:{_LABELS}|login|usuario|utente|usu[aá]rio|(?:utilizador|utilisateur|gebruiker|benutzer|nutzer)(?=[ ](?:is|ist|est|é|eh|è|es|lautet|heißt|c['’]est)[ ]))(?:[ ](?:is|was|will be|should|now|be|as|es|ist|est|è|e['’]|é|eh|lautet|heißt|c['’]est)){{0,3}}[ ][\"'`]?"
    r"(?P<name>(?=[A-Za-z][A-Za-z0-9]{0,24}[._][A-Za-z0-9]|[A-Za-z]{2,24}[0-9]|[A-Za-z][0-9]{3})[A-Za-z][\w.-]{1,38}\w)(?![\w@/(=:])",
    re.IGNORECASE,
)
# `mi usuario es chaselden`: whose it is, and the end of a clause
_OWN = re.compile(
    rf"(?<![\w.-])(?:my|mein|mi|mon|il mio|mijn|meu|mitt?)[ ](?:{_LABELS}|login|usuario|utente|usu[aá]rio|handle|benutzer)[ ](?:is|was|es|ist|est|è|e['’]|é|eh|lautet|heißt|c['’]est)[ ]{_PLAIN}",
    re.IGNORECASE,
)
# `logged in as chaselden`
_AS = re.compile(
    rf"(?<![\w.-])(?:(?:logged|log|logging|signed|sign|signing)[ ]in[ ]as|angemeldet als|eingeloggt als|einloggen als|connectée?s? (?:en tant que|comme)|conectad[oa] como|inicia(?:r|do|ndo)? sesión como|ingelogd als|inloggen als|autenticat[oa] come|accedi come|logad[oa] como|zalogowan[ya] jako|inloggad som)[ ]{_PLAIN}",
    re.IGNORECASE,
)
# as a daemon writes it: `Failed password for invalid user tkeller from 45.148.10.2`
_LOGGED = re.compile(
    r"(?<![\w.-])(?:(?:invalid|illegal|unknown|for|locked)[ ]user|password for|accepted \w{4,20} for|login for|logon for|authentication failure for|session for|started by|triggered by|logged in as|login by|usuario creado:|user created:|benutzer angelegt:|printed by|entered by)[ ]"
    r"[\"'`]?(?P<name>[A-Za-z][\w-]{2,24}(?:\.[\w-]{1,24})?)(?=[\"'`]?(?:[ ](?:from|port|/|\()|[ ]?\n|[ ]?$)|[\"'`][.,;)\]])",
    re.IGNORECASE,
)
# `User chaselden has been locked`, `user 'chaselden' not found`
_OF_A_USER = re.compile(
    r"(?<![\w.-])user[ ](?P<quote>[\"'`]?)(?P<name>[a-z][a-z0-9_-]{2,24}(?:\.[a-z0-9-]{1,24})?)(?P=quote)[ ](?:(?:has been|was|is)[ ](?:locked|blocked|disabled|banned|deleted|created)|by(?=[ ]\()|(?:was |has )?logged (?:in|out|on|off)|signed (?:in|out)|not found|does not exist|authenticated|disconnected|connected)(?!\w)",
    re.IGNORECASE,
)
_USERS = Heads(("user ",))
_LOGGED_HEADS = Heads((
    "invalid user ", "illegal user ", "unknown user ", "for user ", "locked user ", "password for ", "accepted ", "login for ", "logon for ", "authentication failure for ", "session for ", "started by ", "triggered by ",
    "logged in as ", "login by ", "usuario creado: ", "user created: ", "benutzer angelegt: ", "printed by ", "entered by ",
))  # fmt: skip
_HOSTED = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])")
_SPOKEN_HEADS = frozenset({"utilizador", "utilisateur", "gebruiker", "benutzer", "nutzer", "account", "kennung", "benutzerkennung", "pseudo", "nom", "nombre", "gamertag", "nazwa", "inlognaam", "loginnaam", "brugernavn", "brukernavn", "käyttäjätunnus", "uživatelské", "kullanıcı", "användarnamn", "user", "username", "login", "usuario", "usuário", "benutzername", "anmeldename", "anmeldekennung", "loginname", "loginkennung", "kontoname", "accountnaam", "userid", "nutzername", "identifiant", "nome", "utente", "gebruikersnaam", "screen"})  # fmt: skip
register(_SPOKEN_HEADS)
FILED = re.compile(
    r"(?i)\.(?:php|html?|js|ts|py|rb|go|java|com|org|net|io|co|json|ya?ml|toml|xml|log|txt|sh|sql|css|example|test|local|internal|svg|png|jpe?g|gif|signal|env|service|controller|module|component|md|csv|lock|exe|dll|so)$|^v[0-9]"
)


def spoken(text: str) -> Iterator[Hit]:
    """Yield accounts behind their label in a sentence; an underscore, a dot or a digit is in them."""
    heads = _SPOKEN_HEADS & vocabulary(text)
    for at in positions(lowered(text), heads) if heads else ():
        match = _SPOKEN.match(text, at)
        name = match["name"] if match is not None else ""
        if match is not None and not (
            name.lower() in NOBODY or FILED.search(name) or _MEMBER.match(name)
        ):
            yield Hit(*match.span("name"), "USERNAME", 0.4, "account, said", "label username")
    yield from _ends_a_clause(text)
    yield from _posted(text, lowered(text))
    if unspaced(text):
        for match in _IN_SCRIPT.finditer(text):
            name = match["name"]
            if name.lower() in NOBODY or FILED.search(name) or not _in_script(text, match):
                continue
            yield Hit(*match.span("name"), "USERNAME", 0.4, "account, said", "label username")


# behind its label in a script without spaces: `IDは momo_neko22 です`; a sign or a digit is in it
_IN_SCRIPT = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:ログイン|会員|ユーザー|アカウント)?ID(?![A-Za-z])|アカウント(?:名)?|ユーザー名|아이디|사용자명|계정|用户名|帐号|账号|اسم المستخدم|اليوزر)\W?(?:は|が|는|은|가|是|为|هو)?[ :：]{0,2}[「\"']?"
    r"(?P<name>(?=[A-Za-z][A-Za-z0-9]{0,24}[._-]?[A-Za-z0-9._-]{0,24}[0-9_.])[A-Za-z][\w.-]{2,30}[A-Za-z0-9])(?![\w@])",
    re.ASCII,
)


def _in_script(text: str, match: re.Match[str]) -> bool:
    """Say whether label or value stands beside letters of such a script: `ID` alone is a word of many."""
    if not text[match.start() : match.start("name")].isascii():
        return True
    around = text[max(0, match.start() - _BESIDE) : match.start()]
    return unspaced(around + text[match.end() : match.end() + _BESIDE])


_BESIDE = 8  # characters
# who wrote something on a page: `Message de titi_du_63 le 8 avril`
_POSTED = re.compile(
    r"(?<![^\W_])(?:message|mensaje|messaggio|mensagem|bericht|nachricht|beitrag|kommentar|comment(?:aire|o)?|comentario|comentário|commento|reactie|review|avis|reseña|recensione|posté|publié|écrit|rédigé|posted|written|uploaded|reviewed|asked|answered|escrito|publicado|enviado|postado|geschrieben|verfasst|gepostet|scritto|pubblicato|inviato|geplaatst|geschreven|skrivet|skrevet|napisał[a]?)[ ](?:de|by|from|von|por|da|di|van|door|par|av|af|przez|of)[ :]{1,2}@?"
    r"(?P<name>(?=[a-z][a-z0-9]{0,24}[_.]?[a-z0-9_.]{0,24}[0-9_])[a-z][\w.-]{2,30}[a-z0-9])(?![\w@(=/:])"
)
_POSTS = Heads(("message ", "mensaje ", "messaggio ", "mensagem ", "bericht ", "nachricht ", "beitrag ", "kommentar ", "comment", "comentario ", "comentário ", "commento ", "reactie ", "review", "avis ", "reseña ", "recensione ", "posté ", "publié ", "écrit ", "rédigé ", "posted ", "written ", "uploaded ", "asked ", "answered ", "escrito ", "publicado ", "enviado ", "postado ", "geschrieben ", "verfasst ", "gepostet ", "scritto ", "pubblicato ", "inviato ", "geplaatst ", "geschreven ", "skrivet ", "skrevet ", "napisał"))  # fmt: skip


def _posted(text: str, lower: str) -> Iterator[Hit]:
    """Yield accounts that wrote what is shown; a digit or an underscore is in them."""
    for at in _POSTS.places(lower):
        match = _POSTED.match(lower, at)
        if (
            match is not None
            and match["name"] not in NOBODY
            and FILED.search(match["name"]) is None
        ):
            yield Hit(*match.span("name"), "USERNAME", 0.4, "account, wrote", "label username")


def _ends_a_clause(text: str) -> Iterator[Hit]:
    """Yield accounts of one plain word: behind whose they are, or as what somebody is logged in."""
    lower = lowered(text)
    for pattern, heads in ((_OWN, _OWNERS), (_AS, _LOGS)):
        for at in heads.places(lower):
            match = pattern.match(lower, at)
            name = "" if match is None else match["name"]
            if match is None or name in NOBODY or name in _SAID_OF_IT or FILED.search(name):
                continue
            if not text[match.start("name")].isupper() or any(map(str.isdigit, name)):
                yield Hit(*match.span("name"), "USERNAME", 0.4, "account, said", "label username")


_OWNERS = Heads(f"{whose} {what}" for whose in ("my", "mein", "mi", "mon", "il mio", "mijn", "meu", "mit", "mitt") for what in ("user", "login", "account", "screen", "benutzer", "nutzername", "kennung", "identifiant", "nom d", "pseudo", "nombre de", "nome", "gebruikersnaam", "inlognaam", "loginnaam", "brugernavn", "gamertag", "usuario", "utente", "usuário", "handle"))  # fmt: skip
_LOGS = Heads(("logged in as", "log in as", "logging in as", "signed in as", "sign in as", "signing in as", "angemeldet als", "eingeloggt als", "einloggen als", "connecté", "conectad", "inicia", "ingelogd als", "inloggen als", "autenticat", "accedi come", "logad", "zalogowan", "inloggad som"))  # fmt: skip
_LEAST = 4  # letters of an account in a pair that nothing else tells of


@only_at(_LOGGED_HEADS, _USERS)
def logged(text: str) -> Iterator[Hit]:
    """Yield accounts that a line of a log names, an address or the end of a sentence behind them."""
    for at in _LOGGED_HEADS.places(lowered(text)):
        match = _LOGGED.match(text, at)
        name = match["name"] if match is not None else ""
        if (
            match is not None
            and name.lower() not in NOBODY
            and not name.istitle()
            and FILED.search(name) is None
        ):
            yield Hit(*match.span("name"), "USERNAME", 0.4, "account, logged", "label username")
    for at in _USERS.places(lowered(text)):
        match = _OF_A_USER.match(text, at)
        name = "" if match is None else match["name"].lower()
        if match is None or name in _NO_ACCOUNT or (not match["quote"] and _NOUNS.fullmatch(name)):
            continue
        yield Hit(*match.span("name"), "USERNAME", 0.4, "account, logged", "label username")


# what users have: `User content has been deleted`
_OF_USERS = frozenset(["session", "profile", "input", "agent", "role", "group", "list", "table", "record", "records", "permissions", "settings", "password", "request", "interface", "experience", "story", "accounts", "object", "model", "token", "email", "entry", "row", "process", "thread", "space", "was", "they", "who", "which", "already", "successfully", "just", "still", "data", "content", "feedback", "base", "id", "ids", "name", "names", "manual", "guide", "guides", "preference", "preferences", "notification", "notifications", "message", "messages", "comment", "comments", "review", "reviews", "registration", "interaction", "interactions", "acceptance", "access", "avatar", "picture", "photo", "state", "status", "count", "flow", "flows", "journey", "journeys", "persona", "personas", "cache", "cookie", "cookies", "key", "keys", "directory", "folder", "home", "file", "files", "agreement", "consent", "research", "survey", "surveys", "requests", "query", "queries", "login", "logins", "activity", "activities", "history", "stories", "task", "tasks", "action", "actions", "event", "events", "error", "errors", "migration", "migrations", "provisioning", "interviews", "documentation", "docs", "service", "services", "store", "attribute", "attributes", "field", "fields", "column", "columns", "schema", "page", "pages", "screen", "form", "forms", "menu", "button", "dashboard", "database", "domain", "type", "types", "class", "classes", "tag", "tags", "defined", "generated", "only", "facing", "visible", "level", "scope", "privilege", "privileges", "quota", "quotas", "import", "export", "sync", "module", "plugin", "script", "scripts", "library", "agents", "roles", "groups", "lists", "sessions", "profiles", "inputs", "tokens", "emails", "entries", "rows", "processes", "threads", "spaces", "tables", "objects", "models", "limit", "limits", "never", "last", "first", "currently", "remains", "remain", "gets", "get", "when", "being", "is", "are", "has", "have", "had", "not", "also", "often", "always", "once", "now", "then", "later", "again", "will", "can", "may", "must", "should", "no", "any", "another", "this", "that", "bucket", "index", "pool", "partition", "volume", "cluster", "namespace", "container", "image", "queue", "topic", "stream", "job", "cron", "hook", "webhook", "policy", "rule", "rules", "certificate", "secret", "secrets", "subscription", "subscriptions", "license", "licence", "seat", "seats", "device", "devices", "address", "addresses", "phone", "phones", "number", "numbers", "counts"])  # fmt: skip
_NO_ACCOUNT = NOBODY | _SAID_OF_IT | _OF_USERS
_NOUNS = re.compile(r"[a-z]{2,}(?:ing|tion|ment|ness|ity)s?|[a-z]{5,}ly")
_QUOTES = frozenset("\"'`")
_WIDTH = 200  # characters of a line that are looked at, on either side


# a label of nothing else: `login: success` is an event
_SURE = re.compile(
    r"name|nom|naam|namn|kennung|nazwa|adı|identifiant|usu[aá]rio|utente|名|아이디|اسم|имя"
)


# what a reader puts his own in place of: `YOUR_USERNAME`, `DEIN_LOGIN`
_PLACEHOLDER = re.compile(
    r"(?=(?:[A-ZÀ-Þ]{1,16}_){0,3}(?:YOUR|MY|USER|USERS|USERNAME|NAME|LOGIN|ACCOUNT|HERE|SEU|TEU|MEU|SUA|TUA|TUO|SUO|MIO|TU|SU|MI|TON|VOTRE|MON|DEIN|IHR|MEIN|MIJN|JOUW|UW|JE|USUARIO|USUÁRIO|UTILIZADOR|UTENTE|UTILISATEUR|BENUTZER|BENUTZERNAME|NUTZER|GEBRUIKER|GEBRUIKERSNAAM|NOM|NOMBRE|NOME|NAAM|IDENTIFIANT|CUENTA|KONTO|COMPTE|CONTA|AQUI|AQUÍ|HIER|QUI|ICI)(?:_|$))[A-ZÀ-Þ]{1,16}(?:_[A-ZÀ-Þ]{1,16}){1,4}"
)


def is_personal(text: str, label: str, sign: str, start: int, end: int) -> bool:
    """Say whether `text[start:end]`, behind a label of accounts and `sign`, is a person's.

    A digit or quotes tell. Without them a pair in a line of pairs is one, and a form's field.
    """
    value = text[start:end]
    if _PLACEHOLDER.fullmatch(value) is not None:
        return False
    quoted = text[start - 1 : start] in _QUOTES
    named = any(c in "._" for c in value) or any(c.isdigit() for c in value)
    if value.lower() in NOBODY or (label == "user" and sign == ":"):
        return False  # `user:ada` names a subject in policies, logs and code
    if quoted:
        return named or _SURE.search(label) is not None or label.endswith("login")
    if any(c.isdigit() for c in value):
        return "=" not in sign or "." not in value or _paired(text, start, end)
    if _MEMBER.match(value) or text[end : end + 1] not in _ENDS or not _QUOTES.isdisjoint(sign):
        return False  # a variable beside a name in quotes
    if "=" in sign:
        tight = sign.strip() == "=" and " " not in sign
        return len(value) >= _LEAST and tight and _paired(text, start, end)
    if _bracketed(text, start, end) and value.lower() not in _NO_ACCOUNT | _EVENTS:
        return len(value) >= _LEAST
    line = _REMARK.sub("", line_of(text, start, end))
    return _CODE.search(line) is None and (
        any(c in "._" for c in value)
        or (
            _SURE.search(label) is not None
            and (
                text[end : end + 1] not in (" ", "\t")
                or (value.lower() not in _SAID_OF_IT and _LONE.match(text, end) is not None)
                or (not is_word(value.lower()) and _REMARK.match(text, end) is not None)
            )
        )
    )


def said_of_it(name: str) -> bool:
    """Say whether a word is one that is said of users, or of what they have."""
    return name in _NO_ACCOUNT or _NOUNS.fullmatch(name) is not None


def is_word(name: str) -> bool:
    """Say whether a word stands in a column of accounts for everybody, for a state or for what happened."""
    return said_of_it(name) or name in _EVENTS or name in _ALL


def _bracketed(text: str, start: int, end: int) -> bool:
    """Say whether label and value stand in brackets of their own: `Imani Booker (login: ibooker)`."""
    opened = text.rfind("(", max(0, start - _LABELLED), start)
    return (
        opened >= 0
        and text[opened - 1 : opened] in (" ", "")
        and text[end : end + 1] in (")", ",", ";")
        and ")" not in text[opened:start]
    )


_EVENTS = frozenset(["success", "failed", "failure", "error", "done", "disabled", "enabled", "timeout", "started", "ended", "forbidden", "granted", "erfolgreich", "fehlgeschlagen", "réussi", "échoué", "éxito", "fallido", "riuscito", "fallito", "geslaagd", "mislukt", "sucesso", "falhou", "gelukt", "lykkedes", "fejlet"])  # fmt: skip
_ALL = frozenset(["all", "alle", "tous", "todos", "tutti", "allemaal", "iedereen", "everyone", "everybody", "jeder", "keiner", "geen", "ninguno", "nessuno", "aucun", "nenhum", "forbidden", "allowed", "erlaubt", "verboten"])  # fmt: skip
_LABELLED = 24  # characters of a label and its sign
# a remark in prose: `tvdmeer (no dot), role 3`
_REMARK = re.compile(r"[ ]\((?:[^\W\d_]{1,20}[ .,]{0,2}){1,8}\)")
# another field follows
_LONE = re.compile(
    r"[ ]{1,3}(?:ok|und|and|et|y|e|en|[/|–-]|\w{2,16}[:=])(?!\w)|[ ]{1,8}[^\W\d_a-zß-ÿ][\w'’]{1,24}(?:[ ][\w'’]{1,20}){0,3}[ ]?:[ ]"
)


def line_of(text: str, start: int, end: int) -> str:
    """Return what stands around `[start, end)` on its line."""
    before = text[max(0, start - _WIDTH) : start].rpartition("\n")[2]
    return before + " " + text[end : end + _WIDTH].partition("\n")[0]


_SECRET_NEXT = re.compile(r"[ ]?;[ ]?(?:password|pwd)[ ]?=", re.IGNORECASE)


def _paired(text: str, start: int, end: int) -> bool:
    """Say whether it is one of several `name=value` of a line that holds no code, or of a connection string."""
    if _SECRET_NEXT.match(text, end) is not None:
        return True
    line = line_of(text, start, end)
    return (
        _MEMBER.match(text[start:end]) is None
        and (_PAIR.search(line) is not None or _HOSTED.search(line) is not None) and _CODE.search(line) is None
    )  # fmt: skip
