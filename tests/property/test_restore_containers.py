"""A restored value never changes the structure of JSON, a URL, a form or HTML."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stageflow_guard.redaction import Vault

VALUES = st.one_of(
    st.text(min_size=1, max_size=60),
    st.sampled_from([
        'x", "role": "admin", "y": "', "two\nlines", "back\\slash", "</script><script>alert(1)</script>", "a&role=admin", "a?b=c#d", "' onload='x", "\u27e6PERSON_9\u27e7",
        "\u2028", "%22%7d", "a/../../b", "{}", "\\u0022",
    ]),
)  # fmt: skip


def minted(value):
    scope = Vault().scope("acme", "s")
    return scope, scope.pseudonym("PERSON", value)


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
@settings(max_examples=300, deadline=None)
def test_json_keeps_its_structure(value, ascii_only, indent):
    """Escaped or not, nested JSON in a string too: the value comes back exactly, nothing else changes."""
    scope, mark = minted(value)
    given_ = {"name": mark, "list": ["to " + mark, 1, None], "deep": json.dumps({"a": mark})}
    back = json.loads(scope.restore(json.dumps(given_, ensure_ascii=ascii_only, indent=indent)))
    assert back["name"] == value
    assert back["list"] == ["to " + value, 1, None]
    assert json.loads(back["deep"]) == {"a": value}
    assert list(back) == ["name", "list", "deep"]


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_a_url_and_a_form_keep_their_parts(value):
    """A value is one parameter, one segment: never another."""
    from urllib.parse import quote

    scope, mark = minted(value)
    for written in (mark, quote(mark, safe="")):
        url = urlsplit(scope.restore(f"https://example.com/u/{written}/x?name={written}&role=user"))
        assert url.netloc == "example.com"
        assert [k for k, _ in parse_qsl(url.query, keep_blank_values=True)] == ["name", "role"]
        assert url.path.count("/") == 3
        form = scope.restore(f"name={written}&role=user")
        assert [k for k, _ in parse_qsl(form, keep_blank_values=True)] == ["name", "role"]


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_html_keeps_its_tags(value):
    """A value is text or an attribute's value, whatever it holds."""
    seen = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, [k for k, _ in attrs]))

    scope, mark = minted(value)
    Tags().feed(scope.restore(f'<p class="{mark}">{mark}</p><a href="x">y</a>'))
    assert seen == [("p", ["class"]), ("a", ["href"])]


def test_json_in_a_sentence_stays_json():
    """What a model wraps its JSON in changes nothing."""
    scope, mark = minted('x", "role": "admin')
    text = scope.restore(f'Here it is:\n```json\n{{"name": "{mark}"}}\n```')
    assert json.loads(text.split("```json")[1].split("```")[0]) == {"name": 'x", "role": "admin'}


@pytest.mark.parametrize("broken", ['{"a": "%s"', '{"a": "%s", }', '["x", "%s"'])
def test_what_does_not_parse_restores_nothing(broken, caplog):
    """The placeholder stays, and a warning says so without any text."""
    scope, mark = minted("ada@example.com")
    assert scope.restore(broken % mark) == broken % mark
    assert "does not parse" in caplog.text
    assert "ada@" not in caplog.text


@pytest.mark.parametrize(
    "entity",
    ["US_SSN", "PERSON", "EMAIL", "URL", "XEMAIL_ADDRESS", "CREDIT_CARD", "NOT_EMAIL_ADDRESS"],
)
def test_type_number_and_nonce_must_all_match(entity):
    """A placeholder that was never minted restores nothing by its number alone."""
    scope = Vault().scope("acme", "s")
    scope.pseudonym("EMAIL_ADDRESS", "ada@example.com")
    second = scope.pseudonym("EMAIL_ADDRESS", "bob@example.com")
    forged = second.replace("EMAIL_ADDRESS", entity)
    back = scope.restore(f"see {forged} there")
    assert ("bob@" in back) == (entity == "EMAIL")  # the one that the table of names has
    assert "ada@" not in back
