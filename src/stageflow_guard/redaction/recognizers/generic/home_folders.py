"""Accounts in the path of a home folder: `/home/ada/src/app.py`, `C:\\Users\\ada\\Desktop`. Pure.

The path begins at the root of a disk, and what follows the account is what a home folder holds: a folder
that belongs there, a file, or two steps more. `GET /home/news/` and `example.com/users/ada` are addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, folded, only_at
from stageflow_guard.redaction.recognizers.generic.usernames import NOBODY
from stageflow_guard.redaction.recognizers.hit import Hit

_PARENTS = ("home", "homes", "homes$", "users", "users$", "profiles", "documents and settings")
_HEADS = Heads(f"{parent}{sign}" for parent in _PARENTS for sign in "/\\")
# what stands before the folder of all homes: the root, a drive, a mount, a share
_ROOT = re.compile(
    r"(?:(?:^|[\s\"'`([{<=,;>|:])(?:file://(?=/))?(?:[A-Za-z]:|/(?:mnt/[a-z]|export|usr|nfs|data|private/var|Volumes/[\w.-]{1,24}|[a-z]))?"
    r"|(?:^|[\s\"'`=(:])\\{2,4}[\w.-]{1,40}(?:\\{1,2}[\w.$-]{1,24})?)(?:\\{1,4}|/)$"
)
_LONGEST_ROOT = 80
_ACCOUNT = re.compile(
    r"[A-Za-z $]{4,24}(?:\\{1,4}|/)(?P<name>[^\W\d_](?:[\w.@+-]{0,30}\w)?)(?:(?:\\{1,4}|/)(?P<inside>[\w.~$@+-]+(?: [A-Z][\w.-]+){0,2})(?P<deeper>[\\/]?)|(?P<shell>:/bin/|:/usr/)|(?![\w\\/@]))"
)
_TOLD = re.compile(
    r"(?:HOME|USERPROFILE|[Hh]ome[ _]?[Dd]ir(?:ectory)?)[\"']?[ ]?[:=][ ]?[\"']?(?:[A-Za-z]:)?[\\/]{1,4}$"
)
_VERB = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[ ]+/$")  # a server's path
# what home folders hold
_HELD = frozenset(["desktop", "documents", "downloads", "dokumente", "bilder", "schreibtisch", "bureau", "téléchargements", "documentos", "descargas", "escritorio", "documenti", "scrivania", "pictures", "images", "videos", "music", "library", "appdata", "onedrive", "dropbox", "projects", "project", "projekte", "projets", "proyectos", "progetti", "projetos", "code", "src", "source", "dev", "development", "work", "workspace", "workspaces", "git", "github", "gitlab", "repos", "repo", "bin", "tmp", "temp", "data", "notebooks", "scripts", "backup", "backups", "www", "public_html", "venv", "env", "go", "miniconda3", "anaconda3", "snap", "logs", "app", "apps", "application data", "local settings", "mail", "maildir", "thesis", "papers", "scans", "invoices", "exports", "notes"])  # fmt: skip
_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,5}$|^[.~]\w")
# accounts that machines and images have, and the folders of all
_OF_MACHINES = NOBODY | frozenset(["all", "shared", "defaultuser", "defaultuser0", "runneradmin", "build", "builder", "builds", "vsts", "azureuser", "linuxbrew", "coder", "jovyan", "gitpod", "codespace", "codespaces", "distiller", "travis", "appveyor", "containeruser", "containeradministrator", "localservice", "networkservice", "cloud-user", "cloudshell", "fedora", "rocky", "almalinux", "opc", "core", "bitnami", "steam", "deck", "kali", "odoo", "solr", "logstash", "kibana", "nexus", "teamcity", "tomcat", "sftp", "ftp", "upload", "uploads", "www", "web", "webapp", "http", "httpd", "nonroot", "dev", "devuser", "developer", "work", "workspace", "project", "projects", "src", "code", "site", "sites", "you", "yourname", "your_name", "your-name", "youruser", "yourusername", "xxx", "xxxx", "someuser", "myname", "lib", "share", "bin", "local", "opt", "tmp", "var", "etc", "assets", "static", "css", "js", "img", "images", "api", "packer", "abc", "student", "training", "agent", "worker", "dask", "ray", "sagemaker-user", "ssm-user", "rstudio", "db2inst1"])  # fmt: skip


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield the accounts whose home folder a path goes through."""
    for at in _HEADS.places(folded(text)):
        match = _ACCOUNT.match(text, at)
        if match is None or match["name"].lower() in _OF_MACHINES or not _is_home(match):
            continue
        before = text[max(0, at - _LONGEST_ROOT) : at]
        if match["inside"] is None and match["shell"] is None and _TOLD.search(before) is None:
            continue
        if _ROOT.search(before) is not None and _VERB.search(before) is None:
            yield Hit(*match.span("name"), "USERNAME", 0.4, "account, folder", "path")


def _is_home(match: re.Match[str]) -> bool:
    """Say whether what follows an account is what a home folder holds."""
    inside = match["inside"]
    return (
        inside is None
        or bool(match["deeper"])
        or inside.lower() in _HELD
        or _FILE.search(inside) is not None
    )
