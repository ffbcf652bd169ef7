"""Addresses in pieces between commas or lines, up to the code of their town: each piece is read as a whole."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers.addresses.zip_codes import is_of_state

REDACTOR = Redactor()
WHOLE = [
    "The Old Forge, Church Lane, Nether Wallop, SO20 8EX", "Flat 2/1, 118 Dumbarton Road, Glasgow G11 6NY", "Top Floor Flat, 52a Ferry Rd, Edinburgh, EH6 4AF", "Flat 2; 9 Harbour Row, Swansea SA1 1TX",
    "419 Magnolia Avenue, Natchez, Mississippi 39120", "One Market Plaza, Suite 300, San Francisco, CA 94105", "N6501 County Road H, Fond du Lac, WI 54937",
    "H.No. 4-56, Gandhi Nagar, Hyderabad 500080", "Flat 5A, Lake View Towers, Salt Lake, Kolkata 700091",
    "Straße des 17. Juni 135, 10623 Berlin", "Schloßstr. 12, Hinterhaus, 70174 Stuttgart", "Bei den Mühren 3, 20457 Hamburg", "BP 20145, 35001 Rennes Cedex",
    "Résidence Les Acacias, Bât. C, appt 42, 17 ter avenue du Général-de-Gaulle, 94160 Saint-Mandé", "2, place du Marché-aux-Herbes - 59000 LILLE", "Lieu-dit Le Moulin, 24250 Domme",
    "Pza. Mayor 3, bajo izda., 37002 Salamanca", "Urbanización Los Almendros, parcela 27, 29130 Alhaurín de la Torre (Málaga)", "Carrer de Sant Pere Més Alt, 31, 08003 Barcelona", "Partida La Marina s/n, 03779 Els Poblets",
    "Via XX Settembre 12/A, int. 5, scala B, 16121 Genova (GE)", "P.zza Garibaldi, 4 - 43121 Parma", "Fraz. San Rocco 4, 12100 Cuneo (CN)", "'t Zand 12 hs, 3811GC Amersfoort",
    "R. da Boavista, 45, 2.º Esq., 4050-101 Porto", "Av. Pres. Getúlio Vargas, 1441, casa 3, fundos, Bairro Menino Deus, Porto Alegre/RS 90150-005", "Tv. Padre Eutíquio 417, Batista Campos, Belém - PA, 66023-710",
    "Calle Hidalgo #117, Col. Centro, C.P. 44100, Guadalajara, Jal.", "os. Tysiąclecia 41 m. 7, 61-255 Poznań", "Björkvägen 41, 2 tr, 756 53 Uppsala", "Bağdat Cad. No: 417/8, Suadiye Mah., 34740 Kadıköy/İstanbul",
    "서울특별시 강남구 테헤란로 152, 12층", "서울 마포구 월드컵북로 396", "大阪市北区梅田2丁目4番9号", "東京都渋谷区神南1-2-3 ハイツ渋谷201", "شارع الملك فهد، حي العليا، الرياض 12211", "मकान नं. 12, गांधी नगर, जयपुर 302015",
]  # fmt: skip
OPEN = ["12 Elm St Apt 4, Dayton OH", "Via Roma 12, Torino", "12 rue de la Paix, Paris 2e", "Keizersgracht 123-II, Amsterdam", "Plaza de España 4, bajo", "Kirchgasse 7a, 2. OG links", "Dorpsstraat 1a te Loenen", "Privada Los Pinos 14, Fracc. Las Flores, Toluca"]  # fmt: skip


def bare(text, low, high):
    covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
    return [text[i] for i in range(low, high) if text[i].isalnum() and i not in covered]


@pytest.mark.parametrize("address", WHOLE)
@pytest.mark.parametrize("form", ["{}", "the parcel goes to {} ok", "Name: Ada, home {}\nthanks"])
def test_an_address_is_found_from_its_first_piece_to_its_town(address, form):
    """A flat, a house by its name, a floor, a district, an estate: all of it, in any sentence."""
    text = form.format(address)
    at = text.index(address)
    assert not bare(text, at, at + len(address))


@pytest.mark.parametrize("address", OPEN)
def test_a_town_or_a_floor_behind_a_street_is_part_of_it(address):
    """Without a code: what a comma or a little word joins."""
    text = f"it is {address}."
    assert not bare(text, 6, 6 + len(address))


@pytest.mark.parametrize("text", [
    "Worker 3, 12345 Requests processed", "Gate B 12, 455 67 Min", "Samsung Galaxy S21, 12345 Bewertungen", "Sprint 12, 43004 Story Points", "HTTP 404, 12345 Anfragen", "Teil 4 - 12345 Punkte",
    "Im Jahr 2020 waren es 4, im Jahr darauf 12345 Besucher", "See RFC 5322 section 3.4.1, ISO 3166-1 and ISO/IEC 27001:2022 for it.", "AVE 03142 Madrid-Sevilla, coche 4, salida 10:30", "Rang 3, 45000 Zuschauer kamen",
    "Sprint review moved to Tue 3/17 at 2:30 PM in Boardroom B", "La sala 4, 12000 Personas", "Model X 100, 75000 Dollar", "in Washington 20001 votes were cast", "Chapter 3, 12345 Words",
    "Votes: Ohio 12345, Texas 54321, Florida 99999", "Sales by state: Texas 10000, Ohio 20000, Utah 30000", "Room 4, Texas 12345", "Elm 4, Maine 12345 moose", "Items 5, OK 12345", "Route 12, 3400 Passengers", "Gut, 12345 Schafe", "Domaine, 12345 Visites", "Arsenal 2, Chelsea 1, 60123 Attendance", "Score 15, OR 12345", "Check 4, IN 12345",
])  # fmt: skip
def test_counts_trains_and_standards_are_no_addresses(text):
    """Five digits and a capital count something, too."""
    assert not [s for s in REDACTOR.find(text) if s.entity == "STREET_ADDRESS"]


def test_a_code_of_another_state_needs_a_word_of_a_street():
    """A made-up code does not hide a street; without one it counts something."""
    whole = "12 Juniper Hollow Lane, Anytown, California 12345"
    assert not bare(whole, 0, len(whole))
    assert is_of_state("83702", "ID") and is_of_state("29401-2210", "Carolina")
    assert not is_of_state("12345", "Texas") and not is_of_state("12345", "")


def test_addresses_in_a_row_are_each_one():
    """No address goes across the code of the one before, nor across who stands between: each is a find."""
    text = "Flat 2, Elm 4, Dallas, TX 75001 - Flat 3, Oak 5, Waco, TX 76701"
    finds = [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "STREET_ADDRESS"]
    assert finds == ["Flat 2, Elm 4, Dallas, TX 75001", "Flat 3, Oak 5, Waco, TX 76701"]
    text = "Anna Berg, Rua A, 12, SP 12345-678, Carl Dahl, Rua B, 13, SP 12345-679"
    found = [(s.entity, text[s.start : s.end]) for s in REDACTOR.find(text)]
    assert ("PERSON", "Carl Dahl") in found
    assert ("STREET_ADDRESS", "Rua B, 13, SP 12345-679") in found
    assert max(s.end - s.start for s in REDACTOR.find("Flat 2, E1 6AN, " * 100)) < 20


def test_rows_of_names_and_numbers_before_a_town_are_no_pieces_of_it():
    """A table, a result: only the last of them may be a street."""
    text = "Anna 31\nBob 42\nCarl 53\nDora 64\nEve 75\n12345 Berlin"
    found = [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == "STREET_ADDRESS"]
    assert found == ["Eve 75\n12345 Berlin"]
