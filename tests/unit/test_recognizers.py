"""Each recognizer against lines that it must find and lines that it must leave alone."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers.generic import numbers

REDACTOR = Redactor()

# entity -> (text, what is found of it)
MUST_FIND = {
    "CREDIT_CARD": [
        ("card 4111 1111 1111 1111 please", "4111 1111 1111 1111"),
        ("pay with 5500-0000-0000-0004", "5500-0000-0000-0004"),
        ("amex 3782 822463 10005", "3782 822463 10005"),
        ("my maestro card 630427373398 is lost", "630427373398"),  # 12 digits
        ("cc 4007070753690781 on file", "4007070753690781"),  # fails Luhn, but is called one
        ("Mastercard 2 series: 2223000048400011", "2223000048400011"),
        ("card4111111111111111", "4111111111111111"),
        ("the long visa card 4000000000000000006", "4000000000000000006"),  # 19 digits
    ],
    "US_SSN": [
        ("my SSN is 536-90-4399", "536-90-4399"),
        ("SSN: 900-12-3456", "900-12-3456"),  # an area that nobody issues, but labelled
        ("social security number 536904399", "536904399"),
        ("id_536-90-4399_x", "536-90-4399"),
        ("ssn 536.90.4399", "536.90.4399"),
        ("SSN:536-90-4399SSN:536-90-4398", "536-90-4399"),
        ("536904399 is my social", "536904399"),
    ],
    "PHONE_NUMBER": [
        ("call (312) 856-8890 now", "(312) 856-8890"),
        ("call +1 202-555-0143", "+1 202-555-0143"),
        ("345-899-3560x4587", "345-899-3560x4587"),
        ("Mobile: 03.93.92.16.85", "03.93.92.16.85"),
        ("+46 (0)8 928 571 38 fax", "+46 (0)8 928 571 38"),
        ("They're not answering at 78 651 450", "78 651 450"),
        ("416 60 039 office", "416 60 039"),
        ("(0161) 496 0123", "(0161) 496 0123"),
        ("telefone (21) 95376-7336", "(21) 95376-7336"),
        ("Pt unwell, Dr paged (pager 4417)", "4417"),
        ("Telefon 0171 2345678", "0171 2345678"),
        ("yes, my number is 13988765432", "13988765432"),
    ],
    "EMAIL_ADDRESS": [
        ("write to ada@example.com now", "ada@example.com"),
        ("ada.lovelace+x@mail.example.co.uk", "ada.lovelace+x@mail.example.co.uk"),
        ("email=ada@example.com&x=1", "ada@example.com"),
        ("müller@bücher.de", "müller@bücher.de"),
        ("<ada@example.com>", "ada@example.com"),
        ("ada@example.comada@example.com", "ada@example.com"),
    ],
    "IBAN_CODE": [
        ("to DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
        ("IBAN DE89370400440532013001", "DE89370400440532013001"),  # wrong check digits, labelled
        ("transfer from GB56HXDO88167774656119 to", "GB56HXDO88167774656119"),
        ("to GT73 AGRO 0000 0000 1234 5678 9012 today", "GT73 AGRO 0000 0000 1234 5678 9012"),
        ("to OM830180000001234567010 today", "OM830180000001234567010"),
    ],
    "IP_ADDRESS": [
        ("from 203.0.113.42 today", "203.0.113.42"),
        ("ip address 10.1.2.3", "10.1.2.3"),
        ("client 2001:4860:4860::8888 connected", "2001:4860:4860::8888"),
    ],
    "MAC_ADDRESS": [
        ("MAC: d9:53:26:bc:22:0f", "d9:53:26:bc:22:0f"),
        ("adapter be:ef:ca:fe:de:ad is up", "be:ef:ca:fe:de:ad"),  # no digit in all the text
        ("adapter FA-CE-BE-EF-CA-FE is up", "FA-CE-BE-EF-CA-FE"),
    ],
    "URL": [
        ("Website:\nhttps://www.ada-lovelace.se/", "https://www.ada-lovelace.se/"),
        ("see https://linkedin.com/in/ada-lovelace", "https://linkedin.com/in/ada-lovelace"),
        ("my homepage is ada-lovelace.org", "ada-lovelace.org"),
    ],
    "SECRET": [
        ("key AKIAIOSFODNN7EXAMPLE is mine", "AKIAIOSFODNN7EXAMPLE"),
        ("ghp_" + "a1B2" * 9, "ghp_" + "a1B2" * 9),
        ("sk-proj-" + "aB3" * 10, "sk-proj-" + "aB3" * 10),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"),
        ('DB_PASS = "KfX3813SO9l"', "KfX3813SO9l"),
        ("password: hunter2!A", "hunter2!A"),
        ("postgres://app:s3cr3tPw@db/x", "s3cr3tPw"),
        ("-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----"),
        ("Authorization: Bearer abcdefghij0123456789", "abcdefghij0123456789"),
    ],
    "CRYPTO": [
        ("btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        ("eth 0x52908400098527886E0F7030069857D2E4169EE7", "0x52908400098527886E0F7030069857D2E4169EE7"),
    ],
    "MEDICAL_RECORD_NUMBER": [
        ("MRN: 00482913", "00482913"),
        ("patient, MRN-9775225, seen", "9775225"),
        ("medical record number A1234567", "A1234567"),
    ],
    "US_NPI": [("NPI 1234567893", "1234567893")],
    "UK_NHS": [
        ("NHS number 943 476 5919", "943 476 5919"),
        ("seen today, 491-047-4986, no change", "491-047-4986"),  # the check digit alone
        ("national health service 0032698674", "0032698674"),
    ],
    "KR_RRN": [
        ("it says 910612-2372612 there", "910612-2372612"),
        ("it says 9106122372612 there", "9106122372612"),
    ],
    "SE_PERSONNUMMER": [
        ("it says 198112189876 there", "198112189876"),  # a day of birth and the check digit
        ("my personal identity number is 198112189877", "198112189877"),
    ],
    "ABA_ROUTING_NUMBER": [("it says 1110-0002-5 there", "1110-0002-5")],
    "AU_ABN": [("it says 53 004 085 616 there", "53 004 085 616")],
    "AU_MEDICARE": [("it says 2951 52174 1 there", "2951 52174 1")],
    "UK_DRIVING_LICENCE": [
        ("it says HAIG9802290AB9CD there", "HAIG9802290AB9CD"),
        ("driving licence haig9802290ab9cd", "haig9802290ab9cd"),
    ],
    "IN_GSTIN": [
        ("billed to 27AAPFU0939F1ZV", "27AAPFU0939F1ZV"),
        ("billed to 29KLMPC4471D2ZA", "29KLMPC4471D2ZA"),  # its form alone, check digit or not
        ("gst registration 29klmpc4471d2za", "29klmpc4471d2za"),
    ],
    "MX_CURP": [("curp boxw310820hnerxn09", "boxw310820hnerxn09")],
    "MX_RFC": [("mi rfc es goml800101ab1", "goml800101ab1")],
    "DE_ID_CARD": [("personalausweis l01x00t471", "l01x00t471")],
    "IN_VOTER_ID": [("voter id: abc1234567", "abc1234567")],
    "US_MBI": [("mbi 1eg4te5mk73", "1eg4te5mk73"), ("it says 2kd7-wq4-nr58 there", "2kd7-wq4-nr58")],
    "UK_NINO": [("NINO QQ 12 34 56 C", None), ("insurance AB123456C", "AB123456C")],
    "DE_TAX_ID": [("Steuer ID 86095742719", "86095742719")],
    "FR_NIR": [("numéro 2 55 08 14 168 025 38", "2 55 08 14 168 025 38")],
    "ES_NIF": [("DNI 12345678Z", "12345678Z")],
    "IT_FISCAL_CODE": [("RSSMRA85T10A562S", "RSSMRA85T10A562S")],
    "NL_BSN": [("BSN 111222333", "111222333")],
    "PL_PESEL": [("PESEL 44051401359", "44051401359")],
    "IN_AADHAAR": [("aadhaar 2341 2341 2346", "2341 2341 2346")],
    "BR_CPF": [("529.982.247-25", "529.982.247-25")],
    "CA_SIN": [
        ("SIN 046 454 286", "046 454 286"),
        ("it says 504-815-531 there", "504-815-531"),  # the check digit alone
    ],
    "DATE_OF_BIRTH": [("DOB: 04/12/1987", "04/12/1987"), ("born on 12 May 1987", "12 May 1987"), ("(DOB 17-APR-1986)", "17-APR-1986")],
    "US_DRIVER_LICENSE": [("my driver's license number is F162823540116", "F162823540116")],
    "PASSPORT": [("passport number X1234567", "X1234567"), ("Passport No: C74772689", "C74772689")],
    "STREET_ADDRESS": [
        ("send it to 742 Evergreen Terrace, please", "742 Evergreen Terrace"),
        ("Meet me at PSC 1437, Box 3833\nAPO AA 66791", "PSC 1437, Box 3833\nAPO AA 66791"),
        ("lives at Hauptstraße 12", "Hauptstraße 12"),
        ("Springfield, IL 62704", "Springfield, IL 62704"),
        ("27 boulevard Pasteur, 75968 Lyon", "27 boulevard Pasteur, 75968 Lyon"),
        ("87, Lajpat Nagar, New Delhi 110024", "87, Lajpat Nagar, New Delhi 110024"),
    ],
    "HEALTH_CONDITION": [
        ("Patient seen today. Diagnosis: Chronic Kidney Disease, stable", "Chronic Kidney Disease"),
        ("The patient was diagnosed with type 2 diabetes last year", "type 2 diabetes"),
    ],
    "MEDICATION": [("Prescribed Lisinopril 20 mg daily", "Lisinopril 20 mg"), ("the patient takes metformin", "metformin")],
    "AGE": [("This 79 year old female", "79"), ("a 45-year-old man", "45"), ("My brother just turned 60", "60")],
    "DATE_TIME": [
        ("admitted on 03/14/2021 with pain", "03/14/2021"),
        ("Filed: 2 May 2019", "2 May 2019"),
        ("Pt reports chest pain since 14-MAR-2021, MRN on file", "14-MAR-2021"),
        ("patient seen in clinic on 3/14, stable", "3/14"),
    ],
    "PERSON": [
        ("My name is Ada Lovelace.", "Ada Lovelace"),
        ("Dr. Grace Hopper called", "Grace Hopper"),
        ("my wife Maria and I", "Maria"),
        ("their daughter, Ngozi Okafor, drove", "Ngozi Okafor"),
        ("Amina Diallo (his sister) called", "Amina Diallo"),
        ("PT: DIALLO, AMINA   MRN 4482913", "DIALLO, AMINA"),
        ("Pt Okafor seen by nurse", "Okafor"),
        ("hospital day 3. J. Okafor, MD  Pt stable", "J. Okafor"),
        ("Attending: Amina Diallo. Pt on ward 3", "Amina Diallo"),
        ('{"name": "Amina Diallo"}', "Amina Diallo"),
        ("First name: Amina", "Amina"),
        ("Ship to: Amina Diallo, 4 Mill Lane", "Amina Diallo"),
    ],
    "ORGANIZATION": [("taken to Lakeside Medical Center at noon", "Lakeside Medical Center")],
    "LOCATION": [("Pt lives in Duluth, nurse visits", "Duluth")],
    "DEVICE_ID": [("Pt has a pacemaker, serial no. PJN842237H, nurse told", "PJN842237H")],
}  # fmt: skip

MUST_NOT_FIND = [
    "build 1.2.3 passed", "see RFC 6962 section 2", "Chrome/120.0.6099.109 Safari/537.36", "version 10.0.19045.3803",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "uuid 550e8400-e29b-41d4-a716-446655440000",
    "2024-01-05T12:33:12.123456Z INFO started in 1234 ms", "epoch 1704458000123", "id=1704458000123456789",
    "listening on 0.0.0.0:8080", "bind 127.0.0.1:5432", "http://localhost:3000/api/v1/users",
    "https://github.com/pallets/flask/issues/1234", "pip install numpy==1.26.4", "std::vector<int> v(10);",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "0x7ffde4a3b010 in main ()",
    'File "/usr/lib/python3.11/asyncio/base_events.py", line 653, in run_until_complete', "@app.route('/users')",
    "matrix = a @ b.T", "getty@tty1.service: Succeeded.", "icons/logo@2x.png", "git@github.com:org/repo.git",
    "password = os.environ['DB_PASSWORD']", "token = get_token()", "secret: ${SECRET}", 'api_key: "<your-api-key>"',
    "for i in range(1000000): pass", "GET /v1/items/4821?page=2 HTTP/1.1 200 5123", "3.14159265358979", "1,234,567.89 USD",
    "latitude 52.520008, longitude 13.404954", "ISBN 978-3-16-148410-0", "order 4512-8834-2201", "ticket 123456789",
    "aaaa:bbbb", "12:34:56.789", "retry in 5 seconds", "127 tests passed, 3 failed in 12.34s", "a1b2c3d4e5f6",
    "condition: service_healthy", "history of the project", "assessment of risk", "the model turned 3 times", "released on 2024-01-05",
    "(2017–2021)", "libfoo 2.4+20151223.git", "the public is duplicated", "CVE-2021-44228", "port 5432 is open",
    "SELECT * FROM patient WHERE ward_id = 3 AND created_at > '2026-01-16'", "class Patient(Hospital): pass", "dial tcp 127.0.0.1:10323: connect",
    "coverage: 90.7% of statements", "the parent process reaped its son process 12", "hospital-service v1.2.3 deployed 2026-03-12", "name: nginx-7d9f",
    "Mother Nature", "discharge current 300 mA at 2026-03-12",
]  # fmt: skip


@pytest.mark.parametrize(
    ("entity", "text", "part"),
    [(e, t, p) for e, lines in MUST_FIND.items() for t, p in lines if p is not None],
)
def test_a_value_is_found_whole_as_its_entity(entity, text, part):
    """The line's value is found, whole, as the entity it is."""
    found = [(text[s.start : s.end], s.entity) for s in REDACTOR.find(text)]
    assert any(part in value and kind == entity for value, kind in found), found


@pytest.mark.parametrize("text", MUST_NOT_FIND)
def test_technical_text_is_not_redacted(text):
    """Technical text is no personal data."""
    assert [(text[s.start : s.end], s) for s in REDACTOR.find(text)] == []


DISGUISES = {
    "zero-width space": "536-9\u200b0-4399", "soft hyphen": "536-9\u00ad0-4399", "full width": "５３６－９０－４３９９",
    "no-break hyphen": "536‑90‑4399", "spaced": "5 3 6 - 9 0 - 4 3 9 9", "line break": "536-9\n0-4399",
    "emoji": "536-9🔥0-4399", "base64": "NTM2LTkwLTQzOTk=", "base64 twice": "TlRNMkxUa3dMVFF6T1RrPQ==",
    "percent": "%35%33%36%2D%39%30%2D%34%33%39%39", "hex": "3533362d39302d34333939", "entities": "&#53;&#51;&#54;-90-4399",
    "escapes": "\\u0035\\u0033\\u0036-90-4399", "arabic digits": "٥٣٦-٩٠-٤٣٩٩", "bold digits": "𝟓𝟑𝟔-𝟗𝟎-𝟒𝟑𝟗𝟗",
    "circled": "⑤③⑥-⑨⓪-④③⑨⑨", "letters": "S36-9O-4399", "markdown": "536-**90**-4399", "tags": "<b>536</b>-90-4399",
    "comment": "536-<!-- x -->90-4399", "concatenated": '"536-" + "90-4399"', "dots": "536.90.4399", "slashes": "536/90/4399",
    "underscores": "536_90_4399", "pipes": "5|3|6|9|0|4|3|9|9", "spelled": "five three six nine zero four three nine nine",
    "combining": "5\u03013\u03016\u0301-90-4399", "bidi": "\u202e536-90-4399\u202c", "glued": "id_536-90-4399_x",
    "control": "536-9\x070-4399", "tabs": "536\t90\t4399", "keycaps": "5️⃣3️⃣6️⃣-90-4399",
}  # fmt: skip


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_hides_nothing(name):
    """A labelled number is covered whole however it is written, at the original's offsets."""
    shown = DISGUISES[name]
    text = f"Please update my social security number, SSN: {shown} on file."
    at = text.index(shown)
    covered = bytearray(len(text))
    for span in REDACTOR.find(text):
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    inside = [i for i in range(at, at + len(shown)) if text[i].isdigit()]
    assert all(covered[i] for i in inside)
    assert not any(covered[:at])


@pytest.mark.parametrize(
    "written",
    ["ada dot lovelace at example dot com", "ada [at] example [dot] com", "a d a @ e x a m p l e . c o m",
     "ada(at)example(dot)com", "ada@exa\nmple.com", "аdа@exаmple.com", "ada＠example．com"],
)  # fmt: skip
def test_an_address_in_words_is_an_address(written):
    """Signs written as words, spread or replaced by look-alikes are read as signs."""
    found = REDACTOR.find(f"You can email me: {written} anytime.")
    assert [s.entity for s in found] == ["EMAIL_ADDRESS"]
    assert found[0].end - found[0].start == len(written)


def test_a_sentence_about_a_site_is_no_address():
    """ "look at example.com" stays a sentence."""
    assert REDACTOR.find("Please look at example.com for details.") == []


def test_presets_differ_by_threshold_only():
    """Strict finds what balanced finds; balanced finds what precise finds."""
    text = "from 10.0.0.1 and 203.0.113.42, write ada@example.com or noreply@example.com"
    spans = [
        {(s.start, s.end) for s in Redactor(p).find(text)}
        for p in ("strict", "balanced", "precise")
    ]
    assert spans[0] > spans[1] >= spans[2]


def test_thresholds_and_allow_lists_are_per_entity_and_exact():
    """An allowed value passes; a higher threshold of one entity leaves the others."""
    text = "ada@example.com and bob@example.com from 203.0.113.42"
    allowed = Redactor(allow=["ada@example.com"], thresholds={"IP_ADDRESS": 0.9})
    assert [text[s.start : s.end] for s in allowed.find(text)] == ["bob@example.com"]
    patterned = Redactor(allow_patterns=[r".*@example\.com"])
    assert [s.entity for s in patterned.find(text)] == ["IP_ADDRESS"]


def test_decimals_in_the_columns_of_a_table_are_no_ssn():
    """A word that could be a label, then rows of numbers: nine digits of several cells are none."""
    for text in (
        ">>> ss\n   0  2    1.0\n   3    2.0\n1  0    3.0\n",
        "ssn  count  share\n1  22  0.5\n2  31  0.7\n",
    ):
        assert not [s for s in REDACTOR.find(text) if s.entity == "US_SSN"]
    for written in ("123.45.6789", "123. 45. 6789", "1.2.3.4.5.6.7.8.9", "123.45-6789"):
        assert [s.entity for s in REDACTOR.find(f"ssn {written}")] == ["US_SSN"]


@pytest.mark.parametrize(
    "text",
    [
        "it says HAIG9813290AB9CD there",  # a thirteenth month
        "it says HAIG9802320AB9CD there",  # a thirty-second day
        "it says HA9G9802290AB9CD there",  # a nine inside of the name
        "121 815 534 bytes",  # thousands, whatever the check digit
        "it says 504-815-532 there", "it says 491-047-4987 there", "backup 910612-2372613 done",
        "built at QA1 1AA",
        "order 198112189876", "invoice 9106122372612",  # in one piece, and told to be another thing
        "it says 202412189876 there", "it says 198112181238 there",  # of these years; a time of day
        "it says 2412182372613 there", "it says 53 004 085 617 there", "it says 1110-0002-6 there", "see www.sample for more", "rfc 822 mail", "the pan pan2x was cleaned",
    ],
)  # fmt: skip
def test_a_form_that_nobody_issues_is_no_number(text):
    """What no register writes so, and what its check digit denies, is left where no word names it."""
    assert not REDACTOR.find(text)


@pytest.mark.parametrize(
    "unit", ["(12)", "[12]", "(1)(2)", "12 ", "12/", "12.", "12-", "12)", "1-1-1 ", "(12)-", "00(", "中1"]
)  # fmt: skip
def test_a_list_of_short_numbers_is_not_read_as_every_number_that_it_may_be(unit):
    """What no word names and no grouping tells is put aside before it is classified."""
    read: Counter[str] = Counter()
    text = unit * 1_000

    def count(frame, event, _):
        if event == "call":
            read[frame.f_code.co_name] += 1

    sys.setprofile(count)
    try:
        found = list(numbers.recognize(text))
    finally:
        sys.setprofile(None)
    assert len(found) <= 1
    assert read["classify"] <= 1_100
