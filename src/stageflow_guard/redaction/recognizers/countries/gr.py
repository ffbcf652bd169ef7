"""Greece, and the words of Greek."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    members,
    patients,
    staff,
)


def afm(value: str) -> bool:
    """ΑΦΜ: powers of two, modulus 11."""
    total = sum(int(d) << (8 - i) for i, d in enumerate(value[:8]))
    return total % 11 % 10 == int(value[8])


COUNTRY = Country(
    code="gr", language="el",
    words={"phone": "τηλέφωνό|τηλέφωνο|κινητό|τηλ", "dob": "γέννησης"},
    fields={"PERSON": "παραλήπτης|αποστολέας|πελάτης|ασθενής|ονοματεπώνυμο", "PERSON_PART": "όνομα|επώνυμο", "PHONE_NUMBER": "τηλέφωνό μου|τηλέφωνο|κινητό|τηλ", "SECRET": "κωδικός|συνθηματικό|κωδικός πρόσβασης", "DATE_OF_BIRTH": "ημερομηνία γέννησης", "STREET_ADDRESS": "διεύθυνση|οδός"},
    said="με λένε|το όνομά μου είναι|ονομάζομαι", titles="κ|κύριος|κυρία", born="ημερομηνία γέννησης",
    documents=(
        staff("αριθμός μητρώου|αρ μητρώου|αριθμός εργαζομένου|κωδικός υπαλλήλου"),
        members("αριθμός πελάτη|κωδικός πελάτη|αριθμός μέλους|αριθμός συμβολαίου|αριθμός ασφαλιστηρίου"),
        patients("αριθμός ασθενούς|κωδικός ασθενούς"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{9}", names="δίπλωμα οδήγησης|άδεια οδήγησης|αριθμός διπλώματος"),
        Document(entity="LICENSE_PLATE", value=r"[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧA-Z]{3}[ -]?[0-9]{4}", names="πινακίδα|πινακίδες|αριθμός κυκλοφορίας|αρ κυκλοφορίας"),
        Document(entity="PASSPORT", value=r"[A-ZΑ-Ω]{2}[ ]?[0-9]{7}", names="διαβατήριο|αριθμός διαβατηρίου|διαβατηρίου"),
        Document(entity="GR_AMKA", value=r"[0-9]{6}[ -]?[0-9]{5}", names="αμκα|amka|α.μ.κ.α.", check=luhn),
        Document(entity="GR_AFM", value=r"[0-9]{9}", names="αφμ|α.φ.μ.|afm", check=afm),
    ),
)  # fmt: skip
