"""One way to name a folder in every verb: `--config`, `--policies`, `--audit`.

Where a verb needs the policy folder or the log's and none is given, `guard.toml` says where it is;
without a `guard.toml` they are `policies` and `audit`. `--path`, `--log` and `--dir` are older
spellings.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stageflow_guard.base.missing import NO_SETTINGS, no_such
from stageflow_guard.errors import ConfigError

if TYPE_CHECKING:
    from stageflow_guard.settings import Settings

CONFIG = "guard.toml"
# destination of an option -> (its section in guard.toml, what it is called everywhere)
PLACES = {
    "path": ("policy", "--policies", "the policy folder; else where --config says"),
    "log": ("audit", "--audit", "the log's folder; else where --config says"),
    "dir": ("audit", "--audit", "the log's folder, or that of its shards; else as --config says"),
}
# verbs that take these options like all others, and do not read the folder when it is not given
UNREAD = ("schema", "diff", "revisions")
OF_BOTH = ("replay", "suggest")  # of `policy`, and they read a log
OTHERWISE = "name another, or the `guard.toml` that does with `--config`"
DEFAULTS = {"policy": "policies", "audit": "audit"}


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield every parser that runs a verb."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield parser
    for action in below:
        for child in action.choices.values():
            yield from leaves(child)


def add_options(top: argparse.ArgumentParser) -> None:
    """Give every verb that names a folder the same three options."""
    for name, verb in _verbs(top):
        if name not in ("policy", "audit"):
            continue
        known = {action.dest: action for action in verb._actions}
        places = [dest for dest in PLACES if dest in known]
        if not places and name == "audit" and "config" in known:
            verb.add_argument(
                "--audit", dest="audit_dir", metavar="DIR", help=PLACES["dir"][2]
            )  # settings say everything else: see `settings_of`
        if not places:
            continue
        for dest in places:
            section, flag, about = PLACES[dest]
            several = isinstance(known[dest], argparse._AppendAction)
            # a destination of its own: an absent positional would overwrite what the option gave
            verb.add_argument(
                flag, dest=f"{section}_dir", metavar="DIR", help=about,
                action="append" if several else "store",
            )  # fmt: skip
            verb.set_defaults(**{dest: None})
        if "--config" not in verb._option_string_actions:
            verb.add_argument(
                "--config", metavar="FILE", default=CONFIG, help="the guard.toml that names folders"
            )


def _verbs(top: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from ((name, leaf) for leaf in leaves(child))


def settle(args: argparse.Namespace) -> None:
    """Fill in the folders that were not given.

    Raises `ConfigError` for an unusable `guard.toml`, and for a folder that the verb reads and that
    is not there.
    """
    if args.verb not in ("policy", "audit"):
        return
    for dest, (section, _, _) in PLACES.items():
        if dest in args and getattr(args, f"{section}_dir", None) is not None:
            setattr(args, dest, getattr(args, f"{section}_dir"))
    missing = [dest for dest in PLACES if dest in args and getattr(args, dest) is None]
    given = [dest for dest in PLACES if dest in args and dest not in missing]
    if getattr(args, "folder", None) is not None and "path" in missing:
        missing.remove("path")  # `policy lint FOLDER`
    for dest in given:
        for folder in _folders(getattr(args, dest)):
            require(dest, folder, OTHERWISE)
    if not missing:
        return
    content = _content(Path(getattr(args, "config", CONFIG)))
    base = Path(getattr(args, "config", CONFIG)).parent
    for dest in missing:
        section = PLACES[dest][0]
        table = content.get(section)
        named = table.get("path") if isinstance(table, dict) else None
        if type(named) is str and named:
            setattr(args, dest, str(base / named))
        else:
            setattr(args, dest, str(base / DEFAULTS[section]) if content else DEFAULTS[section])
        # a sink is verified, and a proof is checked, without the log
        read = args.action not in UNREAD and (section == args.verb or args.action in OF_BOTH)
        if read and not (getattr(args, "sink", None) or getattr(args, "check", None)):
            require(dest, getattr(args, dest), _remedy(args, section, bool(content)))


def _remedy(args: argparse.Namespace, section: str, settings: bool) -> str:
    """Return what to do about a folder that nobody named on the command line."""
    flag = "--policies" if section == "policy" else "--audit"
    if not settings:
        return f"nor a `{CONFIG}` that names one: {NO_SETTINGS}, and `{flag}` names the folder"
    made = "" if section == "policy" else "; a guard makes it when it is first opened"
    return f"`{args.config}` names it as `{section}.path`{made}"


def _folders(given: Any) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]


def require(dest: str, folder: str | Path, remedy: str = OTHERWISE) -> None:
    """Raise `ConfigError` for a folder that is not there; kept revisions stand for a lost log."""
    what = "policy folder" if PLACES[dest][0] == "policy" else "log"
    place = Path(folder)
    kept = dest == "log" and place.with_name(f"{place.name}.policies").exists()
    if not place.exists() and not kept:
        raise ConfigError(no_such(what, folder, remedy))


def settings_of(args: argparse.Namespace) -> Settings:
    """Return the settings that `--config` names, with the log that `--audit` names."""
    from stageflow_guard.settings import Settings

    settings = Settings.load(args.config)
    folder = getattr(args, "audit_dir", None)
    if folder is None:
        return settings
    audit = settings.audit.model_copy(update={"path": str(Path(folder).absolute())})
    return settings.model_copy(update={"audit": audit})


def policy_folder(config: str) -> str | None:
    """Return the policy folder that `config` names, or None when it names none."""
    table = _content(Path(config)).get("policy")
    named = table.get("path") if isinstance(table, dict) else None
    return str(Path(config).parent / named) if type(named) is str and named else None


def _content(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if config.name == str(config) == CONFIG:
            return {}
        raise ConfigError(no_such("file", config, NO_SETTINGS)) from None
    except OSError as exc:
        raise ConfigError(f"`{config}` cannot be read ({exc.strerror})") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"`{config}` is not TOML; run `stageflow-guard config check`") from None
