"""Italy, and the words of Italian."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import luhn
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)  # fmt: skip


def codice_fiscale(value: str) -> bool:
    """Codice fiscale: odd and even places weigh differently, modulo 26; omocodia letters count."""
    value = value.upper()
    if len(value) != 16:
        return False
    total = 0
    for place, char in enumerate(value[:15]):
        number = int(char) if char.isdigit() else ord(char) - 65
        total += number if place % 2 else _ODD[number]
    return chr(65 + total % 26) == value[15]


_D = "[0-9LMNP-Vlmnp-v]"  # a digit, or the letter that stands for it where two persons share a code


def partita_iva(value: str) -> bool:
    """Partita IVA: Luhn, the letters of the country before it or not."""
    return luhn(value.removeprefix("IT"))


COUNTRY = Country(
    code="it",
    language="it",
    words={
        "card": "carta di credito|carta",
        "phone": "mi trova|mi trovi|trova al|trovate al|telefono|raggiungermi|contattarmi|contattarci|contattami|reperibile|chiamarmi|richiamare|richiami|cellulare|chiamare|chiamami|chiami|recapito|fisso",
        "account": "conto|conto corrente",
        "passport": "passaporto",
        "dob": "nascita|nato|nata",
        "other": "ordine|fattura|articolo|importo|prezzo|pratica|settimana|pagina|binario",
    },
    fields={"LICENSE_PLATE": "targa|targa auto", "US_DRIVER_LICENSE": "patente|patente di guida|numero patente",
        "PERSON": "intestatario contratto|intestatario|a favore di|genitore|presidente|segretario|segretaria|il sottoscritto|la sottoscritta|partecipanti|presenti|assenti|organizzatore|richiedente|ordinante|contatto di emergenza|contraente|locatore|a nome|passeggero|assicurato|intestato a|intestata a|a nome di|nome completo|nome e cognome|intestatario|destinatario|titolare|cliente|beneficiario|paziente|titolare del conto",
        "EMPLOYEE_ID": "matricola|numero di matricola|numero dipendente|matricola dipendente",
        "PERSON_PART": "nome|cognome|nome di battesimo",
        "STREET_ADDRESS": "cap/città|cap città|cap/comune|cap e città|indirizzo|residenza|domicilio|indirizzo di spedizione|indirizzo di fatturazione|via",
        "PHONE_NUMBER": "interno|centralino|telefono|numero di telefono|cellulare|numero di cellulare|cell|recapito|numero telefono|recapito telefonico",
        "SECRET": "password provvisoria|password temporanea|parola d'ordine|parola chiave|codice segreto|chiave segreta|chiave api",
        "DATE_OF_BIRTH": "data di nascita|nato il|nata il|data nascita",
        "CREDIT_CARD": "carta di credito|numero di carta|numero carta",
        "US_BANK_NUMBER": "numero di conto|conto corrente",
        "IT_FISCAL_CODE": "codice fiscale|cf|cod fiscale",
        "USERNAME": "nome dell'account|account utente|nome utente|utente|nome account",
        "PASSPORT": "passaporto|numero di passaporto|numero passaporto",
        "EMAIL_ADDRESS": "posta elettronica|indirizzo email|indirizzo e mail",
    },
    said="mi chiamo|il mio nome è|sono|io sono|parla",
    titles="dottore|Famiglia|Spett. le Sig|Gent. le Sig.ra|Sig.ri|dottoressa|dottor|avvocato|ingegner|Sig|Sig.ra|Sigra|Sig.na|Signor|Signora|Signorina|signor|signora|Dott|Dott.ssa|dott|dott.ssa|Avv|avv|Ing|ing|Prof|Prof.ssa|prof|prof.ssa|Geom|geom|Rag|rag|Egr. Sig|sig|sig.ra",
    greetings="gentile|caro|cara|egregio|egregia|ciao|buongiorno|buonasera|salve|carissimo|carissima|gent.mo|gent.ma",
    born="data nasc|d.n.|nato il|nata il|nato/a il|nato|nata|data di nascita",
    months="gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
    of="di|del|della|dello|dell'|per|per il|per la",
    has="ha il numero|porta il numero|con il numero|ha numero",
    people="responsabile|referente|incaricato|incaricata|persona di contatto|paziente|cliente|dipendente|titolare|conducente|inquilino|inquilina|beneficiario|beneficiaria|destinatario|mittente|madre|padre|marito|moglie|figlio|figlia|medico|testimone|candidato|candidata|alunno|alunna|ospite|studente|studentessa|insegnante|avvocato|notaio|attore|convenuto|acquirente|venditore|assicurato|assicurata|tutore|socio|socia|proprietario|proprietaria|conduttore|locatario|bambino|bambina",
    people_by_name="ordinante|debitore|debitrice|creditore|creditrice|mutuatario|mutuataria|garante|fideiussore|mandante|delegato|delegata|delegante|firmatario|firmataria|sottoscritto|sottoscritta|erede|defunto|defunta|vedova|vedovo|coniuge|compagno|compagna|fidanzato|fidanzata|fratello|sorella|nonna|nonno|zio|zia|nipote|cugino|cugina|suocera|suocero|genero|nuora|cognato|cognata|coinquilino|coinquilina|subaffittuario|occupante|venditrice|passeggero|passeggera|viaggiatore|viaggiatrice|autista|corriere|fattorino|postino|infermiere|infermiera|ostetrica|dentista|farmacista|chirurgo|chirurga|fisioterapista|psicologo|psicologa|badante|collega|stagista|tirocinante|apprendista|maestro|maestra|preside|direttrice|rappresentante legale|querelante|imputato|imputata|vittima|avvocata|notaia|custode|idraulico|elettricista|tecnico|visitatore|visitatrice|partecipante|abbonato|abbonata|lavoratore|lavoratrice|utente|assistito|assistita|contatto di emergenza|padrino|madrina|curatore|curatrice|geometra|segretario|segretaria|intestataria|dipendenti|collaboratore|collaboratrice|operaio|operaia|ciclista|pedone|ferito|ferita|arrestato|arrestata|indagato|indagata|invitato|invitata|degente|ricoverato|ricoverata|tesserato|tesserata|iscritto|iscritta|correntista|bimbo|bimba|neonato|neonata|allievo|allieva|residente|pensionato|pensionata|impiegato|impiegata|condotto da|condotta da|guidata da|pilotato da|pilotata da|consegnata a|consegnata da|ricevuta da|ritirata da|redatta da|compilata da|firmata da|versata da|prenotata da|prenotata per|seguita da|trattata da|visitato da|visitata da|affidato a|affidata a|accompagnato da|accompagnata da|presentato da|presentata da|pagata da",
    documents=(
        Document(entity="STUDENT_ID", value=r"(?=[A-Za-z0-9./-]{0,14}[0-9]{4})[A-Za-z]{0,3}[ -]?[0-9][A-Za-z0-9./-]{3,14}", names="matricola studente|matricola universitaria|codice studente|numero studente|matricola|matricola n|numero di matricola|numero matricola"),
        Document(entity="CASE_NUMBER", value=r"(?=[A-Z0-9 ./:-]{0,24}[0-9]{2})(?:[1-9][0-9]{0,3}[ ])?[A-Z0-9][A-Z0-9]{0,8}(?:[./:-][A-Z0-9]{1,10}|[ ](?=[A-Z]{0,3}[0-9]|[A-Z]{1,3}[ ])[A-Z0-9]{1,10}(?![a-z])){1,4}(?![^\W_])", names="r.g. n|r.g. n.|rg n|numero di ruolo|n. r.g|fascicolo n|numero di pratica|pratica n|r.g.n.r|sinistro n|numero di sinistro|verbale n|denuncia n"),
        Document(entity="EMPLOYEE_ID", value=r"[A-Z]{0,3}[ -]?[0-9]{3,9}(?:-[0-9]{1,4}){0,2}", names="n. matricola|cod. dipendente|codice dipendente|matr dipendente"),
        Document(entity="PASSPORT", value=r"(?=[A-Z]{0,3}[0-9A-Z]{0,5}[0-9]{2})[A-Z0-9]{7,10}", names="numero pass|n. pass|passaporto|numero di passaporto|passaporto n"),
        Document(entity="EMPLOYEE_ID", value=r"[A-Z]{0,2}[0-9]{4,9}", names="matricola|numero di matricola|matricola dipendente|badge n|badge numero"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{6,12}", names="c/c|conto|numero di conto|conto corrente"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="polizza|numero di polizza|tessera|numero di tessera|tessera n.|carta fedeltà|contratto n."),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}[ -]?[0-9]{3}[ -]?[A-Z]{2}", names="auto|veicolo|macchina|moto|furgone|vettura|automobile|targata|targato"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="cartella clinica|numero cartella|numero di cartella clinica|cartella clinica n.|cartella n.|codice paziente|id paziente|numero paziente|numero nosologico|nosologico|codice nosologico|numero di ricovero|codice ricovero|codice assistito|codice sanitario"),
        Document(entity="MEMBER_ID", value=r"[0-9]{20}", names="tessera sanitaria|numero tessera sanitaria|tessera team|numero di identificazione della tessera|numero identificazione tessera"),
        Document(entity="MEMBER_ID", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="numero di polizza|polizza|polizza n.|numero tessera sanitaria|tessera sanitaria|numero assistito|numero di tessera|tessera assicurativa|codice assicurato|numero assicurato|numero di iscrizione ssn"),
        Document(
            entity="IT_FISCAL_CODE", check=codice_fiscale, names="codice fiscale|cod. fiscale|cod fiscale|c.f.|cf", bare=0.5, bare_valid=0.9, letters=16,
            value=rf"[A-Za-z]{{6}}{_D}{{2}}[A-EHLMPRSTa-ehlmprst]{_D}{{2}}[A-Za-z]{_D}{{3}}[A-Za-z]",
        ),
        Document(entity="IT_VAT", value=r"(?:IT[ ]?)?[0-9]{11}", names="partita iva|p. i.|p.i.|part. iva|p iva|partita i.v.a.|partiva|p. iva|p.iva|piva|codice fiscale|cf|c.f.", check=partita_iva),
        Document(entity="PASSPORT", value=r"[A-Z]{2}[0-9]{7}", names="passaporto|numero di passaporto"),
        Document(entity="IT_HEALTH_CARD", value=r"80380[0-9]{15}", names="tessera sanitaria|team|numero tessera sanitaria|ts-cns|cns", bare=0.4),
        Document(entity="IT_HEALTH_CARD", value=r"(?:STP|ENI)[0-9]{13}", names="stp|eni|codice stp|codice eni|tesserino stp", bare=0.5),
        Document(entity="IT_ID_CARD", value=r"[A-Z]{2}[0-9]{5}[A-Z]{2}|[A-Z]{2}[0-9]{7}|[A-Z][0-9]{8}", names="c.i. n.|perm. di soggiorno|p. di soggiorno|pds|c.i.e.|cie|ci n|c.i. elettronica|documento di identità|documento di riconoscimento|estremi documento|carta identita|permesso di soggiorno|perm. sogg.|titolo di soggiorno|carta di soggiorno|carta blu ue|c.i. n|c.i.|documento|documento d'identità|documento n|carta d'identità|carta di identità|carta identità"),
        Document(entity="US_DRIVER_LICENSE", value=r"(?=[A-Z]{0,3}[0-9])[A-Z0-9]{9,10}", names="patente|pat. guida|patente n|patenti|mia patente|sua patente|patente di guida|numero di patente|patente b|patente a|patente cat b|numero patente"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}[ -]?[0-9]{3}[ -]?[A-Z]{2}", names="targa"),
    ),
)  # fmt: skip
