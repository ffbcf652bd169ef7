"""Croatia."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, members, staff


def oib(value: str) -> bool:
    """OIB: ISO 7064 MOD 11,10."""
    product = 10
    for char in value[:10]:
        product = ((int(char) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(value[10])


COUNTRY = Country(
    code="hr", language="hr",
    words={"phone": "mobitel|broj telefona"},
    fields={"STREET_ADDRESS": "adresa|prebivalište", "PHONE_NUMBER": "telefon|mobitel", "SECRET": "lozinka|zaporka"},
    said="zovem se|moje ime je",
    born="datum rođenja|rođen|rođena",
    documents=(
        staff("broj zaposlenika|šifra zaposlenika|matični broj zaposlenika"),
        members("broj kupca|broj člana|broj police|broj klijenta|broj korisnika|šifra kupca"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{8}", names="vozačka dozvola|broj vozačke dozvole|vozačke dozvole"),
        Document(entity="LICENSE_PLATE", value=r"[A-ZŠĐČĆŽ]{2}[ -]?[0-9]{3,4}[ -]?[A-Z]{1,2}", names="registarska oznaka|registracijska oznaka|registracija|registarske tablice"),
        Document(entity="PASSPORT", value=r"[0-9]{9}", names="putovnica|broj putovnice|putovnice"),
        Document(entity="HR_OIB", value=r"[0-9]{11}", names="oib|osobni identifikacijski broj", check=oib),
        Document(entity="HR_JMBG", value=r"[0-9]{13}", names="jmbg"),
    ),
)  # fmt: skip
