"""Signatures against C2SP/wycheproof's JSON web signature vectors: parsing, key admission, verification."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stageflow_guard.auth.pyjwt import admit_set
from stageflow_guard.auth.strict import split
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
# a sound JWS, and refused all the same: what we verify is an access token
STRICTER = {
    **dict.fromkeys((259, 264, 268, 272, 320, 325), "an empty payload holds no claims"),
    **dict.fromkeys((347, 351), "the key names `ES521`, which RFC 7518 does not register"),
}


def verdict(jwk, jws):
    """Accept or refuse as the verifier does, without claims: the vectors' payloads have none."""
    public = {k: v for k, v in jwk.items() if k not in {"d", "p", "q", "dp", "dq", "qi"}}
    public.setdefault("kid", "only")
    try:
        key = admit_set(json.dumps({"keys": [public]}).encode())[public["kid"]]
        header, signing_input, _, signature = split(jws)
        if header.get("alg") not in key.algorithms or "crit" in header:
            return "invalid"
        return "valid" if key.verifies(header["alg"], signing_input, signature) else "invalid"
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
    """401 vectors: what is invalid is refused; what is valid is accepted, but for what an access token is not."""
    if not cases():
        pytest.skip("the wycheproof vectors are not beside this checkout")
    wrong, symmetric, stricter, right = [], 0, 0, 0
    for group, case in cases():
        number = case["tcId"]
        expected = OVERRIDES.get(number, (case["result"],))[0]
        jwk = group.get("public") or group["private"]
        got = verdict(jwk, case["jws"])
        if jwk.get("kty") == "oct":
            symmetric += 1
            assert got == "invalid", number  # a shared secret is no key of ours, whatever it signs
        elif number in STRICTER:
            stricter += 1
            assert (expected, got) == ("valid", "invalid"), number
        elif got == expected:
            right += 1
        else:
            wrong.append((number, group.get("comment"), case["comment"], expected, got))
    assert wrong == []
    assert stricter == len(STRICTER)
    assert right + symmetric + stricter == 401
    assert right > 300
