"""Dates of birth in words, and in lists of relatives and insured."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text, entity):
    """Return what of `text` is found to be of a type."""
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity]


SAID = (
    ("Agent: Nennen Sie mir bitte Ihr Geburtsdatum?\nKunde: Ja, das ist der dreizehnte vierte zweiundachtzig.\nAgent: Und der Nachname?", ["dreizehnte vierte zweiundachtzig"]),
    ("Geburtsdatum: dritter Mai neunzehnhundertachtundsiebzig", ["dritter Mai neunzehnhundertachtundsiebzig"]),
    ("Agent: Your date of birth please?\nCaller: the third of May nineteen eighty-two", ["the third of May nineteen eighty-two"]),
    ("my date of birth is June twelfth nineteen ninety one", ["June twelfth nineteen ninety one"]),
    ("date of birth: fourteenth of October, two thousand and one", ["fourteenth of October, two thousand and one"]),
    ("née le premier mars mille neuf cent soixante-dix à Lyon", ["premier mars mille neuf cent soixante-dix"]),
    ("fecha de nacimiento: doce de marzo de mil novecientos ochenta y cuatro", ["doce de marzo de mil novecientos ochenta y cuatro"]),
    ("nací el tres de mayo del ochenta y dos", ["tres de mayo del ochenta y dos"]),
    ("data di nascita? tredici aprile millenovecentottantadue", ["tredici aprile millenovecentottantadue"]),
    ("nato il ventuno marzo millenovecentosettantanove", ["ventuno marzo millenovecentosettantanove"]),
    ("geboortedatum: dertien april negentienhonderd tweeëntachtig", ["dertien april negentienhonderd tweeëntachtig"]),
    ("geboren op drie mei tweeëntachtig", ["drie mei tweeëntachtig"]),
    ("data de nascimento: treze de abril de mil novecentos e oitenta e dois", ["treze de abril de mil novecentos e oitenta e dois"]),
    ("nascida em três de maio de oitenta e dois", ["três de maio de oitenta e dois"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), SAID)
def test_a_birth_said_in_words_is_found(text, values):
    """Behind a label or in an answer: three words for numbers and months."""
    assert found(text, "DATE_OF_BIRTH") == values


HARMLESS_SAID = (
    "geboren ist er vor dreizehn Jahren",
    "born three years ago",
    "born in the nineteen eighties",
    "nació hace tres años",
    "nato tre anni fa",
    "geboren als dritter Sohn",
    "née deux ans plus tard",
    "born the second of three children",
    "Children: Alpha (12/03/2024)",
    "Kinder: Zirkus Roncalli (12.03.2026)",
    "Enfants : sortie à Paris (12/03/2026)",
    "born one two three",
    "born in one of twenty two towns",
    "Geburtsdatum: unbekannt",
    "date of birth: first day, last day",
    "date of birth one two",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_SAID)
def test_a_birth_said_in_words_is_found_elsewhere_not(text):
    """A word for a number or two is no date."""
    assert found(text, "DATE_OF_BIRTH") == []


LISTED = (
    ("Bénéficiaires : VASSEUR Élodie (14/01/1985), VASSEUR Tom (03/09/2016) – adhérent 771-20418", ["14/01/1985", "03/09/2016"]),
    ("Mitversicherte: Lena Krämer (03.05.2012), Paul Krämer (11.09.2015)", ["03.05.2012", "11.09.2015"]),
    ("Dependents: Mia Hale (04/12/2014), Owen Hale (09/30/2017)", ["04/12/2014", "09/30/2017"]),
    ("Kinder: Jonas (12.03.2014), Mia (01.07.2018)", ["12.03.2014", "01.07.2018"]),
    ("Beneficiarios: Marta Ruiz (12/03/1984) y Hugo Ruiz (05/11/2013)", ["12/03/1984", "05/11/2013"]),
    ("Figli a carico: Rossi Giulia (12/03/2009), Rossi Marco (01/02/2012)", ["12/03/2009", "01/02/2012"]),
    ("Gezinsleden: Sanne de Wit (12-03-1984), Daan de Wit (01-06-2015)", ["12-03-1984", "01-06-2015"]),
    ("Filhos: Rita Sousa (12/03/2010) e Tiago Sousa (05/05/2014)", ["12/03/2010", "05/05/2014"]),
    ("Assurés : Paul Martin (12/03/1984)", ["12/03/1984"]),
    ("Insured: Karen Doyle (1984-03-12)", ["1984-03-12"]),
    ("Passengers: DOYLE/KAREN (12MAR1984)", ["12MAR1984"]),
    ("Dzieci: Zofia Nowak (12.03.2014), Jan Nowak (01.07.2016)", ["12.03.2014", "01.07.2016"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), LISTED)
def test_a_date_behind_a_name_in_a_list_of_insured_is_a_birth(text, values):
    """In brackets, behind a name, in a list whose head says whose ages count."""
    assert found(text, "DATE_OF_BIRTH") == values


HARMLESS_LISTED = (
    "Authors: Karen Doyle (12/03/2024), Tom Hale (13/03/2024)",
    "Reviewed-by: Karen Doyle (2024-03-12)",
    "Releases: Alpha (12/03/2024), Beta (13/04/2024)",
    "Kommentare: Lena Krämer (03.05.2026): bitte prüfen",
    "Meetings: Berlin (12.03.2026), Wien (14.04.2026)",
    "Kinderprogramm: Zirkus (12.03.2026)",
    "Children: Alpha (12/03/2024)",
    "Kinder: Zirkus Roncalli (12.03.2026)",
    "Enfants : sortie à Paris (12/03/2026)",
    "born one two three",
    "born in one of twenty two towns",
    "Geburtsdatum: unbekannt",
    "date of birth: first day, last day",
    "date of birth one two",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_LISTED)
def test_a_date_behind_a_name_in_a_list_of_insured_is_a_birth_elsewhere_not(text):
    """A date behind an author, a place or a show is none."""
    assert found(text, "DATE_OF_BIRTH") == []
