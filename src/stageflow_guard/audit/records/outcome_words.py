"""The words of `outcome`, and what each says. One list for filters, pages and adapters.

`cancel` and `cancelled` are two things, and so are `skip` and `skipped`, `fail` and `error`: the
first is what a step said of itself, the second what happened to it.
"""

from __future__ import annotations

# of steps and runs: the records `effect` and `run_end`
STEPS: dict[str, str] = {
    "ok": "it ended well",
    "error": "it ended with an error",
    "fail": "the step said that it failed, and raised nothing",
    "refused": "the guard refused something inside it",
    "withheld": "it ran, and what it gave was not released",
    "cancel": "the step ended the run on purpose: a host's way of saying that nothing more is due",
    "cancelled": "it was stopped from outside: its caller went away, or its task was cancelled",
    "skip": "the step said that it had nothing to do",
    "skipped": "it was permitted, and had not begun when its run ended",
    "not_run": "it was permitted, and was not begun: its caller was gone, or a later check refused",
    "paused": "it waits for somebody, and goes on in another run",
    "retry": "it asked to be run again",
    "dropped": "the task asked to be dropped (Celery's `Ignore` and `Reject`)",
    "started": "the host says that it began, and no more (Stageflow's `StageResult`)",
    "completed": "the host says that it ended well (Stageflow's `StageResult`)",
    "failed": "the host says that it failed (Stageflow's `StageResult`)",
    "unknown": "it began, and how it ended is not known",
}
# of other kinds of records
OTHERS: dict[str, str] = {
    "asked": "`approval`: somebody else is asked",
    "approved": "`approval`: somebody else said yes",
    "denied": "`approval`: somebody else said no",
    "used": "`approval`: who asked relied on the answer",
    "expired": "`approval`: nobody answered in time",
    "withdrawn": "`approval`: who asked took it back",
    "begun": "`erasure`: keys are about to be destroyed",
    "erased": "`erasure`: keys were destroyed",
    "held": "`erasure`: a legal hold forbids it",
    "nothing_held": "`erasure`: there are no keys of that subject",
    "lost": "`checkpoint_copy`: the second place is away",
    "restored": "`checkpoint_copy`: it is back",
}
OUTCOMES = STEPS | OTHERS
NOT_BEGUN = frozenset({"not_run", "skipped"})
FAILURES = frozenset({"error", "fail", "failed"})
