"""The version on record, and where the pages for people are, in one place."""

VERSION = "0.1.0"
SITE = "https://stageflow-guard.readthedocs.io/en/latest"


def page(name: str) -> str:
    """Return the address of a page, such as `how-to/lost-log`: a wheel holds no docs."""
    return f"{SITE}/{name}.html"
