"""A Celery application whose tasks are guarded; a worker process imports it."""

import json
import os
from functools import cache
from pathlib import Path

from celery import Celery

from stageflow_guard import Guard, current_principal
from stageflow_guard.hosts.celery import guarded_tasks

HOME = Path(os.environ["TASKS_HOME"])


@cache
def guard():
    return Guard.load(HOME / "guard.toml")


app = Celery(
    "desk",
    broker=os.environ["TASKS_BROKER"],
    backend=os.environ["TASKS_BACKEND"],
    task_cls=guarded_tasks(
        guard, key_file=HOME / "tasks" / "key", audience=os.environ.get("TASKS_AUDIENCE")
    ),
)
app.conf.task_default_queue = os.environ["TASKS_QUEUE"]
app.conf.result_extended = True  # the backend keeps names, arguments, headers
app.conf.broker_connection_retry_on_startup = True


def told(what):
    who = current_principal()
    return f"{what}: {who.subject} of {who.tenant} through {list(who.actors)}"


def ran(name):
    with (HOME / "ran").open("a") as file:
        file.write(f"{name}\n")


@app.task(name="note")
def note(text):
    ran("note")
    return told(f"noted {text}; ask grace.hopper@example.com")


@app.task(name="after")
def after(before):
    ran("after")
    return told(f"after ({before})")


@app.task(name="parent", bind=True)
def parent(self, text):
    ran("parent")
    return note.delay(text).id


@app.task(name="gather")
def gather(answers):
    ran("gather")
    return told(len(answers))


@app.task(name="flaky", bind=True, autoretry_for=(ValueError,), retry_kwargs={"countdown": 0})
def flaky(self, text):
    ran("flaky")
    if self.request.retries < 2:
        raise ValueError(f"not yet, {text}")
    return told("at last")


@app.task(name="denied", autoretry_for=(Exception,), retry_kwargs={"countdown": 0})
def denied(text):
    ran("denied")
    return text


@app.task(name="fails")
def fails(text):
    ran("fails")
    raise KeyError(f"no mailbox ada.lovelace@example.com, {text}")


@app.task(name="progress", bind=True)
def progress(self, text):
    self.update_state(state="PROGRESS", meta={"note": f"asked grace.hopper@example.com, {text}"})
    kept = self.backend.get_task_meta(self.request.id)
    (HOME / "progress").write_text(json.dumps(kept, default=repr))
    return "done"
