"""Accounts behind their label: a person's, no machine's and no code."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def accounts(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "USERNAME"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("WARN lockout username=ffion.parry src=86.145.33.209", "ffion.parry"), ("Benutzer=k.wollny IP=91.64.182.33", "k.wollny"), ("connexion refusée identifiant=p.delaunay ip=90.63.214.8", "p.delaunay"), ("usuario=jmolina ip=83.45.117.201", "jmolina"),
     ("登录失败 用户名=zhaoqiang IP=114.92.67.133", "zhaoqiang"), ("ユーザー名=y_tanabe IPアドレス=126.77.203.41", "y_tanabe"), ("Username: jmolina", "jmolina"), ("utente: mario.rossi", "mario.rossi"), ("la contraseña es otra, usuario admin_tienda", "admin_tienda"),
     ("my username should now be sunnyortiz.tx", "sunnyortiz.tx")],
)  # fmt: skip
def test_an_account_behind_its_label_is_found(text, name):
    """In a line of pairs, in a form, in a sentence."""
    assert accounts(text) == [name]


@pytest.mark.parametrize(
    "text",
    ["user=root pid=33 cmd=ls", "user: postgres", "username=config.user_name timeout=3", "login(username=form.username, password=x)", "username: string;", '  username: str = "x"', "user=${USER} home=${HOME}", "--user=www-data --group=www-data",
     "login: success", "user: request.user", "Handle: events are sent", "login index.php", "username: {{ user }}", "password=robin&user=ann", "user: the person who calls", "user:u10 may read", "subject user:ada.b of acme"],
)  # fmt: skip
def test_no_person_is_called_so(text):
    """Accounts of machines, members of variables, types, templates, events."""
    assert accounts(text) == []


def test_the_other_side_of_a_connection_is_no_version():
    """`src=86.145.33.209` is an address, `pkg=1.26.4.1` a version."""
    found = [s.entity for s in REDACTOR.find("src=86.145.33.209 numpy=1.26.4.1 rhost=91.64.182.33")]
    assert found == ["IP_ADDRESS", "IP_ADDRESS"]
