"""E-mail addresses and web addresses. Each is anchored at a sign, so a text without it costs a find."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, positions
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_LOCAL = re.compile(r"[\w+%-][\w.%+'!#$&*/=?^`{|}~-]{0,63}")  # read backwards from the sign
_LOCAL_MOST = 64
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,8}(xn--[a-z0-9-]{2,40}|[^\W\d_]{2,24})(?![^\W_]|@)"
)
_GLUED = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}[\w.+-]{0,40}(?=@)")
_FILED = re.compile(
    r"(?:[A-Za-z0-9-]{1,63}\.){1,4}(com|org|net|edu|gov|info|example|[a-z]{2})(?=[_.-][\w.-]{1,60}$|[_.-][\w.-]{1,60}[^\w@.-])"
)
_LITERAL = re.compile(r"\[(?:[0-9]{1,3}\.){3}[0-9]{1,3}\]")
# what follows a dot in code and on disks, and is no country or registry
_NO_TLD = frozenset(
    [
        "service",
        "socket",
        "timer",
        "target",
        "mount",
        "slice",
        "scope",
        "device",
        "path",
        "py",
        "js",
        "ts",
        "tsx",
        "jsx",
        "json",
        "yml",
        "yaml",
        "toml",
        "lock",
        "svg",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "md",
        "txt",
        "log",
        "cfg",
        "conf",
        "ini",
        "sh",
        "so",
        "dll",
        "exe",
        "jar",
        "class",
        "java",
        "cpp",
        "hpp",
        "rs",
        "go",
        "rb",
        "php",
        "css",
        "scss",
        "html",
        "xml",
        "sql",
        "csv",
        "zip",
        "tar",
        "gz",
        "tgz",
        "whl",
        "t",
        "shape",
        "get",
        "set",
        "append",
        "items",
        "keys",
        "dot",
    ]
)
COMMON_TLD = frozenset(
    "com org net edu gov mil int info biz name dev app online site shop cloud mail tech example test".split()  # noqa: SIM905 - a list of words
)
_IRISH = re.compile(r"(?:^|[._-])[odlOD]'[A-Za-z]{2,}$")  # `siobhan.o'dwyer`
_ROBOTS = frozenset(
    [
        "git",
        "hg",
        "svn",
        "noreply",
        "no-reply",
        "donotreply",
        "do-not-reply",
        "mailer-daemon",
        "postmaster",
    ]
)
# what somebody logs in with is an account, whoever answers its mail
_LOGIN_KEY = re.compile(
    r"(?:user(?:[ _-]?name)?|login|logon|benutzer(?:name)?|utilisateur|identifiant|usuario|utente|gebruiker(?:snaam)?|usuário|utilizador)[\"']?[ ]?[:=]{1,2}[ ]?[\"']?$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?:[^\W_][\w-]{0,62})?-?(?:\.[\w-]{0,62})?[ ]?\n[ ]?[\w.-]{1,62}")
_WORDS = re.compile(r"(?i)e-?mails?|mail|contact|reach|write|address|inbox")
_GLUED_LABEL = re.compile(
    r"(?i)^(?:e-?mail|mail|mailto|to|from|cc|bcc|contact|user|username|login|reply-to)[:=]+"
)


def emails(text: str) -> Iterator[Hit]:
    """Yield e-mail addresses (RFC 5321 dot-strings, IDN and literals too)."""
    at = text.find("@")
    reached = 0
    while at >= 0:
        hit = _email(text, at, reached)
        if hit is not None:
            yield hit
            reached = hit.end
        at = text.find("@", at + 1)


def _email(text: str, at: int, floor: int) -> Hit | None:
    tip = at - 1 if text[max(0, at - 1) : at] == "\n" else at  # the line break before the sign
    if tip == 0 or not (text[tip - 1].isalnum() or text[tip - 1] in "_+%-") or (
        text[at + 1 : at + 2] in ("", "@", " ", ".", "-")
    ):  # fmt: skip
        return None
    domain = _DOMAIN.match(text, at + 1) or _LITERAL.match(text, at + 1)
    end = domain.end() if domain is not None else 0
    joined = False
    if domain is None or (domain.re is _DOMAIN and _cut(text, domain)):
        wider = _over_the_line(text, at)
        if wider:
            end, joined = wider, True
    if not end:
        glued = _GLUED.match(text, at + 1)  # one address runs into the next
        end = glued.end() if glued is not None else 0
    if not end:
        return _odd(text, at)
    tld = text[at + 1 : end].rpartition(".")[2].lower()
    if tld in _NO_TLD:
        filed = _FILED.match(text, at + 1)  # a file that is called after somebody
        if filed is not None and filed[1] not in _NO_TLD:
            end, tld = filed.end(), ""
    if tld in _NO_TLD or (tip != at and len(tld) > 2 and tld not in COMMON_TLD):
        return None
    local = _LOCAL.match(text[max(floor, tip - _LOCAL_MOST) : tip][::-1])
    if local is None:
        return None
    name, start = local[0][::-1], tip - local.end()
    label = _GLUED_LABEL.match(name)
    lead = label.end() if label is not None else len(name) - len(name.lstrip("'!#$&*/=?^`{|}~-.%"))
    name, start = name[lead:], start + lead
    # a key, a path or a quote before it; an apostrophe in a name is a part of it
    signs = "=/?&|{}" if _IRISH.search(name) else "=/?&|'{}"
    cut = -1 if name.isalnum() else max(map(name.rfind, signs))
    name, start = name[cut + 1 :], start + cut + 1
    if not name or _is_made_up(text, at, end):
        return None
    if text[max(0, start - 1) : start] in (":", "/") and _before_a_host(text, start):
        return None  # user information of a connection string: a secret, see `secrets`
    upward = _before_line(text, start) if text[max(0, start - 2) : start].count("\n") else start
    if floor <= upward < start:
        start, joined = upward, True
    machine = name.replace(".", "").isdigit() and text[start - 1 : start] == "<"  # a message's id
    robot = name.lower() in _ROBOTS and _LOGIN_KEY.search(text, max(0, start - 40), start) is None
    score = 0.3 if machine or robot else 0.9
    return Hit(start, end, "EMAIL_ADDRESS", score, "email", "line break" if joined else "")


def _is_made_up(text: str, at: int, end: int) -> bool:
    """Say whether an address at a domain that nobody has is said to be one of a template."""
    return (
        text[at + 1 : end].lower() in _NOBODYS
        and _TEMPLATE.match(text, end, end + _NEAR_TEMPLATE) is not None
    )


_NOBODYS = frozenset(("example.com", "example.org", "example.net"))  # RFC 2606
_NEAR_TEMPLATE = 60  # characters behind the address
_TEMPLATE = re.compile(
    r"[^\n.;:]{0,50}?(?i:are|is|sind|ist|sont|est|son|es|sono|è|zijn|são|é)[ ](?i:only |just |nur |seulement |solo |slechts |apenas |a |an |ein |un |une |een |um )?(?i:placeholders?|dumm(?:y|ies)|fictitious|Platzhalter|Beispiele?|des exemples|exemples?|fictifs?|marcadores|ejemplos?|segnaposto|esempi|voorbeelden|plaatshouders|exemplos?|fictícios)"
)


def _before_a_host(text: str, start: int) -> bool:
    """Say whether only a user stands between `start` and the scheme of a URL: no path begins before it."""
    _, scheme, user = text[max(0, start - 80) : start].rpartition("://")
    return bool(scheme) and "/" not in user


# a domain whose dots are other signs
_ODD_DOMAIN = re.compile(
    r"(?:[^\W_][\w-]{0,40}[^\w\s@,;:/'\"<>()\[\]\x1e-]{1,2}){1,3}(?:com|org|net|edu|gov|io|info|biz|[a-z]{2}|example)(?![\w@])"
)
_ODD_LOCAL = re.compile(r"(?<![\w+-])[\w+-]++(?:[^\w\s@,;:/'\"<>()\[\]\x1e+-]{1,2}[\w+-]++){0,4}$")


def _odd(text: str, at: int) -> Hit | None:
    domain = _ODD_DOMAIN.match(text, at + 1)
    if domain is None or _WORDS.search(text, max(0, at - 80), at) is None:
        return None
    local = _ODD_LOCAL.search(text, max(0, at - _LOCAL_MOST), at)
    if local is None:
        return None
    return Hit(
        local.start(), domain.end(), "EMAIL_ADDRESS", 0.5, "email, other signs", "label mail"
    )


def _cut(text: str, domain: re.Match[str]) -> bool:
    """Say whether the domain may go on behind a line break: `…@mail.co⏎m`."""
    return text[domain.end() : domain.end() + 1] == "\n" and len(domain[1]) < 2


def _over_the_line(text: str, at: int) -> int:
    """Return where a domain ends that one line break cuts in two, or 0."""
    cut = _JOINED.match(text, at + 1)
    if cut is None:
        return 0
    whole = text[at + 1 : at + 140]
    plain = re.sub(r"[ ]?\n[ ]?", "", whole, count=1)
    match = _DOMAIN.match(plain)
    if match is None or match[1].lower() in _NO_TLD:
        return 0
    return at + 1 + match.end() + (len(whole) - len(plain))


_CELL = re.compile(r"[,;|\t\x1e]")  # the label is the head of another column
_TAIL = re.compile(r"(?:^|[\s:<(\"'])([\w.+-]{2,40})[ ]?\n[ ]?$")


def _before_line(text: str, start: int) -> int:
    """Return where a local part starts whose line break cuts it in two; else `start`.

    Only where the line above ends in something that is no word of its own: after a mail label, or
    with a dot, digit or underscore inside.
    """
    if "\n" not in text[max(0, start - 2) : start]:
        return start
    window = text[max(0, start - 120) : start]
    match = _TAIL.search(window)
    if match is None:
        return start
    piece = match[1]
    before = window[max(0, match.start(1) - 30) : match.start(1)]
    label = _WORDS.search(before)
    told = label is not None and before[-1:] not in ("", "\n") and (
        _CELL.search(before, label.end()) is None
    )  # fmt: skip
    shaped = re.search(r"[._+\d-]\w|[._+-]$", piece) and not piece[0].isdigit()
    if told and (shaped or piece.islower()):
        return start - len(window) + match.start(1)
    return start


_SCHEMES = ("https", "http", "ftps", "ftp")
_NO_HOST_AFTER = re.compile(r"[\w@./-]")
_REST = re.compile(r"[^\s<>\"'`{}|\\^\[\]⟦⟧]{1,2048}")
_BARE = re.compile(
    r"(?i)(?<![\w@./-])(?:web ?sites?|homepage|home page|blog|portfolio|domain)(?: is| at|:|=)?[ \n]{1,2}((?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.){1,4}[a-z]{2,12})(?![\w@])"
)
_PERSONAL = re.compile(
    r"(?i)(?<![a-z])(?:web ?sites?|web ?page|homepage|home page|blog|portfolio|profile|linkedin|facebook|instagram|twitter|follow me|my page|personal|visit me|find me|cv|r[ée]sum[ée]|lebenslauf|curriculum(?: vitae)?|vita|portrait|bio|book me|profil[eo]?|perfil|sito|p[áa]gina|my (?:site|calendar)|me on)(?![a-z])"
)
_TECHNICAL = re.compile(
    r"(?i)(?:^|\.)(?:localhost|local|internal|cluster|svc|lan|invalid|example\.(?:com|org|net)|github\.com|github\.io"
    r"|githubusercontent\.com|gitlab\.com|bitbucket\.org|pypi\.org|pythonhosted\.org|python\.org|w3\.org|apache\.org"
    r"|npmjs\.(?:org|com)|docker\.(?:io|com)|googleapis\.com|json-schema\.org|readthedocs\.(?:io|org)|stackoverflow\.com|mozilla\.org"
    r"|amazonaws\.com|azure\.com|windows\.net|microsoft\.com|google\.com|kernel\.org|debian\.org|ubuntu\.com|gnu\.org"
    r"|ietf\.org|rfc-editor\.org|iana\.org|unicode\.org|crates\.io|docs\.rs|golang\.org|go\.dev|maven\.org|java\.net"
    r"|oracle\.com|spring\.io|jquery\.com|jsdelivr\.net|unpkg\.com|cloudflare\.com|openai\.com|anthropic\.com|wikipedia\.org"
    r"|schema\.org|opensource\.org|creativecommons\.org|gcr\.io|quay\.io|k8s\.io|kubernetes\.io)$"
)
# names that nobody can register (RFC 2606): read as any other, but only a path tells of a person
_RESERVED = re.compile(r"(?i)\.(?:test|example)$")
# a link to documentation, an interface or a file of a program
_DOCUMENTED = re.compile(
    r"(?i)(?:^|/)(?:docs?|documentation|api|v[0-9]+|wiki|manual|reference|guide|tutorials?|blog|static|assets|dist|downloads?|issues?|pulls?|releases?|archive|citation\.cfm)(?:/|$|\?|\.)|\.(?:html?|md|rst|txt|json|ya?ml|xml|js|css|png|svg|gif|jpe?g|pdf|py|c|h|java|zip|gz|tar|whl|csv|git)(?:$|[?#])"
)
_SERVED = re.compile(
    r"(?i)(?:docs?|api|developers?|dev|static|cdn|registry|status|assets|download|support|help|www\.w3|bugs|wiki)\."
)
_OWN_PATH = re.compile(
    r"(?i)/(?:u|user|users|in|profile|profiles|people|member|members|team|staff|mitarbeiter|personen|equipe|équipe|equipo|persona|personas|author|authors|autor|autoren|auteur|lehrende|faculty|doctors?|aerzte|anwaelte|lawyers|attorneys|mitglied(?:er)?|kunden?|patient(?:en|s|es)?|kartei|konto|customers?|clients?|clientes?|clienti|klant(?:en)?|accounts?|cuentas?|comptes?|membres?|miembros?|socios?|soci|membros?|leden|usuarios?|utenti|utilisateurs?|gebruikers?|benutzer|~[\w.-]+|@[\w.-]+)(?:/|$)"
)

# what is handed to somebody: a shared file, an invitation, a room
_HANDED = re.compile(
    r"(?i)/(?:shared?|s|d|invit(?:e|es|ation|ations)?|join|resets?|confirm(?:ation)?|unsubscribe|rooms?|meet|album|albums|private|geteilt|partage|compartid[oa]s?|condivis[oi]|gedeeld|einladung|freigabe|booking|bookings|reservations?|orders?|tickets?|receipts?|invoices?)/[\w-]*[0-9]"
)

# who somebody is, or what lets them in, in its query
_OWN_QUERY = re.compile(
    r"(?i)[?&](?:cle|clé|clave|chave|chiave|invite|aluno|aluna|alumno|alumna|eleve|élève|schueler|leerling|student|studente|estudiante|patient|paciente|paziente|client|cliente|klant|kunde|member|membre|socio|user|username|usuario|utente|utilisateur|gebruiker|benutzer|e-?mail|phone|tel|nome|nombre|nom)=(?=[\w.%@+-]*[\w])[^<{\[$&]"
)
# a person's own page, written without a scheme
_OWN_PAGE = re.compile(
    r"(?i)(?<![\w@./-])(?:(?:[a-z]{2}\.)?linkedin\.com/(?:in|pub)/|instagram\.com/(?!p/|explore|reel)|(?:facebook|fb)\.com/(?!sharer|groups|pages|events)|tiktok\.com/@|wa\.me/|t\.me/|calendly\.com/|cal\.com/|linktr\.ee/|about\.me/|behance\.net/|medium\.com/@|xing\.com/profile/|researchgate\.net/profile/|orcid\.org/|keybase\.io/|patreon\.com/|(?<![a-z])x\.com/(?!i/|home)|twitter\.com/(?!i/|home|search|hashtag))[\w.%/-]{3,80}(?<![.])(?![\w/])"
)


_SITES = Heads(("website", "web site", "homepage", "home page", "blog", "portfolio", "domain"))


def urls(text: str) -> Iterator[Hit]:
    """Yield web addresses; what points at a person scores higher than a link to documentation."""
    if "://" in text or "www." in text or "WWW." in text:
        reached = 0
        for start, host in _begun(text, lowered(text)):
            if start < reached:
                continue
            rest = _REST.match(text, host)
            if rest is None:
                continue
            end = host + len(rest[0].rstrip(".,;:!?)*"))
            reached = end
            hit = _url(text, start, end, host)
            if hit is not None:
                yield hit
    if ".com/" in text or ".me/" in text:
        for match in _OWN_PAGE.finditer(text):
            yield Hit(*match.span(), "URL", 0.6, "own page")
    if "." in text and _SITES.places(lowered(text)):
        for match in _BARE.finditer(text):
            if match[1].rpartition(".")[2].lower() not in _NO_TLD:
                yield Hit(*match.span(1), "URL", 0.5, "domain", "label website")


def _begun(text: str, lower: str) -> Iterator[tuple[int, int]]:
    """Yield where a web address begins and where its host does, or what follows `www.`."""
    for at in positions(lower, ("://", "www.")):
        if text[at] == ":":
            scheme = next((s for s in _SCHEMES if lower.endswith(s, 0, at)), None)
            if scheme is not None:
                yield at - len(scheme), at + 3
        elif at == 0 or _NO_HOST_AFTER.match(text, at - 1) is None:
            yield at, at + 4


def _url(text: str, start: int, end: int, host_at: int) -> Hit | None:
    www = text[start : start + 4].lower() == "www."
    body = text[start if www else host_at : end]
    authority, slash, path = body.partition("/")
    host, _, port = authority.rpartition("@")[2].partition(":")
    if host.count(".") < 1 + www or not re.search(r"\.[^\W\d]{2,24}$", host):
        return None  # `www.` alone before a word is no address yet
    if _PERSONAL.search(text, max(0, start - 40), start):
        return Hit(start, end, "URL", 0.7, "url", "label website")
    technical = bool(port) or _TECHNICAL.search(host) is not None
    if technical:
        return Hit(start, end, "URL", 0.2, "url")
    if _OWN_PATH.search(slash + path) or _HANDED.search(slash + path):
        return Hit(start, end, "URL", 0.45, "url", "personal path")
    documented = path and (_DOCUMENTED.search(path) or _SERVED.match(host))
    if documented and _OWN_QUERY.search(path) is None:
        return Hit(start, end, "URL", 0.3, "url")
    if not path and _RESERVED.search(host):
        return Hit(start, end, "URL", 0.2, "url")
    return Hit(start, end, "URL", 0.36 if path else 0.4, "url")
