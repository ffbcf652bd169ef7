"""Labelled texts made from templates: python bench/texts.py FOLDER writes them as JSON lines.

Templates are in tests/data/texts, written by hand for this project; values come from broad lists and
a seeded generator, so the sets are the same on every machine (a test holds their digest). Even
templates are for tuning, odd ones are held out. Labels of `clinical` are the identifiers that HIPAA's
Safe Harbor (45 CFR 164.514(b)(2)) names: names, places below a state, dates, ages over 89, numbers,
addresses of every kind, devices, vehicles; hospitals count as names.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

from stageflow_guard.redaction.atrest.evaluate import Line
from stageflow_guard.redaction.recognizers import check_digits as checks
from stageflow_guard.redaction.recognizers.countries import br, de, fr, gb
from stageflow_guard.redaction.recognizers.generic.accounts import LENGTHS

ROOT = Path(__file__).resolve().parent.parent / "tests" / "data" / "texts"
SETS = ("clinical", "registers", "technical")
EACH = {"clinical": 6, "registers": 7, "technical": 4}  # texts per template
_SLOT = re.compile(r"\{([A-Za-z0-9_]+)\}")

FIRST = (
    "James Mary Linda Robert Patricia Emily Wei Mei Xiu Jun Haruto Yuki Sakura Min-jun Ji-woo Priya Arjun Lakshmi Rahul "
    "Fatima Ahmed Yusuf Layla Omar Olga Dmitri Svetlana Ivan Chidi Ngozi Kwame Amara Thabo Zanele José María Carlos Lucía João "
    "Beatriz Pierre Chloé Hans Grit Jürgen Søren Astrid Björn Aino Zoltán Ágnes Jakub Zofia Giulia Matteo Nikos Eleni Mehmet "
    "Ayşe Nguyen Linh Siti Budi Leilani Kaimana Aroha Malia Siobhán Eoin Rhys Angharad Moshe Rivka Tatiana Dale Hope Grace April Will"
).split()
LAST = (
    "Smith Johnson Nguyen Garcia Chen Wang Li Zhang Tanaka Sato Kim Park Patel Sharma Iyer Reddy Khan Hussein Al-Masri Haddad "
    "Ivanova Petrov Kowalski Nowak Okafor Adeyemi Mensah Dlamini Nkosi Hernández Rodríguez Fernández Silva Oliveira Dubois Lefèvre "
    "Müller Schmidt Schröder Jørgensen Lindqvist Korhonen Szabó Kovács Novák Rossi Esposito Papadopoulos Yılmaz Tran Pham Wijaya "
    "O'Brien MacDonald Llewellyn Cohen Levi Kealoha Ngata Tuilagi Brown Young King Baker Cook Price Banks Field Rivers West Church Day"
).split()
CITIES = (
    "Springfield Duluth Boise Wichita Tulsa Fresno Leeds Swansea Galway Perth Hobart Lyon Bremen Graz Porto Seville Turin Gdańsk "
    "Aarhus Malmö Tampere Pécs Izmir Haifa Amman Lagos Accra Durban Nairobi Pune Chennai Lahore Dhaka Cebu Osaka Busan Guadalajara "
    "Córdoba Recife Quito Halifax Regina Dunedin"
).split()
STREETS = "Maple Oak Elm Cedar Church Station Victoria Harbour Mill Sunset Lincoln Birch Walnut Chestnut Prospect".split()
HOSPITALS = (
    "St. Mary's Hospital|Mercy General Hospital|Lakeside Medical Center|Royal Infirmary|Mount Carmel Health Center|Riverbend Clinic|"
    "Northgate Community Hospital|Charité Berlin|Good Samaritan Medical Center|Queen Elizabeth Hospital|Cedar Valley Regional Medical Center|"
    "Santa Clara Hospital|Kings Park Rehabilitation Center|Westbrook Nursing Home|Ada Okoro Memorial Hospital|Tel Aviv Medical Center"
).split("|")
MONTHS = (
    "January February March April May June July August September October November December".split()
)
IBANS = ("AT", "BE", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HU", "IE", "IT", "LT", "NL", "NO", "PL", "PT", "RO", "SE", "TR")  # fmt: skip
PHONES = {
    "us": ("({2}{d}{d}) {2}{d}{d}-{d}{d}{d}{d}", "{2}{d}{d}-{2}{d}{d}-{d}{d}{d}{d}", "+1 {2}{d}{d} {2}{d}{d} {d}{d}{d}{d}", "{2}{d}{d}.{2}{d}{d}.{d}{d}{d}{d}", "1-{2}{d}{d}-{2}{d}{d}-{d}{d}{d}{d}"),
    "uk": ("+44 20 7{d}{d}{d} {d}{d}{d}{d}", "07{d}{d}{d} {d}{d}{d}{d}{d}{d}", "(0161) 4{d}{d} {d}{d}{d}{d}", "+44 (0)7{d}{d}{d} {d}{d}{d}{d}{d}{d}"),
    "de": ("+49 30 {2}{d}{d}{d}{d}{d}{d}", "0{2}{d}{d} / {2}{d}{d}{d}{d}{d}", "0171 {2}{d}{d}{d}{d}{d}{d}", "+49 (0) 89 {2}{d}{d}{d}{d}{d}"),
    "fr": ("0{2} {d}{d} {d}{d} {d}{d} {d}{d}", "+33 6 {d}{d} {d}{d} {d}{d} {d}{d}", "0{2}.{d}{d}.{d}{d}.{d}{d}.{d}{d}"),
    "in": ("+91 98{d}{d}{d} {d}{d}{d}{d}{d}", "+91-9{d}{d}{d}{d}{d}{d}{d}{d}{d}", "098{d}{d}{d} {d}{d}{d}{d}{d}"),
    "br": ("+55 11 9{d}{d}{d}{d}-{d}{d}{d}{d}", "(21) 9{d}{d}{d}{d}-{d}{d}{d}{d}"),
    "intl": ("+39 06 {d}{d}{d}{d} {d}{d}{d}{d}", "+34 6{d}{d} {d}{d}{d} {d}{d}{d}", "+81 90-{d}{d}{d}{d}-{d}{d}{d}{d}", "+86 13{d} {d}{d}{d}{d} {d}{d}{d}{d}", "+61 4{d}{d} {d}{d}{d} {d}{d}{d}", "+31 6 {d}{d}{d}{d}{d}{d}{d}{d}", "+48 6{d}{d} {d}{d}{d} {d}{d}{d}", "+46 70 {d}{d}{d} {d}{d} {d}{d}", "+972 5{d}-{d}{d}{d}-{d}{d}{d}{d}", "+234 80{d} {d}{d}{d} {d}{d}{d}{d}", "+90 53{d} {d}{d}{d} {d}{d} {d}{d}", "+82 10-{d}{d}{d}{d}-{d}{d}{d}{d}", "00353 87 {d}{d}{d} {d}{d}{d}{d}", "+41 79 {d}{d}{d} {d}{d} {d}{d}", "+27 82 {d}{d}{d} {d}{d}{d}{d}"),
    "e164": ("+1{2}{d}{d}{2}{d}{d}{d}{d}{d}{d}", "+447{d}{d}{d}{d}{d}{d}{d}{d}{d}", "+4917{d}{d}{d}{d}{d}{d}{d}{d}{d}", "+9198{d}{d}{d}{d}{d}{d}{d}{d}"),
}  # fmt: skip
CARDS = ("4{15}", "51{14}", "2221{12}", "34{13}", "37{13}", "6011{12}", "3530{12}", "36{12}", "6759{12}", "62{14}", "65{14}")  # fmt: skip

Value = tuple[str, str]  # what stands there, its type; no type is no personal data


class Values:
    """The values of one text; what is said twice is the same."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        pick = rng.choice
        self.first, self.last = pick(FIRST), pick(LAST)

    def value(self, slot: str) -> Value:
        """Return what stands in `slot`."""
        if slot in PERSONS:
            return PERSONS[slot](self), "PERSON"
        if slot.startswith("phone"):
            return self.phone(slot.partition("_")[2]), "PHONE_NUMBER"
        make, kind = SLOTS[slot]
        return make(self), kind

    def other(self) -> str:
        return f"{self.rng.choice(FIRST)} {self.rng.choice(LAST)}"

    def digits(self, count: int) -> str:
        return "".join(self.rng.choice(string.digits) for _ in range(count))

    def hexed(self, count: int) -> str:
        return "".join(self.rng.choice("0123456789abcdef") for _ in range(count))

    def number(self, count: int) -> str:
        """Return digits without a zero in front."""
        return self.rng.choice("123456789") + self.digits(count - 1)

    def until(self, check: Callable[[str], bool], make: Callable[[], str]) -> str:
        """Return the first of what is made that has its check digits right."""
        while True:
            value = make()
            if check(value):
                return value

    def phone(self, where: str) -> str:
        form = self.rng.choice(PHONES[where or self.rng.choice(("us", "us", "us", "uk", "intl"))])
        return re.sub(
            r"\{(.)\}",
            lambda m: self.rng.choice("23456789") if m[1] == "2" else self.digits(1),
            form,
        )

    def date(self, low: int = 2019, high: int = 2026) -> str:
        day, month, year = (
            self.rng.randint(1, 28),
            self.rng.randint(1, 12),
            self.rng.randint(low, high),
        )
        name = MONTHS[month - 1]
        forms = (f"{month:02}/{day:02}/{year}", f"{month}/{day}/{year % 100:02}", f"{year}-{month:02}-{day:02}", f"{day} {name} {year}",
                 f"{name} {day}, {year}", f"{day:02}-{name[:3].upper()}-{year}", f"{day:02}.{month:02}.{year}", f"{name[:3]} {day}, {year}")  # fmt: skip
        return self.rng.choice((*forms, f"{month}/{day}") if low == 2019 else forms)

    def address(self, where: str = "") -> str:
        pick, number, city = self.rng.choice, self.rng.randint(2, 9800), self.rng.choice(CITIES)
        street = pick(STREETS)
        where = where or pick(("us", "us", "uk"))
        if where == "us":
            unit = pick(("", "", f", Apt {self.rng.randint(1, 40)}"))
            return f"{number} {street} {pick(('St', 'Ave', 'Road', 'Drive', 'Ln'))}{unit}, {city}, {pick(('MN', 'ID', 'KS', 'OK', 'CA', 'NY'))} {self.number(5)}"
        if where == "uk":
            return f"{number % 200 + 1} {street} {pick(('Road', 'Street', 'Close'))}, {city} {self.postcode()}"
        if where == "de":
            return f"{pick(('Haupt', 'Garten', 'Linden', 'Bahnhof'))}{pick(('straße', 'str.', 'weg'))} {number % 120 + 1}, {self.number(5)} {pick(('Bremen', 'Köln', 'Jena'))}"
        if where == "fr":
            return f"{number % 90 + 1} {pick(('rue', 'avenue', 'boulevard'))} {pick(('Victor Hugo', 'de la République', 'Pasteur'))}, {self.number(5)} {pick(('Lyon', 'Nantes', 'Paris'))}"
        return f"{number % 300 + 1}, {pick(('MG Road', 'Nehru Street', 'Lajpat Nagar'))}, {pick(('Pune', 'Chennai', 'New Delhi'))} {self.number(6)}"

    def postcode(self) -> str:
        return f"{self.rng.choice(('LS', 'SA', 'M', 'B', 'EH'))}{self.rng.randint(1, 20)} {self.digits(1)}{self.rng.choice('ABDEFGH')}{self.rng.choice('JLNPQRS')}"

    def card(self) -> str:
        form = self.rng.choice(CARDS)
        head, _, rest = form.partition("{")
        digits = self.until(checks.luhn, lambda: head + self.digits(int(rest[:-1])))
        sign = self.rng.choice(("", " ", "-", " "))
        sizes = {15: (4, 6, 5), 14: (4, 6, 4)}.get(len(digits), (4, 4, 4, 4))
        parts, at = [], 0
        for size in sizes:
            parts.append(digits[at : at + size])
            at += size
        return sign.join(parts)

    def iban(self) -> str:
        country = self.rng.choice(IBANS)
        letters = {"GB": "NWBK", "IE": "AIBK", "NL": "ABNA", "RO": "AAAA"}.get(country, "")
        bank = "X" if country == "IT" else ""
        rest = letters + bank + self.digits(LENGTHS[country] - 4 - len(letters + bank))
        check = 98 - int("".join(str(int(c, 36)) for c in rest + country + "00")) % 97
        whole = f"{country}{check:02}{rest}"
        return (
            whole
            if self.rng.random() < 0.5
            else " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))
        )

    def bits(self, alphabet: str, count: int) -> str:
        return "".join(self.rng.choice(alphabet) for _ in range(count))

    def wallet(self) -> str:
        from hashlib import sha256

        raw = bytes([0, *self.rng.randbytes(20)])
        raw += sha256(sha256(raw).digest()).digest()[:4]
        number, out = int.from_bytes(raw, "big"), ""
        while number:
            number, rest = divmod(number, 58)
            out = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[rest] + out
        return "1" + out

    def email(self) -> str:
        plain = re.sub(r"[^a-z]", "", self.first.lower()) or "a"
        return f"{plain}{self.rng.choice(('.', '_', ''))}{self.rng.choice('bcdfgkmst')}{self.rng.choice(('', self.digits(2)))}@{self.rng.choice(('mail.example', 'gmail.com', 'posteo.de', 'clinic.example.org', 'yahoo.co.uk'))}"


PERSONS: dict[str, Callable[[Values], str]] = {
    "pt": lambda v: f"{v.first} {v.last}", "PT": lambda v: f"{v.first} {v.last}".upper(),
    "PT_LF": lambda v: f"{v.last}, {v.first}".upper(), "PT2_LF": lambda v: ", ".join(reversed(v.other().split())).upper(),
    "ptl": lambda v: v.last, "ptf": lambda v: v.first, "first": lambda v: v.first, "last": lambda v: v.last,
    "dr": lambda v: v.other() if v.rng.random() < 0.7 else f"{v.rng.choice('ABCDEHJKLMNPRST')}. {v.rng.choice(LAST)}",
    "dr2": Values.other, "drl": lambda v: v.rng.choice(LAST), "drf": lambda v: v.rng.choice(FIRST),
    "rel": Values.other, "rel2": lambda v: v.rng.choice(FIRST), "relf": lambda v: v.rng.choice(FIRST),
}  # fmt: skip

_MBI = "ACDEFGHJKMNPQRTUVWXY"
SLOTS: dict[str, tuple[Callable[[Values], str], str]] = {
    "d": (Values.date, "DATE_TIME"), "dob": (lambda v: v.date(1929, 2005), "DATE_OF_BIRTH"),
    "my": (lambda v: f"{v.rng.choice(MONTHS)} {v.rng.randint(2015, 2026)}", "DATE_TIME"),
    "y": (lambda v: str(v.rng.randint(1998, 2024)), ""),
    "dob_de": (lambda v: f"{v.rng.randint(1, 28):02}.{v.rng.randint(1, 12):02}.{v.rng.randint(1940, 2004)}", "DATE_OF_BIRTH"),
    "hosp": (lambda v: v.rng.choice(HOSPITALS), "ORGANIZATION"), "hosp2": (lambda v: v.rng.choice(HOSPITALS), "ORGANIZATION"),
    "city": (lambda v: v.rng.choice(CITIES), "LOCATION"), "zip": (lambda v: v.number(5), "LOCATION"),
    "street": (lambda v: f"{v.rng.randint(2, 900)} {v.rng.choice(STREETS)} {v.rng.choice(('St', 'Ave', 'Road'))}", "STREET_ADDRESS"),
    "addr": (Values.address, "STREET_ADDRESS"),
    **{f"addr_{c}": (lambda v, c=c: v.address(c), "STREET_ADDRESS") for c in ("us", "uk", "de", "fr", "in")},
    "pc_uk": (Values.postcode, "STREET_ADDRESS"),
    "pager": (lambda v: v.rng.choice((v.number(4), f"{v.number(3)}-{v.digits(4)}")), "PHONE_NUMBER"),
    "mrn": (lambda v: v.rng.choice((v.number(7), v.number(8), f"{v.number(3)}-{v.digits(2)}-{v.digits(3)}", f"H{v.number(6)}")), "MEDICAL_RECORD_NUMBER"),
    "mrn2": (lambda v: v.number(7), "MEDICAL_RECORD_NUMBER"),
    "acc": (lambda v: v.rng.choice((f"S{v.rng.randint(19, 26)}-{v.number(5)}", v.number(9), f"CT{v.number(8)}", f"A-{v.number(6)}")), "MEDICAL_RECORD_NUMBER"),
    "ins": (lambda v: v.rng.choice((f"W{v.number(9)}", f"XYZ{v.number(9)}", f"{v.number(4)}-{v.number(5)}")), "MEMBER_ID"),
    "grp": (lambda v: v.number(6), "MEMBER_ID"), "acct": (lambda v: v.number(9), "US_BANK_NUMBER"),
    "serial": (lambda v: v.rng.choice((f"PJN{v.number(6)}H", f"{v.number(2)}A{v.number(7)}", f"SN{v.number(8)}")), "DEVICE_ID"),
    "lic": (lambda v: v.rng.choice((f"D{v.number(7)}", v.number(8), f"PT-{v.number(5)}")), "US_DRIVER_LICENSE"),
    "plate": (lambda v: f"{v.bits('ABCDEFGHJK', 3)} {v.number(4)}", "LICENSE_PLATE"),
    "ssn": (lambda v: f"{v.rng.randint(101, 665)}-{v.number(2)}-{v.number(4)}", "US_SSN"),
    "emp": (lambda v: f"E{v.number(5)}", "EMPLOYEE_ID"), "npi": (lambda v: v.until(checks.npi, lambda: "1" + v.digits(9)), "US_NPI"),
    "mbi": (lambda v: f"1{v.bits(_MBI, 1)}{v.digits(2)}-{v.bits(_MBI, 1)}{v.digits(2)}-{v.bits(_MBI, 2)}{v.digits(2)}", "US_MBI"),
    "age90": (lambda v: str(v.rng.randint(90, 104)), "AGE"), "age": (lambda v: str(v.rng.randint(18, 88)), ""),
    "email": (Values.email, "EMAIL_ADDRESS"), "url": (lambda v: f"https://portal.{v.rng.choice(('mercy', 'lakeside', 'northgate'))}-health.example/u/{v.number(6)}", "URL"),
    "ip": (lambda v: ".".join(str(v.rng.randint(21, 223)) for _ in range(4)), "IP_ADDRESS"),
    "ip4": (lambda v: f"{v.rng.choice((31, 52, 78, 91, 103, 185, 203))}.{v.rng.randint(20, 250)}.{v.rng.randint(1, 250)}.{v.rng.randint(1, 250)}", "IP_ADDRESS"),
    "ip6": (lambda v: f"2a02:{v.hexed(3).replace('0', '1')}:{v.number(4)}::{v.number(2)}", "IP_ADDRESS"),
    "mac": (lambda v: ":".join(v.hexed(2) for _ in range(6)), "MAC_ADDRESS"),
    "nhs": (lambda v: v.until(lambda n: gb.nhs(n.replace(" ", "")), lambda: f"{v.rng.choice('467')}{v.digits(2)} {v.digits(3)} {v.digits(4)}"), "UK_NHS"),
    "nino": (lambda v: v.rng.choice(("{a} {b} {c} {d} C", "{a}{b}{c}{d}A")).format(a=v.bits("ABCEHJ", 2), b=v.digits(2), c=v.digits(2), d=v.digits(2)), "UK_NINO"),
    "steuer": (lambda v: v.until(de.tax_id, lambda: v.number(11)), "DE_TAX_ID"),
    "nir": (lambda v: v.until(lambda n: fr.nir(n.replace(" ", "")), lambda: f"{v.rng.choice('12')} {v.digits(2)} {v.rng.randint(1, 12):02} {v.rng.randint(10, 95)} {v.digits(3)} {v.digits(3)} {v.digits(2)}"), "FR_NIR"),
    "aadhaar": (lambda v: v.until(lambda n: checks.verhoeff(n.replace(" ", "")), lambda: f"{v.rng.randint(2000, 9999)} {v.digits(4)} {v.digits(4)}"), "IN_AADHAAR"),
    "pan": (lambda v: f"{v.bits('ABCDEFGH', 3)}P{v.bits('KLMNRST', 1)}{v.digits(4)}{v.bits('ABCDEFG', 1)}", "IN_PAN"),
    "cpf": (lambda v: v.until(lambda n: br.cpf(re.sub(r"\D", "", n)), lambda: f"{v.digits(3)}.{v.digits(3)}.{v.digits(3)}-{v.digits(2)}"), "BR_CPF"),
    "card": (Values.card, "CREDIT_CARD"), "cvv": (lambda v: v.number(3), "SECRET"), "iban": (Values.iban, "IBAN_CODE"),
    "passport": (lambda v: v.rng.choice((v.number(9), f"C{v.number(8)}", f"{v.bits('ABCX', 2)}{v.number(7)}")), "PASSPORT"),
    "sort": (lambda v: f"{v.digits(2)}-{v.digits(2)}-{v.digits(2)}", ""), "bank8": (lambda v: v.number(8), "US_BANK_NUMBER"),
    "btc": (Values.wallet, "CRYPTO"), "handle": (lambda v: f"{v.bits('abcdefgh', 6)}-{v.number(4)}", "URL"),
    **{f"n{n}": (lambda v, n=n: v.number(n), "") for n in (1, 2, 3, 4, 5, 6, 8, 9, 10, 12)},
    **{f"hex{n}": (lambda v, n=n: v.hexed(n), "") for n in (4, 5, 6, 7, 8, 12, 16, 32, 64)},
    "sha": (lambda v: v.hexed(40), ""), "sha7": (lambda v: v.hexed(7), ""), "uuid": (lambda v: str(uuid.UUID(bytes=v.rng.randbytes(16), version=4)), ""),
    "b64": (lambda v: base64.b64encode(v.rng.randbytes(36)).decode(), ""), "bits": (lambda v: v.bits("01", 16), ""),
    "part": (lambda v: f"{v.bits('ABCDEFGH', 2)}{v.number(3)}-{v.digits(2)}", ""), "ean": (lambda v: f"400{v.number(10)}", ""),
    "isbn": (lambda v: f"978-3-{v.number(2)}-{v.number(6)}-{v.digits(1)}", ""), "isbn10": (lambda v: f"3-{v.number(3)}-{v.number(5)}-{v.digits(1)}", ""),
    "epoch": (lambda v: f"17{v.number(8)}", ""), "dd": (lambda v: f"{v.rng.randint(10, 28)}", ""), "hh": (lambda v: f"{v.rng.randint(10, 23)}", ""),
    "mm": (lambda v: f"{v.rng.randint(10, 59)}", ""), "mm2": (lambda v: f"{v.rng.randint(1, 12):02}", ""),
}  # fmt: skip


def templates(name: str) -> list[str]:
    """Return the templates of a set, in order."""
    content = (ROOT / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")
    return content.split("\n") if name == "technical" else content.split("\n---\n")


def filled(template: str, values: Values) -> Line:
    """Return one text with its labels."""
    parts, spans, at, size = [], [], 0, 0
    for slot in _SLOT.finditer(template):
        text, kind = values.value(slot[1])
        lead = template[at : slot.start()]
        if slot[1] == "handle":  # the whole address is the label
            begin = max(lead.rfind(" "), lead.rfind("\n")) + 1
            spans.append((size + begin, size + len(lead) + len(text), kind))
        elif kind:
            spans.append((size + len(lead), size + len(lead) + len(text), kind))
        parts += [lead, text]
        size += len(lead) + len(text)
        at = slot.end()
    return Line("".join([*parts, template[at:]]), tuple(spans))


def made(name: str, half: str) -> list[Line]:
    """Return the texts of a set, those of `tuning` or of `held-out` templates."""
    out = []
    for number, template in enumerate(templates(name)):
        rng = random.Random(f"{name} {number}")
        for _ in range(EACH[name]):
            line = filled(template, Values(rng))
            if number % 2 == (half == "held-out"):
                out.append(line)
    return out


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in SETS:
        for half in ("tuning", "held-out"):
            with (folder / f"{name}_{half}.jsonl").open("w", encoding="utf-8") as file:
                for line in made(name, half):
                    file.write(
                        json.dumps({"text": line.text, "spans": line.spans}, ensure_ascii=False)
                        + "\n"
                    )


if __name__ == "__main__":
    sys.exit(main())
