"""What verification costs: `python bench/tokens.py`. CPU microseconds, medians of one run.

Ratios compare with the raw signature check of `cryptography` and with `jwt.decode`, interleaved in
the same run, so that the machine's noise meets all of them.
"""

from __future__ import annotations

import asyncio
import statistics
import time

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from stageflow_guard.auth.issuer import IssuerPolicy
from stageflow_guard.auth.jws import split
from stageflow_guard.auth.pyjwt import admit_set
from stageflow_guard.auth.verifier import TokenVerifier
from stageflow_guard.errors import NotAuthenticated
from stageflow_guard.testing import IdentityProvider

ROUNDS, BATCH = 60, 20
BARS = {"RS256": 1.8, "ES256": 1.5, "EdDSA": 1.3}


class Keys:
    """Keys in memory: the bench measures no fetch."""

    epoch = 0

    def __init__(self, raw: bytes) -> None:
        self.keys = admit_set(raw)

    async def key(self, kid: str):
        return self.keys[kid]


def raw_check(alg, key, message, signature):
    """The bare signature check, as a function of nothing."""
    if alg == "RS256":
        return lambda: key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    if alg == "ES256":
        r, s = (int.from_bytes(signature[i : i + 32], "big") for i in (0, 32))
        der = encode_dss_signature(r, s)
        return lambda: key.verify(der, message, ec.ECDSA(hashes.SHA256()))
    return lambda: key.verify(signature, message)


def drive(coroutine):
    """Run a coroutine that never waits, without a loop's overhead."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("it waited")


def timed(fn):
    """CPU microseconds of one call, over a batch."""
    began = time.process_time_ns()
    for _ in range(BATCH):
        fn()
    return (time.process_time_ns() - began) / BATCH / 1000


def main():
    """Print the table."""
    import json

    idp = IdentityProvider()
    keys = Keys(json.dumps(idp.jwks()).encode())
    policy = IssuerPolicy(
        issuer=idp.issuer, audiences=frozenset({"pipelines"}), algorithms=frozenset(BARS),
        tenant_claim="org_id", roles_claim="roles",
    )  # fmt: skip
    verifier = TokenVerifier([(policy, keys)])
    print("what | us | x raw | bar | x jwt.decode | bar")
    for alg, bar in BARS.items():
        token = idp.mint(alg=alg, sub="ada", roles=["agent"], ttl=3600)
        _, message, _, signature = split(token)
        key = keys.keys[idp.kid(alg)].material

        def cold(token=token):
            verifier._cache.clear()
            drive(verifier.authenticate(token))

        def decode(token=token, key=key, alg=alg):
            jwt.decode(token, key, algorithms=[alg], audience="pipelines", issuer=idp.issuer)

        calls = (raw_check(alg, key, message, signature), cold, decode)
        rounds = [[timed(fn) for fn in calls] for _ in range(ROUNDS)]
        raw, ours, theirs = (statistics.median(r[i] for r in rounds) for i in range(3))
        limit = "<= 0.4" if alg == "RS256" else ""
        print(
            f"cold {alg} | {ours:.1f} | {ours / raw:.2f} | <= {bar} | {ours / theirs:.2f} | {limit}"
        )
    token = idp.mint(sub="ada", roles=["agent"], ttl=3600)
    drive(verifier.authenticate(token))
    hit = statistics.median(
        timed(lambda: drive(verifier.authenticate(token))) for _ in range(ROUNDS * 20)
    )
    print(f"cached hit | {hit:.2f} | | <= 3 us | |")
    garbage = "x" * 2**20

    def refused():
        try:
            drive(verifier.authenticate(garbage))
        except NotAuthenticated:
            return

    cost = statistics.median(timed(refused) for _ in range(ROUNDS))
    print(f"1 MB of garbage | {cost:.1f} | | < 100 us | |")
    asyncio.run(asyncio.sleep(0))


if __name__ == "__main__":
    main()
