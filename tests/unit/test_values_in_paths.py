"""Mail and IP addresses that are a part of a URL's path, of a file's or a host's name."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("see http://crm.example/api/v1/lookup/ada.byron@exam.com/view?tab=2", "ada.byron@exam.com"), ("GET /v2/users/ada.l@exam.com/orders HTTP/1.1", "ada.l@exam.com"),
        ("http://crm.example/api/v1/lookup/49.61.238.81/view?tab=2", "49.61.238.81"), ("copy-of-28.68.136.211.pdf", "28.68.136.211"), ("backup.154.174.236.189.txt", "154.174.236.189"),
    ],
)  # fmt: skip
def test_a_step_of_a_path_or_a_part_of_a_name_is_found(text, value):
    """A mail address wherever it stands; an IP address of which two numbers are more than versions have."""
    assert value in "".join(found(text))


@pytest.mark.parametrize(
    "text",
    ["https://dl.example.com/chrome/120.0.60.71/x.zip", "https://cdn.jsdelivr.net/npm/vue@2.6.14/dist", "lib-1.26.4.1.tar.gz", "git clone https://git@github.com/acme/shop.git", "1.49.61.238.81.2"],
)  # fmt: skip
def test_versions_and_logins_of_a_url_are_none(text):
    """A package's version, an account of a service, six numbers."""
    assert not any("@" in value and "git" not in value for value in found(text))
    assert not any(value[0].isdigit() for value in found(text))
