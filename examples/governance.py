"""The four governance pipelines: authenticated, multi-tenant, guardrail, audited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from support import Answer, SendReply, pipeline

from stageflow_guard import Guard, GuardError, Settings, current_principal
from stageflow_guard.testing import IdentityProvider

ISSUER = "https://id.example"
GUARD_TOML = """\
[auth]
[[auth.issuers]]
issuer = "{issuer}"
audiences = ["pipelines"]
algorithms = ["RS256"]
jwks_file = "jwks.json"
tenant_claim = "org_id"
roles_claim = "roles"

[policy]
path = "policies"

[redaction]
on_finding = "{on_finding}"

[audit]
path = "audit"
origin = "example.com/pipelines"
key_file = "audit.key"
[[audit.sinks]]
kind = "sqlite"
path = "audit.db"
"""


FIXED_RUNS = 8  # beside one for each conversation


@dataclass
class Row:
    """One attempt and how it ended."""

    part: str
    case: str
    caller: str
    outcome: str
    detail: str
    ref: str = ""
    findings: dict[str, int] = field(default_factory=dict)
    ms: float = 0.0
    said: tuple[str, str, str] | None = None  # what was written, what the model read, what was sent


async def run_all(
    folder: Path, conversations: list[dict[str, str]], *, progress: Callable[[], None] | None = None
) -> list[Row]:
    """Run the four pipelines in `folder`, which holds `policies/`. Returns what happened."""
    idp = IdentityProvider(ISSUER)
    idp.write_jwks(folder / "jwks.json")
    (folder / "guard.toml").write_text(GUARD_TOML.format(issuer=ISSUER, on_finding="redact"))
    (folder / "guard-block.toml").write_text(GUARD_TOML.format(issuer=ISSUER, on_finding="block"))
    rows: list[Row] = []
    answer, send = Answer(), SendReply()

    async def attempt(
        guard: Guard, part: str, case: str, caller: str, token: str, text: str, **options: Any
    ) -> None:
        session = options.pop("session", None)
        built = pipeline(answer=answer, send=send, **options)
        guarded = guard.mount(built, name="support")
        row, began = Row(part, case, caller, "allowed", ""), perf_counter()
        try:
            async with guard.session(token):
                results = await guarded.run(input_text=text, session_id=session)
            row.detail = f"{len(results)} stages ran"
            row.said = (text, answer.seen[-1], send.outbox[-1])
        except GuardError as error:
            row.outcome, row.detail, row.ref = "refused", error.message, error.ref or ""
        row.ms = 1000 * (perf_counter() - began)
        rows.append(row)
        if progress is not None:
            progress()

    def token(user: str, tenant: str, role: str, **more: Any) -> str:
        return idp.mint(sub=user, tenant=tenant, roles=[role], aud="pipelines", **more)

    guard = Guard.from_settings(Settings.load(folder / "guard.toml"))
    async with guard:
        # 1 · authenticated
        hello = "Where is my order?"
        part = "authenticated"
        await attempt(
            guard, part, "valid token", "ada@acme", token("ada", "acme", "supervisor"), hello
        )
        await attempt(
            guard,
            part,
            "expired token",
            "ada@acme",
            token("ada", "acme", "supervisor", ttl=-3600),
            hello,
        )
        await attempt(
            guard, part, "forged signature", "ada@acme", idp.forge(sub="ada", tenant="acme"), hello
        )
        await attempt(
            guard, part, "wrong audience", "ada@acme",
            idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="billing"), hello,
        )  # fmt: skip

        # 2 · multi-tenant
        part = "multi-tenant"
        await attempt(guard, part, "tenant acme", "bob@acme", token("bob", "acme", "agent"), hello)
        await attempt(
            guard, part, "tenant globex", "eve@globex", token("eve", "globex", "agent"), hello
        )
        await attempt(
            guard, part, "role may not escalate", "bob@acme", token("bob", "acme", "agent"), hello,
            escalate=True,
        )  # fmt: skip
        rows.append(await cross_tenant(guard, token("bob", "acme", "agent")))

        # 3 · guardrail
        for entry in conversations:
            user, role = (
                ("ada", "supervisor") if entry["tenant"] == "acme" else ("dan", "supervisor")
            )
            await attempt(
                guard, "guardrail", "conversation",
                f"{user}@{entry['tenant']}", token(user, entry["tenant"], role), entry["text"],
            )  # fmt: skip
    blocking = Guard.from_settings(Settings.load(folder / "guard-block.toml"))
    async with blocking:
        await attempt(
            blocking, "guardrail", "blocked input", "carol@acme",
            token("carol", "acme", "analyst"), "My SSN is 536-90-4399.",
        )  # fmt: skip
    return rows


async def cross_tenant(guard: Guard, token: str) -> Row:
    """Try to read another tenant's ticket from inside a session."""
    row = Row("multi-tenant", "read globex's ticket", "bob@acme", "allowed", "")
    began = perf_counter()
    async with guard.session(token):
        try:
            await guard.authorize(kind="data", obj="ticket/7", act="read", owner="globex")
        except GuardError as error:
            row.outcome, row.detail, row.ref = "refused", error.message, error.ref or ""
    row.ms = 1000 * (perf_counter() - began)
    assert current_principal() is None
    return row
