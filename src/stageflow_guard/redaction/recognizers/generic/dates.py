"""Dates as people write them. Data."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.countries import COUNTRIES

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
# any of these, to be read without case
DATE = (
    r"(?:[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}"
    rf"|[0-9]{{1,2}}[ -]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{{0,6}}[ -]?(?:[0-9]{{4}}|[0-9]{{2}}(?![0-9]))"
    rf"|(?:[0-9]{{1,2}}(?:st|nd|rd|th)?[ ])?{MONTH}[ ](?:[0-9]{{1,2}}(?:st|nd|rd|th)?,?[ ])?[0-9]{{4}})"
)
_MONTHS = "|".join(
    sorted({m for c in COUNTRIES for m in c.months.split("|") if m}, key=len, reverse=True)
)
# the same in every language that has its months here, and as Chinese, Japanese and Korean write it
ANY_DATE = re.compile(
    rf"(?:{DATE}|[0-9]{{1,2}}(?:\.|º|er|ª|ste|de)?[ ]?(?:de[ ]|d'|da[ ])?(?:{_MONTHS})\.?,?[ ]?(?:de[ ]|del[ ])?(?:[0-9]{{4}}|[0-9]{{2}}(?![0-9]))"
    rf"|[0-9]{{4}}[ ]?[年년][ ]?[0-9]{{1,2}}[ ]?[月월][ ]?[0-9]{{1,2}}[ ]?[日일]?|[0-9]{{1,4}}[./-][ ][0-9]{{1,2}}[./-][ ][0-9]{{1,4}}\.?|(?:19|20)[0-9]{{6}}|[0-9]{{1,2}} [0-9]{{1,2}} (?:19|20)[0-9]{{2}})(?![0-9])",
    re.IGNORECASE,
)
