"""Every check digit agrees with python-stdnum, on valid numbers and on each with a digit changed."""

from __future__ import annotations

import importlib
import random
import re
from pathlib import Path

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers import labels
from stageflow_guard.redaction.recognizers.countries import COUNTRIES
from stageflow_guard.redaction.recognizers.generic import accounts

stdnum = pytest.importorskip("stdnum", reason="python-stdnum comes with the dev extra")
REDACTOR = Redactor()
# our check, the module that decides, how a number is drawn (9: a digit, A: a letter)
CHECKS = {
    "co.nit": ("co.nit", "9999999999"), "ec.cedula": ("ec.ci", "9999999999"), "nz.ird": ("nz.ird", "999999999"), "lu.matricule": (None, None), "pt.niss": (None, None), "br.cnh": (None, None), "br.pis": (None, None), "br.voter": (None, None), "es.nss": (None, None), "it.partita_iva": ("it.iva", "99999999999"),
    "gb.nhs": ("gb.nhs", "9999999999"), "de.tax_id": ("de.idnr", "99999999999"), "es.nif": ("es.dni", "99999999A"), "it.codice_fiscale": ("it.codicefiscale", None),
    "nl.bsn": ("nl.bsn", "999999999"), "be.national_number": ("be.nn", None), "pt.nif": ("pt.nif", "999999999"), "br.cpf": ("br.cpf", "99999999999"), "br.cnpj": ("br.cnpj", None),
    "pl.pesel": ("pl.pesel", None), "pl.nip": ("pl.nip", "9999999999"), "tr.tckn": ("tr.tckimlik", "99999999999"), "ind.gstin": ("in_.gstin", None),
    "cn.resident_identity": ("cn.ric", None), "il.identity_number": ("il.idnr", "999999999"), "gr.afm": ("gr.vat", "999999999"), "bg.egn": ("bg.egn", None),
    "ro.cnp": ("ro.cnp", None), "ie.pps": ("ie.pps", "9999999A"), "ch.ahv": ("ch.ssn", None), "au.tfn": ("au.tfn", "999999999"), "ar.cuit": ("ar.cuit", None), "cl.rut": ("cl.rut", "99999999"),
    "no.fodselsnummer": ("no.fodselsnummer", None), "fr.nir": ("fr.nir", None), "mx.curp": ("mx.curp", None), "th.personal_number": ("th.pin", "9999999999999"), "kr.resident_registration": ("kr.rrn", None),
    "at.vsnr": ("at.vnr", None), "jp.my_number": (None, None), "sg.nric": (None, None),
    "ca.sin": ("ca.sin", "999999999"), "ind.aadhaar": ("in_.aadhaar", "999999999999"), "sg.uen": ("sg.uen", None), "kr.issued": (None, None), "es.nif_of_seven": (None, None),
}  # fmt: skip
# valid numbers of the issuers' own documentation and of python-stdnum's
VALID = {
    "it.partita_iva": ["00743110157", "IT00743110157"], "pt.niss": ["11938247501"], "br.cnh": ["38475619228"], "br.pis": ["12083746513"], "br.voter": ["084611020523"], "es.nss": ["281234567840"], "lu.matricule": ["1985061348263", "1991062296360"],
    "co.nit": ["2131234321"], "ec.cedula": ["1714307103"], "nz.ird": ["049091850", "136410132"],
    "de.tax_id": ["36574261809", "86095742719"], "es.nif": ["54362315K", "X2482300W"], "it.codice_fiscale": ["RCCMNL83S18D969H", "RSSMRA85T10A562S"], "nl.bsn": ["111222333"],
    "be.national_number": ["85073003328"], "pt.nif": ["501964843"], "br.cpf": ["52998224725"], "br.cnpj": ["16727230000197", "11222333000181"], "pl.pesel": ["44051401359"],
    "pl.nip": ["8567346215"], "tr.tckn": ["17291716060"], "ind.gstin": ["27AAPFU0939F1ZV"], "cn.resident_identity": ["11010519491231002X"], "il.identity_number": ["39337423"],
    "gr.afm": ["094259216"], "bg.egn": ["7523169263"], "ro.cnp": ["1630615123457"], "ie.pps": ["6433435F", "6433435OA"], "ch.ahv": ["7569217076985"], "au.tfn": ["123456782"],
    "ar.cuit": ["20267565393"], "cl.rut": ["125319092"], "no.fodselsnummer": ["15108695088"], "fr.nir": ["295109912611193", "253072B07300470"], "mx.curp": ["BOXW310820HNERXN09"],
    "th.personal_number": ["7236542831041"], "kr.resident_registration": ["9710139019902"], "at.vsnr": ["1237010180"], "gb.nhs": ["9434765919"], "jp.my_number": ["123456789018"], "sg.nric": ["S1234567D"],
    "ca.sin": ["504815531", "123456782"], "ind.aadhaar": ["234123412346"], "sg.uen": ["00192200M", "197401143C", "S16FC0121D", "T01FC6132D"], "kr.issued": ["9710139019902"], "es.nif_of_seven": ["4362315C"],
}  # fmt: skip


def check_of(name):
    module, function = name.split(".")
    return getattr(
        importlib.import_module(f"stageflow_guard.redaction.recognizers.countries.{module}"),
        function,
    )


def holds(check, value):
    try:
        return bool(check(value))
    except (ValueError, IndexError, KeyError):
        return False


@pytest.mark.parametrize("name", VALID)
def test_a_valid_number_passes_its_check(name):
    """The example numbers of the issuing authorities."""
    for value in VALID[name]:
        assert holds(check_of(name), value), value


@pytest.mark.parametrize("name", [n for n, (module, _) in CHECKS.items() if module])
def test_the_check_decides_as_the_oracle(name):
    """Each digit of a valid number changed in turn, and random numbers where the form is plain."""
    oracle = importlib.import_module(f"stdnum.{CHECKS[name][0]}")
    ours, rng = check_of(name), random.Random(name)
    for value in VALID[name]:
        for place, char in enumerate(value):
            for other in "0123456789" if char.isdigit() else "ABCDEFGHJK":
                changed = value[:place] + other + value[place + 1 :]
                if oracle.is_valid(changed):
                    assert holds(ours, changed), changed
                elif holds(ours, changed):  # ours is a check digit, not a calendar or a register
                    with pytest.raises(Exception) as refused:
                        oracle.validate(changed)
                    assert type(refused.value).__name__ != "InvalidChecksum", changed
    form = CHECKS[name][1]
    for _ in range(300 if form else 0):
        drawn = "".join(
            rng.choice("0123456789" if c == "9" else "ABCDEFGHJKLMNPQRSTVWXYZ") for c in form
        )
        if oracle.is_valid(drawn):
            assert holds(ours, drawn), drawn


@pytest.mark.parametrize(
    ("document", "value"),
    [
        (d, v)
        for c in COUNTRIES
        for d in c.documents
        for v in VALID.get(f"{c.code}.{getattr(d.check, '__name__', '')}", ())
        if d.names
    ],
    ids=lambda x: getattr(x, "entity", None),
)
def test_a_labelled_number_is_found_as_its_type(document, value):
    """Behind each of its names, with a colon, and replaced whole."""
    for name in document.names.split("|"):
        text = f"{name}: {value}"
        found = REDACTOR.find(text)
        covered = {i for s in found for i in range(s.start, s.end)}
        assert all(i in covered for i in range(len(text) - len(value), len(text))), (text, found)


@pytest.mark.parametrize(
    "text", ["{v}", "codice fiscale: {v}", "il mio codice fiscale è {v}, grazie", "CF {v}"]
)
def test_a_codice_fiscale_of_letters_alone_is_found(text):
    """All seven digits may be letters; one that fails its check needs its name before it."""
    from stageflow_guard.redaction.recognizers.countries.it import codice_fiscale

    letters = "GLLNNAVRPTSHRLM"
    value = next(letters + c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if codice_fiscale(letters + c))
    assert value not in REDACTOR.redact(text.format(v=value)).value
    wrong = value[:-1] + ("A" if value[-1] != "A" else "B")
    assert REDACTOR.redact(f"the code {wrong} there").value == f"the code {wrong} there"


def test_every_word_of_a_label_is_read():
    """A word of a class of labels counts where it stands: none is written so that nothing matches it."""
    dead = [
        word
        for country in COUNTRIES
        for words in country.words.values()
        for word in words.split("|")
        if not labels.before(f"x {word} ", len(word) + 3)
    ]
    assert not dead


def test_the_form_of_every_iban_is_the_registrys():
    """Country by country, the kinds of characters are those of ISO 13616's registry."""
    registry = Path(stdnum.__file__).with_name("iban.dat").read_text(encoding="utf-8")
    theirs = {
        line[:2]: "".join(kind * int(size) for size, kind in re.findall(r"([0-9]+)!([nac])", line))
        for line in registry.split("\n")
        if line[:1].isalpha()
    }
    ours = {
        country: "".join(kind * int(size) for size, kind in re.findall(r"([0-9]+)([nac])", form))
        for country, form in accounts.FORMS.items()
    }
    assert ours == theirs
