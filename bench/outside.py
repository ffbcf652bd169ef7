"""Other projects' numbers, generators and tests run through the shipped recognizers: python bench/outside.py [FOLDER].

Nothing of theirs is kept here. What is installed is used: python-stdnum's documented numbers behind
their labels, libphonenumber's example numbers (dev extra, presidio). With FOLDER, also what lies there:
  pip download --no-binary :all: --no-deps python-stdnum    unpacked: its tests' numbers, too
  pip install --no-deps --target FOLDER faker               its values in 25 locales behind labels
`--suite CHECKOUT` (once for each) reads the test cases of a checkout of gitleaks, trufflehog,
detect-secrets or presidio (bench/outside_suites.py): what is found by family of rules, in two halves
by a digest of the family's name, of which the second was not looked at while rules were written, and
what of the harmless cases is flagged. detect-secrets and presidio, where they are installed, read the
same cases in the same run. The sdists of presidio-analyzer, detect-secrets and scrubadub hold no tests.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import importlib
import re
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from outside_suites import Case, read

from stageflow_guard.redaction import Redactor

# module of python-stdnum: the words that announce its numbers
STDNUM = {
    "se.personnummer": "personnummer|personnr", "se.orgnr": "organisationsnummer", "mx.curp": "CURP", "mx.rfc": "RFC", "ch.ssn": "AHV-Nr.|numéro AVS", "cn.ric": "身份证号|resident identity",
    "kr.rrn": "주민등록번호|resident registration number", "jp.cn": "法人番号", "tr.tckimlik": "TC kimlik no|T.C. Kimlik", "fi.hetu": "henkilötunnus|hetu", "no.fodselsnummer": "fødselsnummer|personnummer",
    "no.orgnr": "organisasjonsnummer", "dk.cpr": "CPR|cpr-nummer", "dk.cvr": "CVR", "cz.rc": "rodné číslo|RČ", "cz.dic": "DIČ", "sk.rc": "rodné číslo", "sk.dph": "IČ DPH", "ro.cnp": "CNP|cod numeric personal",
    "bg.egn": "ЕГН|EGN", "bg.pnf": "ЛНЧ", "gr.vat": "ΑΦΜ|AFM", "gr.amka": "ΑΜΚΑ|AMKA", "ie.pps": "PPS number|PPSN", "il.idnr": "תעודת זהות|Israeli ID", "za.idnr": "South African ID|ID number", "za.tin": "tax number",
    "th.pin": "เลขประจำตัวประชาชน|Thai ID", "sg.uen": "UEN", "in_.gstin": "GSTIN", "in_.pan": "PAN", "in_.aadhaar": "Aadhaar|aadhaar no", "in_.epic": "EPIC no|voter id", "eu.vat": "VAT number|VAT", "gb.nhs": "NHS number",
    "gb.utr": "UTR", "gb.vat": "VAT no", "br.cpf": "CPF", "br.cnpj": "CNPJ", "cl.rut": "RUT", "ar.cuit": "CUIT", "ar.dni": "DNI", "ca.sin": "SIN|social insurance number", "au.tfn": "TFN|tax file number", "au.abn": "ABN",
    "de.idnr": "Steuer-ID|IdNr.", "de.stnr": "Steuernummer", "at.vnr": "Sozialversicherungsnummer", "at.tin": "Steuernummer", "be.nn": "rijksregisternummer|numéro national", "fr.nir": "NIR|numéro de sécurité sociale",
    "fr.nif": "numéro fiscal", "it.codicefiscale": "codice fiscale|CF", "it.iva": "partita IVA", "es.dni": "DNI", "es.nie": "NIE", "es.nif": "NIF", "es.cif": "CIF", "nl.bsn": "BSN|burgerservicenummer",
    "nl.onderwijsnummer": "onderwijsnummer", "pl.pesel": "PESEL", "pl.nip": "NIP", "pl.regon": "REGON", "pt.nif": "NIF|contribuinte", "pt.cc": "cartão de cidadão", "us.ssn": "SSN", "us.itin": "ITIN", "us.ein": "EIN",
    "us.rtn": "routing number", "us.tin": "TIN", "us.ptin": "PTIN", "us.atin": "ATIN", "imei": "IMEI", "iban": "IBAN", "is_.kennitala": "kennitala", "ee.ik": "isikukood", "lt.asmens": "asmens kodas", "hr.oib": "OIB",
    "si.emso": "EMŠO", "hu.anum": "adószám", "ua.rntrc": "РНОКПП", "my.nric": "MyKad|NRIC", "id.nik": "NIK", "vn.mst": "MST", "pk.cnic": "CNIC", "pe.cui": "DNI", "ve.rif": "RIF", "ec.ci": "cédula", "co.nit": "NIT",
    "uy.rut": "RUT", "do.cedula": "cédula", "nz.ird": "IRD number", "tw.ubn": "統一編號",
}  # fmt: skip
FORMS = ("{label}: {value}", "{label} {value}", "my {label} is {value}, thanks")
MOST = 40  # numbers of one module
_QUOTED = re.compile(r"'([^'\n]{5,40})'")
_LINE = re.compile(r"^\s*(?:\.\.\. *)?([0-9A-Z][0-9A-Za-z ./+-]{5,30})$", re.MULTILINE)

Rates = dict[str, list[int]]


def whole(redactor: Redactor, text: str, value: str) -> bool:
    """Say whether no letter or digit of `value` is left."""
    at = text.index(value)
    covered = {i for span in redactor.find(text) for i in range(span.start, span.end)}
    return all(i in covered for i in range(at, at + len(value)) if text[i].isalnum())


def sources(name: str, folder: Path | None) -> Iterator[str]:
    module = importlib.import_module(f"stdnum.{name}")
    yield module.__doc__ or ""
    for file in (folder or Path("/nonexistent")).glob(
        f"python_stdnum*/tests/test_{name.replace('.', '_')}.doctest"
    ):
        yield file.read_text(encoding="utf-8")


def stdnum(redactor: Redactor, folder: Path | None = None) -> Rates:
    """Return, per module, how many labelled numbers are covered, and of how many."""
    out: Rates = {}
    for name, labels in STDNUM.items():
        module = importlib.import_module(f"stdnum.{name}")
        numbers: set[str] = set()
        for text in sources(name, folder):
            for found in (*_QUOTED.findall(text), *_LINE.findall(text)):
                if module.is_valid(found.strip()):
                    numbers.add(found.strip())
        hits = [
            whole(redactor, form.format(label=label, value=value), value)
            for value in sorted(numbers)[:MOST] for label in labels.split("|") for form in FORMS
        ]  # fmt: skip
        out[name] = [sum(hits), len(hits)]
    return out


def phones(redactor: Redactor) -> Rates:
    """Return how many of libphonenumber's national example numbers are covered."""
    import phonenumbers as lib

    from stageflow_guard.redaction.recognizers.generic.phonenumbers import REGIONS

    out: Rates = {"label": [0, 0], "bare": [0, 0], "bare, default regions": [0, 0]}
    for region in sorted(lib.SUPPORTED_REGIONS):
        for kind in (lib.PhoneNumberType.FIXED_LINE, lib.PhoneNumberType.MOBILE):
            example = lib.example_number_for_type(region, kind)
            if example is None:
                continue
            shown = lib.format_number(example, lib.PhoneNumberFormat.NATIONAL)
            bare = whole(redactor, f"you can write {shown} any time", shown)
            for name, hit in (
                ("label", whole(redactor, f"phone: {shown}", shown)), ("bare", bare),
                *([("bare, default regions", bare)] if region in REGIONS else []),
            ):  # fmt: skip
                out[name][0] += hit
                out[name][1] += 1
    return out


# faker's locale: the words for phone, name, address, password, and its national number
FAKER = {
    "en_US": "phone|full name|address|password|SSN", "en_GB": "mobile|full name|address|password|NI number", "de_DE": "Telefon|Name|Adresse|Passwort|Steuer-ID", "fr_FR": "téléphone|nom complet|adresse|mot de passe|numéro de sécurité sociale",
    "es_ES": "teléfono|nombre completo|dirección|contraseña|NIF", "it_IT": "telefono|nome completo|indirizzo|password|codice fiscale", "nl_NL": "telefoon|volledige naam|adres|wachtwoord|BSN", "pt_BR": "telefone|nome completo|endereço|senha|CPF",
    "pl_PL": "telefon|imię i nazwisko|adres|hasło|PESEL", "sv_SE": "telefon|namn|adress|lösenord|personnummer", "ja_JP": "電話番号|氏名|住所|パスワード|マイナンバー", "ko_KR": "전화번호|성명|주소|비밀번호|주민등록번호", "zh_CN": "电话|姓名|地址|密码|身份证号",
    "tr_TR": "telefon|ad soyad|adres|şifre|TC kimlik no", "cs_CZ": "telefon|jméno|adresa|heslo|rodné číslo", "ru_RU": "телефон|ФИО|адрес|пароль|ИНН", "hi_IN": "फोन|नाम|पता|पासवर्ड|आधार संख्या", "fi_FI": "puhelin|nimi|osoite|salasana|henkilötunnus",
    "da_DK": "telefon|navn|adresse|adgangskode|CPR", "no_NO": "telefon|navn|adresse|passord|fødselsnummer", "ro_RO": "telefon|nume complet|adresă|parolă|CNP", "pt_PT": "telefone|nome completo|morada|palavra-passe|NIF",
}  # fmt: skip


def faker(redactor: Redactor, folder: Path, each: int = 20) -> Rates:
    """Return, per kind, how many of faker's values behind labels are covered."""
    sys.path.insert(0, str(folder))
    warnings.simplefilter("ignore")
    make: Any = importlib.import_module("faker").Faker
    out: Rates = defaultdict(lambda: [0, 0])
    for locale, words in FAKER.items():
        phone, name, address, password, number = words.split("|")
        fake = make(locale)
        fake.seed_instance(7)
        kinds: list[tuple[str, str, Callable[[], str]]] = [
            ("phone", phone, fake.phone_number), ("name field", name, fake.name), ("address field", address, fake.street_address),
            ("password", password, fake.password), ("national number", number, fake.nif if locale == "es_ES" else fake.ssn),
            ("e-mail", "to", fake.email), ("card", "card", fake.credit_card_number),
        ]  # fmt: skip
        for kind, label, drawn in kinds:
            for _ in range(each):
                value = drawn()
                out[kind][0] += whole(redactor, f"{label}: {value}", value)
                out[kind][1] += 1
    return out


Finder = Callable[[str], list[tuple[int, int, str]]]
LEAST = 5  # cases of a family that is named as the worst


def spans(redactor: Redactor, text: str) -> list[tuple[int, int, str]]:
    """Return what `redactor` finds, as a reader of suites."""
    return [(s.start, s.end, s.entity) for s in redactor.find(text)]


def half(family: str) -> str:
    """Return the half of a family of rules: by its name, so that nobody chose it."""
    return "held out" if hashlib.sha256(family.encode()).digest()[0] & 1 else "tuning"


def found(case: Case, finds: list[tuple[int, int, str]]) -> bool:
    """Say whether all that is to be found is covered; where nobody says what, whether its type is."""
    if not case.values:
        return any(entity == case.entity for _, _, entity in finds)
    covered = {i for start, end, _ in finds for i in range(start, end)}
    return all(
        i in covered for a, b in case.values for i in range(a, b) if case.text[i : i + 1].isalnum()
    )


def flagged(case: Case, finds: list[tuple[int, int, str]]) -> bool:
    """Say whether a harmless case is taken for what it is not: of secrets, for one; else, for anything."""
    return any(case.entity != "SECRET" or entity == "SECRET" for _, _, entity in finds)


def suites(
    cases: list[Case], finders: dict[str, Finder], *, misses: str | None = None, types: bool = False
) -> None:
    """Print, per reader, what is found by half and by the worst family, and what is flagged."""
    print(f"\n{cases[0].suite}: {sum(not c.harmless for c in cases)} to find, {sum(c.harmless for c in cases)} harmless, "
          f"{len({c.family for c in cases})} families")  # fmt: skip
    for name, finder in finders.items():
        rates: dict[str, Rates] = {
            "tuning": defaultdict(lambda: [0, 0]),
            "held out": defaultdict(lambda: [0, 0]),
        }
        wrong: Rates = {"tuning": [0, 0], "held out": [0, 0]}
        for case in cases:
            finds, part = finder(case.text), half(case.family)
            if case.harmless:
                hit = flagged(case, finds)
                wrong[part][0] += hit
                wrong[part][1] += 1
            else:
                hit = not found(case, finds)
                rates[part][case.family][0] += not hit
                rates[part][case.family][1] += 1
            if hit and name == "ours" and misses == part:
                print(
                    f"  {'flagged' if case.harmless else 'missed'} {case.family}: {case.text!r:.300} {finds}"
                )
        for part, families in rates.items():
            a, b = (sum(r[i] for r in families.values()) for i in (0, 1))
            large = {f: x / n for f, (x, n) in families.items() if n >= LEAST}
            least = min(large, key=lambda f: large[f], default="-")
            print(f"  {name:<28}{part:<10}found {a} of {b} ({a / max(1, b):.3f}), worst family {least} {large.get(least, 1):.2f}; "
                  f"harmless flagged {wrong[part][0]} of {wrong[part][1]}")  # fmt: skip
            for family, (x, n) in sorted(families.items()) if types else ():
                if x < n:
                    print(f"    {family:<28}{x:>4} of {n}")


def behind(cases: list[Case]) -> list[Case]:
    """Return presidio's cases each behind the first context word of its recognizer: `ssn: 078-05-1123`."""
    from stageflow_guard.redaction.engines.presidio import stock

    words = {e: r.context[0] for r in stock() if r.context for e in r.supported_entities}
    out = []
    for case in cases:
        lead = f"{words.get(case.entity, case.entity.rpartition('_')[2])}: "
        values = tuple((a + len(lead), b + len(lead)) for a, b in case.values)
        out.append(
            case._replace(
                text=lead + case.text, values=values, suite=f"{case.suite}, behind its word"
            )
        )
    return out


def peers(suite: str) -> dict[str, Finder]:
    """Return what else is installed that reads such texts, by name."""
    out: dict[str, Finder] = {}
    if suite.startswith("presidio"):
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

        from stageflow_guard.redaction.engines.presidio import tokenizer
        from stageflow_guard.redaction.engines.tldextract import use_bundled_suffixes

        use_bundled_suffixes()
        registry = RecognizerRegistry(supported_languages=["en"])
        registry.load_predefined_recognizers(languages=["en"], nlp_engine=tokenizer("en"))
        engine = AnalyzerEngine(
            registry=registry, nlp_engine=tokenizer("en"), supported_languages=["en"]
        )
        for score in (0.0, 0.35):
            out[f"presidio from {score}"] = lambda text, score=score: [
                (r.start, r.end, r.entity_type)
                for r in engine.analyze(text, "en", score_threshold=score)
            ]
    else:
        try:
            scan: Any = importlib.import_module("detect_secrets.core.scan")
            settings: Any = importlib.import_module("detect_secrets.settings")
        except ImportError:
            return out

        def detect(text: str) -> list[tuple[int, int, str]]:
            with tempfile.TemporaryDirectory() as folder, settings.default_settings():
                file = Path(folder, "lines.txt")  # it reads a line by itself with less care
                file.write_text(text, encoding="utf-8")
                values = [secret.secret_value or "" for secret in scan.scan_file(str(file))]
            return [(at, at + len(v), "SECRET") for v in values for at in (text.find(v),)]

        out["detect-secrets"] = detect
    return out


def printed(title: str, rates: Rates, *, below: float = 2.0) -> None:
    hit, total = (sum(r[i] for r in rates.values()) for i in (0, 1))
    print(f"{title}: {hit} of {total} ({hit / max(1, total):.3f})")
    for name, (a, b) in rates.items():
        if b and a / b < below:
            print(f"  {name:<28}{a:>6} of {b:<6}{a / b:.2f}")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path)
    options.add_argument("--suite", action="append", default=[], type=Path, help="a checkout")
    options.add_argument(
        "--misses", action="store_true", help="of the half that rules are tuned on"
    )
    options.add_argument(
        "--types", action="store_true", help="what is not all found, by family of rules"
    )
    args = options.parse_args()
    redactor, strict = Redactor(), Redactor("strict")
    ours = functools.partial(spans, redactor)
    for checkout in args.suite:
        cases = read(checkout)
        if not cases:
            print(f"{checkout}: no cases of a suite that is known")
            continue
        also = [behind(cases)] if cases[0].suite == "presidio" else []
        for part in (cases, *also):
            readers: dict[str, Finder] = {"ours": ours, **peers(part[0].suite)}
            if also:  # what presidio's any score is beside: all that anything speaks for
                readers["ours, strict"] = functools.partial(spans, strict)
            suites(part, readers, misses="tuning" if args.misses else None, types=args.types)
    if args.suite:
        return 0
    printed("python-stdnum, labelled", stdnum(redactor, args.folder), below=0.97)
    for name, (a, b) in phones(redactor).items():
        print(f"phonenumbers, {name}: {a} of {b} ({a / b:.3f})")
    if args.folder and (args.folder / "faker").is_dir():
        printed("faker, behind labels", faker(redactor, args.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
