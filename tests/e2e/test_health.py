"""What a readiness probe reads: denials counted, the log's state, each sink's lag."""

from __future__ import annotations

import pytest
from stageflow.api import Pipeline
from stageflow.core import StageKind, StageOutput

from stageflow_guard import AccessDenied, Guard, NotAuthenticated
from stageflow_guard.cli import main
from stageflow_guard.testing import IdentityProvider


class Intake:
    """A stage that does nothing."""

    kind = StageKind.TRANSFORM

    async def execute(self, ctx):
        """Answer."""
        return StageOutput.ok(done=True)


async def test_health_counts_denials_and_shows_the_log_and_every_sink(tmp_path):
    """Each kind of refusal has its counter; permits count none; queue, latency and lag are there."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    toml = tmp_path / "guard.toml"
    toml.write_text(
        toml.read_text() + '\n[[audit.sinks]]\nkind = "sqlite"\npath = "projection.db"\n'
    )
    good = idp.mint(sub="ada", tenant="acme", roles=["supervisor"], aud="pipelines")
    weak = idp.mint(sub="eve", tenant="acme", roles=["nobody"], aud="pipelines")
    async with Guard.load(toml) as guard:
        pipeline = guard.mount(
            Pipeline(name="support").with_stage("intake", Intake(), StageKind.TRANSFORM)
        )
        assert guard.health()["refusals"] == {}
        async with guard.session(good):
            await pipeline.run(input_text="hello")
        assert guard.health()["refusals"] == {}
        for token, error in (("forged", NotAuthenticated), (weak, AccessDenied)):
            for _ in range(2):
                with pytest.raises(error):
                    async with guard.session(token):
                        await pipeline.run(input_text="hello")
        state = guard.health()
        assert state["open"]
        assert state["refusals"] == {"not_authenticated": 2, "access_denied": 2}
        assert state["audit"]["last_write_us"] > 0
        assert state["audit"]["poisoned"] is None
        (sink,) = state["sinks"]
        assert set(sink) >= {"records", "seconds", "dead"}
        assert (sink["dead"], sink["error"]) == (0, None)
        assert good not in repr(state)
    assert not guard.health()["open"]
