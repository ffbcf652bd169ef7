"""Accounts, births, people and numbers in the wording of their language."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Laptop swap for Imani Booker (login: ibooker). Old MAC", "ibooker"), ("(bruger: lonesoe, e-mail: lone.soe@klitten.example)", "lonesoe"), ("Mijn inlognaam is iclaassen. Groet", "iclaassen"), ("Message de titi_du_63 le 8 avril : je donne des poules", "titi_du_63"),
        ("Beitrag von lotte_84 am Montag", "lotte_84"), ("اسم المستخدم om_yousef79 وكلمة المرور", "om_yousef79"), ("ログインできません。IDは momo_neko22 です", "momo_neko22"), ("nato ad Agrigento il 11/10/1968, C.F.", "11/10/1968"),
        ("pidió hablar con la doctora Ibarguren y dejó recado", "Ibarguren"), ("consulta com a doutora Penedo às 9h", "Penedo"), ("감사합니다.\n정유진 드림\n", "정유진"), ("예금주는 한소영입니다", "한소영"), ("hey its me, new number!! 7165550128 delete the old one", "7165550128"),
        ("driver number SOTHE 704281 N99XY 14. I moved house", "SOTHE 704281 N99XY 14"), ("SV-Nr. 53 120788 B 546", "53 120788 B 546"), ("liguem 21 857 3345.", "21 857 3345"), ("Key safe code C1947Y. Son popped in", "C1947Y"), ("La boîte à clés, c'est bien le code 5093 ?", "5093"), ("Afhaalcode GH7-41", "GH7-41"),
    ],
)  # fmt: skip
def test_a_value_is_found_in_the_wording_of_its_language(text, value):
    """In brackets, behind who wrote, behind a title in small letters, behind what opens with a code."""
    assert value in [text[s.start : s.end] for s in REDACTOR.find(text)]


@pytest.mark.parametrize(
    "text",
    ["Votre demande n° 2025-98556 est en cours", "the login (login: success) was logged", "comment by the author_2 of", "message by mail", "the gate raised alarm, error code 4041", "IDは必須です", "locker 12, code review 2026"],
)  # fmt: skip
def test_what_only_begins_so_stays(text):
    """A number of a year, events of a login, a failure's code."""
    assert not REDACTOR.find(text)
