"""Celery tasks behind the guard, without a broker: `python celery_tasks.py`.

Run it in a folder that `stageflow-guard init` made. Ada, a supervisor, may refund; what she sends
runs as her in the worker. Carol, an analyst, may send, and the worker refuses.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from celery import Celery, chain
from celery.contrib.testing.worker import start_worker

from stageflow_guard import Guard, current_principal
from stageflow_guard.hosts.celery import TaskRefused, guarded_tasks
from stageflow_guard.testing import IdentityProvider

LINES = """p, role:supervisor, acme, tool, refund, call, allow
p, role:supervisor, acme, tool, tell, call, allow
"""


@cache
def guard() -> Guard:
    """Give the guard of this process: the publisher's, or that of a worker's child."""
    return Guard.load("guard.toml")


app = Celery(
    "desk",
    broker="memory://",  # yours is Redis or RabbitMQ
    backend="cache+memory://",
    task_cls=guarded_tasks(guard, key_file="tasks/key"),
)


@app.task(name="refund")
def refund(order: int, note: str) -> str:
    """Refund an order; the note holds pseudonyms before the broker has it."""
    assert "ada@example.com" not in note
    return f"order {order}: {note}"


@app.task(name="tell")
def tell(done: str) -> str:
    """Say who it was done for."""
    return f"{current_principal().subject} was told: {done}"


def prepare() -> IdentityProvider:
    """Write the test issuer's keys and the policy lines; your provider publishes its own keys."""
    idp = IdentityProvider("https://id.example")
    idp.write_jwks("jwks.json")
    policy = Path("policies/tenants/acme/policy.csv")
    policy.write_text(policy.read_text() + LINES)
    return idp


def main(idp: IdentityProvider) -> None:
    """Send as Ada, then as Carol."""
    with guard(), start_worker(app, perform_ping_check=False, pool="solo"):
        with guard().session(idp.mint(sub="ada", tenant="acme")):
            sent = chain(refund.s(7, "for ada@example.com"), tell.s()).delay()
        print(sent.get(timeout=20))
        with guard().session(idp.mint(sub="carol", tenant="acme")):
            denied = refund.delay(8, "for me")
        try:
            denied.get(timeout=20)
        except TaskRefused as refused:
            print(refused)


if __name__ == "__main__":
    main(prepare())
