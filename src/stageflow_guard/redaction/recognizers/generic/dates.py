"""Dates as people write them. Data."""

from __future__ import annotations

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
# any of these, to be read without case
DATE = (
    r"(?:[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}[/.-][0-9]{1,2}[/.-][0-9]{1,2}"
    rf"|[0-9]{{1,2}}[ -]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{{0,6}}[ -]?(?:[0-9]{{4}}|[0-9]{{2}}(?![0-9]))"
    rf"|(?:[0-9]{{1,2}}(?:st|nd|rd|th)?[ ])?{MONTH}[ ](?:[0-9]{{1,2}}(?:st|nd|rd|th)?,?[ ])?[0-9]{{4}})"
)
