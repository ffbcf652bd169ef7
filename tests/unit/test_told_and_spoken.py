"""Passwords that a sentence tells, numbers that are said, pieces that code puts together."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.text.spoken import spoken
from stageflow_guard.redaction.text.view import View

REDACTOR = Redactor()


def found(text):
    return [(s.entity, text[s.start : s.end]) for s in REDACTOR.find(text)]


TOLD = [
    ("caps lock, sorry. try Magpie!Wing as the password", "Magpie!Wing"),
    ("the password for the zip? cinderpath9", "cinderpath9"),
    ("my password used to be daisy1969 everywhere", "daisy1969"),
    ("password ******** was reset to Tundra&Fox_31 by the desk", "Tundra&Fox_31"),
    ("le mot de passe du wifi c'est Hirondelle75", "Hirondelle75"),
    ("j'ai mis bleuet!2022 comme mot de passe provisoire", "bleuet!2022"),
    ("a palavra-passe nova é Azulejo.Frio, muda-a depois", "Azulejo.Frio"),
    ("Das Passwort habe ich auf Wolke#44 geändert.", "Wolke#44"),
    ("he puesto Nube*31 de contraseña", "Nube*31"),
    ("het wachtwoord voor de server is tulp55", "tulp55"),
    ("Der Code für die Haustür ist 4821B", "4821B"),
    ("código de acesso 5502B na portaria", "5502B"),
    ("Tresorkombination 24-10-88", "24-10-88"),
    ("segue a chave da API: paaxdbSZb1Qb1VJE8bsrR31c2YAMaljhJpJ3Sych", "paaxdbSZb1Qb1VJE8bsrR31c2YAMaljhJpJ3Sych"),
    ("machine git.lan login ci-bot password nYIAOCyuBJNkCdjtawjF", "nYIAOCyuBJNkCdjtawjF"),
    ("db1.internal:5432:orders:orders_rw:lapwing_77", "lapwing_77"),
    ("jdbc:oracle:thin:scott/Puffin#Isle@//ora:1521/ORCL", "Puffin#Isle"),
    ("ALTER LOGIN etl WITH PASSWORD = N'Snipe&Moor#6';", "Snipe&Moor#6"),
    ("<key>AppSecret</key>\n<string>2a61a0f058359d24e27eb7a32ad159e1</string>", "2a61a0f058359d24e27eb7a32ad159e1"),
    ("my $password = q{brace!9x};", "brace!9x"),
    ("rabbitmqctl add_user app Plum!Tart7", "Plum!Tart7"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), TOLD)
def test_a_password_that_a_sentence_or_a_file_tells_is_a_secret(text, value):
    """Whose it is and a verb may stand between label and value, or the value before its label."""
    assert ("SECRET", value) in found(text)


@pytest.mark.parametrize("text", [
    "The password policy is SHA256 based, and 12 characters are the minimum.",
    "The password must be changed to continue.", "Das Passwort ist 8-stellig und Pflicht.", "Pass the value to Uvicorn.",
    "Your password was changed on 2026-01-04.", "la contraseña es obligatoria", "password is base64-encoded", "The token is for the caller.",
    '"forgot_password": "Passwort vergessen?"', "the password file is at /etc/shadow", "use the password manager 1Password",
])  # fmt: skip
def test_what_is_said_about_passwords_is_none(text):
    """A policy, a state, an encoding, a length, advice."""
    assert not [one for one in found(text) if one[0] == "SECRET"]


SAID = [
    ("call me on oh seven nine double one, eight forty, four one six", "07911 840 416"),
    ("null eins sieben eins drei neun zwei null null vier acht", "01713920048"),
    ("zéro six, soixante-quatorze, quatre-vingt-dix-huit, douze, soixante-trois", "06 74 98 12 63"),
    ("seis cinco cinco, cero uno ocho, cuatro cuatro dos", "655 018 442"),
    ("tre quattro sette, cinque uno zero, otto otto due sei", "347 510 8826"),
    ("nul zes een twee acht vier zeven drie negen nul", "0612847390"),
    ("um um, nove oito quatro sete três, dois dois seis zero", "11 98473 2260"),
    ("noll sju noll ett två tre fyra fem sex sju", "0701234567"),
    ("sześć zero dwa, trzy cztery pięć, siedem osiem dziewięć", "602 345 789"),
    ("one nine two dot one six eight dot forty dot twelve", "192.168.40.12"),
]


@pytest.mark.parametrize(("text", "digits"), SAID)
def test_a_number_that_is_said_is_written(text, digits):
    """In nine languages, tens and doubles too; a comma parts the groups, a word for a sign writes it."""
    assert digits in spoken(View(text)).text


@pytest.mark.parametrize("text", [
    "she has two or three of them, four at most, and five or six if seven come",
    "un deux trois nous irons au bois quatre cinq six cueillir des cerises",
    "eins und zwei sind drei", "one one one one one one one one", "see chapters one, two, three and four",
])  # fmt: skip
def test_words_for_numbers_in_a_sentence_stay(text):
    """Six digits and fewer, words between them, or one word again and again."""
    assert spoken(View(text)).text == text


@pytest.mark.parametrize(("text", "entity"), [
    ("SELECT 'GB53' || 'NWBK' || '7277' || '8933' || '6413' || '99' AS iban;", "IBAN_CODE"),
    ('["5412", "5059", "6864", "2545"].join("-")', "CREDIT_CARD"), ('paste0("d.novak", "@", "jezero.si")', "EMAIL_ADDRESS"),
    ('mail = "rosa.i" ++ "barra@" ++ "costalta.es"', "EMAIL_ADDRESS"), ('new StringBuilder("IE78").append("AIBK9359").append("3565977061")', "IBAN_CODE"),
    ("5301 | 4387 | 9206 | 6364 mastercard, gold", "CREDIT_CARD"), ("536🔸90🔸4399 is mine", "US_SSN"), ("callme415-555-0167asap", "PHONE_NUMBER"),
    ("lead_tel+4915228817362whatsapp", "PHONE_NUMBER"), ("mandaatNL96INGB0242296629getekend", "IBAN_CODE"), ("dev_3c:22:fb:9a:10:5e_eth0", "MAC_ADDRESS"),
    ("leonie[at]brackmann-holz[punkt]de", "EMAIL_ADDRESS"), ("nora|at|birchfield|dot|com", "EMAIL_ADDRESS"), ("To: =?utf-8?Q?bruno=2Ecassar=40maltesand=2Emt?=", "EMAIL_ADDRESS"),
    ("siobhan.o'dwyer@glenbarrow.ie signed it", "EMAIL_ADDRESS"), ("联系 李娜@邮局.中国 即可", "EMAIL_ADDRESS"), ("info@xn----7sbhjcb4azaonfi4p.xn--p1ai", "EMAIL_ADDRESS"),
])  # fmt: skip
def test_a_value_that_was_put_together_or_glued_is_covered_whole(text, entity):
    """Every letter and digit of it, whatever stands between."""
    spans = [s for s in REDACTOR.find(text) if s.entity == entity]

    assert len(spans) == 1
    assert not any(
        c.isdigit()
        for c in (text[: spans[0].start] + text[spans[0].end :])
        .replace("eth0", "")
        .replace("paste0", "")
    )


@pytest.mark.parametrize(("text", "name"), [
    ('{"full_name": "Zo\\u00eb Lind\\u00e9n", "lang": "sv"}', "Zo\\u00eb Lind\\u00e9n"), ("q=1&full_name=Odette+Marchal", "Odette+Marchal"),
    ("See you Monday,\nCallum Rees-Whitby", "Callum Rees-Whitby"), ("Patient: Agnes M. Thackeray, room 12", "Agnes M. Thackeray"), ("Guest: SMITH/JOHN MR", "SMITH/JOHN MR"),
    ("first=Ngozi&last=Adeyemi%2DClark&mobile=1", "Ngozi"), ("Sig.ra Maria Grazia dell'Aquila, reparto 4", "Maria Grazia dell'Aquila"), ('git config user.name "Odette Marchal"', "Odette Marchal"),
    ("பெயர்: கார்த்திகேயன் முருகேசன்", "கார்த்திகேயன் முருகேசன்"), ("الاسم: نورة بنت عبدالله القحطاني", "نورة بنت عبدالله القحطاني"), ("שמי אביגיל בן־שושן ואני מחיפה", "אביגיל בן־שושן"),
])  # fmt: skip
def test_a_name_is_found_as_it_is_written(text, name):
    """With escapes, in a form, below a closing, with an initial, by an airline, in scripts without capitals."""
    assert ("PERSON", name) in found(text)


@pytest.mark.parametrize(("text", "find"), [
    ("host93.184.77.30port22", ("IP_ADDRESS", "93.184.77.30")), ("rowcc5348794109322949end", ("CREDIT_CARD", "5348794109322949")),
    ("tail5348 7941 0932 2949abc", ("CREDIT_CARD", "5348 7941 0932 2949")), ("ZZ305-31-9139ZZ", ("US_SSN", "305-31-9139")),
    ("ines.rau@hofmark.com_backup.zip", ("EMAIL_ADDRESS", "ines.rau@hofmark.com")), ("send the invoice to ruth at cobblewick.net", ("EMAIL_ADDRESS", "ruth at cobblewick.net")),
    ("escribe a marta at correosur.es", ("EMAIL_ADDRESS", "marta at correosur.es")), ("fern at moorgate.org is the best way", ("EMAIL_ADDRESS", "fern at moorgate.org")),
    (r'msg="paid with\n5348794109322949\nthanks"', ("CREDIT_CARD", "5348794109322949")), (r"\r\n93.184.77.30\r\n", ("IP_ADDRESS", "93.184.77.30")), (r"line\t305-31-9139\tend", ("US_SSN", "305-31-9139")),
    ("id:5348 7941 0932 2949", ("CREDIT_CARD", "5348 7941 0932 2949")), ("customer:415-555-0167", ("PHONE_NUMBER", "415-555-0167")), ("x_+44 20 7946 0958_y", ("PHONE_NUMBER", "+44 20 7946 0958")),
    ("[305-31-9139x today", ("US_SSN", "305-31-9139")), ("?q=93.184.77.30#f", ("IP_ADDRESS", "93.184.77.30")), ("userAKIAQ7XR2MPLVN3KTWZ4end", ("SECRET", "AKIAQ7XR2MPLVN3KTWZ4")),
    ("reset here: https://id.brightmoor.example/reset/f81k2Q", ("URL", "https://id.brightmoor.example/reset/f81k2Q")),
])  # fmt: skip
def test_what_words_touch_or_a_name_alone_says_is_found(text, find):
    """A machine's word before an address, words round a card whose check holds, a file called after somebody."""
    assert find in found(text)


@pytest.mark.parametrize("text", [
    "driver31.0.15.3623 loaded", "host10.0.0.7port22", "utf82024 1100 3000 1212", "a5348794109322949b", "deadbeef5348794109322949cafe",
    "getty@tty1.service", "Social Networks 30(2):136--145, 2008.", 'MARK = "qq3936677670287331zz"', "pkg=82.16.5.30", r"C:\new\report", "a:1-2", "10:15-10:45", "id:4155550167", "look at cobblewick.net for prices", "deploy to staging at cluster.io", "https://api.widgets.example", "see https://files.example.com/a/b",
])  # fmt: skip
def test_what_only_looks_so_stays(text):
    """A version, a hash, a unit of the system, a sentence, an address for documentation."""
    assert found(text) == []
