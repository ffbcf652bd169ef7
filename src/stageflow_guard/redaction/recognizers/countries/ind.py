"""India, and the words of Hindi."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import verhoeff
from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    Number,
    members,
    staff,
    students,
)

_GST = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def gstin(value: str) -> bool:
    """GSTIN: Luhn modulo 36."""
    total = 0
    for place, char in enumerate(value[:14]):
        product = _GST.index(char) * (2 if place % 2 else 1)
        total += product // 36 + product % 36
    return _GST[-total % 36] == value[14]


def aadhaar(value: str) -> bool:
    """Aadhaar: Verhoeff; none begins with 0 or 1, none reads the same from behind."""
    return value[0] not in "01" and value != value[::-1] and verhoeff(value)


COUNTRY = Country(
    code="in", language="hi",
    words={
        "aadhaar": "aadhaar|aadhar|uidai|आधार|आधार संख्या", "phone": "फोन|फ़ोन|मोबाइल|नंबर|संपर्क|दूरभाष", "card": "कार्ड|कार्ड नंबर",
        "account": "खाता|खाता संख्या", "passport": "पासपोर्ट", "dob": "जन्म", "other": "ऑर्डर|ऑर्डर नंबर|इनवॉइस|बिल नंबर|संख्या ऑर्डर|चालान|पृष्ठ|मूल्य|संस्करण",
    },
    fields={
        "PERSON": "कर्मचारी|मरीज|मरीज़|रोगी|रोगी का नाम|यात्री|छात्र|छात्रा|ग्राहक|पिता का नाम|माता का नाम|पति का नाम|मकान मालिक|चालक|शिकायतकर्ता|आवेदक का नाम|विद्यार्थी|कर्मचारी का नाम|मरीज का नाम|பெயர்|முழுப் பெயர்|పేరు|పూర్తి పేరు|নাম|পুরো নাম|नाव|पूर्ण नाव|નામ|પૂરું નામ|ಹೆಸರು|ಪೂರ್ಣ ಹೆಸರು|പേര്|മുഴുവൻ പേര്|ਨਾਮ|ਪੂਰਾ ਨਾਮ|बीमाधारक|आवेदक|प्राप्तकर्ता|किरायेदार|अभिभावक|नाम|पूरा नाम|ग्राहक का नाम|खाताधारक", "STREET_ADDRESS": "पता|घर का पता", "PHONE_NUMBER": "फोन|फ़ोन|मोबाइल|फोन नंबर|मोबाइल नंबर", "SECRET": "पासवर्ड|कूटशब्द",
        "DATE_OF_BIRTH": "जन्म तिथि|जन्मतिथि|जन्म तारीख", "IN_AADHAAR": "aadhaar|aadhaar number|aadhar|aadhar number|aadhaar no|uid number", "IN_PAN": "pan number|pan no|pan card", "EMAIL_ADDRESS": "ईमेल",
        "UPI": "upi|upi id|vpa",
    },
    said="मेरा नाम|माझे नाव|আমার নাম|என் பெயர்|எனது பெயர்|నా పేరు|મારું નામ|ನನ್ನ ಹೆಸರು|എന്റെ പേര്|ਮੇਰਾ ਨਾਮ|ମୋ ନାମ|میرا نام", titles="श्री|श्रीमती|सुश्री|डॉ|Shri|Smt", born="जन्म तिथि|जन्मतिथि|जन्म",
    months="जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|अक्टूबर|नवंबर|दिसंबर",
    numbers=(Number(entity="IN_AADHAAR", sizes=(12,), label="aadhaar", check=aadhaar, shapes=((4, 4, 4),), bare=0.4),),
    documents=(
        staff("कर्मचारी आईडी|कर्मचारी संख्या|कर्मचारी नंबर|कर्मचारी कोड"),
        members("ग्राहक संख्या|ग्राहक आईडी|ग्राहक नंबर|सदस्य संख्या|सदस्यता संख्या|पॉलिसी नंबर|पॉलिसी संख्या"),
        students("रोल नंबर|छात्र आईडी|अनुक्रमांक"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"[A-Z]{0,4}[/-]?[0-9]{5,12}", names="मरीज संख्या|रोगी संख्या|यूएचआईडी|uhid|ip no|op no"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,3}[ -]?[0-9]{4}", names="vehicle|car|bike|scooter|vehicle no|registration|reg no|rc number"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{9,18}", names="a/c|a/c no|ac no|account no|acc no|bank a/c|savings a/c|current a/c|account number"),
        Document(entity="IN_AADHAAR", value=r"[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}", names="aadhaar|aadhaar number|aadhar|aadhaar no|aadhar number|uid|आधार|आधार संख्या|आधार नंबर", check=aadhaar),
        Document(entity="IN_PAN", value=r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", names="pan|pan number|pan no|permanent account number|pan card", bare=0.45),
        Document(entity="IN_PAN", value=r"[A-Z]{5}[0-9]{4}[A-Z]", names="pan|pan number|pan no|permanent account number|pan card"),
        Document(entity="IN_GSTIN", value=r"(?:0[1-9]|[12][0-9]|3[0-8]|9[79])[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]", names="gstin|gstins|gst|gst number|gst no|gst registration|gst registration number", check=gstin, bare=0.4, bare_valid=0.6),
        Document(
            entity="UPI", names="upi|upi id|vpa|upi handle", bare=0.5,
            value=r"[A-Za-z0-9._-]{2,64}@(?:ok(?:hdfcbank|hdfc|icici|axis|sbi|bizaxis)|ybl|ibl|axl|paytm|apl|upi|waicici|wahdfcbank|waaxis|wasbi|axisbank|hdfcbank|icici|sbi|kotak|yesbank|ptyes|ptsbi|pthdfc|ptaxis|freecharge|jupiteraxis|fam|barodampay|idfcbank|airtel|postbank)",
        ),
        Document(entity="PASSPORT", value=r"[A-Z][0-9]{7}", names="पासपोर्ट|पासपोर्ट नंबर"),
        Document(entity="IN_VOTER_ID", value=r"[A-Z]{3}[0-9]{7}", names="वोटर आईडी|वोटर कार्ड|वोटर आईडी नंबर|मतदाता आईडी|voter id|epic|epic no|voter id number|voter card|voter|voter no|voter number|elector id|election card|electors photo identity card|मतदाता पहचान पत्र"),
        Document(
            entity="LICENSE_PLATE", value=r"[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,3}[ -]?[0-9]{4}|[0-9]{2}[ -]?BH[ -]?[0-9]{4}[ -]?[A-Z]{1,2}",
            names="registration|registration number|registration no|regn no|vehicle number|vehicle no|car number|bike number|vehicle registration number|गाड़ी नंबर|वाहन संख्या",
        ),
        Document(entity="IN_IFSC", value=r"[A-Z]{4}0[A-Z0-9]{6}", names="ifsc|ifsc code"),
        Document(entity="US_DRIVER_LICENSE", value=r"[A-Z]{2}[ -]?[0-9]{2}[ -]?[0-9]{4}[ -]?[0-9]{7}", names="driving licence|dl no|driving license"),
    ),
)  # fmt: skip
