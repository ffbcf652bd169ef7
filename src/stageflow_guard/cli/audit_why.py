"""`audit why`: one decision explained: who, when, what was asked, which rule, what came of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stageflow_guard.audit.read.finding_counts import findings_of
from stageflow_guard.audit.read.finds_followed import given_by, of_run, readers, reads_of, sources
from stageflow_guard.audit.read.query import LogEntry, iter_rows
from stageflow_guard.audit.read.signed_head import signed_head
from stageflow_guard.audit.records.columns import person_time
from stageflow_guard.audit.records.followed import VERDICT, effect_follows
from stageflow_guard.audit.records.outcome_words import OUTCOMES, STEPS
from stageflow_guard.cli import HOLDS
from stageflow_guard.cli.audit import folders_of
from stageflow_guard.cli.audit_output import as_json, cell
from stageflow_guard.cli.audit_reads import noted
from stageflow_guard.cli.audit_refs import at, is_index, requester_of, trail_of, used_by
from stageflow_guard.cli.kept_policies import none_kept, stores_beside
from stageflow_guard.cli.reasons import remedy
from stageflow_guard.errors import UNRECORDED, ConfigError, VerificationError

NOBODY_ASKED = ("outside_run", "run_closed", "permit_spent", "not_awaited")  # a fault of code
BY_TOKEN = ("decision", "effect", "auth", "run_start", "run_end")


def why(args: argparse.Namespace) -> int:
    """Explain the record that a ref names, or the refusal of the run that an id names."""
    if not args.ref:  # a shell takes `#15`, as tables show it, for a comment
        raise ConfigError(
            "`audit why` needs a ref: its number (`audit why 15`), or `'#15'` in quotes"
        )
    noted(args, {"ref": args.ref})
    origin, _, number = args.ref.rpartition("#")
    for folder in folders_of(args.dir, origin):
        found = at(folder, int(number)) if is_index(number) else None
        if found is None and not origin:
            found = _of_run(folder, args.ref)
        if found is None:
            continue
        if args.json:
            record = found.record
            print(as_json({"index": found.index, "signed": found.signed, **record}, indent=2))
        else:
            outcome = _outcome(folder, found)
            for name, text in _told(args.dir, folder, found, outcome):
                print(cell(f"{name:<10} {text}"))
        return HOLDS
    unrecorded = ""
    if args.ref.startswith(UNRECORDED):
        unrecorded = (
            ": no record of this refusal could be written, for example while the log was "
            f"poisoned; `audit timeline --run {args.ref.removeprefix(UNRECORDED)}` shows the "
            "run's other records, the process's log its WARNING line"
        )
    raise ConfigError(f"no record `{args.ref}` in `{args.dir}`{unrecorded}")


def _ref(folder: Path, index: int) -> str:
    return f"{signed_head(folder)[0].origin}#{index}"


def _of_run(folder: Path, run: str) -> LogEntry | None:
    """Return the run's first refusal; its first record where nothing was refused."""
    first = None
    for row in iter_rows(folder):
        record = row.record
        if record.get("run") != run:
            continue
        if record.get("decision") == "deny":
            return row
        first = first or row
        if record.get("kind") == "run_end":
            break
    return first


def _outcome(folder: Path, found: LogEntry) -> dict[str, Any] | None:
    """Return the effect that followed a permit; None where none did, or none can."""
    record = found.record
    if record.get("kind") != "decision" or record.get("decision") != "permit":
        return None
    for row in iter_rows(folder, found.index + 1):
        after = row.record
        if after.get("kind") == "effect" and after.get("decision_index") == found.index:
            return after
        if after.get("kind") == "run_end" and after.get("run") == record.get("run"):
            return None
    return None


def _told(
    folder: str, where: Path, found: LogEntry, outcome: dict[str, Any] | None
) -> Iterator[tuple[str, str]]:
    """Yield what a person asks of a decision, in that order; what is not on record is left out."""
    record = found.record
    get = record.get
    actor, note = get("actor") or {}, get("note") or {}
    kind, decision = str(get("kind")), get("decision")
    signed = "" if found.signed else ", not yet under a checkpoint"
    yield "record", f"{found.index} ({kind}){signed}"
    if decision:
        yield "decision", f"{decision} at step {get('step') or 'authorize'}"
    if get("reason"):
        code = f"{get('error')}: " if get("error") else ""
        yield "reason", f"{code}{get('reason')}"
    yield "when", f"{person_time(get('wall_ns'))} UTC"
    yield from _asked(record, actor)
    if kind == "approval" and (asked_by := requester_of(folder, record)):
        yield "asked by", f"{asked_by} [{note['of']}]"
    if kind == "approval" or "approval" in note or (
        decision == "permit" and not effect_follows(record)
    ):  # fmt: skip
        yield from _approved(folder, _ref(where, found.index), record)
    yield from _noted(note)
    if kind == "decision":
        yield from _evidence(folder, record)
    if get("outcome"):
        outcome_word = str(get("outcome"))
        told = STEPS.get(outcome_word) if outcome_word != "ok" else None
        yield "outcome", f"{outcome_word}: {told}" if told else outcome_word
    if kind == "decision" and decision == "permit":
        came = _nothing(record) if outcome is None else str(outcome.get("outcome"))
        effect = outcome or {}
        took, error = effect.get("latency_us"), effect.get("error")
        told = f": {OUTCOMES[came]}" if came in OUTCOMES and came != "ok" else ""
        if (effect.get("note") or {}).get("restored") is True:
            told += "; an original went out"
        how = f" ({error})" if error else ""
        yield "came of it", f"{came}{how}{f', in {took / 1000:.1f} ms' if took else ''}{told}"
    yield from _followed(where, found)
    if decision == "deny":
        told = remedy(get("error"), get("reason"), get("action"))
        yield "remedy", told or "no rule of the guard's: ask who wrote the check"


def _nothing(record: Mapping[str, Any]) -> str:
    if effect_follows(record):
        return "nothing is on record"
    if record.get("action") == VERDICT:
        return "a guardrail's verdict, which no effect follows"
    return "asked by hand, so no effect follows"


def _asked(record: dict[str, Any], actor: dict[str, Any]) -> Iterator[tuple[str, str]]:
    get = record.get
    roles = ", ".join(actor.get("roles") or ())
    nobody = "nobody: no token was accepted" if get("kind") in BY_TOKEN else "not on record"
    if get("reason") in NOBODY_ASKED:  # whether a token was there is not on record
        nobody = "nobody: it was called where no run is, so no token was looked at"
    who = str(actor.get("subject") or nobody)
    yield "who", f"{who} (roles: {roles})" if roles else who
    if chain := get("on_behalf"):
        yield "by way of", ", ".join(chain)
    for name in ("tenant", "owner", "session", "run", "parent_run", "pipeline", "stage"):
        if get(name):
            yield name.replace("_", " "), str(get(name))
    if get("action") or get("resource"):
        yield "what", " ".join(str(one) for one in (get("action"), get("resource")) if one)
    if get("approver"):
        yield "approver", str(get("approver"))
    if seen := get("obligations"):
        yield "may see", _saw(seen)
    finds = ", ".join(f"{entity} {count} ({way})" for entity, way, count in findings_of(record))
    if finds:
        yield "found", finds


def _approved(folder: str, ref: str, record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the other ends of a request for approval: its answers, and where they were used."""
    try:
        trail = trail_of(folder)
    except VerificationError as error:
        yield "approval", f"its other ends are not looked up: {error.message}"
        return
    for where, answer in trail.answers(ref, record):
        yield str(answer.get("outcome")), f"by {answer.get('approver')} [{where}]"
    for where, use in trail.uses(ref, record):
        run = f", run {use['run']}" if use.get("run") else ""
        yield "used by", f"{used_by(use)}{run} [{where}]"


def _followed(folder: Path, found: LogEntry) -> Iterator[tuple[str, str]]:
    """Yield what the step read of others' outputs, what its own held, and who read that."""
    record = found.record
    stage, effect = record.get("stage"), record.get("kind") == "effect"
    if not stage or not (effect or record.get("decision") == "permit"):
        return
    try:
        start = 0 if reads_of(record) else found.index  # what others gave stands before it
        records = list(of_run(folder, str(record.get("run")), start))
    except VerificationError as error:
        yield "read", f"where finds went is not looked up: {error.message}"
        return
    for index, source in sources(records, (found.index, record)):
        held = f"{_counts(given_by(source))} in the output of {source.get('stage')}"
        yield "read", f"{held} [{_ref(folder, index)}]"
    own = next(((i, one) for i, one in records if one.get("decision_index") == found.index
                and one.get("kind") == "effect"), None)  # fmt: skip
    own = (found.index, record) if effect else own
    if own is None or not given_by(own[1]):
        return
    if not effect:
        yield "gave", f"{_counts(given_by(own[1]))} [{_ref(folder, own[0])}]"
    for index, reader in readers(records, str(stage), own[0]):
        saw = _saw([one for one in reader.get("obligations") or () if one != "bytes"])
        yield "read by", f"{reader.get('stage')}, as {saw} [{_ref(folder, index)}]"


def _counts(finds: list[tuple[str, int]]) -> str:
    return ", ".join(f"{entity} {count}" for entity, count in finds)


def _noted(note: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a kind says beyond the fields that all have: a hold's reason, a change's source."""
    if "why" in note:
        yield "why", str(note["why"])
    rest = {
        name.removesuffix("_ns"): _plain(name, value)
        for name, value in note.items()
        if name not in ("why", "of", "answer", "reads", "restored")
    }
    if rest:
        yield "note", ", ".join(f"{name}: {value}" for name, value in rest.items())


def _plain(name: str, value: object) -> str:
    """Return a note's value as people read it: a time as one, anything else as it stands."""
    if name.endswith("_ns"):
        return f"{person_time(value)} UTC"
    return value if isinstance(value, str) else as_json(value)


def _saw(obligations: list[str]) -> str:
    seen = {"reveal": "originals", "redact": "pseudonyms", "bytes": "bytes"}
    return ", ".join(seen.get(one, one) for one in obligations)


def _evidence(folder: str, record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    rules, miss, unmapped = evidence(folder, record)
    if rules and record.get("decision") == "deny" and record.get("reason") != "explicit_deny":
        rules = f"{rules}  (permitted it; what refused it came after)"
    asked = record.get("policy") is not None
    yield "rules", rules or ("none matched" if asked else "not asked: it was refused before")
    if unmapped:  # before the nearest line, which is about a role that nobody meant
        yield "roles", unmapped
    if miss:
        yield "nearest", miss
    yield "policy", str((record.get("policy") or {}).get("sha256") or "-")


def evidence(folder: str, record: dict[str, Any]) -> tuple[str, str | None, str | None]:
    """Return the rules as they read at that revision; of a denial the nearest miss and what else.

    That is the token's roles that no line of the tenant gives a meaning.
    """
    rules = record.get("rules") or []
    revision = str((record.get("policy") or {}).get("sha256"))
    from stageflow_guard.model import AccessRequest
    from stageflow_guard.policy.analysis.beyond_rules import line_would_help
    from stageflow_guard.policy.analysis.explain import nearest, unmapped_roles
    from stageflow_guard.policy.live.revisions import Revisions

    policies, missing = None, none_kept(folder) or ""
    for place in stores_beside(folder):
        try:
            policies = policies or Revisions(place).load(revision)
        except ConfigError as exc:  # not kept there, or changed since
            missing = exc.message
    if policies is None:  # what the record says still stands
        told = ", ".join(rules)
        return f"{told}  (without its text: {missing})" if told and missing else told, None, None
    shown = [f"{rule}  {policies.text_of(rule).strip()}".rstrip() for rule in rules]
    miss = unmapped = None
    helps = line_would_help(record.get("reason"))
    if record.get("decision") == "deny" and record.get("actor") and not rules and helps:
        kind, _, obj = str(record.get("resource")).partition(":")
        request = AccessRequest(
            sub=record["actor"]["subject"], ten=str(record.get("tenant")),
            own=str(record.get("owner") or record.get("tenant")), kind=kind, obj=obj,
            act=str(record.get("action")), roles=tuple(record["actor"].get("roles") or ()),
        )  # fmt: skip
        misses = nearest(policies, request)
        miss = str(misses[0]) if misses else None
        unmapped = unmapped_roles(policies, request)
    return "; ".join(shown), miss, unmapped
