"""`policy VERB`: everything that people who edit policies ask."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from stageflow_guard.cli.numbers import whole

WHERE = {
    "lint": "checks", "test": "checks", "fmt": "checks", "schema": "checks",
    "explain": "query", "who-can": "query", "what-can": "query",
    "prove": "prove", "diff": "history", "replay": "history", "suggest": "history",
    "revisions": "history", "rollback": "history",
    "tenant": "tenant", "member": "member", "role": "member", "share": "temporary",
    "break-glass": "temporary", "import": "import_casbin",
    "tools": "tools",
}  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Run one policy verb; return its exit code."""
    if getattr(args, "folder", None) is not None:
        args.path = args.folder
    module = import_module(f"{__name__}.{WHERE[args.action]}")
    name = args.action.replace("-", "_")
    return int(getattr(module, "import_" if name == "import" else name)(args))


def add_parser(verbs: Any) -> None:
    """Add `policy` and its verbs."""
    top = verbs.add_parser("policy", help="check, ask and change the policy files")
    acts = top.add_subparsers(dest="action", required=True)

    def verb(name: str, about: str) -> argparse.ArgumentParser:
        one: argparse.ArgumentParser = acts.add_parser(name, help=about, description=about)
        one.add_argument("--path", default="policies", help="the policy folder")
        one.add_argument("--json", action="store_true", help="for machines")
        return one

    lint = verb("lint", "find what is malformed, unknown, unreachable or shadowed")
    lint.add_argument("--sarif", metavar="FILE", help="write SARIF 2.1.0 for a code host, too")
    test = verb("test", "run the decision tables")
    test.add_argument("--tenant", help="this one alone")
    test.add_argument("--all", action="store_true", help="one line per tenant, nothing else")
    test.add_argument("--coverage", type=_percent, metavar="N", help="hold only from N %% of rules")
    test.add_argument("--mutate", action="store_true", help="delete and flip every rule, too")
    test.add_argument("--junit", metavar="FILE", help="write JUnit XML, too")
    fmt = verb("fmt", "put lines into canonical form; no line moves")
    fmt.add_argument("--check", action="store_true", help="change nothing, say what would be")
    for one in (lint, test, fmt):
        one.add_argument("folder", nargs="?", help="the policy folder, in place of --path")
    schema = verb("schema", "print a JSON schema, or write all of them")
    names = ["catalogue", "flow", "guard", "guardrails", "limits", "test", "tools"]
    schema.add_argument("name", nargs="?", choices=names)
    schema.add_argument("--out", metavar="DIR", help="write every schema into a folder")
    tools = verb("tools", "accept the definitions of an application's tools")
    tools.add_argument("what", choices=["accept"])
    tools.add_argument(
        "target",
        metavar="MODULE:ATTRIBUTE",
        help="a tool registry, an executor, or protected callables",
    )
    _questions(verb)
    _changes(verb)
    about = "convert a casbin policy with domains, list what has no equal, ask both the same"
    foreign = acts.add_parser("import", help=about, description=about)
    foreign.add_argument("csv", metavar="CSV", help="casbin's policy file")
    foreign.add_argument("--model", required=True, metavar="CONF", help="casbin's model file")
    foreign.add_argument("--kind", default="data", help="what its objects are here")
    foreign.add_argument(
        "--act", action="append", default=[], metavar="THEIRS=OURS", help="such as GET=read"
    )
    foreign.add_argument("--out", default="policies-imported", help="the folder to write")
    foreign.add_argument("--json", action="store_true", help="for machines")
    _tenants(acts)
    _members(acts)
    _temporary(acts, verb)


def _questions(verb: Any) -> None:
    explain = verb("explain", "say why a request is allowed or denied, and the nearest miss")
    explain.add_argument("sub", metavar="SUBJECT", help="such as user:ada")
    _what(explain)
    explain.add_argument("--arguments", metavar="JSON", help="what a tool is called with, by name")
    who = verb("who-can", "list every subject that may")
    _what(who)
    what = verb("what-can", "list what a subject may")
    what.add_argument("sub", metavar="SUBJECT")
    for one in (explain, who, what):
        one.add_argument("--tenant", required=True)
    for one in (explain, what):
        one.add_argument("--role", action="append", default=[], help="a role that the token claims")
    for one in (explain, who):
        one.add_argument("--own", help="the resource's owner, when it is another tenant")
    prove = verb("prove", "prove that tenants are isolated, or show a counterexample")
    prove.add_argument("folder", nargs="?", help="the policy folder, in place of --path")
    prove.add_argument("--method", choices=["auto", "structural", "z3"], default="auto")


def _what(one: argparse.ArgumentParser) -> None:
    one.add_argument("kind", metavar="KIND")
    one.add_argument("obj", metavar="OBJECT")
    one.add_argument("act", metavar="ACT")


def _changes(verb: Any) -> None:
    diff = verb("diff", "say what a change means: who may do what that they could not before")
    diff.add_argument("old", metavar="OLD", help="a policy folder")
    diff.add_argument("new", metavar="NEW", help="a policy folder")
    diff.add_argument("--markdown", action="store_true", help="for a pull request")
    diff.add_argument("--exit-code", action="store_true", help="exit 1 when a decision changes")
    for name, about in (
        ("replay", "say which recorded decisions would change under these policies"),
        ("suggest", "list grants that no recorded decision rests on; changes nothing"),
    ):
        verb(name, about).add_argument(
            "log", metavar="LOG", nargs="?", help="the log's folder; else where --config says"
        )
    revisions = verb("revisions", "list the revisions that decided, or remove what no record needs")
    revisions.add_argument("what", nargs="?", choices=["prune"], help="remove instead of listing")
    revisions.add_argument(
        "--keep", type=whole, default=10, metavar="N", help="with prune: the newest N stay"
    )
    revisions.add_argument("--yes", action="store_true", help="do not ask on a terminal")
    rollback = verb("rollback", "put the files of a kept revision back")
    rollback.add_argument("revision", metavar="REVISION", help="may be cut short")
    rollback.add_argument("--yes", action="store_true", help="do not ask on a terminal")
    suspended = rollback.add_mutually_exclusive_group()
    suspended.add_argument(
        "--keep-suspensions", action="store_true", help="roll back everything but suspended.csv"
    )
    suspended.add_argument(
        "--include-suspensions", action="store_true", help="lift suspensions made since, too"
    )
    for one in (revisions, rollback):
        one.add_argument("--log", default="audit", help="the log directory they are kept beside")


def _tenants(acts: Any) -> None:
    tenant = acts.add_parser("tenant", help="add, list, suspend, resume, rename or remove a tenant")
    what = tenant.add_subparsers(dest="what", required=True)
    found = {}
    for name, about in (
        (
            "add",
            "add a tenant from a starter; it is linted, tested and proved before it is written",
        ),
        ("list", "list tenants, one line each"),
        ("suspend", "suspend a tenant or a subject"),
        ("resume", "lift a suspension"),
        ("rename", "give a tenant another name, in every policy file and in guard.toml"),
        ("remove", "take a tenant out of force; nothing is lost"),
    ):
        found[name] = what.add_parser(name, help=about, description=about)
        found[name].add_argument("--path", default="policies", help="the policy folder")
        found[name].add_argument("--json", action="store_true", help="for machines")
        if name != "list":
            found[name].add_argument("name", metavar="NAME")
    found["add"].add_argument(
        "--from", dest="source", required=True, metavar="STARTER",
        help="saas, regulated, agents, or a tenant's folder",
    )  # fmt: skip
    found["add"].add_argument("--claim", help="the value of the token's tenant claim")
    found["add"].add_argument("--config", default="guard.toml", help="where the claim is mapped")
    found["add"].add_argument("--issuer", help="which issuer says so, when there are several")
    for name in ("add", "rename"):
        found[name].add_argument(
            "--same-customer", action="store_true",
            help="the new name was this customer's before: keep its records, pseudonyms and keys",
        )  # fmt: skip
    found["rename"].add_argument("new", metavar="NEW", help="the new name")
    found["suspend"].add_argument("--reason", required=True)
    found["suspend"].add_argument("--until", default="never", help="RFC 3339 in UTC, or never")


def _sub_verbs(
    acts: Any, name: str, about: str, verbs: dict[str, str]
) -> dict[str, argparse.ArgumentParser]:
    """Add a verb with verbs of its own; each takes the policy folder and `--json`."""
    below = acts.add_parser(name, help=about, description=about).add_subparsers(
        dest="what", required=True
    )
    found: dict[str, argparse.ArgumentParser] = {}
    for verb, text in verbs.items():
        found[verb] = below.add_parser(verb, help=text, description=text)
        found[verb].add_argument("--path", default="policies", help="the policy folder")
        found[verb].add_argument("--json", action="store_true", help="for machines")
    return found


def _members(acts: Any) -> None:
    found = _sub_verbs(
        acts, "member", "who has which role in a tenant",
        {"add": "give a member a role", "remove": "take a role from a member",
         "list": "list members, one line each"},
    )  # fmt: skip
    for name in ("add", "remove"):
        found[name].add_argument("member", metavar="MEMBER", help="user:ada, or claim:analyst")
    found["add"].add_argument("role", metavar="ROLE", help="such as agent")
    found["remove"].add_argument("role", metavar="ROLE", nargs="?", help="else every role")
    found["list"].add_argument("--role", metavar="ROLE", help="members of this role alone")
    listed = _sub_verbs(
        acts, "role", "the roles of a tenant", {"list": "list roles, one line each"}
    )
    for one in (*found.values(), *listed.values()):
        one.add_argument("--tenant", required=True, help="the tenant")


def _temporary(acts: Any, verb: Any) -> None:
    found = _sub_verbs(
        acts, "share", "resources of one tenant that another may ask for, until a time",
        {"add": "share a resource", "remove": "take a share out", "list": "list shares"},
    )  # fmt: skip
    for name in ("add", "remove"):
        found[name].add_argument("owner", metavar="OWNER", help="the tenant whose resource it is")
        found[name].add_argument(
            "grantee", metavar="GRANTEE", help="the tenant that may ask for it"
        )
    found["add"].add_argument("kind", metavar="KIND")
    for name in ("add", "remove"):
        found[name].add_argument("obj", metavar="OBJECT")
    found["add"].add_argument("act", metavar="ACT")
    found["add"].add_argument("--until", required=True, help="RFC 3339 in UTC")
    glass = verb(
        "break-glass",
        "give one person a right for at most 4 hours; two approvers' tokens from stdin",
    )
    glass.add_argument("sub", metavar="PERSON", help="such as user:ada")
    glass.add_argument("--tenant", required=True, help="the tenant")
    glass.add_argument("--kinds", required=True, help="kinds, with commas between")
    glass.add_argument("--acts", required=True, help="acts, with commas between")
    glass.add_argument(
        "--ticket", required=True, help="the ticket that it is for; each counts once"
    )
    glass.add_argument(
        "--for", dest="lasts", default="1h", metavar="SPAN", help="such as 90m or 2h"
    )


def _percent(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError("a percentage is 0 to 100")
    return value
