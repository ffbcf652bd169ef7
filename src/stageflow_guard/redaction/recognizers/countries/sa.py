"""Arab countries, and the words of Arabic."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

COUNTRY = Country(
    code="sa", language="ar",
    words={
        "phone": "هاتف|الهاتف|جوال|الجوال|رقم الهاتف|رقم الجوال|هاتفي|جوالي|موبايل|اتصل|رقمي|محمول", "card": "بطاقة|البطاقة|رقم البطاقة|بطاقة الائتمان|بطاقتي", "iban": "الآيبان|آيبان|ايبان|الايبان",
        "account": "حساب|الحساب|رقم الحساب", "passport": "جواز|جواز السفر|رقم الجواز", "dob": "الميلاد|ميلادي", "other": "الطلب|رقم الطلب|الإصدار|الفاتورة|صفحة|السعر|المبلغ",
    },
    fields={
        "PERSON": "مقدم الطلب|المؤمن له|المرسل|المستأجر|ولي الأمر|اسم الطالب|الاسم|الاسم الكامل|اسم العميل|صاحب الحساب|المستلم|الاسم الثلاثي|اسم المستفيد|باسم", "STREET_ADDRESS": "العنوان|عنوان السكن", "PHONE_NUMBER": "الهاتف|رقم الهاتف|الجوال|رقم الجوال|هاتف|جوال|موبايل",
        "SECRET": "كلمة المرور|كلمة السر|الرقم السري|رمز التحقق", "DATE_OF_BIRTH": "تاريخ الميلاد|تاريخ ميلادي", "CREDIT_CARD": "رقم البطاقة", "US_BANK_NUMBER": "رقم الحساب", "SA_ID": "رقم الهوية|الهوية الوطنية|هوية رقم",
        "PASSPORT": "رقم الجواز|جواز السفر|رقم جواز السفر", "EMAIL_ADDRESS": "البريد الإلكتروني|البريد|الإيميل", "USERNAME": "اسم المستخدم|المستخدم",
    },
    said="اسمي|أنا|انا اسمي|أنا اسمي|اسمي هو", titles="السيد|السيدة|الدكتور|الدكتورة|الأستاذ|الأستاذة|الآنسة|د", born="تاريخ الميلاد|ولدت في|مواليد",
    documents=(
        Document(entity="SA_ID", value=r"[12][0-9]{9}", names="رقم الهوية|رقم الهوية الوطنية|رقم الهويه|رقم بطاقة الهوية|السجل المدني|الهوية الوطنية|رقم الإقامة|saudi id|iqama|national id", check=luhn),
        Document(entity="AE_ID", value=r"784[ -]?[0-9]{4}[ -]?[0-9]{7}[ -]?[0-9]", names="الهوية الإماراتية|رقم الهوية|رقم بطاقة الهوية|emirates id|رقم الهوية الإماراتية", check=luhn, bare_valid=0.6),
        Document(entity="PASSPORT", value=r"[A-Z][0-9]{7,8}", names="رقم الجواز|جواز السفر|رقم جواز السفر|جواز سفر"),
    ),
)  # fmt: skip
