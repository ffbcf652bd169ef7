"""Who is calling: a credential is turned into a principal, asked again, and renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stageflow_guard.auth.secret import Secret
from stageflow_guard.base.deadline import within
from stageflow_guard.enforcement.run import credential_of
from stageflow_guard.errors import GuardError, NotAuthenticated
from stageflow_guard.model import Principal
from stageflow_guard.ports import TokenSource

if TYPE_CHECKING:
    from stageflow_guard.enforcement.run import Identity
    from stageflow_guard.ports import Authenticator

MENDABLE = ("expired", "unconfirmed")
SAME = ("issuer", "subject", "tenant", "host_user_id", "host_org_id")  # what a renewal must keep


def require_same(held: Principal, fresh: Principal) -> None:
    """Raise `NotAuthenticated` unless a renewed token speaks for the same caller."""
    if any(getattr(fresh, name) != getattr(held, name) for name in SAME):
        raise NotAuthenticated("identity_changed", "the renewed token is of another caller")


def dismiss(answer: object) -> None:
    """Close a coroutine that was never to be one, so that it does not warn at a random place."""
    if hasattr(answer, "close"):
        answer.close()


class Callers:
    """Asks the authenticator. Whatever it does but name a principal is `NotAuthenticated`."""

    __slots__ = ("_timeout", "authenticator")

    def __init__(self, authenticator: Authenticator, timeout: float) -> None:
        self.authenticator = authenticator
        self._timeout = timeout

    async def established(self, credential: Any) -> Principal:
        """Return who holds a token, or who a `TokenSource` speaks for; else a `GuardError`."""
        try:
            if credential is None:
                raise NotAuthenticated("missing", "no token was given")
            if type(credential) is Secret:
                credential = credential.reveal()
            if type(credential) is str:
                return await self.verified(credential)
            if not isinstance(credential, TokenSource):
                raise NotAuthenticated("malformed", "the token is not a string")
            token = await within(self._timeout, credential.access_token())
            try:
                return await self.verified(token)
            except NotAuthenticated as gone:
                if gone.reason != "expired" or not hasattr(credential, "renew"):
                    raise
            # two clocks disagree by seconds: ours decides, so the source is asked for another
            token = await within(self._timeout, credential.renew(token))
            return await self.verified(token)
        except GuardError:
            raise
        except Exception:  # whatever a collaborator does, the caller is not believed
            raise NotAuthenticated(
                "authenticator_error", "the caller could not be verified"
            ) from None

    async def verified(self, token: str) -> Principal:
        """Return who holds `token`."""
        principal = await within(self._timeout, self.authenticator.authenticate(token))
        if type(principal) is not Principal:
            raise NotAuthenticated("authenticator_error")
        return principal

    def recheck(self, principal: Principal) -> None:
        """Raise when the principal has expired or was revoked since."""
        said: object
        try:
            said = self.authenticator.recheck(principal)  # type: ignore[func-returns-value]
        except GuardError:
            raise
        except Exception:
            raise NotAuthenticated("authenticator_error") from None
        if said is not None:  # a coroutine that nobody awaits has checked nothing
            dismiss(said)
            raise NotAuthenticated("authenticator_error")

    async def renewed(self, identity: Identity, gone: NotAuthenticated) -> Principal:
        """Return who calls now that the one before is `gone`; raise `gone` where nobody may."""
        if gone.reason not in MENDABLE:
            raise gone
        credential = credential_of(identity)
        if gone.reason == "expired" and not isinstance(credential, TokenSource):
            raise gone  # a bare token cannot come back; only a source has another
        fresh = await self.established(credential)
        require_same(identity.principal, fresh)
        return fresh
