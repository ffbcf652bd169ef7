"""One pydantic model: `guard.toml`. An unknown key is an error that names it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from stageflow_guard.base.first_fault import first_fault
from stageflow_guard.base.missing import NO_SETTINGS, no_such
from stageflow_guard.errors import ConfigError
from stageflow_guard.settings.sinks import SinkSettings


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class ClientSettings(_Strict):
    """`[auth.issuers.client]`: who this application is to the provider."""

    client_id: str = Field(min_length=1)
    client_secret_file: str | None = None
    client_secret_env: str | None = None
    auth_method: Literal["client_secret_basic", "client_secret_post", "none"] | None = None

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if self.client_secret_file is not None and self.client_secret_env is not None:
            raise ValueError("give `client_secret_file` or `client_secret_env`, not both")
        return self


class MachineSettings(_Strict):
    """`machine = { claim = "gty", value = "client-credentials" }`: which tokens are a client's.

    `value` is one value or a list; without it the claim has to be there. `missing` names a claim
    that users' tokens alone carry. `scopes` are what such a token carries where it names none.
    """

    claim: str | list[str] | None = None
    value: str | int | bool | list[str | int | bool] | None = None
    missing: str | None = Field(default=None, min_length=1)
    scopes: list[str] = []

    @model_validator(mode="after")
    def _one_sign(self) -> Self:
        if (self.claim is None) == (self.missing is None):
            raise ValueError("give `claim` (and `value`), or `missing`")
        if self.missing is not None and self.value is not None:
            raise ValueError("`value` goes with `claim`")
        return self


class HttpSettings(_Strict):
    """`[http]`: how providers and intakes are reached, where their own block says nothing else."""

    ca_file: str | None = None  # PEM, trusted beside the public authorities
    proxy: str | None = None


class IssuerSettings(_Strict):
    """`[[auth.issuers]]`. With neither `jwks_url` nor `jwks_file`, discovery finds the keys.

    An issuer that shares a secret (`algorithms = ["HS256"]`) names where it is instead.
    """

    issuer: str = Field(min_length=1)
    audiences: list[str] = Field(min_length=1)
    algorithms: list[str] = Field(min_length=1)
    jwks_url: str | None = None
    jwks_file: str | None = None
    secret_env: str | None = None
    secret_file: str | None = None
    tenant_claim: str | list[str] = "tenant"
    tenant: str | None = None
    tenants: dict[str, str] | None = None
    roles_claim: str | list[str] | None = None
    scope_claim: str = "scope"
    token_types: list[str] = ["at+jwt"]
    required_claims: list[str] = ["jti", "client_id"]
    require_claims: dict[str, JsonValue] | None = None
    client_id_claims: list[str] = ["client_id"]
    audience_claims: list[str] = Field(default=["aud"], min_length=1)
    subject_claim: str | list[str] = "sub"
    machine: MachineSettings | None = None
    numeric_claims: list[str] = []
    numeric_dates: Literal["integer", "fraction"] = "integer"
    issued_at: Literal["required", "optional"] = "required"
    overage_claims: list[str] = ["hasgroups"]
    max_lifetime: int = 86_400
    leeway: int = 30
    subject_prefix: str = ""
    subject_kind: Literal["user", "svc", "agent"] | None = None
    host_user_claim: str | list[str] | None = None
    host_org_claim: str | list[str] | None = None
    token_endpoint: str | None = None
    introspection_endpoint: str | None = None
    client: ClientSettings | None = None
    ca_file: str | None = None
    proxy: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        given = [
            n for n in ("jwks_url", "jwks_file", "secret_env", "secret_file") if getattr(self, n)
        ]
        if len(given) > 1:
            raise ValueError(f"give `{given[0]}` or `{given[1]}`, not both")
        shared = any(name.startswith("HS") for name in self.algorithms)
        if shared != any(name.startswith("secret") for name in given):
            raise ValueError("HS256 and its kin, and only they, need `secret_env` or `secret_file`")
        if self.issuer.count("{tenantid}") > 1 or ("{" in self.issuer.replace("{tenantid}", "", 1)):
            raise ValueError("a template holds `{tenantid}` once, and no other brace")
        if "{tenantid}" in self.issuer and not self.tenants:
            raise ValueError("a template needs `tenants`: the directories, and whose they are")
        if self.client is None and (self.token_endpoint or self.introspection_endpoint):
            raise ValueError("an endpoint needs `client`, the application's own credentials")
        return self


class ScopeSettings(_Strict):
    """`[auth.scope_map."a.scope"]`: what a token that carries the scope may do at most."""

    kinds: list[str] = Field(min_length=1)
    acts: list[str] = Field(min_length=1)


class DenylistSettings(_Strict):
    """`[auth.denylist]`: where revocations are kept and shared."""

    kind: Literal["sqlite", "redis"]
    path: str | None = None
    url_env: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.kind == "sqlite") != (self.path is not None) or (self.kind == "redis") != (
            self.url_env is not None
        ):
            raise ValueError("`sqlite` takes `path`; `redis` takes `url_env`, a variable's name")
        return self


class AuthSettings(_Strict):
    """`[auth]`."""

    token_key: str = Field(default="auth_token", min_length=1)
    issuers: list[IssuerSettings] = Field(min_length=1)
    scope_map: dict[str, ScopeSettings] | None = None
    denylist: DenylistSettings | None = None


class PolicySettings(_Strict):
    """`[policy]`."""

    path: str = "policies"
    shadow: str | None = None  # a second set, asked and recorded where it differs, never obeyed
    watch: float = Field(default=2.0, ge=0.0, le=3600.0)  # seconds between looks; 0: `reload` only
    sample: int = Field(default=1000, ge=1)  # decisions to one that pycasbin checks, too


class VaultSettings(_Strict):
    """`[redaction.vault]`: where pseudonyms are kept beyond the process, under subject keys."""

    kind: Literal["memory", "sqlite", "postgres"]
    path: str | None = None
    url_env: str | None = None
    keys: str | None = None  # the subject keyring, where `[audit]` does not name it

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.kind == "sqlite") != (self.path is not None) or (self.kind == "postgres") != (
            self.url_env is not None
        ):
            raise ValueError("`sqlite` takes `path`; `postgres` takes `url_env`, a variable's name")
        return self


class PresidioSettings(_Strict):
    """`[redaction.presidio]`."""

    config: str  # presidio's own YAML file
    instead: bool = False  # of the shipped recognizers; else beside them


class RedactionSettings(_Strict):
    """`[redaction]`."""

    preset: Literal["strict", "balanced", "precise"] = "balanced"
    entities: list[str] | None = None
    min_score: float | None = Field(default=None, ge=0.0, le=1.0)  # else the preset's
    thresholds: dict[str, Annotated[float, Field(ge=0.0, le=1.0)]] = {}
    allow: list[str] = []
    allow_patterns: list[str] = []
    language: str = "en"
    ner: str | list[str] | None = None
    phone_regions: list[str] | None = None  # whose national numbers count without a label
    presidio: PresidioSettings | None = None
    recognizers: list[str] = []  # presidio's or your own, `module:attribute`
    on_finding: Literal["redact", "block"] = "redact"
    operators: dict[str, str] = {}
    operator_key_file: str | None = None
    vault: VaultSettings | None = None
    max_chars: int = Field(default=20_000_000, ge=1)
    deadline: float = Field(default=20.0, gt=0.0)  # seconds per value
    binary: Literal["policy", "refuse"] = "policy"  # bytes pass where policy says so, or nowhere


class AuditSettings(_Strict):
    """`[audit]`."""

    path: str
    origin: str = Field(min_length=1)
    shard: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    key_file: str
    keyring: str | None = None  # subject keys of fingerprints and vault; beside `key_file`
    checkpoint_copy: str | None = None
    checkpoint_copy_grace: float = Field(default=60.0, ge=0.0)  # then no new run begins
    heartbeat: int = Field(default=300, ge=1, le=7 * 86_400)
    retention_days: int | None = Field(default=None, ge=1)  # nothing younger is pruned
    sinks: list[SinkSettings] = []
    # ids of other logs of this origin that a person has looked at: a sink may hold them beside it
    known_logs: list[Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]] = []


class WebhookSettings(_Strict):
    """`[approvals.webhook]`: who hears of a new request. The body names it; it holds no argument.

    `secret_env` names the variable of the key that signs each body (HMAC-SHA256, in
    `X-Stageflow-Guard-Signature`).
    """

    url_env: str
    secret_env: str


class ApprovalSettings(_Strict):
    """`[approvals]`: where requests and grants are kept. Absent: SQLite beside the log."""

    kind: Literal["sqlite", "postgres"] = "sqlite"
    path: str | None = None
    url_env: str | None = None
    webhook: WebhookSettings | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.kind == "postgres") != (self.url_env is not None) or (
            self.kind == "postgres" and self.path is not None
        ):
            raise ValueError("`sqlite` takes `path`; `postgres` takes `url_env`, a variable's name")
        return self


class LimitSettings(_Strict):
    """`[limits]`: where counts are kept. `memory` counts within one process."""

    kind: Literal["memory", "sqlite", "redis"] = "memory"
    path: str | None = None
    url_env: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.kind == "sqlite") != (self.path is not None) or (self.kind == "redis") != (
            self.url_env is not None
        ):
            raise ValueError("`sqlite` takes `path`; `redis` takes `url_env`, a variable's name")
        return self


class Settings(_Strict):
    """Everything a guard is built from."""

    auth: AuthSettings
    policy: PolicySettings = PolicySettings()
    redaction: RedactionSettings = RedactionSettings()
    audit: AuditSettings
    approvals: ApprovalSettings = ApprovalSettings()
    limits: LimitSettings = LimitSettings()
    http: HttpSettings = HttpSettings()

    @model_validator(mode="before")
    @classmethod
    def _reach(cls, content: Any) -> Any:
        return _with_http(content)

    @classmethod
    def load(cls, path: str | Path) -> Settings:
        """Read `guard.toml`; relative paths are relative to the file.

        Raises `ConfigError` that names the file and the key; values are never echoed.
        """
        file = Path(path)
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ConfigError(no_such("file", file, NO_SETTINGS)) from None
        except OSError as exc:
            raise ConfigError(f"`{file}` cannot be read ({exc.strerror})") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
            where = str(exc).rpartition("(")[2].rstrip(")")
            raise ConfigError(f"`{file}` is not TOML ({where})") from None
        except (ValueError, RecursionError):  # digits without end, or tables within tables
            raise ConfigError(f"`{file}` holds a value that is too long or too deep") from None
        _anchor(content, file.resolve().parent)
        return cls.of(content, name=str(file))

    @classmethod
    def of(cls, content: dict[str, Any], *, name: str = "settings") -> Settings:
        """Validate settings given as a dictionary."""
        try:
            return cls.model_validate(content)
        except ValidationError as exc:
            place, said = first_fault(exc, cls)
            key = ".".join(str(part) for part in place)
            raise ConfigError(f"`{name}`: `{key}`: {said}") from None

    def masked(self) -> dict[str, Any]:
        """Return the effective configuration; it holds names and paths, no secrets."""
        return self.model_dump(mode="json")

    def chosen(self) -> dict[str, Any]:
        """Return what of it differs from the defaults."""
        return self.model_dump(mode="json", exclude_defaults=True)


_PATHS = (
    ("policy", "path"),
    ("policy", "shadow"),
    ("audit", "path"),
    ("audit", "key_file"),
    ("audit", "checkpoint_copy"),
    ("audit", "keyring"),
    ("approvals", "path"),
    ("limits", "path"),
)


def _anchor(content: dict[str, Any], base: Path) -> None:
    """Make relative paths absolute, in place; what is of the wrong type is left to validation."""
    if isinstance(content, dict) and "policy" not in content:
        content["policy"] = {"path": "policies"}

    def fix(table: Any, key: str) -> None:
        if isinstance(table, dict) and isinstance(table.get(key), str):
            table[key] = str(base / table[key])

    for section, key in _PATHS:
        fix(content.get(section), key)
    auth, audit = content.get("auth"), content.get("audit")
    fix(content.get("http"), "ca_file")
    for issuer in _listed(auth, "issuers"):
        fix(issuer, "jwks_file")
        fix(issuer, "ca_file")
        fix(issuer, "secret_file")
        fix(issuer.get("client") if isinstance(issuer, dict) else None, "client_secret_file")
    fix(auth.get("denylist") if isinstance(auth, dict) else None, "path")
    redaction = content.get("redaction")
    vault = redaction.get("vault") if isinstance(redaction, dict) else None
    fix(vault, "path")
    fix(vault, "keys")
    fix(redaction, "operator_key_file")
    fix(redaction.get("presidio") if isinstance(redaction, dict) else None, "config")
    for sink in _listed(audit, "sinks"):
        fix(sink, "path")
        fix(sink, "ca_file")


def _with_http(content: Any) -> Any:
    """Return the content with `[http]` filled in where an issuer or an HTTP sink says nothing."""
    http = content.get("http") if isinstance(content, dict) else None
    if not isinstance(http, dict) or not http:
        return content

    def filled(table: Any) -> Any:
        return {**http, **table} if isinstance(table, dict) else table

    done = dict(content)
    if isinstance(auth := content.get("auth"), dict) and isinstance(auth.get("issuers"), list):
        done["auth"] = {**auth, "issuers": [filled(one) for one in auth["issuers"]]}
    if isinstance(audit := content.get("audit"), dict) and isinstance(audit.get("sinks"), list):
        reached = ("datadog", "otlp", "splunk")
        sinks = [
            filled(one) if isinstance(one, dict) and one.get("kind") in reached else one
            for one in audit["sinks"]
        ]
        done["audit"] = {**audit, "sinks": sinks}
    return done


def _listed(table: Any, key: str) -> list[Any]:
    found = table.get(key) if isinstance(table, dict) else None
    return found if isinstance(found, list) else []
