"""A call that waits for an answer holds no thread, waits no longer than it may, and can be resumed."""

from __future__ import annotations

import asyncio
import threading

import pytest

from stageflow_guard import ApprovalRequired, Guard
from stageflow_guard.cli import main
from stageflow_guard.testing import IdentityProvider

LINES = """
g, claim:clerk, role:clerk, acme
g, claim:boss, role:boss, acme
p, role:clerk, acme, tool, pay, call, allow
p, role:boss, acme, tool, pay, approve, allow
"""


@pytest.fixture
def place(tmp_path):
    """A home whose payments wait for somebody as long as a test says."""
    assert main(["init", str(tmp_path)]) == 0
    idp = IdentityProvider("https://id.example")
    idp.write_jwks(tmp_path / "jwks.json")
    with (tmp_path / "policies/tenants/acme/policy.csv").open("a") as file:
        file.write(LINES)

    class Place:
        path, ran = tmp_path, []

        def guard(self, wait):
            (tmp_path / "policies/catalogue.yaml").write_text(
                f"tools: {{pay: {{approval: required, approval_wait: {wait}}}}}"
            )
            guard = Guard.load(tmp_path / "guard.toml")

            @guard.protect(kind="tool", obj="pay")
            async def pay(amount):
                self.ran.append(amount)

            self.pay = pay
            return guard

        def session(self, guard, sub="bob", role="clerk"):
            return guard.session(idp.mint(sub=sub, tenant="acme", roles=[role]))

        async def call(self, guard, amount):
            async with self.session(guard), guard.run("support"):
                await self.pay(amount)

    return Place()


async def test_sixty_calls_wait_on_few_threads_until_they_are_answered(place):
    """More calls than the machine would give threads: all wait, all are answered, each runs once."""
    async with place.guard(60) as guard:
        asked = []
        guard.on_approval(asked.append)
        before = threading.active_count()
        waiting = [asyncio.create_task(place.call(guard, n)) for n in range(60)]
        async with asyncio.timeout(60):
            while len(asked) < 60:
                await asyncio.sleep(0.02)
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "served"), 10) == "served"
        assert threading.active_count() - before < 20
        assert place.ran == []
        async with place.session(guard, "mia", "boss"):
            for request in asked:
                await guard.approve(request.id)
        await asyncio.gather(*waiting)
    assert sorted(place.ran) == list(range(60))


async def test_a_call_that_nobody_answered_ends_with_a_reference_to_go_on_with(place):
    """After its wait: refused with the request's id; answered later, by another process, it runs."""
    async with place.guard(0.2) as guard:
        with pytest.raises(ApprovalRequired) as caught:
            await place.call(guard, 7)
    assert place.ran == []
    async with place.guard(0.2) as other:
        async with place.session(other, "mia", "boss"):
            await other.approve(caught.value.approval)
        await place.call(other, 7)
    assert place.ran == [7]
