"""United Kingdom and Ireland's neighbour numbers in English."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number


def nhs(digits: str) -> bool:
    """NHS number: modulus 11 with weights 10 to 2."""
    check = 11 - weighted(digits[:9], range(10, 1, -1)) % 11
    return check != 10 and check % 11 == int(digits[9])


COUNTRY = Country(
    code="gb",
    language="en",
    words={
        "nhs": "nhs|health service",
        "nino": "nino|national insurance",
    },
    fields={
        "UK_NHS": "nhs|nhs number|nhs no|nhs id",
        "UK_NINO": "nino|national insurance|national insurance number|ni number",
    },
    numbers=(Number(entity="UK_NHS", sizes=(10,), label="nhs", check=nhs, shapes=((3, 3, 4),), bare=0.4),),
    documents=(
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Za-z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}[A-Z]?", names="hospital number|hospital no|hosp no|hosp num|unit no|district no|district number|ed no|a&e no|pas id|pas number|crn|patient no|patient number"),
        Document(entity="UK_RESIDENCE_PERMIT", value=r"[A-Z]{2}[A-Z0-9][ ]?[0-9]{6}", names="brp|biometric residence permit|residence permit|brp number|brp no|residence card"),
        Document(entity="MEDICAL_LICENSE", value=r"[0-9]{7}|[0-9]{2}[A-Z][0-9]{4}[A-Z]|[A-Z]{2}[0-9]{5,6}", names="gmc|gmc no|gmc number|nmc|nmc pin|nmc number|gphc|gphc no|hcpc|hcpc no|gdc|gdc no"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}[0-9]{2}[ ]?[A-Z]{3}", names="reg|car|van|vehicle|motorbike|vehicle reg"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{2}([ -]?)[0-9]{2}\1[0-9]{2}", names="sort code|sortcode"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{8}", names="acc|acc no|a/c|a/c no"),
        Document(entity="UK_NHS", value=r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}", names="nhs|nhs number|nhs no|chi|chi number", check=nhs),
        Document(
            entity="UK_NINO", names="nino|national insurance number|ni number|national insurance no", bare=0.5,
            value=r"(?!BG|GB|KN|NK|NT|TN|ZZ|bg|gb|kn|nk|nt|tn|zz)[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Da-d]",
        ),
        Document(entity="UK_NINO", names="nino|national insurance|nat ins|nat ins no|nat ins number|nat. ins. no|n.i. number|n.i. no|ni|national insurance number|ni number|national insurance no|ni no", value=r"[A-Za-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Za-z]"),
        Document(
            entity="UK_DRIVING_LICENCE", names="uk licence|licence|driving licence|driving licence number|licence number|dvla|driver number|driver no|licence no|driving licence no", bare=0.5,  # a month of a woman is 50 more
            value=r"(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}99|[A-Z]{2}999|[A-Z]9999)[ -]?[0-9](?:[05][1-9]|[16][0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9][ -]?[A-Z9]{2}[0-9A-Z][ -]?[0-9A-Z]{2}(?:[ ][0-9]{2})?",
        ),
        Document(entity="UK_VAT", value=r"(?:GB[ ]?)?[0-9]{3}[ ]?[0-9]{4}[ ]?[0-9]{2}(?:[ ]?[0-9]{3})?", names="vat|vat number|vat no|vat reg no|vat registration number|vat reg"),
        Document(entity="UK_UTR", value=r"[0-9]{5}[ ]?[0-9]{5}K?", names="utr|unique taxpayer reference"),
        Document(
            entity="UK_DRIVING_LICENCE", bare=0.4,  # all of it in small letters
            value=r"(?:[a-z]{5}|[a-z]{4}9|[a-z]{3}99|[a-z]{2}999|[a-z]9999)[0-9](?:[05][1-9]|[16][0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9][a-z9]{2}[0-9a-z]{3}",
        ),
        Document(  # of 2001 and later; with the year's letter ahead, or behind, before that
            entity="LICENSE_PLATE", value=r"[A-Z]{2}[0-9]{2}[ -]?[A-Z]{3}|[A-HJ-NPR-Y][0-9]{1,3}[ ]?[A-Z]{3}|[A-Z]{3}[ ]?[0-9]{1,3}[A-HJ-NPR-Y]",
            names="registration|registration number|registration no|registration mark|vehicle reg|vehicle registration number|reg number|reg no|car reg|car registration|reg plate|vrm|vrn",
        ),
    ),
)  # fmt: skip
