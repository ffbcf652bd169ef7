"""Numbers that belong to one person: of a case, an employee, a vehicle, a device, a birth; and of nobody."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers.generic.vehicle_numbers import holds

REDACTOR = Redactor()


def found(text):
    return [(s.entity, text[s.start : s.end]) for s in REDACTOR.find(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Claim HP-24-0331 was paid", "HP-24-0331"), ("Our file AZ 2024/18-442.", "AZ 2024/18-442"), ("Charge No. 420-2023-01884 withdrawn", "420-2023-01884"), ("Your ref PI/RTA/22/7714", "PI/RTA/22/7714"), ("Crime ref 01/489632/24.", "01/489632/24"),
        ("Incident rept CR24-011827", "CR24-011827"), ("garnishment CV-22-004718,-212.50", "CV-22-004718"), ("Az. 12 C 448/26, Termin am 3. Juli", "12 C 448/26"), ("Schadennummer 2026/44812", "2026/44812"), ("sinistre n° 24/18812", "24/18812"),
        ("sinistro n. 2026/448", "2026/448"), ("ons kenmerk 2026/448-B", "2026/448-B"), ("Index No. 651234/2024", "651234/2024"), ("Booking BK2401-7733", "BK2401-7733"),
    ],
)  # fmt: skip
def test_the_number_of_a_case_is_found(text, value):
    """Behind a word of courts, police and insurers; a bare word needs a form that little else has."""
    assert found(text) == [("CASE_NUMBER", value)]


@pytest.mark.parametrize(
    "text", ["Case A-1 of the spec", "the case 2024-05-11 was closed", "claim 12 of the patent", "file no. 12", "index 2024/05", "see case 3.2.1", "charge 0.5 C", "Ticket #SUP-118427", "az 12:30", "Procedimiento n.º 448/2026, se archiva"]
)  # fmt: skip
def test_other_numbers_behind_such_words_stay(text):
    """A section, a day, a ticket of a help desk, a case without parties."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("My employee no. is 0447", "EMPLOYEE_ID", "0447"), ("re-register my car, frame 5YJ3E1EA0PF417720", "VEHICLE_ID", "5YJ3E1EA0PF417720"),
        ("row 7\t1HGCV1F37LA042817\tpaid", "VEHICLE_ID", "1HGCV1F37LA042817"), ("passport seen TZ0439978", "PASSPORT", "TZ0439978"), ("OLN P536-3775-7115", "US_DRIVER_LICENSE", "P536-3775-7115"), ("FF no. EK 437 823 266", "MEMBER_ID", "EK 437 823 266"),
        ("policy AU-7362204-3", "MEMBER_ID", "AU-7362204-3"), ("Adhérent n° A-91059", "MEMBER_ID", "A-91059"), ("PHN 9073 418 222", "CA_HEALTH_CARD", "9073 418 222"), ("identiteitskaart 592-6883967-55", "BE_ID_CARD", "592-6883967-55"), ("patente B U1X82Y4410", "US_DRIVER_LICENSE", "U1X82Y4410"),
        ("numéro INE 080412345AB", "STUDENT_ID", "080412345AB"), ("suspect W/M 04/22/1957 fled", "DATE_OF_BIRTH", "04/22/1957"), ("dob confirmed Sept 2/79.", "DATE_OF_BIRTH", "Sept 2/79"), ("Gerät mit Seriennummer SN7K8190917ZT, gekauft 02/2025", "DEVICE_ID", "SN7K8190917ZT"),
        ("Clonfert, Kilrush, Co Clare, V15 R298", "STREET_ADDRESS", "Clonfert, Kilrush, Co Clare, V15 R298"), ("Eircode D02XY45", "STREET_ADDRESS", "Eircode D02XY45"),
    ],
)  # fmt: skip
def test_a_number_of_somebody_is_found_whole(text, entity, value):
    """Behind its word in its country's language, or by its form and check."""
    assert found(text) == [(entity, value)]


@pytest.mark.parametrize(
    "text", ["emp of the month", "pp 120-134", "build A1B2C3D4E5F6G7H89 done", "model A91 X220 and H12", "GPU H91 PCIE", "(2 x Trail Lamp 400 lm, $89.90)", "Router, serial number 8HK2PT99", "agent 007", "staff 12 of 40"]
)  # fmt: skip
def test_numbers_of_nobody_stay(text):
    """Pages, parts, products, counts."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "name", "number"), [("Employee: Mattias Grönlund ID E1044627", "Mattias Grönlund", "E1044627"), ("Ofc Delgado #2284 took the report", "Delgado", "2284")]
)  # fmt: skip
def test_the_number_of_an_employee_hides_no_name(text, name, number):
    """What is found behind a name takes nothing from it: both are covered."""
    assert found(text) == [("PERSON", name), ("EMPLOYEE_ID", number)]


@pytest.mark.parametrize("text", ["pt KEELER/DUANE seen", "Name on pass was OKWUOSA/ADA."])
def test_a_surname_and_a_given_name_with_a_slash_are_somebody(text):
    """As an airline or an insurer writes them, behind a word for whom they name."""
    assert [e for e, _ in found(text)] == ["PERSON"]


@pytest.mark.parametrize(
    "text", ["file name AND/OR value", "client ERROR/WARN levels", "name READ/WRITE"]
)
def test_two_words_with_a_slash_are_nobody(text):
    """The second is no given name."""
    assert found(text) == []


def test_a_number_does_not_run_into_the_next_cell():
    """A bar between spaces parts cells, and is no digit one."""
    text = "r221 Fiona Macrae | +44 1463 456 429 | 5 boxes | dup"
    assert ("PHONE_NUMBER", "+44 1463 456 429") in found(text)


@pytest.mark.parametrize(
    ("text", "value"), [("new ph 956 555 0144 ins card", "956 555 0144"), ("hoi, mn 06 is 0689703409 stuur", "0689703409")]
)  # fmt: skip
def test_short_labels_of_phones(text, value):
    """Two letters, two digits: only before a number as it is written there."""
    assert ("PHONE_NUMBER", value) in found(text)


def test_two_serial_numbers_behind_one_word_are_both_found():
    """`serials A, B` of what somebody lost."""
    text = "stolen: 2x MacBook (serials C02XK1VHJG5J, FVFY40RLHV22)"
    assert found(text) == [("DEVICE_ID", "C02XK1VHJG5J"), ("DEVICE_ID", "FVFY40RLHV22")]


def test_a_passenger_s_passport_and_birth_are_told_apart():
    """A list of passengers writes the state between them."""
    text = "PP K04122727 HK 14MAR92"
    assert found(text) == [("PASSPORT", "K04122727"), ("DATE_OF_BIRTH", "14MAR92")]


@pytest.mark.parametrize(
    ("vin", "holding"), [("1M8GDM9AXKP042788", True), ("1M8GDM9A1KP042788", False), ("11111111111111111", True)]
)  # fmt: skip
def test_a_vehicle_s_check_digit(vin, holding):
    """49 CFR 565.15 (c): the ninth sign; its example, and the number of ones that is its own test."""
    assert holds(vin) is holding


@pytest.mark.parametrize(
    ("text", "name", "other"),
    [
        ("Patient: Krause Telefon 0171 3920014", "Krause", "Telefon"), ("Name: Okafor Passport 533401372", "Okafor", "Passport"), ("Surname: Nowak Phone 602 118 330", "Nowak", "Phone"), ("Pt: Lucía Tuilagi MRN: 630-75-163", "Lucía Tuilagi", "MRN"),
    ],
)  # fmt: skip
def test_a_name_ends_where_the_next_field_begins(text, name, other):
    """The label of the next value is no part of it, and one word is enough before one."""
    people = [value for entity, value in found(text) if entity == "PERSON"]
    assert people == [name]
    assert other in REDACTOR.redact(text).value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("AUTH PLAIN AGFkYQBLeDgyTHFQeg==", "AGFkYQBLeDgyTHFQeg=="), ("snmp-server community Kx82LqPz RO", "Kx82LqPz"), ("u: ada p: Kx82LqPz", "Kx82LqPz"), ("reset to temp Kx82LqPz", "Kx82LqPz"), ("clé de licence : 8HQ2-KP91-ZZ7A-44LM", "8HQ2-KP91-ZZ7A-44LM"),
        ("recovery codes: 8f2a-91bc 77d0-42e1", "8f2a-91bc 77d0-42e1"), ("bitlocker 123456-234567-345678-456789-567890-678901-789012-890123", "123456-234567-345678-456789-567890-678901-789012-890123"), ("define('CLAVE_SMTP', 'pl4Ya-Verde_99');", "pl4Ya-Verde_99"),
        ("seed phrase: ladder tiger pulse ocean vivid march salt window orbit candle river stone", "ladder tiger pulse ocean vivid march salt window orbit candle river stone"),
    ],
)  # fmt: skip
def test_a_secret_in_a_form_of_its_own_is_found(text, value):
    """Mail clients, routers, wallets, disks and software have theirs."""
    assert [v for e, v in found(text) if e == "SECRET"] == [value]


@pytest.mark.parametrize(
    "text", ["reset to 4f2a9c1b7d", "set it to Version2024", "changed to UserService2", "set to True", "user: ada p: page2", "username ada password required", "the seed of doubt is in all of us and it grows"]
)  # fmt: skip
def test_words_that_something_is_set_to_stay(text):
    """A commit, a version, a class, a word."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"), [("user armistead_mom3 pw Sugar!Free22", "armistead_mom3"), ("user rtaylor_ops , name Renata Taylor", "rtaylor_ops"), ("Your HRIS login will be pnarayan2.", "pnarayan2")]
)  # fmt: skip
def test_an_account_told_beside_a_password_or_a_name_is_found(text, value):
    """A digit or a sign is in it."""
    assert ("USERNAME", value) in found(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("suspect John Harper (12.03.1988) fled", "12.03.1988"), ("Harper, John; 12/03/1988; Male", "12/03/1988"), ("born on the 12th day of March 1988", "12th day of march 1988"), ("pax HARPER/JOHN MR 12MAR88", "12MAR88"), ("Client: Vera Holm, b. 3 Jun 1963, GR", "3 Jun 1963"),
    ],
)  # fmt: skip
def test_a_birth_is_told_by_where_it_stands(text, value):
    """Behind a given name, before a sex, in words of the law, in a list of passengers."""
    assert value in [
        v.lower() if "day of" in value else v for e, v in found(text) if e == "DATE_OF_BIRTH"
    ]


@pytest.mark.parametrize("text", ["the report (12.03.2001) was late", "Budget Review (12.03.2004)", "Release 4.2; 12/03/2024; Final"])  # fmt: skip
def test_a_day_of_a_thing_is_no_birth(text):
    """A report, a meeting, a release."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("AD account CORP\\jharper22", "jharper22"), ("su - jharper22", "jharper22"), ("chown jharper22:staff file", "jharper22"), ("ssh jharper22@10.0.0.5", "jharper22"), ("his handle is jharper22", "jharper22"), ("Discord jharper22#4410", "jharper22#4410")],
)  # fmt: skip
def test_an_account_of_a_domain_a_shell_or_a_place_is_found(text, value):
    """A digit or a sign is in it where nothing else tells."""
    assert ("USERNAME", value) in found(text)


@pytest.mark.parametrize("text", ["chown root:root file", "su - postgres", "ssh ops@10.0.4.2", "C:\\Windows\\System32", "live: now", "nickname is cool"])  # fmt: skip
def test_accounts_of_machines_and_words_stay(text):
    """Root, a database's, a folder, a word."""
    assert "USERNAME" not in {e for e, _ in found(text)}


# what an attack found flagged: ordinary lines of code, shops, kitchens and offices
ORDINARY = [
    "Seed and chop the red pepper, then slice the onion and fry both with some oil.", "secret phrase that they used when playing cards with their other friends from school", "Node changed to Standard_D2s_v3", "TLS set to TLSv1.2_2021", "- dep Bump Lodash #5821", "- Guard Clauses #456 merged", "User agent Firefox #128",
    "LEGO Storm Trooper Helmet #75276", "Crew Neck Sweater No. 4711", "Worker Pool #1234", "Staff Car Park no 200", "Employee Handbook no 100", "Security policy ISO 27001 applies.", "The policy RFC 7231 describes caching.", "PPO GPU 4096 steps", "The travel policy HR-2024-01 was updated.",
    "Test case TC-2024-001 passes", "Upload the file IMG-20240101 now", "In each case CVE-2023-44487 was already patched.", "rebuild index IDX123456", "case A123456: break;", "The price index 1995/2015 was rebased.", "Our file 2024.pdf", "Your file 12345 was converted to PDF.", "client file 4.12.0 has been released",
    "accident report 14:35", "The police report 2023/24 shows fewer burglaries.", "petition number 100.000 signatures", "According to claim no 1-12 the lid is hinged.", "citation id 10.1000/182", "court number 12-14 is closed for resurfacing", "Samsung Galaxy A42 F127", "Mercedes A45 W177 service manual", "Colour Red, D01A0F3",
    "kcal 250\n12\n1046", "rows 536\n90\n4399.", "Population (2011)\n1234\n5678", "ratio 120/\n34/\n5600", "Guest: Table Number 12", "Client: Machine ID: 12345", "Phoenix, AZ I-10/2024", "azimuth az: 12 deg 34/56", "Coordinates RA 12345678 and Dec", "d/l 1234567 kB", "Flip-flop SKU 9900-11-222", "U/M 12/31/2023", "I/F 01/02/2024",
    "vehicle tracker SKU GPSTRACKERXLW2024", "login via:OAuth2Bearer", "answer key 7 page12 explains it", "enable password 12345 characters long", "Emergency codes: 1122 fire, 3344 police, 5566 water", "Backup code: 2024 release with better tests", "user input2 / output", "username will be_used",
    "Warranty: serial number ABC123456 is only an example.", "Purchase serials AB1234, AB1235 and AB1236 only as a set", "Name: INPUT/GRACE",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_line_stays(text):
    """A label's word is also a word of kitchens, shops, code and offices: the value's form decides, too."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("Patient: Taylor Swift (32)", "Taylor Swift"), ("Name: Jonathan Swift 0170 1234567", "Jonathan Swift"), ("Ada Byron, Clonfert, Kilrush, Co. Clare, V15 R298", "Ada Byron"), ("Dear Ada, Clonfert, Kilrush, V15 R298", "Ada"), ("Thanks, Fiona\nClonfert\nCo. Clare\nV15 R298", "Fiona")],
)  # fmt: skip
def test_a_name_is_whole_beside_numbers_and_addresses(text, value):
    """A surname that is a field's word, too, stays a part of it; an address before its code is another find."""
    assert ("PERSON", value) in found(text)


@pytest.mark.parametrize(
    ("text", "value"), [("Really.\nOk.\nberg@acme.org\n@x", "berg@acme.org"), ("end of note.\nRegards.\nAnna.\nanna@acme.org\n@x", "anna@acme.org"), ("write to anna.lee@acme\n.co\n.uk", "anna.lee@acme\n.co\n.uk")]
)  # fmt: skip
def test_an_address_over_lines_takes_no_sentence_and_leaves_no_end(text, value):
    """What ends a sentence stands before it; its last piece may stand on one more line."""
    assert ("EMAIL_ADDRESS", value) in found(text)


def test_secrets_in_a_list_take_no_sentence_and_keep_their_last_sign():
    """Each code holds a digit; an exclamation mark at the end of a line is the secret's."""
    text = "recovery codes: 8f2a-91bc 77d0-42e1 Please keep them somewhere safe"
    assert found(text) == [("SECRET", "8f2a-91bc 77d0-42e1")]
    assert found("snmp-server community s3cr3t! RW") == [("SECRET", "s3cr3t!")]
