"""The words beside a value that say what it is. Whole words, nearest first. Pure."""

from __future__ import annotations

import re

_WORDS: dict[str, str] = {
    "card": "card|cards|cardnumber|cardno|cc|ccnum|creditcard|visa|mastercard|master card|amex|american express|maestro|debit|credit|discover|jcb|diners|unionpay|pan|kreditkarte|carte bancaire|tarjeta|carta di credito",
    "ssn": "ssn|ssns|ssnumber|ss|social security|social security number|social|soc sec|socialsecurity|socialsecuritynumber",
    "itin": "itin|individual taxpayer",
    "ein": "ein|employer identification",
    "phone": "phone|phones|phonenumber|phone_number|phoneno|telephone|tel|teléfono|telefono|telefon|telefone|celular|téléphone|mobile|mobil|mobileno|cell|cellphone|cellular|handy|fax|call|calls|called|calling|dial|text me|sms|whatsapp|signal|hotline|helpline|pager|voicemail|ring|reach|reached|answering|office|desk|landline|callback|contact|contact number",
    "iban": "iban|ibans|bban",
    "account": "account|accounts|acct|accountnumber|account_number|accountno|acct_no|bank account|bank|konto|kontonummer|compte|checking|savings",
    "routing": "routing|aba|rtn|transit",
    "ip": "ip|ips|ipaddr|ipaddress|ip_address|ip address|ipv4|ipv6|client_ip|remote_addr|client ip|source ip|access from|login from",
    "mrn": "mrn|medical record|medical record number|medicalrecordnumber|patient id|patient number|patientid|chart number|chart no|hospital number|hospital no",
    "npi": "npi|national provider",
    "member": "member|memberid|member id|subscriber|policy|insurance|beneficiary|medicare|medicaid|group number|claim",
    "license": "license|licence|licenses|driver|drivers|driving|dl|dmv|permit",
    "passport": "passport|passports|passport number|travel document",
    "nhs": "nhs|national health service|health service number",
    "nino": "nino|national insurance",
    "sin": "sin|social insurance",
    "aadhaar": "aadhaar|aadhar|uidai",
    "cpf": "cpf|cadastro",
    "pesel": "pesel",
    "bsn": "bsn|burgerservicenummer|sofinummer",
    "nir": "nir|insee|numéro de sécurité sociale|sécurité sociale|carte vitale",
    "steuer": "steuer|steuerid|steuernummer|steueridentifikationsnummer|idnr|tin|tax id|taxid|tax number|tax identification",
    "tfn": "tfn|tax file",
    "dob": "dob|birth|birthdate|birthday|born|geboren|date of birth",
    "other": "order|orders|invoice|ticket|tickets|case|issue|version|versions|build|release|commit|revision|uuid|guid|hash|sha|port|pid|tid|thread|line|lines|size|bytes|timestamp|ts|epoch|time|date|trace|span|request|serial|sku|isbn|issn|doi|ean|upc|tracking|error|errno|code|page|rows|row|offset|zip|zipcode|postal|plz|amount|total|price|usd|eur|latitude|longitude|lat|lon|lng|duration|ms|seconds|elapsed|seed|job|task|node|pod|kernel|chrome|firefox|safari|mozilla|applewebkit|gecko|driver version|address 0x|rfc|figure|table|section|chapter",
}  # fmt: skip
_CLASS = {
    word.replace("_", " "): name for name, words in _WORDS.items() for word in words.split("|")
}
_ONE = {word: name for word, name in _CLASS.items() if " " not in word}
_TWO = {word: name for word, name in _CLASS.items() if word.count(" ") == 1}
_SECOND = {word.partition(" ")[2] for word in _TWO}
# words of one spelling or of camel case: `cardNumber`, `card_number`, `SSN`
_TOKEN = re.compile(r"[A-Z]?[a-zà-ÿ]+|[A-Z]+|\n\n")
BEFORE, AFTER = 56, 18


def scan(text: str, start: int, end: int, state: tuple[str, int]) -> tuple[str, int]:
    """Return (class, position) of the last label in `[start, end)`, else the state passed in.

    Walking from value to value with the state carried along reads each word once.
    """
    low = max(start, end - BEFORE)
    if low > start:  # a word that the window cuts is no whole word
        while low < end and text[low - 1].isalpha() and text[low].isalpha():
            low += 1
    tokens = list(_TOKEN.finditer(text, low, end))
    for place in range(len(tokens) - 1, -1, -1):  # the last one counts
        word = tokens[place][0].lower()
        found = None
        if place and word in _SECOND:
            found = _TWO.get(f"{tokens[place - 1][0].lower()} {word}")
        found = found or _ONE.get(word)
        if found is not None:
            return found, tokens[place].end()
    return state


def before(text: str, at: int) -> str:
    """Return the class of the nearest label within 56 characters before `at`, or an empty text."""
    return scan(text, max(0, at - BEFORE - 16), at, ("", 0))[0]


def after(text: str, at: int) -> str:
    """Return the class of the first label within 18 characters after `at`, on the same line."""
    for match in _TOKEN.finditer(text[at : at + AFTER].partition("\n")[0]):
        found = _ONE.get(match[0].lower())
        if found is not None:
            return found
    return ""
