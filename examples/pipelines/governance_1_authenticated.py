"""Authenticated: every way to be nobody is refused before the first stage, with its reason.

What the guard does: the token is checked by signature, issuer, audience, type, times and tenant,
once a run, and its end again before each stage; stages find who calls in `current_principal()`,
and the token itself nowhere. What it refuses: no token, an ended, a forged, a foreign one; two at
once.
"""

from __future__ import annotations

from stageflow.api import Pipeline, stage
from stageflow.core import StageContext, StageKind, StageOutput

from stageflow_guard import current_principal
from stageflow_guard.testing.scene import Scene


async def greet(ctx: StageContext) -> StageOutput:
    """Greet whoever calls, by the name that the token proves."""
    principal = current_principal()
    name = principal.subject.removeprefix("user:") if principal is not None else "nobody"
    return StageOutput.ok(text=f"Hello {name}.", keys=sorted(ctx.snapshot.metadata))


def pipeline() -> Pipeline:
    """Build one stage."""
    return Pipeline.from_stages(stage("greet", greet, StageKind.TRANSFORM), name="authenticated")


async def scenario(scene: Scene) -> None:
    """One who is let in, and six who are not."""
    app = scene.guard.mount(pipeline(), name="authenticated")
    idp, callers = scene.callers.provider, scene.callers
    results = await scene.run("a valid token", app, "hello", who="ada@acme", roles=["customer"])
    assert results["greet"].data["text"] == "Hello ada."
    tokens = {
        "an ended token": callers.expired("ada@acme", "customer"),
        "a token of another key": callers.forged("ada@acme"),
        "a token for another service": idp.mint(sub="ada", tenant="acme", aud="billing"),
        "a token that is none": "hello",
    }
    for case, token in tokens.items():
        await scene.run(case, app, "hello", who="ada@acme", token=token)
    await scene.run("no token", app, "hello", who=None)

    async def two_tokens() -> object:
        other = callers("eve@globex", "customer")
        return await app.run(input_text="hello", data={"auth_token": other})

    await scene.attempt("two tokens at once", two_tokens, who="ada@acme", roles=["customer"])
