"""Accounts on market places, those that a database turns away, in tables and keys; a placeholder is none."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _accounts(text: str) -> list[str]:
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "USERNAME"]


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("on Depop I am puffin_knits", "puffin_knits"),
        ("such mich auf Willhaben, ich bin dachbodenfund", "dachbodenfund"),
        ("sur Leboncoin je suis brocante_nord", "brocante_nord"),
        ("soy rastrillo88 en Wallapop", "rastrillo88"),
        ("su Subito mi trovi come soffittaviva", "soffittaviva"),
        ("op Marktplaats heet ik zolderschat", "zolderschat"),
        ("me acha no OLX, sou a garagem.da.lia", "garagem.da.lia"),
        ("Access denied for user 'hkramer'@'%' (using password: YES)", "hkramer"),
        ("Zugriff verweigert für Benutzer 'hkramer'@'10.1.1.4'", "hkramer"),
        ("Accès refusé pour l'utilisateur: 'hkramer'@'@localhost'", "hkramer"),
        ("my Vinted name is lacewing_lu", "lacewing_lu"),
        ("mon Vinted c'est chaussettenorde", "chaussettenorde"),
        ("Access denied for user hkramer@10.2.2.9 (using password: YES)", "hkramer"),
        ("o utilizador é hkramer8", "hkramer8"),
        ("Account Name: hkramer  Account Domain: WORKGROUP", "hkramer"),
        ("Anmeldename ist k31882ab, bitte merken", "k31882ab"),
        ("login | role | last seen\nhkramer | editor | 2h ago", "hkramer"),
        ("ftp-gebruiker: hkramer\nftp-wachtwoord: Zand!Bak7", "hkramer"),
    ],
)
def test_an_account_is_found_by_its_place(text: str, account: str) -> None:
    """A place where people have accounts, a refusal, a head or a key beside a password's tells one."""
    assert account in _accounts(text)


@pytest.mark.parametrize(
    "text",
    [
        "on eBay I am the seller of three chairs",
        "en Wallapop soy vendedora profesional",
        "su Subito sono interessato, grazie",
        "Auf Vinted bin ich neu, also Geduld",
        "Instagram: follow us",
        "threads: max_workers",
        "Access denied for user hkramer@corp.example",
        "login | role\nforbidden | guest",
        "utente: TUO_UTENTE",
        "username: YOUR_USERNAME\nport: 993",
        "Access denied for user 'root'@'localhost'",
    ],
)
def test_what_is_said_of_somebody_is_no_account(text: str) -> None:
    """What follows `I am` is a word, and capitals with underscores keep a place free."""
    assert _accounts(text) == []
