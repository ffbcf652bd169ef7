"""Addresses that begin with a house's name, at a kilometre, of a box, of a flat by the sign of its unit."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def _addresses(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "STREET_ADDRESS"]


@pytest.mark.parametrize(
    "value",
    [
        "c/o café Nord, Ringweg 4, 2e verd., 5701 RK Helmond",
        "c/o bar Centrale, p.zza Mazzini 8, 33100 Udine",
        "Hoeve De Eik, Kleine Laan 8 bus 2, 9880 Aalter",
        "Rés. Les Pins, Bât. B, esc. 1, 2e ét. gche, 8 ter rue Racine, 69007 Lyon",
        "Quinta da Serra, EN 2 ao km 18, 8800-846 Tavira",
        "Finca La Loma, km 9,5 vía a Sasaima",
        "Martin Luther Kingweg km 22, Lelydorp",
        "C.P. 207, 6600 Locarno",
        "BP 4182, Douala",
        "P.O. Box 418-00100, Nairobi",
        "Blk 418 Tampines St 41 #08-217",
        "Gorse Farm, nr Llanfair, Conwy LL21 0RT",
        "911, ch. du 3e Rang, app. 2, St-Rémi (Québec) J0L 2L0",
        "Torstraße 81, 2. HH, 3. OG re., 10119 Berlin",
    ],
)
def test_the_whole_address_is_found(value):
    """From its first piece on."""
    assert _addresses(f"Post an: {value}") == [value] or _addresses(value) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Block 4, Berlin",
        "The Farm Show, Hall 4, Berlin",
        "BP 120, Pulse 80",
        "channel #10-4 good buddy",
        "Norma UNE-EN 1090, apartado 7.2",
        "second movement, Largo ma non troppo, 6/8",
        "Court 3, Wimbledon, 14 July",
    ],
)
def test_what_is_written_alike_is_none(text):
    """Halls, blood, channels, norms and music."""
    assert _addresses(text) == []


def test_a_person_behind_care_of_is_a_find_of_its_own():
    """Whose house it is has a name."""
    found = {
        s.entity for s in REDACTOR.find("c/o Frau Cornelia Wust, Lindenstraße 4, 33602 Bielefeld")
    }
    assert {"PERSON", "STREET_ADDRESS"} <= found


def test_an_address_of_a_template_is_nobodys():
    """A domain that nobody has, said to be a placeholder."""
    text = "ann@example.com in the mock is a placeholder"
    assert not [s for s in REDACTOR.find(text) if s.entity == "EMAIL_ADDRESS"]
