"""Parts of addresses in fields of their own, and streets whose name holds numbers."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def addresses(text):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "STREET_ADDRESS"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"strasse":"Am Wehr 12","plz":"01662"}', "01662"), ('{"line1": "92 Turnpike Rd", "postal_code": "01581"}', "01581"), ("Name,Zip,Notes\nAda Byron,79901,x", "79901"), ("code postal : 69003", "69003"), ("CEP 01310-100", "01310-100"),
        ("postcode 1234 AB", "1234 AB"), ("postnummer: 113 24", "113 24"), ("kod pocztowy 00-950", "00-950"),
        ("voornaam;straat;huisnummer\nHanneke;Meidoornlaan;18", "Meidoornlaan"), ("voornaam;straat;huisnummer\nHanneke;Meidoornlaan;18", "18"), ('{"vorname": "Uwe", "straße": "Lindenallee", "hausnummer": "7b"}', "7b"),
    ],
)  # fmt: skip
def test_a_part_of_an_address_behind_its_label_is_found(text, value):
    """Postcodes, streets and house numbers of seven languages, as keys, as heads of columns, in a sentence."""
    assert value in addresses(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("entrega en la Carrera 15 # 88-64, apto 503, Bogotá", "Carrera 15 # 88-64, apto 503, Bogotá"), ("Cra. 7 No. 32-16", "Cra. 7 No. 32-16"), ("fam. Gallo, via XX Settembre 40, int. 7, scarico", "via XX Settembre 40, int. 7"),
        ("na R. Treze de Maio 905, fundos, portão azul", "R. Treze de Maio 905, fundos"), ("demeurant à ANNECY (74000), 3 rue Sommeiller, née", "ANNECY (74000), 3 rue Sommeiller"), ("address for sat is 715 w magnolia ave", "715 w magnolia ave"),
    ],
)  # fmt: skip
def test_a_street_whose_name_holds_a_number_is_found_whole(text, value):
    """A crossing, a Roman number, a day, a unit behind it; a town and its code before it."""
    assert value in addresses(text)


@pytest.mark.parametrize(
    "text",
    ["zip file 12345", "unzip 12 files", "the zip: see below", "R. Smith, 1998", "R. Smith et al. 2004, 33", "sent via RFC 9110 rules", "via HTTP 2", "calle: none", "street: closed until 2027", "house number of the day", "Annecy (74000 habitants)"],
)  # fmt: skip
def test_what_only_looks_like_one_stays(text):
    """Archives, citations, protocols, counts, notices."""
    assert addresses(text) == []
