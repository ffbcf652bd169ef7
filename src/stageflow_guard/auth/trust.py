"""Settings that believe more than one's own: public issuers, audiences that everyone gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from stageflow_guard.settings import AuthSettings, IssuerSettings

# issuers that sign for everyone who has an account there, and the claim that names yours
PUBLIC = {
    "accounts.google.com": "hd or email",
    "token.actions.githubusercontent.com": "repository or repository_owner",
    "gitlab.com": "namespace_path or project_path",
    "agent.buildkite.com": "organization_slug",
    "app.terraform.io": "terraform_organization_name",
    "oidc.circleci.com": "oidc.circleci.com/project-id",
    "appleid.apple.com": "sub",
    "oidc.vercel.com": "owner",
    "oidc.fly.io": "org_id",
    "api.bitbucket.org": "workspaceUuid",
}
# audiences that tokens of every client of a provider carry
_GENERIC = {
    "account": "Keycloak puts it into the tokens of every client of the realm",
    "broker": "Keycloak puts it into the tokens of every client of the realm",
    "master-realm": "it is Keycloak's own administration",
    "realm-management": "it is Keycloak's own administration",
    "00000003-0000-0000-c000-000000000000": "it is Microsoft Graph",
    "https://graph.microsoft.com": "it is Microsoft Graph",
    "https://management.azure.com": "it is Azure's own API",
    "api://azureadtokenexchange": "it is Entra's own token exchange",
    "sts.amazonaws.com": "it is AWS",
    "https://sts.amazonaws.com": "it is AWS",
    "authenticated": "Supabase puts it into the tokens of every user of the project",
    "kubernetes": "it is the cluster's own API",
}
_CLUSTER = re.compile(r"https://kubernetes\.default\.svc(\.[a-z.]+)?")


def generic_audience(audience: str, issuer: str) -> str | None:
    """Return why an audience is not one application's alone, or None."""
    folded = audience.lower().rstrip("/")
    if (why := _GENERIC.get(folded)) is not None:
        return why
    if _CLUSTER.fullmatch(folded):
        return "it is the cluster's own API"
    here, there = urlsplit(issuer.lower()), urlsplit(folded)
    if folded == issuer.lower().rstrip("/"):
        return "it is the provider itself"
    if there.netloc and there.netloc == here.netloc and there.path in ("/userinfo", "/api/v2"):
        return "it is the provider's own API"
    return None


def issuer_warnings(auth: AuthSettings) -> list[str]:
    """Return what an operator should know of each issuer: who else could get such a token."""
    found: list[str] = []
    for one in auth.issuers:
        claim = PUBLIC.get(urlsplit(one.issuer).netloc.lower())
        if claim is not None and not one.require_claims and not _bound(one):
            found.append(
                f"issuer `{one.issuer}` signs for everyone: `require_claims` names yours ({claim})"
            )
        for audience in one.audiences:
            why = generic_audience(audience, one.issuer)
            if why is not None and not one.require_claims:
                found.append(f"issuer `{one.issuer}`: audience `{audience}` is not yours: {why}")
    return found


def _bound(one: IssuerSettings) -> bool:
    """Say whether the tenants of an issuer's tokens are those of a list of claim values."""
    return one.tenants is not None
