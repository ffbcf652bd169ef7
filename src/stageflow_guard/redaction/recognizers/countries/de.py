"""Germany, and the words of German."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number


def tax_id(digits: str) -> bool:
    """Steuerliche Identifikationsnummer: ISO 7064 MOD 11,10."""
    product = 10
    for char in digits[:10]:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return digits[0] != "0" and (11 - product) % 10 == int(digits[10])


_WEIGHTS = (7, 3, 1)


def identity_card(value: str) -> bool:
    """Personalausweis and Reisepass: weights 7, 3, 1 over the first nine characters."""
    if len(value) < 10 or not value[9].isdigit():
        return False
    return sum(int(c, 36) * _WEIGHTS[i % 3] for i, c in enumerate(value[:9])) % 10 == int(value[9])


_CARD = r"[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}[0-9]?D?"

COUNTRY = Country(
    code="de",
    language="de",
    words={
        "card": "kreditkarte|karte|kartennummer|kreditkartennummer",
        "phone": "mich an|meine nummer|neue nummer|unter nummer|telefon|mich unter|erreichst du|melden unter|durchzurufen|angerufen|telefonisch|handy|telefonnummer|handynummer|mobilnummer|mobiltelefon|rufnummer|durchwahl|anrufen|rufen|erreichbar|festnetz|rückruf",
        "account": "konto|kontonummer|bankkonto",
        "steuer": "steuer|steuerid|steuernummer|steueridentifikationsnummer|idnr|steuer id",
        "dob": "geboren|geburtsdatum|geburtstag",
        "passport": "reisepass|reisepassnummer|passnummer",
        "license": "führerschein|führerscheinnummer",
        "other": "schutzart|schutzklasse|auftrag|auftragsnummer|bestellung|bestellnummer|rechnung|rechnungsnummer|artikel|artikelnummer|seite|zeile|preis|betrag|menge|sendung|vorgang|uhr|datum|fehler",
    },
    fields={"LICENSE_PLATE": "kennzeichen|kfz kennzeichen|nummernschild|autokennzeichen", "US_DRIVER_LICENSE": "führerschein|führerscheinnummer|führerschein nr",
        "PERSON": "melder|melderin|meldende person|rechnungsempfänger|ansprechpartner/in|organisator|organisatorin|teilnehmer|teilnehmende|anwesend|entschuldigt|protokollführer|besteller|bestellerin|leitung|moderation|auftraggeberin|name des kindes|erziehungsberechtigte|erziehungsberechtigter|notfallkontakt|fahrer/in|halter|fahrzeughalter|versicherter|mieter|auf den namen|lautend auf|name|vollständiger name|kontoinhaber|karteninhaber|ansprechpartner|empfänger|kundenname|auftraggeber|versicherungsnehmer|patientenname|kunde",
        "EMPLOYEE_ID": "personalnummer|personal nr|pers nr|mitarbeiternummer|mitarbeiter nr|mitarbeiter id|personalnr",
        "PERSON_PART": "vorname|nachname|familienname|geburtsname|zuname",
        "STREET_ADDRESS": "plz/ort|plz ort|plz und ort|plz wohnort|adresse|anschrift|wohnhaft|wohnhaft in|straße|strasse|wohnort|wohnadresse|lieferadresse|rechnungsadresse|lieferanschrift|rechnungsanschrift|privatadresse|postanschrift",
        "PHONE_NUMBER": "nebenstelle|nst|telefon|telefonnummer|tel nr|handy|handynummer|handynr|mobil|mobilnummer|rufnummer|festnetz|durchwahl|faxnummer|mobiltelefon|telefonnr|telefon nr|handy nr",
        "SECRET": "initialpasswort|einmalpasswort|temporäres passwort|vorläufiges passwort|startpasswort|passwort|kennwort|geheimnis|zugangscode|pin nummer|losung|geheimzahl|schlüssel geheim|zugangsdaten",
        "DATE_OF_BIRTH": "geburtsdatum|geburtstag|geb datum|geboren am",
        "CREDIT_CARD": "kreditkarte|kreditkartennummer|kartennummer",
        "US_BANK_NUMBER": "kontonummer|kontonr",
        "DE_TAX_ID": "steuer id|steuerid|steuer identifikationsnummer|steueridentifikationsnummer|idnr|steuerliche identifikationsnummer|steuer idnr",
        "USERNAME": "anmeldekennung|kontoname|loginname|benutzername|nutzername|anmeldename|benutzerkennung|benutzer|nutzer|kennung|nutzerkennung",
        "PASSPORT": "reisepass|reisepassnummer|reisepass nr|passnummer|pass nr",
        "EMAIL_ADDRESS": "e mail adresse|mailadresse|emailadresse",
    },
    said="mein name ist|ich heiße|ich heisse|ich bin|mein name lautet|hier ist|hier spricht",
    titles="Doktor|Eheleute|Ehepaar|Fam|Geschwister|Witwe|Herr|Herrn|Frau|Fräulein|Hr|Fr|Dr|Dr. med|Dr. med. dent|Prof. Dr|Prof. Dr. med|PD Dr|Prof|Familie|Dipl.-Ing",
    greetings="liebe|lieber|sehr geehrte frau|sehr geehrter herr|hallo|moin|servus|guten tag|guten morgen|guten abend|grüezi|hallöchen",
    born="geb datum|gebdat|geb dat|geboren|geboren am|geb|geb. am|geburtsdatum|geburtstag",
    months="januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember",
    of="für|fuer|der|des|von|vom|zum|zur|zu|im|am|beim|meines|meiner|seines|seiner|ihres|ihrer|unseres|unserer|eines|einer",
    has="hat die nummer|hat die nr|trägt die nummer|mit der nummer|hat nummer",
    people="verantwortlicher|verantwortliche|sachbearbeiter|sachbearbeiterin|bearbeiter|bearbeiterin|zuständig|kontaktperson|patient|patienten|patientin|kunden|kundin|mieters|mieterin|mandanten|mandantin|mitarbeiters|mitarbeiterin|versicherten|fahrers|fahrerin|halters|inhabers|inhaberin|empfängers|absenders|kindes|mutter|vaters|ehefrau|ehemanns|frau|mannes|sohnes|tochter|arztes|ärztin|zeugen|zeugin|bewerbers|bewerberin|schülers|schülerin|gastes|schüler|mieter|gast|kunde|mitarbeiter|fahrer|halter|empfänger|absender|vater|ehemann|sohn|arzt|zeuge|bewerber|kläger|klägerin|beklagter|beklagte|versicherter|versicherte|antragsteller|antragstellerin|ansprechpartner|ansprechpartnerin|betreuer|betreuerin|lehrer|lehrerin|vermieter|vermieterin|käufer|käuferin|verkäufer|verkäuferin|notar|notarin|anwalt|anwältin",
    people_by_name="empf|kd|kundin|bearbeiter|bearbeiterin|bearbeiter/in|sachbearbeiter|sachbearbeiterin|begünstigter|begünstigte|begünstigten|zahlungsempfänger|zahlungsempfängerin|zahlungspflichtiger|zahlungspflichtige|einzahler|einzahlerin|kontoinhaberin|karteninhaberin|überbringer|überbringerin|bote|botin|beifahrer|beifahrerin|mitfahrer|passagierin|reisender|reisende|fluggast|empfängerin|absenderin|erwerber|erwerberin|pächter|pächterin|untermieter|untermieterin|hauptmieter|nachmieter|vormieter|bewohner|bewohnerin|eigentümer|eigentümerin|bevollmächtigter|bevollmächtigte|bevollmächtigten|vollmachtgeber|vollmachtgeberin|vollmachtnehmer|erblasser|erblasserin|erbe|erbin|testamentsvollstrecker|vormund|pfleger|pflegerin|pflegekraft|krankenschwester|hebamme|zahnarzt|zahnärztin|hausarzt|hausärztin|chefarzt|oberärztin|oberarzt|therapeut|therapeutin|apotheker|apothekerin|kollege|kollegin|vorgesetzter|vorgesetzte|praktikant|praktikantin|auszubildender|auszubildende|azubi|student|studentin|dozent|dozentin|klassenlehrer|klassenlehrerin|schulleiter|schulleiterin|elternteil|erziehungsberechtigte|bruder|schwester|großmutter|großvater|oma|opa|onkel|tante|neffe|nichte|cousin|cousine|enkel|enkelin|schwiegermutter|schwiegervater|schwager|schwägerin|verlobter|verlobte|lebensgefährte|lebensgefährtin|partnerin|witwe|witwer|nachbar|nachbarin|mitbewohner|mitbewohnerin|gastgeber|gastgeberin|besucher|besucherin|anrufer|anruferin|melderin|geschädigter|geschädigte|verletzter|verletzte|verunfallte|unfallgegner|tatverdächtiger|beschuldigter|beschuldigte|angeklagter|angeklagte|opfer|mandant|rechtsanwältin|steuerberater|steuerberaterin|sachverständiger|gutachter|gutachterin|dolmetscher|dolmetscherin|hausmeister|handwerker|monteur|techniker|zusteller|zustellerin|kurier|kellner|kellnerin|trainer|trainerin|teilnehmer|teilnehmerin|versicherungsnehmerin|darlehensnehmer|darlehensnehmerin|kreditnehmer|kreditnehmerin|bürge|bürgin|schuldner|schuldnerin|gläubiger|gläubigerin|notfallkontakt|nutzer|nutzerin|anwender|anwenderin|benutzer|benutzerin|kind|kindergartenkind|säugling|gelenkt von|gesteuert von|geführt von|begleitet von|unterrichtet von|bewohnt von|reserviert von|reserviert für|bearbeitet von|radfahrer|radfahrerin|fußgänger|fußgängerin|fahrzeugführer|fahrzeugführerin|lenker|lenkerin|fahrzeuglenker|fahrzeuglenkerin|arbeitnehmer|arbeitnehmerin|beschäftigter|beschäftigte|angestellter|angestellte|hotelgast|heimbewohner|heimbewohnerin|kursteilnehmer|kursteilnehmerin|interessent|interessentin|antragsgegner|antragsgegnerin|festgenommener|festgenommene|vermisster|vermisste|verstorbene|pensionär|pensionärin|rentner|rentnerin|kindergärtnerin|erzieher|erzieherin|patenkind|spaziergänger|spaziergängerin",
    numbers=(Number(entity="DE_TAX_ID", sizes=(11,), label="steuer", check=tax_id),),
    documents=(
        Document(entity="STUDENT_ID", value=r"(?=[A-Za-z0-9./-]{0,14}[0-9]{4})[A-Za-z]{0,3}[ -]?[0-9][A-Za-z0-9./-]{3,14}", names="matrikelnummer|matrikelnr|matrikel-nr|matrikel nr|matr nr|matr.-nr|schülernummer|schülerausweis nr|studierendennummer|prüflingsnummer"),
        Document(entity="CASE_NUMBER", value=r"(?=[A-Z0-9 ./:-]{0,24}[0-9]{2})(?:[1-9][0-9]{0,3}[ ])?[A-Z0-9][A-Z0-9]{0,8}(?:[./:-][A-Z0-9]{1,10}|[ ](?=[A-Z]{0,3}[0-9]|[A-Z]{1,3}[ ])[A-Z0-9]{1,10}(?![a-z])){1,4}(?![^\W_])", names="aktenzeichen|geschäftszeichen|geschäftsnummer|unser zeichen|az unseres büros|geschäfts-nr|gesch.-z|vorgangsnummer|tagebuchnummer|aktenz|schadennummer|schadensnummer|ihr zeichen"),
        Document(entity="PASSPORT", value=r"(?=[A-Z]{0,3}[0-9A-Z]{0,5}[0-9]{2})[A-Z0-9]{7,10}", names="reisepass|reisepassnummer|reisepass nr|passnummer|pass nr|pass-nr"),
        Document(entity="EMPLOYEE_ID", value=r"[A-Z]{0,2}[ -]?[0-9]{4,9}", names="personalnummer|personalnr|personal nr|personal-nr|pers nr|pers.-nr|mitarbeiternummer|mitarbeiternr"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{5,10}", names="kto|kto.-nr|kontonr|konto"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="versicherungsscheinnummer|policennummer|mitgliedsnummer|mitglieds nr|vertragsnummer|kundenkarte nr"),
        Document(entity="MEDICAL_LICENSE", value=r"[0-9]{7,9}", names="lanr|bsnr|arztnummer|lebenslange arztnummer|betriebsstättennummer"),
        Document(entity="LICENSE_PLATE", value=r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?[0-9]{2,4}[EH]?", names="fahrzeug|auto|pkw|lkw|wagen|anhänger|motorrad|amtliches kennzeichen"),
        Document(entity="DE_TAX_ID", value=r"[1-9][0-9](?:[ /]?[0-9]{3}){3}", names="steuer id|steuer-id|steuer-idnr|steuer-identifikationsnr|id-nr|identifikationsnr|tin|steuer idnr|steueridentifikationsnummer|idnr|steuerliche identifikationsnummer|identifikationsnummer|steuer identifikationsnummer", check=tax_id),
        Document(entity="DE_TAX_NUMBER", value=r"[0-9]{2,3}[ /][0-9]{3,4}[ /][0-9]{4,5}|[0-9]{10,13}", names="steuernummer|steuernr|steuer-nr|stnr|finanzamt st nr|steuer nr|st nr"),
        Document(entity="PASSPORT", value=_CARD, names="reisepass|reisepassnummer|reisepass nr|passnummer|pass nr|passnr", check=identity_card),
        Document(entity="DE_ID_CARD", value=_CARD + r"|T[0-9]{8,9}|[A-Z][0-9]{7}", names="personalausweis|ausweis|perso|ausweis-nr|ausweis-nummer|identitätsausweis|identitätskarte|aufenthaltstitel|aufenthaltserlaubnis|niederlassungserlaubnis|aufenthaltskarte|kartennummer aufenthaltstitel|id karte|id-karte|personalausweisnummer|ausweisnummer|ausweis nr|personalausweis nr", check=identity_card),
        Document(entity="US_DRIVER_LICENSE", value=r"[A-Z0-9]{10,11}", names="führerschein|führerausweis|führerausweisnummer|fahrausweis|lenkerausweis|führerscheins|fahrerlaubnis|lappen|führerscheinnummer|führerschein nr|fs nr|fs-nr|führerschein-nr|führerscheinnr|fahrerlaubnis nr|fahrerlaubnisnummer"),
        Document(entity="LICENSE_PLATE", value=r"[A-ZÄÖÜ]{1,3}[ -][A-Z]{1,2}[ -]?[0-9]{1,4}[EH]?", names="kfz|kfz kz|kennz|kennzeichen|kfz kennzeichen|autokennzeichen|nummernschild"),
        Document(entity="DE_SOCIAL_SECURITY", value=r"[0-9]{2}[ ]?[0-9]{6}[ ]?[A-Z][ ]?[0-9]{3}", names="sv nr|sozialversicherungsausweis|sv-ausweis|rentenversicherung|rv nummer|versicherungsnummer rente|svn|sv-nr|rv nr|rv-nummer|sozialversicherungsnummer|rentenversicherungsnummer|sv nummer|versicherungsnummer|svnr"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="fallnummer|fall id|patientennummer|pat nr|pat id|pat.-id|pat.-nr|aufnahmenummer|patienten id|krankenaktennummer|patientenaktennummer|akten id|behandlungsnummer|behandlungsfall|krankenblattnummer|archivnummer"),
        Document(entity="MEMBER_ID", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="mitgliedsnummer|policennummer|versicherungsscheinnummer|versichertenkarte nr|versichertenkartennummer|versicherungsnummer|vers nr|vers.-nr|versicherten id|policen id|kv nummer|mitglied nr|krankenkasse mitgliedsnummer"),
        Document(entity="DE_HEALTH_INSURANCE", value=r"[A-Z][0-9]{9}", names="krankenversichertennummer|versichertennr|versicherten-nr|versichertenkarte|gesundheitskarte|krankenkassenkarte|krankenversichertennr|kv-nr|kvnr|versichertennummer|krankenkassennummer|kassennummer|krankenversicherungsnummer|egk nummer|gesundheitskarte nr|versicherten id"),
    ),
)  # fmt: skip
