"""An exchanged token is believed no further than what was asked for."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode

import pytest

from stageflow_guard.auth.exchange import exchange
from stageflow_guard.auth.oauth import ACCESS_TOKEN, TokenResponse
from stageflow_guard.errors import NotAuthenticated

HERE = "https://orders.example"


class Provider:
    """A provider that answers as it likes: what is tested is what is believed of it."""

    client_id = "app"

    def __init__(self, **answer):
        self.answer = answer

    def grant(self, _kind, **_form):
        return TokenResponse(**{"issued_type": ACCESS_TOKEN, **self.answer})


def jwt(**claims):
    """Return a JWT with claims of our own; its signature is for the audience to check."""
    said = {"sub": "ada", "aud": HERE, "exp": int(time.time()) + 600, **claims}
    parts = ({"alg": "RS256", "typ": "at+jwt"}, {k: v for k, v in said.items() if v is not None})
    return ".".join(
        [urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts] + ["c2ln"]
    )


def ask(token, **answer):
    return exchange(
        Provider(access_token=token, **answer), "inbound", audience=HERE, scopes={"a", "b"},
        held={"a", "b", "c"}, subject="ada",
    )  # fmt: skip


WRONG = {
    "another audience": ({"aud": "https://other.example"}, "not_exchanged"),
    "one audience more": ({"aud": [HERE, "https://other.example"]}, "not_exchanged"),
    "another subject": ({"sub": "eve"}, "identity_changed"),
    "more scopes": ({"scope": "a b admin"}, "scope_widened"),
    "more scopes by scp": ({"scp": ["a", "c"]}, "scope_widened"),
    "a scope beside scp": ({"scope": "a", "scp": "admin"}, "scope_widened"),
    "over": ({"exp": int(time.time()) - 1}, "not_exchanged"),
    "never over": ({"exp": None}, "not_exchanged"),
    "over at a text": ({"exp": "tomorrow"}, "not_exchanged"),
    "over at no number": ({"exp": float("nan")}, "malformed"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_token_that_says_more_than_was_asked_is_refused(what):
    """What the JWT itself says counts, whatever the answer around it says."""
    claims, reason = WRONG[what]
    with pytest.raises(NotAuthenticated) as caught:
        ask(jwt(**claims), scope="a b", lifetime=300)
    assert caught.value.reason in (reason, "not_exchanged")


def test_a_token_wider_than_the_answer_says_is_refused():
    """An answer that says `a` around a token that says `a b` is no narrow token."""
    with pytest.raises(NotAuthenticated) as caught:
        ask(jwt(scope="a b"), scope="a")
    assert caught.value.reason == "scope_widened"


def test_the_shorter_of_two_lifetimes_counts():
    """`expires_in` cannot make a token live longer than its own `exp`, nor the other way."""
    now = time.time()
    short = ask(jwt(exp=int(now) + 30, scope="a"), scope="a", lifetime=3600)
    assert now + 25 < short.expires_at <= now + 31 and short.scopes == {"a"}
    assert ask(jwt(), lifetime=20).expires_at <= time.time() + 20


def test_an_opaque_token_is_what_the_answer_says():
    """Nothing can be read of it, so the answer is all there is."""
    found = ask("opaque", scope="a", lifetime=60)
    assert found.scopes == {"a"} and found.actors == ("app",)
