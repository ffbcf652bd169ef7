"""Keys, tokens and passwords: personal data's sibling. Pure.

Anchored by the issuers' prefixes, or by the name that a secret is assigned to. A placeholder, a
reference to a variable and a function call are no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, positions, present
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.generic import secret_values as values
from stageflow_guard.redaction.recognizers.generic.chosen_passwords import chosen, passphrase
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import Index, Match, long_words, lowered
from stageflow_guard.redaction.recognizers.repeats import SURE, is_looked_for, starts

_PREFIXED = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA)[0-9A-Z]{16}(?![0-9A-Z])"
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|gl(?:pat|rt|dt|ft|soat|cbt|ptt|agent|imt|oas)-(?:[A-Za-z0-9_-]{20,100}|(?=[A-Za-z]{0,12}[0-9])[A-Za-z0-9_-]{16,19})(?:\.[A-Za-z0-9_-]{2,20}){0,2}"
    r"|xox[abeoprs]-(?=[A-Za-z]{0,13}[0-9])[0-9A-Za-z]{1,14}-[A-Za-z0-9-]{8,250}|xapp-[0-9]-[A-Za-z0-9-]{10,250}"
    r"|(?:sk|pk|rk)[-_](?!ecdsa-|ssh-)(?:(?:live|test|proj|ant|svcacct|admin|or)[-_])?(?:[a-z0-9]{2,10}-)?[A-Za-z0-9_-]{16,250}"
    r"|AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,300}|GOCSPX-[0-9A-Za-z_-]{20,60}"
    r"|SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,80}|npm_(?=[A-Za-z]{0,20}[0-9])[A-Za-z0-9]{28,40}|pypi-[A-Za-z0-9_-]{50,250}"
    r"|hf_[A-Za-z0-9]{30,50}|dop_v1_[a-f0-9]{64}|shpat_[a-fA-F0-9]{32}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,50}"
    r"|SK[0-9a-f]{32}|key-[0-9a-f]{32}|whsec_[A-Za-z0-9]{20,64}|vault:v[0-9]:[A-Za-z0-9+/=]{20,200}|hvs\.[A-Za-z0-9_-]{20,200}"
    r"|AGE-SECRET-KEY-1[0-9A-Z]{58}|xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}|r8_[A-Za-z0-9]{37}|dapi[0-9a-f]{32}(?:-[0-9])?|shp(?:ss|ca|pa|tka)_[a-fA-F0-9]{32}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}|pul-[a-f0-9]{40}|NR(?:AK|JS|RA|II)-[A-Za-z0-9]{19,42}|LTAI[A-Za-z0-9]{12,24}|ATATT3[A-Za-z0-9_=-]{40,250}|ATCTT3[A-Za-z0-9_=-]{40,250}|ATBB[A-Za-z0-9]{24,40}"
    r"|figd_[A-Za-z0-9_-]{30,60}|ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43}|sntr[yu]s_[A-Za-z0-9_=+/-]{40,250}|dop_v1_[a-f0-9]{64}|doo_v1_[a-f0-9]{64}|rubygems_[a-f0-9]{48}|EAA[A-Za-z0-9]{60,250}|rdme_[a-z0-9]{70}|tfp_[A-Za-z0-9_=.-]{40,80}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|eyJrIjoi[A-Za-z0-9=]{40,400}|dckr_pat_[A-Za-z0-9_-]{20,60}|hvb\.[A-Za-z0-9_-]{80,300}|AccountKey=[A-Za-z0-9+/]{40,120}={0,2}|sk_[a-z]+_[A-Za-z0-9]{20,120}|pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_=.-]{32,64}|phc_[A-Za-z0-9]{30,60}|FLWSECK[A-Za-z0-9_-]{16,60}|live_[a-f0-9]{32,64}|key-[0-9a-f]{32}|AIza[0-9A-Za-z_-]{35}|gsk_[A-Za-z0-9]{48,60}|lin_(?:api|oauth)_[A-Za-z0-9]{40,64}|[spt]k\.eyJ[A-Za-z0-9_-]{20,400}\.[A-Za-z0-9_-]{20,60}|v1\.0-[a-f0-9]{24}-[a-f0-9]{100,160}"
    # what a scanner of a forge knows by its beginning
    r"|sq[pua]_[a-f0-9]{40}|pat[A-Za-z0-9]{14}\.[a-f0-9]{64}|dp\.(?:pt|ct|st(?:\.[a-z0-9_-]{2,35})?|sa|scim|audit)\.[A-Za-z0-9]{40,44}|sl\.(?:u\.)?[A-Za-z0-9_-]{100,1400}|(?:FlyV1[ ])?fm[12][ar]?_[A-Za-z0-9+/=,_]{40,2000}|dt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}|(?:duffel|shippo)_(?:test|live)_[A-Za-z0-9_-]{40,43}|EZ[AT]K[a-zA-Z0-9]{54}"
    r"|FLWPUBK_TEST-[a-h0-9]{32}-X|fio-u-[A-Za-z0-9_=-]{64}|glc_eyJ[A-Za-z0-9+/=]{30,400}|pat-(?:na|eu)[0-9]-[a-f0-9-]{36}|api_org_[A-Za-z]{34}|ico-[A-Za-z0-9]{32}|CLOJARS_[a-z0-9]{60}|do[or]_v1_[a-f0-9]{64}|nfp_[A-Za-z0-9]{36,60}|oy2[a-z0-9]{43}|API-[A-Z0-9]{26}|pnu_[a-z0-9]{36}"
    r"|sntrys_eyJ[A-Za-z0-9+/=_]{40,400}|sm_(?:aat|pat|sat)_[A-Za-z0-9]{16}|sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}|EAAA[A-Za-z0-9+/=_-]{60}|sbp_[a-f0-9]{40}|sb_(?:secret|publishable)_[A-Za-z0-9_-]{20,60}|tskey-[a-z]{3,10}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}|t1\.[A-Z0-9a-z_-]{80,300}={0,2}\.[A-Za-z0-9_-]{80,90}={0,2}|AQVN[A-Za-z0-9_-]{35,38}|pplx-[A-Za-z0-9]{40,60}|xai-[A-Za-z0-9]{60,90}|lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"
    r"|pcsk_[A-Za-z0-9_]{40,90}|rnd_[A-Za-z0-9]{24,40}|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,28}|ph[xs]_[A-Za-z0-9]{30,60}|hca[a-z]{2}_[a-z0-9]{58}|bkua_[a-f0-9]{40}|CCIPAT_[A-Za-z0-9]{16,30}_[a-f0-9]{40}|AKCp[A-Za-z0-9]{50,90}|cmVmd[A-Za-z0-9]{50,70}|HRKU-[A-Za-z0-9_-]{36,64}|ops_eyJ[A-Za-z0-9+/=_-]{200,900}|AVNS_[A-Za-z0-9_-]{16,30}|napi_[a-z0-9]{60,70}|CFPAT-[A-Za-z0-9_-]{40,50}|access-(?:sandbox|production)-[a-f0-9-]{36}|access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}"
    r"|A21AA[A-Za-z0-9_-]{80,120}|rzp_(?:live|test)_[A-Za-z0-9]{14,24}|(?:live|test)_[A-Za-z0-9]{30}(?![A-Za-z0-9])|AAAAAAAAAAAAAAAAAAAAA[A-Za-z0-9%]{60,120}|ATTA[a-f0-9]{60,80}|mlsn\.[a-f0-9]{64}|KEY0[A-F0-9]{30,34}_[A-Za-z0-9]{20,24}|hvb\.AAAAA[A-Za-z0-9_-]{80,300}|nvapi-[A-Za-z0-9_-]{50,80}|tvly-[A-Za-z0-9-]{28,50}|apify_api_[A-Za-z0-9]{34,40}|cio_[A-Za-z0-9]{30,40}|ctx7sk-[a-f0-9-]{36}|vcp_[A-Za-z0-9]{40,60}|PMAT-[A-Z0-9]{26}|shpit_[a-fA-F0-9]{32}|figu_[A-Za-z0-9_-]{30,60}|FLWSECK_TEST-[A-Za-z0-9-]{16,60}|p8e-[a-z0-9]{32}|eu01xx[a-f0-9A-Z]{32}NRAL|whk_[A-Za-z0-9]{24,48}|pck_[A-Za-z0-9]{40,60}|tok_live_[A-Za-z0-9]{20,48}|aio_[A-Za-z0-9]{28}(?![A-Za-z0-9])|jfrt_[A-Za-z0-9]{40,90}|gloas-[a-f0-9]{64}|dckr_oat_[A-Za-z0-9_-]{20,60}"
    r")"
)
# what each of them begins with, in small letters
_ISSUED = Heads((
    "akia", "asia", "agpa", "aida", "aroa", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "glrt-", "gldt-", "glft-", "glsoat-", "glcbt-",
    "glptt-", "glagent-", "glimt-", "gloas-", "xox", "xapp-", "sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "aiza", "ya29.", "gocspx-", "sg.", "npm_", "pypi-",
    "hf_", "dop_v1_", "shp", "sq0", "sk0", "sk1", "sk2", "sk3", "sk4", "sk5", "sk6", "sk7", "sk8", "sk9", "ska", "skb", "skc", "skd", "ske", "skf", "key-", "whsec_", "vault:v", "hvs.", "hvb.",
    "age-secret-key-1", "xkeysib-", "r8_", "dapi", "pmak-", "pul-", "nrak-", "nrjs-", "nrra-", "nrii-", "ltai", "atatt3", "atctt3", "atbb", "figd_", "ntn_",
    "secret_", "sntrys_", "sntryu_", "doo_v1_", "rubygems_", "eaa", "rdme_", "tfp_", "glsa_", "eyjrijoi", "dckr_pat_", "accountkey=", "pscale_", "phc_",
    "flwseck", "live_", "test_", "gsk_", "lin_api_", "lin_oauth_", "sk.eyj", "pk.eyj", "tk.eyj", "v1.0-", "sqp_", "squ_", "sqa_", "pat", "dp.", "sl.", "flyv1 ", "fm1", "fm2", "dt0", "duffel_", "shippo_", "ezak", "eztk",
    "flwpubk_test-", "fio-u-", "glc_", "api_org_", "ico-", "clojars_", "dor_v1_", "nfp_", "oy2", "api-", "pnu_", "sm_aat_", "sm_pat_", "sm_sat_", "sgp_",
    "sbp_", "sb_secret_", "sb_publishable_", "tskey-", "t1.", "aqvn", "pplx-", "xai-", "lsv2_", "pcsk_", "rnd_", "re_", "phx_", "phs_", "hca", "bkua_",
    "ccipat_", "akcp", "cmvmd", "hrku-", "ops_eyj", "avns_", "napi_", "cfpat-", "access-sandbox-", "access-production-", "access_token$", "a21aa", "rzp_",
    "aaaaaaaaaaaaaaaaaaaaa", "atta", "mlsn.", "key0", "nvapi-", "tvly-", "apify_api_", "cio_", "ctx7sk-", "vcp_", "pmat-", "figu_", "p8e-", "eu01xx", "whk_",
    "pck_", "tok_live_", "jfrt_", "aio_", "dckr_oat_",
))  # fmt: skip
# keys whose known part stands behind others
# keys whose beginning tells them where a word touches it, too: `userAKIA…`
_TELLING = ("ghp_", "gho_", "ghs_", "AKIA", "ASIA", "glpat-", "AIza", "sk_live_")
_TOUCHED = re.compile(
    r"(?<=[A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36}|(?<![A-Z0-9])A[KS]IA[0-9A-Z]{16}(?![0-9A-Z])|glpat-[A-Za-z0-9_-]{20}|AIza[0-9A-Za-z_-]{35}|sk_live_[A-Za-z0-9]{16,99})"
)
_WITHIN = re.compile(
    r"(?<![A-Za-z0-9])(?:[a-zA-Z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}|[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)(?![A-Za-z0-9])"
)
_JWT = re.compile(
    r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{4,8192}(?:\.[A-Za-z0-9_-]{0,2048})?"
)
_PRIVATE = re.compile(
    r"-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\:,.]{0,16384}(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|$)"
)
# what a telephone reads to join a network: WIFI:T:WPA;S:name;P:password;;
_JOINS = re.compile(r"WIFI:(?:[THSR]:(?:\\.|[^;\n\\]){0,63};){0,4}P:((?:\\.|[^;\n\\]){1,63});")
# a password's hash as systems keep it (crypt's modular form)
_HASHED = re.compile(
    r"(?<![\w$])\$(?:1|2[abxy]?|5|6|7|y|apr1|argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha[0-9]{1,3})?|sha1|md5)\$[A-Za-z0-9./=,+-]{1,60}\$[A-Za-z0-9./=,+$-]{16,250}"
)
# forms whose secret is what stands behind a known address or flag
_BEHIND = re.compile(
    r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9/_-]{20,160})|discord(?:app)?\.com/api/webhooks/([0-9]{15,22}/[A-Za-z0-9_-]{40,100})"
    r"|webhook\.office\.com/webhookb2/([A-Za-z0-9@/_-]{40,250})|api\.telegram\.org/bot([0-9]{6,12}:[A-Za-z0-9_-]{30,50})"
    r"|(?<![A-Za-z0-9])(?:bot)?([0-9]{8,10}:AA[A-Za-z0-9_-]{32,34})(?![A-Za-z0-9_-])"
)
# a registry's line in an .npmrc: its name alone says what stands behind it
_REGISTRY = re.compile(
    r"(?<![\w:])//[\w.-]{1,120}(?::[0-9]{1,5})?/[\w./~-]{0,120}:_(?:authToken|auth|password)[ ]?=[ ]?[\"']?([^\s\"'$⟦⟧\x1e][^\s\"'⟦⟧\x1e]{2,512})"
)
# 32 digits and the data centre of a mailing service; a bot's number, the time and a signature
_DRAWN = re.compile(
    r"(?<![A-Za-z0-9_-])(?:[0-9a-f]{32}-us[0-9]{1,2}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}|[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38})(?![A-Za-z0-9_-])"
)
# 64 bytes in base64 beside the service whose keys they are; a digest in a lock file has its name before it
_CLOUD_KEY = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])")
_CLOUD = re.compile(r"azure|\.core\.windows\.net|cosmos")
_CLOUD_WITHIN = 200  # characters on either side
_URL_PASSWORD = re.compile(
    r"(?<=://)([^\s:/@\"'<>]{0,64}):([^\s/\"'<>${}⟦⟧\x1e]{1,128})@(?=[\w\[.-])"
)
# the rest of a password with `@` and `/` in it: another `@`, with a host and a port or a path behind
# (what stands before the `/` looks like no host: it has neither a dot nor a port)
_SLASHED = re.compile(
    r"@[^\s@/.:\"'<>${}⟦⟧\x1e]{0,40}/[^\s@\"'<>${}⟦⟧\x1e]{0,64}(?=@[\w\[.-]{1,80}:[0-9]{1,5}(?![0-9]))"
)

# a password with a `/` before its `@`: what stands behind the user's `:` is no port and no path's host
_URL_SLASHED = re.compile(
    r"(?<=://)([^\s:/@\"'<>]{0,64}):((?!(?:[0-9]{0,5}|port|latest)/)[^\s/@\"'<>${}⟦⟧\x1e]{0,64}/[^\s@\"'<>${}⟦⟧\x1e]{0,64})@(?!sha[0-9])(?=[a-z][\w.-]{0,80}(?::[0-9]{1,5})?(?:[/?\"'\s,;)]|$)|[0-9]{1,3}\.[0-9]{1,3}\.[0-9])"
)


def _slashed(text: str, at: int) -> str:
    """Return what of a password stands behind its first `@`, or nothing."""
    rest = _SLASHED.match(text, at)
    return "" if rest is None or "://" in rest[0] else rest[0]


_BEARER = re.compile(
    r"(?i)(?<![a-z])(?:bearer|basic|token|ssws)[ ]([A-Za-z0-9._~+/-]{20,4096}={0,2})(?![\w])"
)
_BEARER_HEADS = Heads(("bearer ", "basic ", "token ", "ssws "))
# names of secrets in code, beside those of the countries' files
NAMES = (
    "pass", "passwort", "pgpassword", "mysql pwd", "redis password", "secret access key", "aws secret access key", "secret token", "secretkey", "clientsecret", "api secret key",
    "apikey", "apitoken", "apisecret", "accesskey", "accesstoken", "authtoken", "authkey", "refreshtoken", "privatekey", "consumer secret", "consumer key", "app secret",
    "application key", "application secret", "signature", "sig", "sharedaccesskey", "shared access signature", "sas token", "connection key", "storage key", "account key", "identified by",
    "x api key", "x auth token", "x access token", "php session id", "phpsessid", "jsessionid", "sid", "csrf token", "xsrf token", "id token", "jwt secret", "hmac key",
    "license key", "encryption secret", "db pass", "dbpass", "dbpassword", "userpass", "user pass", "root password", "admin password", "smtp pass", "deploy key", "deploy token", "bot token",
    "personal access token", "token secret", "oauth token", "salt", "pepper", "recovery code", "backup code", "unlock code", "seed phrase", "mnemonic",
    "psk", "wpa psk", "wpa passphrase", "wifi key", "aes key", "des key", "cipher key", "storepass", "keypass", "subscription key", "snmp community", "requirepass", "masterauth", "rpc secret", "webhook key",
    "authorization", "proxy authorization", "auth", "creds", "pw",
)  # fmt: skip
_INDEX = Index({
    "secret": [*(p for c in COUNTRIES for p in c.fields.get("SECRET", "").split("|")), *NAMES]
})  # fmt: skip
_SHORT = frozenset({"otp", "one time code", "confirmation code", "access code", "auth code", "2fa code", "mfa code", "sms code", "cvv", "cvv2", "cvc", "pin", "pin code", "pincode", "security code", "verification code", "login code", "one time password", "geheimzahl", "pin nummer",
                    "验证码", "暗証番号", "認証コード", "確認コード", "인증번호", "رمز التحقق", "code secret", "code confidentiel", "zugangscode"})  # fmt: skip
_HEX_ONLY = frozenset({"sig", "signature", "sid", "salt", "pass", "secret", "token", "credentials", "credential", "session id", "pepper", "sessionid", "access key", "master key", "service key", "app key", "application key", "consumer key", "license key", "authorization", "proxy authorization", "auth", "creds", "pw"})  # fmt: skip
_PROSE = frozenset({"token", "tokens", "secret", "credential", "credentials", "pass", "signature", "sig", "sid", "salt", "pepper", "clave", "session id", "sessionid", "login code", "schlüssel geheim",
                    "geheim", "geheimnis", "private key", "access key", "api key", "mnemonic", "segredo", "hemlighet", "losung", "jeton", "authorization", "auth", "creds", "รหัส", "암호", "code secret"})  # fmt: skip


# `mi clave es …`: whose it is tells a secret from a word of prose
_WHOSE = re.compile(
    r"(?<![^\W_])(?:my|your|his|her|our|their|mi|tu|su|mon|ton|son|votre|notre|mein|dein|ihr|unser|mio|mia|tuo|tua|suo|sua|mijn|jouw|je|uw|minha|meu|tua|sua|seu)[ ](?:[^\W\d_]{2,8}[ ])?$"
)


def issued(text: str) -> Iterator[Hit]:
    """Yield keys by their issuer's prefix."""
    reached = 0
    for at in _ISSUED.places(lowered(text)):
        match = _PREFIXED.match(text, at) if at >= reached else None
        if match is None:
            continue
        reached, body = match.end(), match[0]
        if values.filler(body):
            continue
        if (
            any(c.isdigit() for c in body)
            or body[:3] in ("ghp", "xox")
            or not body[:2].islower()
            or (len(body) >= _LONG_KEY and values.mixed(body.rpartition("_")[2]))
        ):
            yield Hit(*match.span(), "SECRET", 0.95, "issued key")
    if present(text, _TELLING):
        for match in _TOUCHED.finditer(text):
            if not values.filler(match[0]):
                yield Hit(*match.span(), "SECRET", 0.9, "issued key")
    if "atlasv1" in text or "_mmk" in text:
        for match in _WITHIN.finditer(text):
            yield Hit(*match.span(), "SECRET", 0.95, "issued key")


_HOOKS = ("hooks.slack", "discord", "webhook.office", "telegram")


def shaped(text: str) -> Iterator[Hit]:
    """Yield web tokens, private keys and passwords in connection strings."""
    if "eyJ" in text:
        for match in _JWT.finditer(text):
            yield Hit(*match.span(), "SECRET", 0.95, "web token")
    if "-----BEGIN" in text:
        for match in _PRIVATE.finditer(text):
            yield Hit(*match.span(), "SECRET", 0.99, "private key")
    if "://" in text and "@" in text:
        yield from _in_urls(text)
    if "WIFI:" in text:
        for match in _JOINS.finditer(text):
            yield Hit(*match.span(1), "SECRET", 0.8, "network's code")
    if "$" in text:
        for match in _HASHED.finditer(text):
            yield Hit(*match.span(), "SECRET", 0.8, "hash of a password")
    yield from _by_form(text)
    yield from _beside_its_service(text)
    if ":AA" in text or ("/" in text and present(text, _HOOKS)):
        for match in _BEHIND.finditer(text):
            yield Hit(_scheme(text, match.start()), match.end(), "SECRET", 0.9, "webhook")


def _scheme(text: str, at: int) -> int:
    """Return where the address begins whose host stands at `at`."""
    before = next((s for s in ("https://", "http://") if text.endswith(s, 0, at)), "")
    return at - len(before)


_SHORTEST_DRAWN = 36  # characters
_LONG_KEY = (
    30  # characters from which on letters alone are drawn, where capitals change with small ones
)


def _drawn(key: str) -> bool:
    """Say whether a key is hexadecimal, or ends as what a machine drew: a path of modules does not."""
    last = key.rpartition(".")[2]
    return "." not in key or (
        any(map(str.isdigit, last)) and any(map(str.islower, last)) and any(map(str.isupper, last))
    )


def _by_form(text: str) -> Iterator[Hit]:
    """Yield keys whose form has no prefix, and what a registry's line holds."""
    if "/:_" in text:
        for match in _REGISTRY.finditer(text):
            if not values.placeholder(match[1]):
                yield Hit(*match.span(1), "SECRET", 0.7, "registry's line", "label secret")
    for at, word in long_words(text):
        if len(word) >= _SHORTEST_DRAWN and ("-" in word or "." in word):
            for match in _DRAWN.finditer(text, at, at + len(word)):
                if _drawn(match[0]):
                    yield Hit(*match.span(), "SECRET", 0.8, "issued key")


def _beside_its_service(text: str) -> Iterator[Hit]:
    """Yield keys of 64 bytes near the name of the cloud that they open; a public key is said to be one."""
    for at, word in long_words(text) if "==" in text else ():
        match = (
            _CLOUD_KEY.search(text, at, at + len(word)) if len(word) >= _CLOUD_KEY_SIZE else None
        )
        if match is None:
            continue
        near = lowered(text)[max(0, at - _CLOUD_WITHIN) : match.end() + _CLOUD_WITHIN]
        if _CLOUD.search(near) is not None and "public" not in near:
            yield Hit(*match.span(), "SECRET", 0.6, "key of a cloud")


_CLOUD_KEY_SIZE = 88


def _in_urls(text: str) -> Iterator[Hit]:
    for match in _URL_PASSWORD.finditer(text):
        found = match[2].rpartition("@")[0] or match[2] if "://" in match[2] else match[2]
        found += _slashed(text, match.end() - 1)
        if not values.placeholder(found) and found not in ("password", "pass", "x-oauth-basic"):
            yield Hit(
                match.start(2), match.start(2) + len(found), "SECRET", 0.7, "connection string"
            )
    for match in _URL_SLASHED.finditer(text):
        if not values.placeholder(match[2]):
            yield Hit(*match.span(2), "SECRET", 0.7, "connection string")


def assigned(text: str) -> Iterator[Hit]:
    """Yield what is assigned to the name of a secret, to where its syntax ends it."""
    lower = lowered(text)
    for at in _BEARER_HEADS.places(lower):
        bearer = _BEARER.match(text, at)
        if bearer is not None and any(c.isdigit() for c in bearer[1]):
            yield Hit(*bearer.span(1), "SECRET", 0.8, "bearer token")
    names, crowds = _few(text, [m for m in _INDEX.find(text) if not _ends_a_code(text, m)])
    yield from crowds
    glued, crowds = _few(text, list(_glued(lower)))
    yield from crowds
    found = [hit for m in names if (hit := _assigned(text, lower, m)) is not None]
    if ":" in text:
        found += [hit for m in names for hit in _below(text, lower, m)]
    found += [
        hit for m in glued if (hit := _assigned(text, lower, m)) is not None and hit.score >= 0.5
    ]
    keys, crowds = _few(text, list(_keys(text, lower)))
    yield from crowds
    found += [hit for m in keys if (hit := _key(text, m)) is not None]
    yield from found
    read: dict[str, int] = {}  # up to where each value was looked for
    for hit in sorted(found):
        yield from _again(text, hit, read)


_CODE_BEFORE = re.compile(r"(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])[A-Za-z]*[0-9][A-Za-z]+[0-9]$")
_LONGEST_CODE = 24


def _ends_a_code(text: str, name: Match) -> bool:
    """Say whether a name is the end of a drawn value in quotes: `"Zx9kLmq2pw", "value": …`."""
    if (
        text[name.end : name.end + 1] not in ('"', "'")
        or not text[name.start - 1 : name.start].isdigit()
    ):
        return False
    low = max(0, name.start - _LONGEST_CODE)
    token = re.split(r"[^A-Za-z0-9]", text[low : name.start])[-1]
    return _CODE_BEFORE.match(token) is not None


_CROWD = 24  # names in one word
_WORD_END = re.compile(r"[\s\"'`⟦⟧\x1e]")


def _few(text: str, names: list[Match]) -> tuple[list[Match], list[Hit]]:
    """Return the names to read values for, and the words that hold too many of them.

    The value of each is looked for up to the word's end, so that a word of nothing but names would
    be read once for each. No text that people have is such a word: it is covered whole.
    """
    few: list[Match] = []
    crowds: list[Hit] = []
    begin = end = held = 0
    for name in sorted(names):
        if name.start >= end:
            border = _WORD_END.search(text, name.end)
            end = len(text) if border is None else border.start()
            begin, end, held = name.start, min(end, name.start + values.MOST), 0
        held += 1
        if held <= _CROWD:
            few.append(name)
        elif held == _CROWD + 1:
            crowds.append(Hit(begin, end, "SECRET", 0.4, "a crowd of names", "label secret"))
    return few, crowds


_ENDINGS = ("token", "secret", "passw", "pwd", "key", "passphrase", "credential")
_ENDING = re.compile(
    r"(?:(?:api|access|auth|secret|private|signing|encryption|master|session|refresh|client|webhook|service|deploy|account|shared)?"
    r"(?:token|secret|password|passwd|passwort|pwd|passphrase|credentials?)|(?:api|access|auth|secret|private|signing|encryption|master|session|service|deploy|account|shared)key)(?![a-z])"
)


def _glued(lower: str) -> Iterator[Match]:
    """Yield the names of secrets that another word is glued to: `dbpassword`, `XAuthKey`."""
    reached = 0
    for at in positions(lower, _ENDINGS) if present(lower, _ENDINGS) else ():
        begin = at
        while begin > reached and at - begin < 40 and lower[begin - 1].isalpha():
            begin -= 1
        for start in range(max(begin + 1, at - 10), at + 1):
            match = _ENDING.match(lower, start)
            if match is not None and match.end() > at:
                reached = match.end()
                yield Match(start, match.end(), "secret")
                break


# `x_key` is a secret when its value is drawn at random; these say that it is none all the same
_KEY_OF = re.compile(
    r"(?:public|pub|primary|foreign|cache|caching|partition|sort|hash|object|idempotency|dedup|unique|index|natural|composite|candidate|routing|shard|lookup|translation|message|msg|event|schema|sequence|bucket|issue|project|row|map|group|"
    r"host|known|ssh|kms|etag|content|file|asset|image|build|commit|job|task|queue|topic|trace|request|correlation|storage|blob|s|data|metadata|config|checksum|digest|fingerprint|version|entity|record|document|doc|node|item|dict)(?:[_-]?s)?$"
)
_PART = re.compile(r"[A-Za-z0-9]{2,24}$")


def _keys(text: str, lower: str) -> Iterator[Match]:
    """Yield where a name ends in `_key`, `-key` or `Key` that is not known to be a lookup's."""
    for at in positions(lower, ("key",)):
        before = text[at - 1 : at]
        camel = before.islower() and text[at] == "K"
        if not (camel or before in ("_", "-")) or text[at + 3 : at + 4].isalnum():
            continue
        part = _PART.search(lower, max(0, at - 25), at if camel else at - 1)
        if part is None or (camel and len(part[0]) < 3):
            continue  # no service is called by two letters that touch
        if _KEY_OF.search(part[0]) is None:
            yield Match(at, at + 3, "secret")


def _key(text: str, match: Match) -> Hit | None:
    found = values.after(text, match.start, match.end, spoken=False)
    if found is None or found.spoken or not values.random_key(text[found.start : found.end]):
        return None
    return Hit(found.start, found.end, "SECRET", 0.5, "assigned key", "label secret")


_PHRASES = frozenset(
    {"passphrase", "pass phrase", "seed phrase", "recovery phrase", "mnemonic", "wallet seed"}
)
_WORDS_OF_A_PHRASE = 2  # spaces
_GOES_ON = re.compile(r"\n[ \t]{1,12}[A-Za-z0-9+/=_-]{12,200}(?=[ \t]*(?:\n|$))")


def _score(text: str, name: str, match: Match, found: values.Value, value: str) -> float:
    """Return how sure it is that `value`, which stands behind `name`, is a secret; 0 for what is none."""
    score = values.worth(value, quoted=found.quoted, spoken=found.spoken)
    if name in _PHRASES and found.quoted and value.count(" ") >= _WORDS_OF_A_PHRASE:
        score = max(score, 0.5)
    if found.quoted and passphrase(name, text[match.end : found.start], value):
        score = max(score, 0.42)
    if " " in value and value[-1:] in ("?", "…", ":"):
        return 0.0  # what a form asks
    if _is_a_way_in(name, value):
        return 0.0
    if (
        name in _HEX_ONLY
        and (not any(c.isdigit() for c in value) or len(value) < 8)
        and not values.crossed(value)
    ):
        score = min(score, 0.3)
    if score < 0.4 and found.quoted and values.in_json(text, match.start, found):
        score = 0.4
    return score


def _assigned(text: str, lower: str, match: Match) -> Hit | None:
    name = re.sub(r"[\s_.-]+", " ", lower[match.start : match.end])
    if text[match.end : match.end + 4].lower().startswith(values.SUFFIXES):
        return None
    if lower[max(0, match.start - 7) : match.start].rstrip("_-. ").endswith("public"):
        return None
    word = chosen(text, name, match.start, match.end)
    if word is not None:
        return Hit(word.start, word.end, "SECRET", 0.45, "chosen password", "label secret")
    whose = name in _PROSE and _WHOSE.search(lower, max(0, match.start - 16), match.start)
    found = values.after(text, match.start, match.end, spoken=bool(whose) or name not in _PROSE)
    if found is None:
        return None
    value = text[found.start : found.end]
    if found.quoted and value[:1] == "{":
        value = value[1:-1].replace("}}", "")  # a doubled brace is a brace, and no end of a part
    if name in _SHORT:
        if not (value.isdigit() and 3 <= len(value) <= 8):
            return None
        return Hit(found.start, found.end, "SECRET", 0.6, "assigned secret", "label secret")
    score = _score(text, name, match, found, value)
    if score <= 0:
        return None
    more = None if found.quoted or score < 0.6 else _GOES_ON.match(text, found.end)
    end = found.end if more is None or not values.random_key(value) else more.end()
    return Hit(found.start, end, "SECRET", score, "assigned secret", "label secret")


def _is_a_way_in(name: str, value: str) -> bool:
    """Say whether `value` is how one signs in: `auth: aws.auth#sigv4`."""
    return name == "auth" and len(value) < 16 and ":" not in value


def _below(text: str, lower: str, match: Match) -> Iterator[Hit]:
    """Yield what stands below the name in YAML or JSON: it speaks for everything under it."""
    name = re.sub(r"[\s_.-]+", " ", lower[match.start : match.end])
    if name in _SHORT:
        return
    given = text[match.end : match.end + 1]
    if given not in (":", '"', "'"):
        return
    inside = values.within(text, match.end) if given == '"' else ()
    for value in (*values.under(text, match.start, match.end), *inside):
        inner = text[value.start : value.end]
        if name in _HEX_ONLY and (
            len(inner) < 8 or " " in inner or not any(map(str.isdigit, inner))
        ):
            continue  # `pass` and `token` are names of much else
        if _is_a_way_in(name, inner) and ("#" in inner or not any(map(str.isdigit, inner))):
            continue
        score = values.worth(inner, quoted=True, spoken=False)
        if values.short(inner):
            score = max(score, 0.4)
        if score > 0:
            yield Hit(value.start, value.end, "SECRET", score, "assigned below", "label secret")


# a stream keeps as much on both sides; of a document of JSON it keeps more
_NEAR, _NEAR_IN_JSON = 240, 480


def _again(text: str, hit: Hit, read: dict[str, int]) -> Iterator[Hit]:
    """Yield the same value nearby: what was told once is a secret there, too."""
    value = text[hit.start : hit.end]
    if hit.score < SURE or not is_looked_for(value):
        return
    document = text[:1] in ("{", "[") and text[hit.start - 1 : hit.start] == '"'
    before = _NEAR_IN_JSON if document else _NEAR
    low, high = max(0, hit.start - before, read.get(value, 0)), min(len(text), hit.end + _NEAR)
    read[value] = max(low, high - len(value) + 1)
    for at in starts(text, value, low, high):
        end = at + len(value)
        far = hit.start - at > _NEAR and (text[at - 1 : at] != '"' or text[end : end + 1] != '"')
        if at != hit.start and not far:
            yield Hit(at, end, "SECRET", hit.score, "the same secret", "label secret")
