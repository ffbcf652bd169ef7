"""Celery: tasks that run as their caller, whose delegation travels sealed in a message header."""

from stageflow_guard.hosts.celery.tasks import TaskRefused, guarded_tasks

__all__ = ["TaskRefused", "guarded_tasks"]
