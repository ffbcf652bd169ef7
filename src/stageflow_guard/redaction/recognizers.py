"""What presidio's own patterns miss: as data, so that the one presidio file stays small."""

from __future__ import annotations

# (entity, name, regex, score, context words)
PATTERNS: tuple[tuple[str, str, str, float, tuple[str, ...]], ...] = (
    ("SECRET", "aws access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", 0.95, ()),
    ("SECRET", "github token", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b", 0.95, ()),
    ("SECRET", "slack token", r"\bxox[abposr]-[A-Za-z0-9-]{10,200}", 0.95, ()),
    ("SECRET", "jwt", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", 0.95, ()),
    (
        "SECRET",
        "provider key",
        r"\b(?:sk|pk|rk)[-_](?:[a-z]{2,10}[-_])?[A-Za-z0-9_-]{16,200}",
        0.9,
        (),
    ),
    (
        "SECRET",
        "assigned secret",
        # the value alone: what it is called may be read
        r"(?<=(?i:pass(?:word|wd)?|pwd|secret|token|api[_-]?key)[\"']?\s{0,3}[:=]\s{0,3}[\"']?)[^\s\"',;()<>{}$⟦⟧]{6,200}(?![\w(])",
        0.6,
        (),
    ),
    (
        "SECRET",
        "private key",
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,10000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?",
        0.99,
        (),
    ),
    ("US_SSN", "ssn, any area", r"\b\d{3}-\d{2}-\d{4}\b", 0.5, ("ssn", "social", "security")),
    (
        "US_SSN",
        "labelled ssn",
        r"(?i:(?<=ssn )|(?<=ssn: )|(?<=ssn is )|(?<=ssn #))\d{3}[ .-]?\d{2}[ .-]?\d{4}\b",
        0.85,
        (),
    ),
    (
        "PHONE_NUMBER",
        "north american",
        r"(?<![\w.-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,5})?\b",
        0.6,
        (),
    ),
    ("PHONE_NUMBER", "international", r"(?<![\w])\+\d{1,3}(?:[ .()-]{0,2}\d){7,12}\b", 0.6, ()),
    (
        "CREDIT_CARD",
        "labelled card",
        r"(?i:(?<=card )|(?<=card: )|(?<=card number )|(?<=card number is ))\d(?:[ -]?\d){11,18}\b",
        0.8,
        (),
    ),
)
