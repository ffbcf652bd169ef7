"""Keys, tokens and passwords: personal data's sibling. Pure.

Anchored by the issuers' prefixes, or by the name that a secret is assigned to. A placeholder, a
reference to a variable and a function call are no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import folded, positions, present
from stageflow_guard.redaction.recognizers.hit import Hit

_PREFIXED = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA)[0-9A-Z]{16}(?![0-9A-Za-z])"
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_-]{20,100}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-[0-9]-[A-Za-z0-9-]{10,250}"
    r"|(?:sk|pk|rk)[-_](?:(?:live|test|proj|ant|svcacct|admin|or)[-_])?(?:[a-z0-9]{2,10}-)?[A-Za-z0-9_-]{16,250}"
    r"|AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,300}|GOCSPX-[0-9A-Za-z_-]{20,60}"
    r"|SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,80}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,250}"
    r"|hf_[A-Za-z0-9]{30,50}|dop_v1_[a-f0-9]{64}|shpat_[a-fA-F0-9]{32}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,50}"
    r"|SK[0-9a-f]{32}|key-[0-9a-f]{32}|whsec_[A-Za-z0-9]{20,64}|vault:v[0-9]:[A-Za-z0-9+/=]{20,200}|hvs\.[A-Za-z0-9_-]{20,200}"
    r"|AGE-SECRET-KEY-1[0-9A-Z]{58}|xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}|r8_[A-Za-z0-9]{37}|gsk_[A-Za-z0-9]{48,60}|lin_api_[A-Za-z0-9]{40}"
    r")"
)
_PREFIXES = (
    "AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat",
    "glpat", "xox", "xapp", "sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "AIza", "ya29", "GOCSPX",
    "SG.", "npm_", "pypi-", "hf_", "dop_v1", "shpat", "sq0", "SK", "key-", "whsec", "vault:",
    "hvs.", "AGE-S", "xkeysib", "r8_", "gsk_", "lin_api",
)  # fmt: skip
_JWT = re.compile(
    r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{4,8192}(?:\.[A-Za-z0-9_-]{0,2048})?"
)
_PRIVATE = re.compile(
    r"-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\:,.]{0,16384}(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|$)"
)
_URL_PASSWORD = re.compile(r"(?<=://)[^\s:/@\"'<>]{0,64}:([^\s/@\"'<>${}]{1,128})@")
_BEARER = re.compile(
    r"(?i)(?<![a-z])(?:bearer|basic|token)[ ]([A-Za-z0-9._~+/-]{20,4096}={0,2})(?![\w])"
)
_NAME = (
    r"(?:pass(?:word|wd|phrase|code)?|pwd|db_?pass|secret(?:[_-]?(?:access[_-]?)?key)?|client[_-]?secret|api[_-]?(?:key|token|secret)"
    r"|access[_-]?(?:key|token)|auth[_-]?(?:key|token)|refresh[_-]?token|private[_-]?key|encryption[_-]?key|signing[_-]?key|account[_-]?key|sharedaccesskey|token|credentials?|identified by|otp|cvv2?|cvc|pin(?:[ _-]?code)?)"
)
_ASSIGNED = re.compile(
    rf"(?i)(?<![a-z]){_NAME}[\"'`\])]{{0,2}}\s{{0,3}}(?::=|=>|:|=|(?<=[a-z0-9])\s(?:is|was|of)\s|(?<=identified by)\s)\s{{0,3}}(?:(?:is|bearer|basic)\s)?([\"'`]?)([^\s\"'`,;()<>{{}}⟦⟧]{{3,256}})(?![\w(\[])"
)
_HEADS = (
    "pass", "pwd", "db", "secret", "client", "api", "access", "auth", "refresh", "private",
    "encryption", "signing", "account", "sharedaccess", "token", "credential", "identified by", "otp", "cvv", "cvc",
    "pin",
)  # fmt: skip
_PLACEHOLDER = re.compile(
    r"(?i)^(?:[*.xX_•-]+|\$.*|%.*%|.*\.\.\.|none|null|nil|true|false|undefined|required|optional|string|str|int|bool|bytes|self|this|env|os|example"
    r"|change-?me|changeit|redacted|masked|hidden|your[-_].*|my[-_].*|todo|tbd|n/a|yes|no|on|off|empty|invalid|expired|missing|valid|correct|incorrect|wrong|rejected|unknown|not|the|a|an|to|for|in|is|was|has|been|must|should|cannot|will)$"
)
_NAME_LIKE = re.compile(r"^[A-Za-z]?[a-z]+(?:[A-Z][a-z]+)*$")
_SHORT = re.compile(r"(?i)^(?:otp|cvv2?|cvc|pin(?:[ _-]?code)?)")


def issued(text: str) -> Iterator[Hit]:
    """Yield keys by their issuer's prefix."""
    if present(text, _PREFIXES):
        for match in _PREFIXED.finditer(text):
            body = match[0]
            if (
                any(c.isdigit() for c in body)
                or body[:3] in ("ghp", "xox")
                or not body[:2].islower()
            ):
                yield Hit(*match.span(), "SECRET", 0.95, "issued key")


def shaped(text: str) -> Iterator[Hit]:
    """Yield web tokens, private keys and passwords in connection strings."""
    if "eyJ" in text:
        for match in _JWT.finditer(text):
            yield Hit(*match.span(), "SECRET", 0.95, "web token")
    if "-----BEGIN" in text:
        for match in _PRIVATE.finditer(text):
            yield Hit(*match.span(), "SECRET", 0.99, "private key")
    if "://" in text and "@" in text:
        for match in _URL_PASSWORD.finditer(text):
            if not _PLACEHOLDER.match(match[1]) and match[1] not in (
                "password",
                "pass",
                "x-oauth-basic",
            ):
                yield Hit(*match.span(1), "SECRET", 0.7, "connection string")


def assigned(text: str) -> Iterator[Hit]:
    """Yield what is assigned to the name of a secret; the name itself may be read."""
    lower = folded(text)
    if not present(lower, _HEADS) and "basic" not in lower and "bearer" not in lower:
        return
    for at in positions(lower, ("bearer ", "basic ", "token ")):
        match = _BEARER.match(text, at)
        if match is not None and any(c.isdigit() for c in match[1]):
            yield Hit(*match.span(1), "SECRET", 0.8, "bearer token")
    reached = 0
    for at in positions(lower, _HEADS):
        match = _ASSIGNED.match(text, at) if at >= reached else None
        if match is None:
            continue
        reached = match.end()
        value = match[2].rstrip(".!?:")
        score = _worth(match[0], value, quoted=bool(match[1]))
        if score:
            yield Hit(
                match.start(2),
                match.start(2) + len(value),
                "SECRET",
                score,
                "assigned secret",
                "label secret",
            )


def _worth(name: str, value: str, *, quoted: bool) -> float:
    if _PLACEHOLDER.match(value):
        return 0.0
    if _SHORT.match(name):
        return 0.6 if value.isdigit() and 3 <= len(value) <= 8 else 0.0
    if len(value) < 6:
        return 0.0
    kinds = (
        any(c.islower() for c in value) + any(c.isupper() for c in value) + any(c.isdigit() for c in value)
        + any(not c.isalnum() for c in value)
    )  # fmt: skip
    code = not quoted and re.search(
        r"[a-z_]\.[a-z_]|->|::|^[A-Z][A-Z0-9_]*$|^[a-z]+(?:_[a-z]+)*$|^/|^\.|^[A-Z][a-z]+(?:[A-Z][a-z]+)*$",
        value,
    )
    if code or (value.isdigit() and len(value) < 8):
        return 0.2
    digits = any(c.isdigit() for c in value)
    if _NAME_LIKE.match(value):
        return 0.3
    if kinds >= 3 or (digits and kinds >= 2):
        return 0.65
    return 0.4 if quoted and kinds >= 2 else 0.3
