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
