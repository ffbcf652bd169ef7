"""pycasbin, the reference semantics. The only file that imports it."""

from __future__ import annotations

import threading
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import casbin
from casbin.model import Model

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy.engine.rules import (
    MODEL,
    SUBJECTS,
    TenantFile,
    legal_subject,
    object_matches,
)


def require_one_distribution() -> None:
    """Raise `ConfigError` when `casbin` and `pycasbin` are both installed: they share a folder."""
    try:
        version("pycasbin")
    except PackageNotFoundError:
        raise ConfigError("`pycasbin` is not installed; `pip install 'pycasbin>=2.8,<3'`") from None
    try:
        version("casbin")
    except PackageNotFoundError:
        return
    raise ConfigError("`casbin` and `pycasbin` overwrite each other; uninstall both, then pycasbin")


def is_subject(sub: object) -> bool:
    """Say whether a name has the form of a subject: never a role, never a claim.

    For the matcher, which also sees the ephemeral subject that no request can name.
    """
    return type(sub) is str and sub.startswith(SUBJECTS) and sub.partition(":")[2] != ""


class Reference:
    """One tenant's lines under stock pycasbin."""

    def __init__(self, tenant: TenantFile) -> None:
        model = Model()
        model.load_model_from_text(MODEL)
        enforcer: Any = casbin.Enforcer(model)
        for name in list(enforcer.fm.get_functions()):
            enforcer.fm.fm.pop(name, None)  # depend on no pattern function of casbin's
        enforcer.add_function("isSubject", is_subject)
        enforcer.add_function("objMatch", object_matches)
        for r in tenant.rules:
            effect = "allow" if r.allow else "deny"
            enforcer.add_policy(r.role, tenant.name, r.kind, r.obj, r.act, effect)
        for link in tenant.links:
            enforcer.add_grouping_policy(link.member, link.role, tenant.name)
        self._enforcer = enforcer
        self._tenant = tenant
        self._lock = threading.Lock()  # an ephemeral subject is added and removed again

    def permits(self, request: AccessRequest) -> bool:
        """Decide with one enforce, for a subject that holds its own and its claims' roles."""
        if not legal_subject(request.sub):
            return False
        with self._lock:
            if not request.roles:
                return self._ask(request, request.sub)
            return self._ask_for_all(request)

    def _ask_for_all(self, request: AccessRequest) -> bool:
        enforcer, tenant = self._enforcer, self._tenant.name
        ephemeral = "user:\x00ephemeral"
        held = [request.sub, *(f"claim:{role}" for role in request.roles)]
        links = {
            (ephemeral, role, tenant)
            for one in held
            for role in enforcer.get_roles_for_user_in_domain(one, tenant)
        }
        for link in links:
            enforcer.add_grouping_policy(*link)
        try:
            return self._ask(request, ephemeral)
        finally:
            for link in links:
                enforcer.remove_grouping_policy(*link)

    def _ask(self, r: AccessRequest, sub: str) -> bool:
        return bool(self._enforcer.enforce(sub, r.ten, r.own, r.kind, r.obj, r.act))


class ForeignPolicy:
    """A casbin policy as it was before an import, under its own model and functions.

    Lines of another width are left out: casbin itself cannot decide with them.
    """

    def __init__(self, model: str, csv: str) -> None:
        parsed = Model()
        parsed.load_model_from_text(model)
        enforcer: Any = casbin.Enforcer(parsed)
        for line in csv.removeprefix("\ufeff").replace("\r", "").split("\n"):
            fields = [one.strip() for one in line.split(",")]
            if line.lstrip().startswith("#") or fields[0] not in ("p", "g"):
                continue
            if fields[0] == "p" and len(fields) == 1 + len(parsed["p"]["p"].tokens):
                enforcer.add_policy(*fields[1:])
            elif fields[0] == "g" and len(fields) == 4:
                enforcer.add_grouping_policy(*fields[1:])
        self._enforcer = enforcer

    def permits(self, sub: str, dom: str, obj: str, act: str) -> bool:
        """Return casbin's own answer; raise `ConfigError` when it cannot give one."""
        try:
            return bool(self._enforcer.enforce(sub, dom, obj, act))
        except Exception as exc:
            raise ConfigError(
                f"casbin cannot decide under that model ({type(exc).__name__})"
            ) from None
