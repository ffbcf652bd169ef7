"""Tokens that must not pass, each with the reason of its refusal.

Made for a verifier of one issuer (`idp.issuer`) that takes `audience`, type `at+jwt`, RS256 (ES256
and EdDSA beside it or not), the tenant in `org_id`, the roles in `roles`, and at most a day of
lifetime; `jti` and `client_id` are required. Each token differs from a sound one in one thing only.
The ECDSA twin (r, n - s) is not here: RFC 7515 makes both valid, and the denylist is keyed by
`jti`, so that the twin gains nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from stageflow_guard.auth.secret import MAX_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stageflow_guard.testing.idp import IdentityProvider

_DAY = 86_400
_BASE64URL = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_Attack = tuple[str, str, Any]  # reason, name, what is sent


@dataclass(frozen=True, slots=True)
class AttackToken:
    """One attack: what it is, what is sent, and the `NotAuthenticated.reason` it must meet."""

    name: str
    credential: Any = field(repr=False)
    reason: str


class _Text(str):
    """Text that could bring its own equality."""

    __slots__ = ()


def attack_tokens(
    idp: IdentityProvider, *, audience: str = "pipelines", now: float | None = None
) -> tuple[AttackToken, ...]:
    """Return the catalogue, signed by `idp` for a verifier whose wall clock shows `now`.

    Names are unique; `now` is the provider's own clock when it is left out.
    """
    forger = _Forger(idp, audience, int(idp.now() if now is None else now))
    parts = (_not_tokens, _encodings, _json_tricks, _headers, _signatures, _claims)
    return tuple(
        AttackToken(name, credential, reason)
        for part in parts
        for reason, name, credential in part(forger)
    )


class _Forger:
    """Makes tokens that are sound but for what it is told to spoil."""

    def __init__(self, idp: IdentityProvider, audience: str, now: int) -> None:
        self.idp, self.now, self.audience = idp, now, audience

    def claims(self, **changes: Any) -> dict[str, Any]:
        times = {"iat": self.now, "exp": self.now + 300}
        return self.idp.claims(aud=self.audience, **{**times, **changes})

    def token(self, header: dict[str, Any] | None = None, /, **changes: Any) -> str:
        return self.idp.sign(self.idp.header(more=header), self.claims(**changes))

    def foreign(self, **changes: Any) -> str:
        """Return a token whose `aud` is another's, missing or malformed."""
        claims = {k: v for k, v in self.claims().items() if k != "aud"}
        return self.idp.sign(self.idp.header(), {**claims, **changes})

    def null(self, name: str) -> str:
        return self.idp.sign(self.idp.header(), {**self.claims(), name: None})

    def raw(self, header: bytes | None = None, payload: bytes | None = None) -> str:
        """Return a token of these very bytes, under a signature that holds."""
        head = json.dumps(self.idp.header()).encode() if header is None else header
        body = json.dumps(self.claims()).encode() if payload is None else payload
        return self.idp.sign_bytes(head, body)

    def payload(self, old: str, new: str, encoding: str = "utf-8") -> str:
        """Return a token with the payload's text changed after it was JSON."""
        return self.raw(payload=json.dumps(self.claims()).replace(old, new, 1).encode(encoding))

    def signed(self, alg: str, sign: Callable[[bytes], bytes]) -> str:
        """Return a token that claims `alg`, under the RS256 kid, signed by `sign`."""
        head = self.idp.header(more={"alg": alg})
        text = ".".join(_b64(json.dumps(part).encode()) for part in (head, self.claims()))
        return f"{text}.{_b64(sign(text.encode()))}"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _not_tokens(f: _Forger) -> Iterator[_Attack]:
    good = f.token()
    head, body, signature = good.split(".")
    yield "missing", "nothing", None
    yield "missing", "no token", ""
    for name, value in (
        ("a number", 7), ("true", True), ("a list", [good]), ("a dict", {"token": good}),
        ("bytes instead of text", good.encode()), ("a subclass of text", _Text(good)),
        ("one space", " "), ("a lone surrogate", "\ud800"), ("a null byte", "\x00"),
        ("a null byte behind a sound token", good + "\x00"), ("the word null", "null"),
        ("the scheme before a sound token", f"Bearer {good}"),
        ("a space before a sound token", f" {good}"),
        ("a line feed behind a sound token", f"{good}\n"),
        ("a second token behind a comma", f"{good},{good}"),
        ("a sound token in quotes", f'"{good}"'),
        ("a no-break space behind a sound token", f"{good}\u00a0"),
        ("fullwidth dots", good.replace(".", "\uff0e")),
        ("two segments", "a.b"), ("four segments", f"{good}.{signature}"),
        ("five segments, an encrypted token", "a.b.c.d.e"), ("only dots", ".."),
        ("no header", f".{body}.{signature}"), ("no payload", f"{head}..{signature}"),
        ("no signature, as an unsecured token has it", f"{head}.{body}."),
        ("detached payload (RFC 7515 appendix F)", f"{head}..{signature}"),
        ("JSON serialization instead of compact",
         json.dumps({"protected": head, "payload": body, "signature": signature})),
        ("exactly as long as a token may be", "x" * MAX_TOKEN),
    ):  # fmt: skip
        yield "malformed", name, value
    yield "too_large", "one character too long", "x" * (MAX_TOKEN + 1)
    yield "too_large", "a sound token grown over the limit", f.token(pad="x" * MAX_TOKEN)
    yield "too_large", "a megabyte of garbage", "x" * (1 << 20)
    yield "too_large", "a megabyte of dots", "." * (1 << 20)


def _encodings(f: _Forger) -> Iterator[_Attack]:
    good = f.token()
    head, body, signature = good.split(".")
    last = _BASE64URL.index(signature[-1])
    # 256 bytes leave four bits of the last character unused: sixteen spellings of one signature
    twin = signature[:-1] + _BASE64URL[last | 1]
    for name, value in (
        ("padding behind the signature", f"{good}=="),
        ("padding behind the header", f"{head}=.{body}.{signature}"),
        ("another spelling of the signature's last bits", f"{head}.{body}.{twin}"),
        ("a plus sign in the signature", f"{head}.{body}.+{signature[1:]}"),
        ("a slash in the signature", f"{head}.{body}./{signature[1:]}"),
        ("a line feed in the payload", f"{head}.{body[:8]}\n{body[8:]}.{signature}"),
        ("a tab in the header", f"{head[:4]}\t{head[4:]}.{body}.{signature}"),
        ("a question mark in the signature", f"{head}.{body}.{signature}?"),
        ("a header of one character", f"e.{body}.{signature}"),
        ("percent-encoding", good.replace(".", "%2E")),
    ):
        yield "malformed", name, value
    yield "bad_signature", "the signature cut short", f"{head}.{body}.{signature[:-2]}"
    yield "bad_signature", "the signature with four more bytes", f"{good[:-2]}AAAAAA"


def _json_tricks(f: _Forger) -> Iterator[_Attack]:
    head, body = json.dumps(f.idp.header()), json.dumps(f.claims())
    exp, deep = f'"exp": {f.now + 300}', "[" * 100_000
    arabic = "".join(chr(0x660 + int(digit)) for digit in str(f.now + 300))
    for name, value in (
        ("a claim given twice", f.payload('"sub": "ada"', '"sub": "eve", "sub": "ada"')),
        ("a claim given twice, once escaped", f.payload('"sub"', '"\\u0073ub": "eve", "sub"')),
        ("a claim given twice, inside", f.payload('"sub"', '"a": {"b": 1, "b": 2}, "sub"')),
        ("an expiry given twice", f.payload(exp, f'"exp": 1, {exp}')),
        ("a header member given twice", f.raw(head.replace("{", '{"alg": "none", ', 1).encode())),
        ("a kid given twice", f.raw(head.replace("{", '{"kid": "x", ', 1).encode())),
        ("a payload in UTF-16", f.raw(payload=body.encode("utf-16"))),
        ("a payload in UTF-32", f.raw(payload=body.encode("utf-32-le"))),
        ("a payload in UTF-8 with a byte order mark", f.raw(payload=body.encode("utf-8-sig"))),
        ("a header in UTF-16", f.raw(head.encode("utf-16"))),
        ("a header with a byte order mark", f.raw(head.encode("utf-8-sig"))),
        ("a payload in Latin-1", f.payload('"ada"', '"ad\u00e4"', "latin-1")),
        ("a surrogate written as UTF-8", f.raw(payload=b'{"sub": "\xed\xa0\x80"}')),
        ("a slash in overlong UTF-8", f.raw(payload=b'{"sub": "\xc0\xaf"}')),
        ("an expiry that is not a number", f.payload(exp, '"exp": NaN')),
        ("an expiry at infinity", f.payload(exp, '"exp": Infinity')),
        ("an expiry with a leading zero", f.payload('"exp": ', '"exp": 0')),
        ("an expiry with a plus sign", f.payload('"exp": ', '"exp": +')),
        ("an expiry in Arabic digits", f.payload(exp, f'"exp": {arabic}')),
        ("an expiry of five thousand digits", f.payload('"exp": ', f'"exp": {"9" * 5000}')),
        ("a trailing comma", f.raw(payload=f"{body[:-1]},}}".encode())),
        ("a comment", f.raw(payload=f"{body}//".encode())),
        ("two JSON values", f.raw(payload=f"{body}{body}".encode())),
        ("single quotes", f.raw(payload=body.replace('"', "'").encode())),
        ("a raw control character in a claim", f.payload('"ada"', '"a\x01da"')),
        ("a raw null byte behind the payload", f.raw(payload=f"{body}\0".encode())),
        ("a payload of no bytes but space", f.raw(payload=b" ")),
        ("a payload that is a list", f.raw(payload=f"[{body}]".encode())),
        ("a payload that is text", f.raw(payload=json.dumps(body).encode())),
        ("a payload that is null", f.raw(payload=b"null")),
        ("a payload of deep brackets", f.raw(payload=(b"[" * 5_000))),
        ("a header of deep brackets", f.raw(b"[" * 5_000)),
        ("a header that is a list", f.raw(b"[1]")),
        ("a header that is a number", f.raw(b"7")),
        ("a header that is text", f.raw(b'"alg"')),
        ("a header that is null", f.raw(b"null")),
        ("a header cut short", f.raw(head[:-1].encode())),
    ):
        yield "malformed", name, value
    yield "too_large", "a hundred thousand brackets", f.raw(payload=deep.encode())


def _headers(f: _Forger) -> Iterator[_Attack]:
    evil = "https://evil.example/keys"
    for name, value in (
        ("jku", evil), ("x5u", evil), ("x5c", ["MIIB"]), ("jwk", f.idp.jwks()["keys"][0]),
        ("crit", ["exp"]), ("b64", False), ("zip", "DEF"), ("enc", "A256GCM"),
    ):  # fmt: skip
        yield "header_refused", f"the header parameter {name}", f.token({name: value})
    yield "header_refused", "an empty crit", f.token({"crit": []})
    for typ in (
        "JWT", "jwt", "application/jwt", "text/at+jwt", "application/application/at+jwt", "at+jwt ",
        "application/ at+jwt", "\u0430t+jwt", "at+jwt; charset=utf-8", "dpop+jwt",
        "logout+jwt", "secevent+jwt", "token-introspection+jwt", "id+jwt", "",
    ):  # fmt: skip
        yield "wrong_type", f"a token of the type `{typ}`", f.token({"typ": typ})
    yield "wrong_type", "a token without a type", f.token({"typ": None})
    yield "wrong_type", "a type that is a number", f.token({"typ": 1})
    # no hash, no set: a header that no dictionary could look up
    yield "malformed", "a type that is a list", f.token({"typ": ["at+jwt"]})
    yield "wrong_type", "an ID token", f.token({"typ": "JWT"}, at_hash="x", nonce="n")
    kids: tuple[Any, ...] = ("", "x" * 257, "../../etc/passwd", "' OR 1=1 --", 1, ["rs256-1"], {})
    for kid in ("x", *kids):
        name = f"{kid}"[:20] if isinstance(kid, str) else f"a {type(kid).__name__}"
        yield "unknown_key", f"a kid that is `{name}`", f.token({"kid": kid})
    yield "unknown_key", "no kid", f.token({"kid": None})


def _signatures(f: _Forger) -> Iterator[_Attack]:
    rsa = f.idp.private_key("RS256")
    pem = rsa.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
    for alg in ("none", "None", "nOnE", "", "HS256", "rs256", "RS256 ", "RS1", "ES256K", "dir"):
        yield "wrong_algorithm", f"the algorithm `{alg}`", f.token({"alg": alg})
    yield "wrong_algorithm", "no algorithm", f.token({"alg": None})
    yield "wrong_algorithm", "an algorithm that is a number", f.token({"alg": 256})
    yield "malformed", "an algorithm that is a list", f.token({"alg": ["RS256"]})
    for name, alg, sign in (
        ("HS256 keyed with the public key in PEM", "HS256",
         lambda m: hmac.digest(pem, m, hashlib.sha256)),
        ("HS256 keyed with the public key set", "HS256",
         lambda m: hmac.digest(json.dumps(f.idp.jwks()).encode(), m, hashlib.sha256)),
        ("HS256 keyed with nothing", "HS256", lambda m: hmac.digest(b"", m, hashlib.sha256)),
        ("PS256 under the RS256 kid", "PS256", lambda m: rsa.sign(m, pss, hashes.SHA256())),
        ("RS512 under the RS256 kid", "RS512",
         lambda m: rsa.sign(m, padding.PKCS1v15(), hashes.SHA512())),
        ("ES256 under the RS256 kid", "ES256", lambda _: b"\1" * 64),
        ("EdDSA under the RS256 kid", "EdDSA", lambda _: b"\1" * 64),
    ):  # fmt: skip
        yield "wrong_algorithm", name, f.signed(alg, sign)
    for name, sign in (
        ("a PSS signature called RS256", lambda m: rsa.sign(m, pss, hashes.SHA256())),
        ("a signature over another hash",
         lambda m: rsa.sign(m, padding.PKCS1v15(), hashes.SHA512())),
        ("a signature of another message",
         lambda m: rsa.sign(m + b" ", padding.PKCS1v15(), hashes.SHA256())),
        ("a signature of all zeros", lambda _: bytes(256)),
        ("a signature of one byte", lambda _: b"\0"),
        ("a signature as long as a token may be", lambda _: bytes(8_000)),
    ):  # fmt: skip
        yield "bad_signature", name, f.signed("RS256", sign)
    times = {"iat": f.now, "exp": f.now + 300}
    yield "bad_signature", "a foreign key under our kid", f.idp.forge(aud=f.audience, **times)
    first, second = (f.token(sub=sub).split(".") for sub in ("ada", "eve"))
    spliced = ".".join((first[0], second[1], first[2]))
    yield "bad_signature", "the payload of one token under the signature of another", spliced


def _claims(f: _Forger) -> Iterator[_Attack]:
    yield from _who_for(f)
    yield from _when(f)
    yield from _who(f)
    yield from _rights(f)


def _who_for(f: _Forger) -> Iterator[_Attack]:
    issuer = f.idp.issuer
    for iss in (
        "https://evil.example", f"{issuer}/", issuer.swapcase(), f" {issuer}",
        f"{issuer}@evil.example", "", 7, [issuer], {"url": issuer},
    ):  # fmt: skip
        name = iss.replace(issuer, "…") if isinstance(iss, str) else type(iss).__name__
        yield "unknown_issuer", f"the issuer is `{name}`", f.token(iss=iss)
    yield "unknown_issuer", "no issuer", f.token(iss=None)
    yield "unknown_issuer", "an issuer that is null", f.null("iss")
    for other in (f"not-{f.audience}", [f"not-{f.audience}"], f"{f.audience}/", f"{f.audience} "):
        yield "wrong_audience", f"for the audience {other!r}", f.foreign(aud=other)
    for aud in ("", [], [""], [f.audience, ""], [f.audience, 7], {f.audience: 1}, 7, True):
        yield "bad_claim", f"an audience like {aud!r}", f.foreign(aud=aud)
    yield "missing_claim", "no audience", f.foreign()
    yield "bad_claim", "an audience that is null", f.null("aud")


def _when(f: _Forger) -> Iterator[_Attack]:
    now, late = f.now, f.now + 300
    for name, value in (
        ("text", str(late)), ("text with underscores", "9_999_999_999"),
        ("text in Arabic digits", "٩٩٩٩٩٩٩٩٩٩"), ("a float", late + 0.5), ("true", True),
        ("negative", -1), ("huge", 1 << 64), ("in scientific notation", 1e10), ("a list", [late]),
    ):  # fmt: skip
        yield "bad_claim", f"an expiry that is {name}", f.token(exp=value)
        yield "bad_claim", f"an issue time that is {name}", f.token(iat=value)
    for claim in ("exp", "iat", "nbf"):
        yield "bad_claim", f"{claim} is null", f.null(claim)
    yield "bad_claim", "a not-before that is text", f.token(nbf=str(now))
    yield "missing_claim", "no expiry", f.token(exp=None)
    yield "missing_claim", "no issue time", f.token(iat=None)
    yield "expired", "expired an hour ago", f.token(iat=now - 7200, exp=now - 3600)
    yield "expired", "an expiry of zero", f.token(iat=0, exp=0)
    yield "lifetime", "twenty years", f.token(exp=now + 20 * 365 * _DAY)
    yield "lifetime", "one second more than a day", f.token(exp=now + _DAY + 1)
    yield "lifetime", "over a second before it begins", f.token(iat=now, exp=now - 1)
    yield "lifetime", "over before it begins", f.token(iat=now + 10, exp=now + 5)
    yield "not_yet_valid", "from tomorrow", f.token(iat=now + _DAY, exp=now + _DAY + 60)
    yield "not_yet_valid", "not before tomorrow", f.token(nbf=now + _DAY)


def _who(f: _Forger) -> Iterator[_Attack]:
    for claim in ("sub", "org_id", "jti", "client_id"):
        yield "missing_claim", f"no {claim}", f.token(**{claim: None})
        yield "bad_claim", f"{claim} is null", f.null(claim)
    for claim in ("sub", "jti", "client_id", "sid"):
        for name, value in (
            ("empty", ""), ("a number", 7), ("too long", "x" * 513), ("a list", ["ada"]),
        ):  # fmt: skip
            yield "bad_claim", f"{claim} is {name}", f.token(**{claim: value})
    yield "malformed", "a subject with a lone surrogate", f.token(sub="\ud800")
    for tenant in (
        "acme*", "*", "../acme", "acme/globex", "acme globex", " acme", ".acme", "-acme", "",
        "acme\x00", "acme\n", "acme,globex", "\u0430cme", "a" * 129, 7, True, ["acme"],
        {"id": "acme"},
    ):  # fmt: skip
        yield "bad_claim", f"the tenant {tenant!r:.40}", f.token(org_id=tenant)
    chain: Any = None
    for depth in range(9):
        chain = {"sub": f"svc-{depth}"} if chain is None else {"sub": f"svc-{depth}", "act": chain}
    yield "bad_claim", "a chain of nine actors", f.token(act=chain)
    for name, act in (
        ("text", "svc"), ("a list", [{"sub": "svc"}]), ("without a subject", {"client_id": "a"}),
        ("with an empty subject", {"sub": ""}), ("with a number inside", {"sub": "a", "act": 1}),
    ):  # fmt: skip
        yield "bad_claim", f"an actor that is {name}", f.token(act=act)
    yield "bad_claim", "act is null", f.null("act")
    for name, cnf in (("a key's thumbprint", {"jkt": "x"}), ("a certificate", {"x5t#S256": "x"}),
                      ("nothing", {})):  # fmt: skip
        yield "bound_token", f"bound to {name}", f.token(cnf=cnf)
    yield "bound_token", "cnf is null", f.null("cnf")


def _rights(f: _Forger) -> Iterator[_Attack]:
    for name, roles in (
        ("a dict", {"agent": True}), ("a number", 7), ("true", True), ("numbers", [1]),
        ("nested", [["agent"]]), ("empty names", [""]), ("five hundred and thirteen", ["a"] * 513),
        ("a name too long", ["x" * 513]), ("an empty text", ""), ("nothing among names", [None]),
    ):  # fmt: skip
        yield "bad_claim", f"roles: {name}", f.token(roles=roles)
    yield "bad_claim", "roles is null", f.null("roles")
    yield "malformed", "a role with a lone surrogate", f.token(roles=["\udfff"])
    for name, scope in (
        ("a number", 7), ("numbers", [1]), ("a dict", {"a": 1}), ("true", True),
        ("two spaces", "a  b"), ("a space at the end", "a "), ("nested", [["a"]]),
    ):  # fmt: skip
        yield "bad_claim", f"scope: {name}", f.token(scope=scope)
    yield "bad_claim", "scope is null", f.null("scope")
    away = {k: v for k, v in f.claims(_claim_names={"roles": "src1"}).items() if k != "roles"}
    yield "overage", "roles that are elsewhere (`_claim_names`)", f.idp.sign(f.idp.header(), away)
    away = {k: v for k, v in f.claims(hasgroups=True).items() if k != "roles"}
    yield "overage", "roles that are elsewhere (`hasgroups`)", f.idp.sign(f.idp.header(), away)
