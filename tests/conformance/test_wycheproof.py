"""Signatures against C2SP/wycheproof's JSON web signature vectors: parsing, key admission, verification."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stageflow_guard.auth.claims import _REFUSED_HEADERS
from stageflow_guard.auth.jws import parse_object, split, unbase64
from stageflow_guard.auth.pyjwt import Key, admit_secret, admit_set
from stageflow_guard.errors import ConfigError, NotAuthenticated

FILE = Path(__file__).parents[3] / "shared/vectors/wycheproof/json_web_signature_test.json"
# defective as labelled, one by one
OVERRIDES = {
    367: ("valid", "byte-identical to the valid tc357"),
    370: ("valid", "byte-identical to the valid tc357"),
    372: ("invalid", "contains `?`, which base64url does not"),
    373: ("invalid", "contains `?`, which base64url does not"),
    346: ("invalid", "PS384 under a key that names PS256"),
    350: ("invalid", "PS384 under a key that names PS256"),
}


def shared(secret, algorithm):
    """Admit a secret; one of the vectors' is all zeros, which only its MAC may be."""
    try:
        return admit_secret(secret, algorithm)
    except ConfigError as exc:
        if "known sample" not in exc.message:
            raise
        return Key("", frozenset({algorithm}), secret)


def verdict(jwk, jws):
    """Accept or refuse as the verifier does, up to the claims: the vectors' payloads have none."""
    try:
        header, signing_input, _, signature = split(jws)
        if jwk.get("kty") == "oct":
            key = shared(unbase64(jwk["k"]), jwk.get("alg", header.get("alg")))
        else:
            public = {k: v for k, v in jwk.items() if k not in {"d", "p", "q", "dp", "dq", "qi"}}
            public.setdefault("kid", "only")
            key = admit_set(json.dumps({"keys": [public]}).encode())[public["kid"]]
        if not _REFUSED_HEADERS.isdisjoint(header):
            return "invalid"
        return "valid" if key.verifies(header.get("alg"), signing_input, signature) else "invalid"
    except (ConfigError, NotAuthenticated):
        return "invalid"


def cases():
    if not FILE.is_file():
        return []
    return [
        (group, case)
        for group in json.loads(FILE.read_text())["testGroups"]
        for case in group["tests"]
    ]


def test_every_vector_is_decided_right():
    """401 vectors: 395 as they are labelled, six that are defective as labelled with their reason."""
    if not cases():
        pytest.skip("the wycheproof vectors are not beside this checkout")
    wrong, right = [], 0
    for group, case in cases():
        number = case["tcId"]
        expected = OVERRIDES.get(number, (case["result"],))[0]
        got = verdict(group.get("public") or group["private"], case["jws"])
        if got == expected:
            right += number not in OVERRIDES
        else:
            wrong.append((number, group.get("comment"), case["comment"], expected, got))
    assert wrong == []
    assert right == 395


def test_a_sound_signature_over_nothing_is_no_token():
    """An empty payload is a valid JWS and holds no claims: the verifier refuses it all the same."""
    with pytest.raises(NotAuthenticated):
        parse_object(b"")
