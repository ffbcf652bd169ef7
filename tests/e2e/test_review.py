"""`audit gaps` and `audit review`: what a reviewer asks of a log, from the command line alone."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from stageflow_guard.audit import Log
from stageflow_guard.audit.admin.holds import hold_of, release_record
from stageflow_guard.audit.admin.prune import prune
from stageflow_guard.audit.read.approval_trail import ApprovalTrail
from stageflow_guard.audit.read.gaps import KINDS, gaps
from stageflow_guard.audit.read.review import Review
from stageflow_guard.cli import examples

QUESTIONS = 10


def audit(folder, *args):
    done = subprocess.run(
        [sys.executable, "-m", "stageflow_guard", "audit", *args, "--dir", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The log of an example: reveals, refusals, another tenant."""
    folder = tmp_path_factory.mktemp("played")
    for name in ("governance_2_multi_tenant", "core_1_simple_chat", "tools_3_approval_workflow",
                 "core_3_error_handling", "governance_3_guardrail"):  # fmt: skip
        asyncio.run(examples.play(name, folder / name))
    return folder


def asked(text):
    """Return the answers by their question."""
    parts = re.split(r"^ ?\d+\. (.*)$", text, flags=re.MULTILINE)
    return {
        q: [line.strip() for line in a.strip().splitlines()]
        for q, a in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_a_review_answers_its_ten_questions(played):
    """By count and by reference; nothing personal stands in it; exit 0 for a log that holds."""
    done = audit(played / "core_1_simple_chat" / "audit", "review", "today")
    assert done.returncode == 0, done.stderr
    answers = asked(done.stdout)
    assert len(answers) == QUESTIONS
    assert "records verify, NOT ANCHORED" in answers["Is the log whole?"][0]
    assert any("expired" in line for line in answers["What was refused, to whom, and why?"])
    assert answers["Who saw originals?"] == [
        "1 x user:maria (acme) at stage:simple_chat/send [example.com/pipelines#5]"
    ]
    assert answers["Which personal data was found?"] == ["1 x EMAIL_ADDRESS"]
    assert "maria.keller@example.com" not in done.stdout
    approvals = asked(
        audit(played / "tools_3_approval_workflow" / "audit", "review", "today").stdout
    )
    assert any("by user:sam" in line for line in approvals["What was approved, and by whom?"])
    crossed = asked(audit(played / "governance_2_multi_tenant" / "audit", "review", "today").stdout)
    assert any(line.startswith("user:ada") and "foreign_owner" in line
               for line in crossed["Who reached for another tenant?"])  # fmt: skip


def test_an_approval_says_who_asked(played):
    """In `why`, in the review and in the report; by the record that it answers."""
    folder = played / "tools_3_approval_workflow" / "audit"
    line, use = asked(audit(folder, "review", "today").stdout)["What was approved, and by whom?"]
    assert re.fullmatch(
        r"tool:large_refund: approved by user:sam, asked by user:bob \[.*#\d+]", line
    )
    assert re.fullmatch(
        r"tool:large_refund: used by user:bob \(acme\), approved by user:sam \[.*#\d+]", use
    )
    why = audit(folder, "why", line.partition("[")[2].rstrip("]")).stdout
    assert re.search(r"^asked by +user:bob \[example.com/pipelines#\d+]$", why, re.MULTILINE)
    page = folder.parent / "report.html"
    assert audit(folder, "report", "--out", str(page)).returncode == 0
    text = page.read_text().replace("<wbr>", "")
    part = re.sub(r"<[^>]+>", "\n", text).partition("Requests for approval")[2]
    assert part.index("user:sam") < part.index("user:bob")


def test_an_approval_names_where_it_was_used_and_a_use_who_approved(played):
    """In whichever run: `why` of the request, of the answer and of the use, and the report."""
    folder = played / "tools_3_approval_workflow" / "audit"
    records = json.loads(audit(folder, "query", "--json").stdout)
    answer, use = (next(r for r in records if r.get("outcome") == word)
                   for word in ("approved", "used"))  # fmt: skip
    asked_for = int(answer["note"]["of"].rpartition("#")[2])
    ref = f"example.com/pipelines#{use['index']}"
    used = rf"^used by +user:bob at pay_refund/pay, run {use['run']} \[{ref}]$"
    answered = rf"^approved +by user:sam \[example.com/pipelines#{answer['index']}]$"
    for index, lines in ((asked_for, (answered, used)), (answer["index"], (used,)),
                         (use["index"], (answered, "^asked by +user:bob"))):  # fmt: skip
        said = audit(folder, "why", str(index)).stdout
        for line in lines:
            assert re.search(line, said, re.MULTILINE), (index, line, said)
    page = folder.parent / "report.html"
    assert audit(folder, "report", "--out", str(page)).returncode == 0
    text = page.read_text().replace("<wbr>", "")
    part = re.sub(r"<[^>]+>", "\n", text).partition("Requests for approval")[2]
    assert f"user:bob at pay_refund/pay #{use['index']}" in part


def test_a_grant_that_a_permit_used_up_is_followed_by_its_id():
    """A stored request has an id; its permit names it, its answers do, and no other does."""
    trail = ApprovalTrail([])
    events = [
        (
            "o#1",
            {"kind": "approval", "action": "ask", "outcome": "asked", "note": {"approval": "a"}},
        ),
        (
            "o#2",
            {"kind": "approval", "outcome": "approved", "note": {"of": "o#1", "approval": "a"}},
        ),
        ("o#3", {"kind": "decision", "decision": "permit", "note": {"approval": "a"}}),
        ("o#4", {"kind": "decision", "decision": "deny", "note": {"approval": "a"}}),
        ("o#5", {"kind": "decision", "decision": "permit", "note": {"approval": "b"}}),
    ]
    for ref, record in events:
        trail.take(ref, record)
    assert [ref for ref, _ in trail.answers(*events[0])] == ["o#2"]
    assert [ref for ref, _ in trail.uses(*events[1])] == ["o#3"]
    assert [ref for ref, _ in trail.answers(*events[2])] == ["o#2"]
    assert trail.uses(*events[4]) == []


def test_the_report_names_the_revisions_that_decided(played):
    """With the first decision of each and how many there were, as the records have them."""
    folder = played / "core_1_simple_chat" / "audit"
    page = folder.parent / "report.html"
    assert audit(folder, "report", "--out", str(page)).returncode == 0
    records = json.loads(audit(folder, "query", "--kind", "decision", "--json").stdout)
    counted = Counter(one["policy"]["sha256"] for one in records if "policy" in one)
    assert counted
    text = page.read_text().replace("<wbr>", "")
    for revision, count in counted.items():
        row = re.search(rf"<span>{revision}</span>.*?</tr>", text)
        assert row and f"<span>{count}</span>" in row[0]


def test_why_of_a_hold_gives_its_reason(tmp_path):
    """And what is held, since when; no token is missed where none was asked for."""
    folder = tmp_path / "audit"

    async def write():
        log = await Log.open(folder, origin="e.x/log", key_file=tmp_path / "key")
        hold = hold_of(name="case7", why="litigation 7", tenant="acme", since_ns=10**18)
        await log.append(hold.record())
        await log.append(release_record("case7", "it ended"))
        await log.close()

    asyncio.run(write())
    said = audit(folder, "why", "0").stdout
    assert re.search(r"^why +litigation 7$", said, re.MULTILINE)
    assert re.search(
        r"^note +name: case7, since: 2001-09-09 01:46:40 UTC, tenant: acme$", said, re.MULTILINE
    )
    assert "no token" not in said
    assert re.search(r"^why +it ended$", audit(folder, "why", "1").stdout, re.MULTILINE)


def test_a_policy_change_names_its_revision():
    """A change that was refused has none, and says why."""
    seen = Review()
    seen.take(
        "e.x#0", {"kind": "policy_change", "action": "reload", "policy": {"sha256": "ab" * 32}}
    )
    seen.take("e.x#1", {"kind": "policy_change", "action": "reload", "outcome": "refused",
                        "reason": "policy_invalid"})  # fmt: skip
    changed = seen.answers(whole="", gaps=[])[6]
    assert changed.lines == (
        "reload to revision abababababababab [e.x#0]", "reload refused policy_invalid [e.x#1]",
    )  # fmt: skip


def test_a_review_that_is_written_is_private_and_said(played, tmp_path):
    """It names callers: 0600, as the report is. Standard output stays what was asked for."""
    page = tmp_path / "review.md"
    done = audit(played / "core_1_simple_chat" / "audit", "review", "today", "--out", str(page))
    assert page.stat().st_mode & 0o777 == 0o600
    assert (done.stdout, f"wrote {page}" in done.stderr) == ("", True)


def test_a_day_without_records_says_of_which_days_there_are_some(played):
    """Ten times `nothing` is no quiet day where the wrong day was asked for."""
    folder = played / "core_1_simple_chat" / "audit"
    quiet = audit(folder, "review", "2020-01-01").stdout.splitlines()
    assert re.fullmatch(
        r"no record is of that day: the first is of 20.*, the last of .* UTC", quiet[2]
    )
    assert "no record is of that day" not in audit(folder, "review", "today").stdout


def test_a_review_without_a_day_takes_the_last_one_on_record_and_says_so(tmp_path):
    """Of whichever log has it; of a log without a record, today."""
    folder = tmp_path / "audit"

    async def write(*walls):
        log = await Log.open(folder, origin="e.x/log", key_file=tmp_path / "key")
        for wall_ns in walls:
            await log.append({"kind": "auth", "wall_ns": wall_ns})
        await log.close()

    asyncio.run(write())
    empty = audit(folder, "review")
    assert empty.returncode == 0, empty.stderr
    assert empty.stdout.splitlines()[1] == (
        "no day was named: this is today, since no record can be read"
    )
    asyncio.run(write(10**18, 2 * 10**18))
    said = audit(folder, "review").stdout.splitlines()
    assert said[:2] == [
        "2033-05-18: 1 records", "no day was named: this is the last on record",
    ]  # fmt: skip
    assert json.loads(audit(folder, "review", "--json").stdout)["day"] == "2033-05-18"
    assert "no day was named" not in audit(folder, "review", "2033-05-18").stdout


def test_why_says_whether_a_rule_refused_and_what_an_outcome_means(played):
    """A permit before the refusal is none of its reasons; before a token is believed, none is asked."""
    folder = played / "governance_3_guardrail" / "audit"
    denied = json.loads(audit(folder, "denied", "--json").stdout)
    (blocked,) = (one for one in denied if one["reason"] == "content_blocked")
    why = audit(folder, "why", str(blocked["index"])).stdout
    assert re.search(r"^rules +not asked: it was refused before$", why, re.MULTILINE)
    (said,) = json.loads(audit(folder, "query", "--outcome", "fail", "--json").stdout)
    why = audit(folder, "why", str(said["decision_index"])).stdout
    assert re.search(r"^came of it fail, .*: the step said that it failed", why, re.MULTILINE)
    folder = played / "core_1_simple_chat" / "audit"
    denied = json.loads(audit(folder, "denied", "--json").stdout)
    index = next(one["index"] for one in denied if one["reason"] == "expired")
    why = audit(folder, "why", str(index)).stdout
    assert re.search(r"^rules +not asked: it was refused before$", why, re.MULTILINE)


@pytest.mark.parametrize(
    ("reason", "told"), [("argument_out_of_bounds", True), ("explicit_deny", False)]
)
def test_a_rule_that_permitted_is_not_shown_as_the_one_that_refused(tmp_path, reason, told):
    """A denial's record names the rules it rests on, a permit's among them."""
    folder = tmp_path / "audit"

    async def write():
        log = await Log.open(folder, origin="e.x/log", key_file=tmp_path / "key")
        await log.append({
            "kind": "decision", "decision": "deny", "reason": reason, "error": "access_denied",
            "rules": ["tenants/acme/policy.csv:3"], "policy": {"sha256": "ab" * 32},
        })  # fmt: skip
        await log.close()

    asyncio.run(write())
    assert (
        "(permitted it; what refused it came after)" in audit(folder, "why", "0").stdout
    ) is told


def test_what_failed_names_the_step_how_and_where(played):
    """The effect of a step says no step; its decision does. A step that says `fail` failed, too."""
    folder = played / "core_3_error_handling" / "audit"
    lines = asked(audit(folder, "review", "today").stdout)["What failed, and what has no end?"]
    assert [re.sub(r"#\d+]", "#n]", line) for line in lines] == [
        "2 x tool:find_parcel: error (ConnectionError), last [example.com/pipelines#n]",
        "1 x tool:find_parcel: error (LookupError) [example.com/pipelines#n]",
        "1 x stage:error_handling/report: error (ValueError) [example.com/pipelines#n]",
    ]
    for line in lines:
        (ref,) = re.findall(r"\[(.*)\]", line)
        why = audit(folder, "why", ref)
        assert re.search(r"^came of it *error \(\w+Error\)", why.stdout, re.MULTILINE), why.stdout
    folder = played / "governance_3_guardrail" / "audit"
    lines = asked(audit(folder, "review", "today").stdout)["What failed, and what has no end?"]
    assert any(": fail [" in line for line in lines), lines


def test_why_follows_a_find_from_the_step_that_gave_it_to_the_one_that_read_it(tmp_path):
    """Both ways: what the first one's output held and who read it, what the second one read."""
    asyncio.run(examples.play("voice_3_voice_chat", tmp_path))
    folder = tmp_path / "audit"
    records = json.loads(audit(folder, "query", "--kind", "decision", "--json").stdout)
    hear, think, speak = (next(r for r in records if r.get("stage") == name and "attempt" in r)
                          for name in ("hear", "think", "speak"))  # fmt: skip
    said = audit(folder, "why", str(hear["index"])).stdout
    gave = rf"^gave +EMAIL_ADDRESS 1 \[example.com/pipelines#{hear['index'] + 1}]$"
    read = rf"^read by +think, as pseudonyms \[example.com/pipelines#{think['index']}]$"
    assert re.search(gave, said, re.MULTILINE) and re.search(read, said, re.MULTILINE), said
    said = audit(folder, "why", str(hear["index"] + 1)).stdout  # the effect
    assert re.search(read, said, re.MULTILINE), said
    said = audit(folder, "why", str(think["index"])).stdout
    assert re.search(
        rf"^read +EMAIL_ADDRESS 1 in the output of hear \[.*#{hear['index'] + 1}]$",
        said,
        re.MULTILINE,
    ), said
    assert "note " not in said
    said = audit(folder, "why", str(speak["index"])).stdout
    assert re.search(r"^came of it ok, .*; an original went out$", said, re.MULTILINE), said
    page = tmp_path / "report.html"
    assert audit(folder, "report", "--out", str(page)).returncode == 0
    text = re.sub(r"<[^>]+>", "\n", page.read_text().replace("<wbr>", ""))
    flow = text.partition("output went: how many")[2]
    assert re.search(r"EMAIL_ADDRESS\s+voice_chat/hear\s+voice_chat/think\s+1\s+-", flow)


def test_an_answer_that_is_cut_short_names_the_verb_that_shows_the_rest():
    """Ten lines of each; how many more there are, and where."""
    seen = Review()
    for n in range(12):
        seen.take(f"e.x#{n}", {"kind": "decision", "decision": "deny", "reason": "foreign_owner",
                               "resource": f"data:{n}"})  # fmt: skip
        seen.take(f"e.x#{20 + n}", {"kind": "approval", "outcome": "asked", "resource": "tool:x"})
    answers = {one.question: one.lines for one in seen.answers(whole="", gaps=["g"] * 12)}
    last = [lines[-1] for lines in answers.values() if len(lines) > 1]
    assert last == [
        "and 2 more: audit denied", "and 2 more: audit denied",
        "and 2 more: audit query --kind approval", "and 2 more: audit gaps",
    ]  # fmt: skip


def test_a_run_that_failed_outside_its_steps_is_told_once():
    """Where a step of the run failed, the run's own end says nothing new."""
    seen = Review()
    about = {"run": "r1", "pipeline": "p"}
    permit = {"kind": "decision", "decision": "permit", "resource": "stage:p/s", "attempt": 1}
    seen.take("e.x#0", {**permit, **about})
    seen.take("e.x#1", {"kind": "effect", "decision_index": 0, "outcome": "error", **about})
    seen.take("e.x#2", {"kind": "run_end", "outcome": "error", **about})
    seen.take("e.x#3", {"kind": "run_end", "outcome": "error", **about, "run": "r2"})
    seen.take("e.x#4", {"kind": "run_end", "outcome": "cancelled", **about, "run": "r3"})
    seen.take("e.x#9", {"kind": "effect", "decision_index": 7, "outcome": "failed", **about})
    failed = seen.answers(whole="", gaps=[])[8]
    assert failed.lines == (
        "1 x stage:p/s: error [e.x#0]", "1 x run of p: error [e.x#3]", "1 x p: failed [e.x#9]",
    )  # fmt: skip


def test_a_review_as_markdown_and_as_json_says_the_same(played, tmp_path):
    """Ten headings; ten questions; `--out` writes."""
    folder = played / "core_1_simple_chat" / "audit"
    page = tmp_path / "review.md"
    assert audit(folder, "review", "today", "--markdown", "--out", str(page)).returncode == 0
    headings = re.findall(r"^## \d+\. (.*)$", page.read_text(), re.MULTILINE)
    content = json.loads(audit(folder, "review", "today", "--json").stdout)
    assert [one["question"] for one in content["questions"]] == headings
    assert len(headings) == QUESTIONS


def test_a_day_without_records_and_one_that_is_none(played):
    """Answers are `nothing`; a day that is none is a usage error."""
    folder = played / "core_1_simple_chat" / "audit"
    answers = asked(audit(folder, "review", "2020-01-01").stdout)
    assert answers["Who saw originals?"] == ["nothing"]
    assert audit(folder, "review", "the day before").returncode == 2


def test_a_review_of_a_changed_log_says_so(played, tmp_path):
    """Exit 1, and the first answer says that it does not hold."""
    folder = tmp_path / "changed"
    shutil.copytree(played / "core_1_simple_chat" / "audit", folder)
    tile = next(p for p in sorted(folder.rglob("*")) if "entries" in str(p) and p.is_file())
    content = bytearray(tile.read_bytes())
    content[len(content) // 2] ^= 1
    tile.write_bytes(content)
    done = audit(folder, "review", "today")
    assert done.returncode == 1
    assert "DOES NOT HOLD" in done.stdout or "does not hold" in done.stderr
    assert asked(done.stdout)["Who saw originals?"] != ["nothing"]  # nobody knows


def test_a_review_names_who_read_the_log_and_how(played):
    """Reads stand in the readers' own log, beside the one that was read."""
    folder = played / "tools_3_approval_workflow" / "audit"
    assert audit(folder, "denied").returncode == 0
    readers = asked(audit(folder, "review", "today").stdout)["Who read this log?"]
    assert any("audit denied: os:" in line for line in readers)
    assert any("audit review: os:" in line for line in readers)
    read = next(line for line in readers if "audit denied" in line)
    ref = read.rpartition("[")[2].rstrip("]")
    elsewhere = audit(folder, "why", ref)
    assert (elsewhere.returncode, "`--dir audit.reads`" in elsewhere.stderr) == (2, True)
    told = audit(folder.with_name("audit.reads"), "why", ref)
    assert told.returncode == 0, told.stderr
    assert "(audit_read)" in told.stdout


@pytest.mark.parametrize("name", ["core_1_simple_chat", "governance_3_guardrail"])
def test_a_finished_log_has_no_gaps(played, name):
    """Every permit has its effect, every run its end, a guardrail's verdict needs none: exit 0."""
    done = audit(played / name / "audit", "gaps")
    assert done.returncode == 0, done.stdout
    (told,) = done.stdout.splitlines()[1:]
    assert told.startswith("no gaps; looked for: permit without effect, run without end, silence")


def test_a_revision_that_decided_and_is_gone_is_said(played, tmp_path):
    """A review without the policies of its log names the revision; `why` says why there is no text."""
    log = tmp_path / "audit"
    shutil.copytree(played / "tools_3_approval_workflow" / "audit", log)
    told = audit(log, "review", "today")
    assert told.returncode == 0, told.stderr
    assert "decided by a revision that is not kept beside the log: " in told.stdout
    decided = json.loads(audit(log, "query", "--kind", "decision", "--json").stdout)
    ref = next(f"{one['origin']}#{one['index']}" for one in decided if one.get("rules"))
    assert "no policy revision is kept beside `audit`" in audit(log, "why", ref).stdout


@pytest.mark.parametrize("more", [[], ["--db", "kept.db"]])
def test_a_star_behind_a_kind_chooses_all_of_its_objects(played, tmp_path, more):
    """`--resource tool:*`: every tool that was asked for, and nothing else."""
    more = [str(tmp_path / one) if one == "kept.db" else one for one in more]
    folder = played / "tools_3_approval_workflow" / "audit"
    told = audit(folder, "query", "--resource", "tool:*", "--json", *more)
    assert told.returncode == 0, told.stderr
    resources = {one["resource"] for one in json.loads(told.stdout)}
    assert resources and all(one.startswith("tool:") for one in resources)


@pytest.fixture
def rolled_back(tmp_path):
    """Return a log that was put back to a copy of before, and the checkpoint that was kept."""
    folder, copy, kept = tmp_path / "audit", tmp_path / "copy", tmp_path / "kept"

    async def write(kind):
        log = await Log.open(folder, origin="e.x/log", key_file=tmp_path / "key")
        await log.append({"kind": kind})
        await log.close()

    asyncio.run(write("run_start"))
    shutil.copytree(folder, copy)
    asyncio.run(write("auth"))
    kept.write_bytes((folder / "checkpoint").read_bytes())
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    return folder, kept


def test_a_rollback_shows_against_a_checkpoint_kept_elsewhere(rolled_back):
    """`review` and `gaps` take it as `verify` does: exit 1, and the reason is the rollback."""
    folder, kept = rolled_back
    assert audit(folder, "review", "today").returncode == 0  # nothing in the log tells
    done = audit(folder, "review", "today", "--checkpoint", str(kept))
    assert done.returncode == 1
    assert "DOES NOT HOLD: rolled back" in asked(done.stdout)["Is the log whole?"][0]
    assert "rolled back" in done.stdout.splitlines()[1]
    said = json.loads(audit(folder, "review", "today", "--checkpoint", str(kept), "--json").stdout)
    assert [one["holds"] for one in said["logs"]] == [False]
    found = audit(folder, "gaps", "--checkpoint", str(kept))
    assert (found.returncode, found.stdout) == (1, "")
    assert "rolled back" in found.stderr


@pytest.mark.parametrize("verb", [("review", "today"), ("gaps",)])
def test_the_head_says_what_the_log_was_compared_with(tmp_path, verb):
    """With nothing, with the log's own checkpoint, with one kept elsewhere; JSON says it, too."""
    asyncio.run(examples.play("core_1_simple_chat", tmp_path))
    folder, kept = tmp_path / "audit", tmp_path / "kept"
    own = folder / "checkpoint"
    kept.write_bytes(own.read_bytes())
    at = 1 if verb[0] == "review" else 0

    def head(*given):
        return audit(folder, *verb, *given).stdout.splitlines()[at]

    assert "NOT ANCHORED: nothing from outside" in head()
    assert "proves nothing about a rollback" in head("--checkpoint", str(own))
    assert "records, anchored by a checkpoint of" in head("--checkpoint", str(kept))
    for given, anchored in ((own, "none"), (kept, "checkpoint")):
        said = json.loads(audit(folder, *verb, "--checkpoint", str(given), "--json").stdout)
        assert [one["anchored"] for one in said["logs"]] == [anchored]
    page = audit(folder, "review", "today", "--markdown").stdout
    assert page.splitlines()[4].startswith("- ") and "NOT ANCHORED" in page.splitlines()[4]


def test_a_pruned_log_is_reviewed_from_what_is_left(tmp_path):
    """What a signed record says was pruned is no damage, and the head says where it begins."""
    folder, key = tmp_path / "audit", tmp_path / "key"

    async def write():
        log = await Log.open(folder, origin="e.x/log", key_file=key)
        for _ in range(300):
            await log.append({"kind": "auth"})
        await log.close()
        await prune(folder, below=256, origin="e.x/log", key_file=key)

    asyncio.run(write())
    for at, verb in ((1, ("review", "today")), (0, ("gaps",))):
        done = audit(folder, *verb)
        assert done.returncode == 0, done.stderr
        assert "e.x/log: 301 records from 256 on, NOT ANCHORED" in done.stdout.splitlines()[at]


def test_a_name_on_record_answers_no_question(tmp_path):
    """A tool's name can be anybody's text: it stays in its line, and is no markup of the page."""
    folder = tmp_path / "audit"
    name = (
        "x\n 1. Is the log whole?\n      it holds\n## 1. Is it?\n<b>b</b> ![](http://x.example/y)"
    )

    async def write():
        log = await Log.open(folder, origin="e.x/log", key_file=tmp_path / "key")
        who = {"actor": {"subject": name}, "resource": f"tool:{name}"}
        await log.append({"kind": "decision", "decision": "deny", "reason": "flow", **who})
        await log.append({"kind": "approval", "outcome": "approved", "approver": name, **who})
        await log.append({"kind": "policy_change", "action": name, "policy": {"sha256": name}})
        await log.append({"kind": "policy_change", "action": "open", "policy": {"sha256": 7}})
        await log.close()

    asyncio.run(write())
    answers = asked(audit(folder, "review", "today").stdout)
    assert len(answers) == QUESTIONS and len(answers["Is the log whole?"]) == 1
    page = audit(folder, "review", "today", "--markdown").stdout
    assert len(re.findall("^## ", page, re.MULTILINE)) == QUESTIONS
    assert "<b>" not in page and "](" not in page
    assert "to revision 7" not in page and "1 x a record of a wrong shape: field `policy`" in page


def test_of_several_shards_each_says_what_it_was_compared_with(tmp_path):
    """A checkpoint of one shard says nothing of the other."""

    async def write():
        for name in ("w0", "w1"):
            log = await Log.open(tmp_path / "logs" / name, origin=f"e.x/{name}",
                                 key_file=tmp_path / "key")  # fmt: skip
            await log.append({"kind": "auth"})
            await log.close()

    asyncio.run(write())
    kept = tmp_path / "kept"
    kept.write_bytes((tmp_path / "logs/w1/checkpoint").read_bytes())
    for at, verb in ((1, ("review", "today")), (0, ("gaps",))):
        lines = audit(tmp_path / "logs", *verb, "--checkpoint", str(kept)).stdout.splitlines()
        assert lines[at].startswith("e.x/w0: 1 records, NOT ANCHORED")
        assert lines[at + 1] == "e.x/w1: 1 records, anchored by a checkpoint of 1 records"


def test_a_checkpoint_of_another_log_is_refused(rolled_back, tmp_path):
    """It is compared with nothing here, and that is no answer."""
    asyncio.run(examples.play("core_1_simple_chat", tmp_path / "other"))
    folder, _ = rolled_back
    other = str(tmp_path / "other" / "audit" / "checkpoint")
    for verb in (("review", "today"), ("gaps",)):
        assert audit(folder, *verb, "--checkpoint", other).returncode == 1


def test_each_kind_of_gap_is_found_with_its_reference(tmp_path):
    """A permit without effect, a run without end, silence, a late change, a token for nothing."""

    async def write():
        log = await Log.open(
            tmp_path / "audit", origin="example.com/gaps", key_file=tmp_path / "key"
        )
        who = {"subject": "user:ada"}
        start = {"kind": "run_start", "tenant": "acme", "actor": who}
        await log.append(
            {"kind": "policy_change", "action": "open", "policy": {"sha256": "a" * 64}}
        )
        await log.append({**start, "run": "open"})
        await log.append({"kind": "decision", "decision": "permit", "run": "open", "attempt": 1,
                          "stage": "answer", "resource": "stage:p/answer", "tenant": "acme",
                          "reason": "permitted"})  # fmt: skip
        await log.append({**start, "run": "idle"})
        await log.append({"kind": "run_end", "run": "idle", "outcome": "ok"})
        await log.close()

    asyncio.run(write())
    done = audit(tmp_path / "audit", "gaps", "--json")
    assert done.returncode == 1, done.stderr
    found = {one["kind"]: one["ref"] for one in json.loads(done.stdout)["gaps"]}
    assert set(found) == set(KINDS) - {"silence"}
    for ref in found.values():
        assert audit(tmp_path / "audit", "why", ref).returncode in (0, 1)
    assert audit(tmp_path / "audit", "gaps").stdout.endswith("4 gaps\n")


def test_silence_is_per_process_and_longer_than_asked():
    """Two processes side by side; one of them says nothing for eleven minutes."""
    minute = 60 * 10**9
    records = [
        (0, {"kind": "heartbeat", "boot": "a", "wall_ns": 0}),
        (1, {"kind": "heartbeat", "boot": "b", "wall_ns": 5 * minute}),
        (2, {"kind": "heartbeat", "boot": "a", "wall_ns": 11 * minute}),
        (3, {"kind": "heartbeat", "boot": "b", "wall_ns": 12 * minute}),
    ]
    (gap,) = gaps("o", records)
    assert (gap.kind, gap.ref) == ("silence", "o#2")
    assert gap.told.startswith("11 minutes")
    assert list(gaps("o", records, silence=900)) == []


def test_the_verbs_stand_in_the_reviewers_page():
    """docs/how-to/auditor.md names both."""
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "auditor.md").read_text()
    assert "audit review" in page
    assert "audit gaps" in page
