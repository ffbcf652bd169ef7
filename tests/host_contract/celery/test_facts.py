"""What the base class of guarded tasks relies on in Celery. A release that changes it fails here."""

from __future__ import annotations

import pytest

pytest.importorskip("celery", reason="the host of these facts")

from celery import Celery, Task, chain
from celery.app.trace import build_tracer

# a new application is given the shared tasks of every other one in the process
pytestmark = pytest.mark.filterwarnings("ignore::celery.exceptions.DuplicateTaskNameWarning")


def app_of(base=Task):
    app = Celery("facts", task_cls=base, broker="memory://", backend="cache+memory://")
    app.conf.task_default_queue = "facts"
    return app


def give(text="ran"):
    return text


def traced(task, *args, **request):
    """Run a task as a worker does."""
    request = {"id": "t1", "headers": None, **request}
    return build_tracer(task.name, task, app=task.app)("t1", args, {}, request)


def test_the_function_is_run_of_a_new_subclass_of_the_base():
    """`run` and `__wrapped__` stand in the class's own dict: they are taken out there."""
    made = []

    class Base(Task):
        abstract = True

        def __init_subclass__(cls, **how):
            super().__init_subclass__(**how)
            made.append(set(cls.__dict__))

    app_of(Base).task(name="t")(give).name  # noqa: B018 - the proxy is resolved by it
    assert any({"run", "__wrapped__", "name"} <= one for one in made)


def test_a_traced_task_is_called_by_its_own_call_with_the_messages_headers_on_its_request():
    """K2: a custom `__call__` is what the tracer calls; message headers become attributes."""
    seen = []

    class Base(Task):
        abstract = True

        def __call__(self, *args, **kwargs):
            seen.append((self.request.own, self.request.called_directly, self.request.id))
            return super().__call__(*args, **kwargs)

    task = app_of(Base).task(name="t")(give)
    assert traced(task, "x", own="header").retval == "x"
    assert seen == [("header", False, "t1")]


def test_the_next_link_of_a_chain_is_sent_by_apply_async_while_the_task_is_traced():
    """K3: the host sends it after the body, with the task and its request still current."""
    from celery._state import get_current_task

    sent = []

    class Base(Task):
        abstract = True

        def apply_async(self, args=None, kwargs=None, **options):
            sent.append((self.name, args, get_current_task().request.own))

    app = app_of(Base)
    one = app.task(name="one")(give)
    two = app.task(name="two")(give)
    (link,) = chain(two.s()).tasks
    traced(one, own="header", chain=[dict(link)])
    assert sent == [("two", ("ran",), "header")]


def test_autoretry_takes_run_from_the_task_and_puts_its_own_in_the_place():
    """The wrapper is set on the instance as `run`, the first one as `_orig_run`."""
    seen = []

    class Base(Task):
        abstract = True

        def __setattr__(self, name, value):
            seen.append(name)
            super().__setattr__(name, value)

    app_of(Base).task(name="t", autoretry_for=(ValueError,))(give).name  # noqa: B018
    assert seen.index("_orig_run") < seen.index("run")


def test_a_signal_that_raises_is_swallowed():
    """K1: no signal can stop a task."""
    from celery.signals import task_prerun

    def deny(**_):
        raise PermissionError("denied")

    task_prerun.connect(deny, weak=False)
    try:
        task = app_of().task(name="t")(give)
        assert traced(task).retval == "ran"
    finally:
        task_prerun.disconnect(deny)
