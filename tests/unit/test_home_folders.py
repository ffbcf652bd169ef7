"""Accounts in the path of a home folder: a person's, no machine's and no server's."""

from __future__ import annotations

import json

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def accounts(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "USERNAME"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('  File "/home/mgarrison/src/app/mail.py", line 88, in send', "mgarrison"),
        ("cp /home/o.lindqvist/invoice.pdf /tmp", "o.lindqvist"),
        ("C:\\Users\\mokafor\\Desktop", "mokafor"),
        ("at Program.Main() in C:\\Users\\PaulineH\\source\\repos\\Shop\\Program.cs:line 12", "PaulineH"),
        ("/Users/lenakruse/Downloads/invoice.pdf", "lenakruse"),
        ("error: file:///Users/lenakruse/dev/site/index.html not found", "lenakruse"),
        ("docker run -v /home/tkeller/data:/data img", "tkeller"),
        ("\\\\fs01\\homes$\\rbaptiste\\Documents\\letter.docx", "rbaptiste"),
        ("/mnt/c/Users/ysato/AppData/Local/Temp", "ysato"),
        ("HOME=/home/tkeller SHELL=/bin/bash", "tkeller"),
        ("tkeller:x:1000:1000::/home/bkeller:/bin/bash", "bkeller"),
        ('"USERPROFILE": "C:\\\\Users\\\\mokafor"', "mokafor"),
        ("PATH=/usr/bin:/home/wvanrijn/.local/bin", "wvanrijn"),
    ],
)  # fmt: skip
def test_the_account_of_a_home_folder_is_found(text, name):
    """In traces, command lines, variables, shares and mounts; alone, the rest of the path stays."""
    assert accounts(text) == [name]


def test_backslashes_that_json_doubles_are_read():
    """A path in a string of JSON has twice as many."""
    text = json.dumps({"cwd": "C:\\Users\\mokafor\\Desktop\\plan.xlsx"})
    assert accounts(text) == ["mokafor"]


@pytest.mark.parametrize(
    "text",
    [
        "/home/runner/work/repo/repo/src/index.ts:12", "/Users/runner/hostedtoolcache/Python", "C:\\Users\\Public\\Documents\\x.pdf",
        "/home/user/project/app.py", "/home/$USER/.ssh/config", "/home/<you>/.ssh", "/home/ubuntu/.cache/pip", "C:\\Users\\%USERNAME%\\AppData",
        "GET /home/news/today.html HTTP/1.1", "https://api.example.com/users/octocat/repos/x", "https://example.com/home/about/team.html",
        "see docs/home/index.md", "src/users/models/account.py", "/api/users/settings/email", "/home/linuxbrew/.linuxbrew/bin", "/home/jovyan/work/a.ipynb",
        "the /home/ folder and /users/ folder", "/home/ada",
    ],
)  # fmt: skip
def test_no_person_has_the_folder(text):
    """Accounts of machines and images, variables, addresses of a server, parts of a project."""
    assert accounts(text) == []
