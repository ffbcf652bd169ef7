"""The Netherlands, and the words of Dutch."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number, staff


def bsn(digits: str) -> bool:
    """BSN: the eleven test."""
    return weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


COUNTRY = Country(
    code="nl",
    language="nl",
    words={
        "card": "creditcard|kaartnummer|pinpas",
        "phone": "te bereiken|bereiken op|mijn nummer|telefoon|gebeld|terugbellen|telefoonnummer|mobiel|mobieltje|bel|bellen|gsm|bereikbaar",
        "account": "rekening|rekeningnummer|bankrekening",
        "bsn": "bsn|burgerservicenummer|sofinummer",
        "passport": "paspoort|paspoortnummer",
        "dob": "geboren|geboortedatum",
        "other": "bestelling|factuur|artikel|bedrag|prijs|dossier|pagina|spoor|versie",
    },
    fields={"LICENSE_PLATE": "kenteken|kentekennummer|nummerplaat", "US_DRIVER_LICENSE": "rijbewijs|rijbewijsnummer|rijbewijs nr",
        "PERSON": "melder|naam melder|aan|afleveren bij|organisator|deelnemers|aanwezig|afwezig|op naam van|notulist|voorzitter|aanvrager|contact bij nood|ouder|tenaamstelling|passagier|verzekerde|ten name van|t.n.v|tnv|volledige naam|rekeninghouder|ontvanger|geadresseerde|klantnaam|contactpersoon|tenaamstelling|klant|kaarthouder",
        "EMPLOYEE_ID": "personeelsnummer|medewerkernummer|personeelsnr",
        "PERSON_PART": "voornaam|achternaam|familienaam|roepnaam|naam|meisjesnaam",
        "STREET_ADDRESS": "postcode/plaats|postcode plaats|postcode/woonplaats|postcode en plaats|adres|straat|woonadres|postadres|huisadres|bezorgadres|factuuradres|afleveradres",
        "PHONE_NUMBER": "toestel|toestelnummer|doorkiesnummer|telefoon|telefoonnummer|mobiel|mobiele nummer|gsm|mobiel nummer|telefoonnr",
        "SECRET": "tijdelijk wachtwoord|voorlopig wachtwoord|wachtwoord|geheim|pincode|toegangscode|wachtwoordzin",
        "DATE_OF_BIRTH": "geboortedatum|geboren op|geb datum",
        "CREDIT_CARD": "creditcardnummer|kaartnummer",
        "US_BANK_NUMBER": "rekeningnummer|bankrekening|bankrekeningnummer",
        "NL_BSN": "bsn|burgerservicenummer|bsn nummer|sofinummer",
        "USERNAME": "accountnaam|gebruikersnaam|inlognaam|gebruiker|loginnaam",
        "PASSPORT": "paspoort|paspoortnummer",
        "EMAIL_ADDRESS": "e mailadres|emailadres|mailadres",
    },
    said="mijn naam is|ik heet|ik ben|je spreekt met|u spreekt met|met",
    titles="dokter|Fam|Familie|familie|fam|Dhr|dhr|Mevr|mevr|Mw|mw|de heer|De heer|mevrouw|Mevrouw|meneer|Meneer|Drs|Ir|Mr|Dr|Prof|heer",
    greetings="beste|geachte heer|geachte mevrouw|hallo|lieve|hoi|hey|dag|goedemorgen|goedemiddag|goedendag",
    born="gb.|geb datum|gebdatum|geb dat|geboren op|geboren|geb|geboortedatum",
    months="januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    of="van|voor|van de|van het|voor de|voor het",
    has="heeft het nummer|heeft nummer|met nummer|met het nummer",
    people="verantwoordelijke|contactpersoon|behandelaar|patiënt|klant|cliënt|werknemer|medewerker|houder|bestuurder|huurder|begunstigde|ontvanger|afzender|moeder|vader|man|vrouw|echtgenoot|zoon|dochter|kind|arts|getuige|kandidaat|leerling|huurster|gast|passagier|verzekerde|patiënte|leerkracht|docent|advocaat|notaris|eiser|verweerder|koper|verkoper|verhuurder|voogd|lid|aanvrager|geadresseerde|eigenaar",
    people_by_name="werknemer|afdelingshoofd|teamleider|oppas|gastouder|opdrachtgever|opdrachtgeefster|betaler|rekeninghoudster|schuldenaar|schuldeiser|kredietnemer|volmachtgever|volmachtgeefster|gemachtigde|ondertekenaar|ondergetekende|erfgenaam|erflater|overledene|weduwe|weduwnaar|echtgenote|partner|vriend|vriendin|verloofde|broer|zus|oma|opa|grootmoeder|grootvader|oom|tante|neef|nicht|kleinzoon|kleindochter|schoonmoeder|schoonvader|zwager|schoonzus|buurman|buurvrouw|huisgenoot|huisgenote|onderhuurder|hoofdhuurder|bewoner|bewoonster|verkoopster|koopster|reiziger|reizigster|chauffeur|bezorger|koerier|postbode|verpleegkundige|verloskundige|tandarts|huisarts|apotheker|chirurg|fysiotherapeut|psycholoog|verzorgende|mantelzorger|collega|stagiair|stagiaire|leidinggevende|student|studente|juf|meester|directeur|directrice|mentor|wettelijk vertegenwoordiger|aangever|aangeefster|verdachte|slachtoffer|cliënte|patiënten|conciërge|loodgieter|elektricien|monteur|beller|bezoeker|deelnemer|deelneemster|abonnee|werkneemster|medewerkster|sollicitant|sollicitante|contactpersoon bij nood|noodcontact|gemachtigden|curator|bewindvoerder|secretaresse|secretaris|gastheer|gastvrouw|gebruiker|gebruikster|gaste|fietser|fietsster|voetganger|inzittende|automobilist|automobiliste|gewonde|arrestant|arrestante|genodigde|cursist|cursiste|kleuter|leerlinge|gepensioneerde|medepassagier|begeleid door|verzorgd door|geholpen door|ingediend door|gereden door|bezocht door|verpleegd door|kraamverzorgster|pleegouder|pleegkind",
    numbers=(Number(entity="NL_BSN", sizes=(9,), label="bsn", check=bsn),),
    documents=(
        staff("personeelsnummer|personeelsnr|personeels nr|medewerkernummer|medewerkersnummer|werknemersnummer|werknemernummer"),
        Document(entity="STUDENT_ID", value=r"(?=[A-Za-z0-9./-]{0,14}[0-9]{4})[A-Za-z]{0,3}[ -]?[0-9][A-Za-z0-9./-]{3,14}", names="studentnummer|studentnr|leerlingnummer|leerlingnr|collegekaartnummer|kandidaatnummer"),
        Document(entity="CASE_NUMBER", value=r"(?=[A-Z0-9 ./:-]{0,24}[0-9]{2})(?:[1-9][0-9]{0,3}[ ])?[A-Z0-9][A-Z0-9]{0,8}(?:[./:-][A-Z0-9]{1,10}|[ ](?=[A-Z]{0,3}[0-9]|[A-Z]{1,3}[ ])[A-Z0-9]{1,10}(?![a-z])){1,4}(?![^\W_])", names="dossiernummer|zaaknummer|zaaknr|rolnummer|dossiernr|parketnummer|proces-verbaalnummer|kenmerk|ons kenmerk|uw kenmerk|schadenummer|pv-nummer|aangiftenummer|zaak nr|dossier nr"),
        Document(entity="PASSPORT", value=r"(?=[A-Z]{0,3}[0-9A-Z]{0,5}[0-9]{2})[A-Z0-9]{7,10}", names="paspoort|paspoortnummer|paspoort nr|paspoortnr"),
        Document(entity="EMPLOYEE_ID", value=r"[A-Z]{0,2}[0-9]{4,9}", names="personeelsnummer|personeelsnr|medewerkernummer|stamnummer"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="polisnummer|lidnummer|lidnr|klantenkaart|lidmaatschapsnummer"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Za-z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}[A-Z]?", names="mdn|pnr|zkh nr|ziekenhuis nr|opnamenr|pat.id|pat id"),
        Document(entity="MEDICAL_LICENSE", value=r"[0-9]{8,11}", names="big|big nummer|big registratie|big registratienummer|agb|agb code|agb nummer"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{1,3}-[0-9]{2,3}-[A-Z]{1,2}|[0-9]{1,2}-[A-Z]{2,3}-[0-9A-Z]{1,2}", names="auto|voertuig|busje|bestelbus|motor|wagen"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{2}\.?[0-9]{2}\.?[0-9]{2}\.?[0-9]{3}|[0-9]{7}", names="rekeningnummer|rekening nr|bankrekening|girorekening"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="patiëntnummer|patiëntennummer|patnr|pat.nr|patiënt id|dossiernummer patiënt|patiëntdossier|patiëntdossiernummer|zorgdossiernummer|epd nummer|ziekenhuisnummer|opnamenummer|zis nummer|behandelnummer"),
        Document(entity="MEMBER_ID", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="polisnummer|verzekerdennummer|verzekerdenummer|lidnummer verzekering|verzekeringsnummer|zorgpolisnummer|zorgverzekeringsnummer|zorgpasnummer|relatienummer zorgverzekeraar|uzovi polis"),
        Document(entity="NL_BSN", value=r"[0-9]{4}[. ]?[0-9]{2}[. ]?[0-9]{3}|[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}|[0-9]{9}", names="bsn|fiscaal nummer|fiscaal nr|sofi-nummer|sofinr|burgerservicenr|burgerservicenummer|sofinummer|bsn nummer", check=bsn),
        Document(entity="PASSPORT", value=r"[A-NP-Z]{2}[A-NP-Z0-9]{6}[0-9]", names="paspoort|paspoortnummer|paspoort nr"),
        Document(entity="NL_EDUCATION_NUMBER", value=r"[0-9]{4}[. ]?[0-9]{2}[. ]?[0-9]{3}", names="onderwijsnummer"),
        Document(entity="NL_ALIEN_NUMBER", value=r"[0-9]{10}", names="v-nummer|vnummer|v nummer|vreemdelingennummer"),
        Document(entity="NL_ID_CARD", value=r"[A-NP-Z]{2}[A-NP-Z0-9]{6}[0-9]", names="identiteitskaart|id-kaart|idkaart|identiteitsbewijs|id bewijs|id-bewijs|verblijfsvergunning|verblijfskaart|verblijfsdocument|vreemdelingenkaart|id kaart|identiteitskaartnummer|documentnummer"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{10}", names="rijbewijs|rijbewijs nr|rijbewijsnr|rijbewijsnummer"),
        Document(entity="LICENSE_PLATE", value=r"(?=[A-Z-]{0,6}[0-9])[A-Z0-9]{1,3}-[A-Z0-9]{2,3}-[A-Z0-9]{1,2}", names="kenteken|kentekenplaat|nummerplaat"),
    ),
)  # fmt: skip
