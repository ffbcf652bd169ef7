"""Who is calling: a credential is turned into a principal, asked again, and renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from stageflow_guard.auth.secret import Secret
from stageflow_guard.base.deadline import within
from stageflow_guard.enforcement.answers import principal_from, require_rechecked, token_from
from stageflow_guard.enforcement.run import credential_of
from stageflow_guard.errors import GuardError, NotAuthenticated
from stageflow_guard.ports import RenewableTokenSource, TokenSource

if TYPE_CHECKING:
    from stageflow_guard.enforcement.run import Identity
    from stageflow_guard.model import Principal
    from stageflow_guard.ports import Authenticator

RENEWABLE = ("expired", "unconfirmed")
SAME = ("issuer", "subject", "tenant", "host_user_id", "host_org_id")  # what a renewal must keep


def require_same(held: Principal, fresh: Principal) -> None:
    """Raise `NotAuthenticated` unless a renewed token speaks for the same caller."""
    if any(getattr(fresh, name) != getattr(held, name) for name in SAME):
        raise NotAuthenticated("identity_changed", "the renewed token is of another caller")


class Callers:
    """Asks the authenticator. Every answer of it but a principal is `NotAuthenticated`."""

    __slots__ = ("_established", "_timeout", "authenticator")

    def __init__(self, authenticator: Authenticator, timeout: float) -> None:
        self.authenticator = authenticator
        self._timeout = timeout
        # a copy of a principal is not one of these, whatever it says
        self._established: WeakValueDictionary[int, Principal] = WeakValueDictionary()

    async def authenticate(self, credential: Any) -> Principal:
        """Return who holds a token, or who a `TokenSource` speaks for; else a `GuardError`."""
        try:
            if credential is None:
                raise NotAuthenticated("missing", "no token was given")
            if type(credential) is Secret:
                credential = credential.reveal()
            if type(credential) is str:
                return await self.verify(credential)
            if not isinstance(credential, TokenSource):
                raise NotAuthenticated("malformed", "the token is not a string")
            token = token_from(await within(self._timeout, credential.access_token()))
            try:
                return await self.verify(token)
            except NotAuthenticated as gone:
                if gone.reason != "expired" or not isinstance(credential, RenewableTokenSource):
                    raise
            # two clocks disagree by seconds: ours decides, so the source is asked for another
            token = token_from(await within(self._timeout, credential.renew(token)))
            return await self.verify(token)
        except GuardError:
            raise
        except Exception:  # whatever a collaborator does, the caller is not believed
            raise NotAuthenticated(
                "authenticator_error", "the caller could not be verified"
            ) from None

    async def verify(self, token: str) -> Principal:
        """Return who holds `token`; raise `NotAuthenticated` otherwise."""
        answer = await within(self._timeout, self.authenticator.authenticate(token))
        known = self._established.get(id(answer))
        if known is not None and known is answer:  # frozen, and checked when it was first given
            return known
        principal = principal_from(answer)
        self._established[id(principal)] = principal
        return principal

    def require_established(self, principal: object) -> Principal:
        """Return `principal` if this authenticator made it; raise `NotAuthenticated` otherwise."""
        known = self._established.get(id(principal))
        if known is None or known is not principal:
            raise NotAuthenticated(
                "not_established",
                "no authenticator of this guard made this principal; authenticate its token",
            )
        return known

    def recheck(self, principal: Principal) -> None:
        """Raise `NotAuthenticated` when the principal has expired or was revoked since."""
        try:
            answer: object = self.authenticator.recheck(principal)  # type: ignore[func-returns-value]
        except GuardError:
            raise
        except Exception:
            raise NotAuthenticated("authenticator_error") from None
        if answer is not None:
            require_rechecked(answer)

    async def renew(self, identity: Identity, gone: NotAuthenticated) -> Principal:
        """Return who calls now that the principal before is `gone`; raise `gone` otherwise."""
        if gone.reason not in RENEWABLE:
            raise gone
        credential = credential_of(identity)
        if gone.reason == "expired" and not isinstance(credential, TokenSource):
            raise gone  # a bare token cannot come back; only a source has another
        fresh = await self.authenticate(credential)
        require_same(identity.principal, fresh)
        return fresh
