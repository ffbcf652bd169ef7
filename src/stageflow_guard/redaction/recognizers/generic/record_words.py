"""Words for the numbers under which one person is kept somewhere, in seven languages. Data.

A word is OWN where it names such a number by itself (`legajo`), THING where it names what carries
one (`loyalty card`, `atestado`), NEEDS where only a word for "number" beside it makes it one
(`customer`, `Kunden-`), CARD where capitals may tell whose card it is (`tarjeta Mi Club`), and FILE where such a number may be
of anything (`dossier`, `matrícula`).
Orders, invoices, parcels and tickets have no word here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum

from stageflow_guard.redaction.recognizers.generic.record_synonyms import MORE, MORE_CAPITALS


class Way(Enum):
    """How a word leads to a number."""

    OWN = 0
    THING = 1
    NEEDS = 2
    FILE = 3
    CARD = 4


_MEMBER = {
    Way.CARD: "card|carte|tarjeta|tessera|carta|cartão|karte|kaart|pas|contrat|contrato|contratto|contract|vertrag|abonnement|abbonamento|abono|assinatura|membership|subscription|polizza|póliza|apólice|polis|versicherung",
    Way.OWN: (
        "nº cliente|kdnr|kd-nr|kd nr|kundennr|mglnr|mitgl-nr|nif cliente|carteirinha|n.º de sócio|bp-nummer"
    ),
    Way.THING: (
        "membership|debitor|loyalty card|loyaltycard|rewards card|clubcard|club card|membership card|library card|frequent flyer|frequent flier|air miles|airmiles|nectar card|gym membership|store card|points card|member card|insurance card|supporters club"
        "|bonuskarte|kundenkarte|treuekarte|mitgliedskarte|mitgliedsausweis|payback|paybackkarte|clubkarte|bibliotheksausweis|leseausweis|bahncard|versichertenkarte|versicherungsschein|versicherungspolice|gesundheitskarte|vorteilskarte|cumuluskarte|cumulus|supercard"
        "|adhérent|adhérente|sociétaire|abonné|abonnée|assuré|assurée|affilié|affiliée|licencié|licenciée|mutualiste|allocataire|carte fidélité|carte de fidélité|carte d'adhérent|carte d’adhérent|carte de membre|carte client|carte d'abonnement|carte mutuelle|carte de bibliothèque|carte avantage|police d'assurance"
        "|socio|socia|afiliado|afiliada|asegurado|asegurada|abonado|abonada|mutualista|póliza|poliza|tarjeta de fidelidad|tarjeta de fidelización|tarjeta de puntos|tarjeta de socio|tarjeta de cliente|tarjeta cliente|carné de socio|carnet de socio|carné de biblioteca|credencial|credencial de afiliado|obra social|tarjeta sanitaria|tarjeta del club"
        "|tesserato|tesserata|abbonato|abbonata|assicurato|assicurata|polizza|tessera|tessera fedeltà|tessera punti|carta fedeltà|carta punti|tessera socio|carta socio|tessera della biblioteca|tessera sanitaria|cartafreccia"
        "|bonuskaart|klantenkaart|spaarkaart|spaarpas|ledenpas|lidkaart|bibliotheekpas|bibliotheekkaart|zorgpas|verzekeringspas|museumkaart|ov-chipkaart|polis|zorgpolis|getrouwheidskaart|klantkaart|clubkaart"
        "|sócio|sócia|associado|associada|segurado|segurada|beneficiário|beneficiária|afiliada|assinante|apólice|cartão de fidelidade|cartão fidelidade|cartão cliente|cartão de cliente|cartão continente|cartão de sócio|cartão de pontos|cartão poupa mais|carteira do plano|convênio|plano de saúde|cartão do plano"
    ),
    Way.NEEDS: (
        "customer|customers|cust|client|member|membership|mbr|subscriber|subscription|account holder|accountholder|policy holder|policyholder|policy|loyalty|rewards|donor|supporter|patron|reader|tenancy|tenant|insured|plan member|beneficiary|pension|pensioner|contract|agreement|loan agreement|cardholder|passenger|traveller|traveler|known traveler|library|borrower|library member|mileage|frequent flyer|shareholder|investor"
        "|kunde|kunden|kd|mitglied|mitglieds|mitglieder|mitgl|vertrag|vertrags|versicherungsschein|vers.schein|versich.schein|versicherung|versicherungs|vers|versicherten|policen|abo|abonnenten|abonnement|bonuskarten|kundenkarten|treuekarten|teilnehmer|vielflieger|leser|benutzerausweis|bausparvertrags|darlehens|darlehensvertrags|spender|beitrags|rundfunkbeitrags|mandanten|debitoren|bibliotheks|mieter|mietvertrags|klienten|payback|partner|geschäftspartner|dkv|aok|barmer|dak|tk|ikk|bkk|kk|krankenkassen|adac|cliënt|vorteilsnummer|prämienkonto|meilenkonto|miles & more|anleger|bedarfsgemeinschafts|bg"
        "|client|adhérent|adhésion|sociétaire|abonné|abonnement|contrat|assuré|membre|licence|licencié|affilié|affiliation|locataire|usager|lecteur|donateur|compte client|fidélité|bénéficiaire|souscripteur|preneur|passager|voyageur|allocataire|contribuable"
        "|cliente|contrato|suscriptor|suscripción|tomador|afiliación|lector|donante|beneficiario|beneficiaria|fidelidad|inquilino|colegiado|colegiada|pasajero|viajero frecuente"
        "|cliente|contratto|abbonamento|iscritto|iscritta|iscrizione|socio|socia|utenza|fedeltà|lettore|donatore|beneficiario|intestatario|passeggero|inquilino|assistito|contraente"
        "|klant|klanten|lid|leden|lidmaatschap|lidmaatschaps|contract|polis|verzekerden|verzekerde|verzekering|verzekerings|relatie|abonnee|abonnement|abonnements|huurder|huurders|huurcontract|huur|deelnemer|deelnemers|donateur|donateurs|aansluitings|aansluit|debiteur|debiteuren|cliënt|cliënten|client|clienten|bonuskaart|klantenkaart|ledenpas|pensioen|lener|leners|lezers|reiziger|aangesloten"
        "|cliente|contrato|apólice|assinatura|fidelidade|leitor|associado|mutuário|inquilino|passageiro|contribuinte|dador|doador|matrícula do cliente"
    ),
}  # fmt: skip
_CASE = {
    Way.OWN: (
        "docket|nyscef|cad ref|crime ref"
        "|dip|rit|ruc|nuc|aktenzeichen|geschäftszeichen|geschäftsnummer|kassenzeichen|zettelnr|kindergeldnr|strafanzeige"
        "|numéro rg|rg n|répertoire général|portalis|n° parquet|numéro de parquet"
        "|nig|atestado|diligencias previas|diligencias urgentes|procedimiento abreviado|carpeta de investigación|carpeta judicial|sumario"
        "|r.g.n.r|rgnr|r.g|n.r.g|r.g.e|r.g.t|r.g.l|r.g.gip|proc. pen|procedimento penale|proc. civ|ruolo generale"
        "|parketnummer|notitienummer|rolnummer|zaaknummer|zaaknr|cjib"
        "|nuipc|boletim de ocorrência|boletim de ocorrencia|b.o|auto de notícia|inquérito policial|termo circunstanciado"
    ),
    Way.THING: (
        "fine notice|penalty notice|fixed penalty|speeding ticket notice|police report|crime report|incident report|court file|penalty charge notice|parking fine|speeding fine|summons"
        "|bußgeldbescheid|strafbefehl|ermittlungsverfahren|strafverfahren|parkbusse|ordnungsbusse|schadenfall|schadensfall|schadenmeldung|schadensmeldung|versicherungsfall|polizeibericht"
        "|procès-verbal|procès verbal|plainte|dépôt de plainte|main courante|sinistre|dossier sinistre|déclaration de sinistre|contravention|avis de contravention|pv"
        "|denuncia|siniestro|parte de accidente|parte amistoso|multa|boletín de denuncia|querella|diligencias|ejecutoria"
        "|denuncia|querela|sinistro|verbale|multa|esposto|constatazione amichevole"
        "|proces-verbaal|aangifte|schade|schademelding|schadedossier|bekeuring|boete|strafzaak|rechtszaak"
        "|bo|inquérito|queixa|queixa-crime|participação|sinistro|ocorrência|coima"
    ),
    Way.FILE: (
        "dossier|dossiers|expediente|processo|proc|zaak|zaaks|juicio|causa|procedimiento|procedimento|procédure|fascicolo|affaire|verfahrens|akten|akte|ação|pratica|protocolo|protocollo|reclamação|réclamation|reclamación|reclamo|klacht|klachten|beschwerde|complaint|vorgang"
    ),
    Way.NEEDS: (
        "police report|crime|docket|claimant|benefit|fine|penalty|pcn|warrant|prisoner|inmate|custody|universal credit|housing benefit"
        "|vorgangs|anzeigen|anzeige|schaden|schadens|schadenfall|zettel|bußgeld|bussen|bussgeld|tagebuch|kindergeld|wohngeld|elterngeld|bafög|beihilfe|antrags|versicherungsfall|widerspruchs|kassen|gesch|rechtsstreit|gerichts|geschäfts|jobcenter|fürsorge|ahv-fall"
        "|sinistre|plainte|pv|procès-verbal|contravention|caf|demandeur d'emploi|enregistrement de la plainte"
        "|denuncia|siniestro|atestado|diligencias|multa|demandante de empleo|prestación"
        "|sinistro|denuncia|querela|verbale|protocollo della querela|protocollo della denuncia|ruolo"
        "|rol|parket|notitie|pv|proces-verbaal|aangifte|schade|schadedossier|beschikkings|boete|cjib|uitkering|uitkerings|rechtbank|vonnis"
        "|inquérito|sinistro|queixa|ocorrência|participação|coima|benefício"
    ),
}  # fmt: skip
_EMPLOYEE = {
    Way.OWN: (
        "ma-nr|ma-id|ma nr|cod. dip|cod dip|codice dip|crachá|tesserino|legajo|nro de legajo|matricule de l'agent|matricule agent|matricule du salarié|matricule salarié|matricule paie|matricule de paie|matricule interne|matricule employé|persnr|personalnr|stammnr|personeelsnr|stamboeknummer|matricola dipendente|matricola aziendale|número mecanográfico|nº mecanográfico|mecanográfico|matrícula funcional|matrícula do servidor|matrícula do funcionário|matrícula do colaborador|ausweis-id des mitarbeiters|mitarbeiterausweis|dienstausweis|staff card|payroll number|collar number|warrant card"
        "|matricule|siape"
    ),
    Way.FILE: "matrícula|matricula|matr|re nº|registro funcional|chapa",
    Way.THING: "staff badge|works badge|werksausweis|badge|badge salarié|carnet de empleado|personeelspas|bedrijfspas|dienstpas|carte professionnelle|carte agent",
    Way.NEEDS: (
        "staff|employee|ee|emp|personnel|payroll|badge|worker|clock|colleague|associate|crew|officer|personal|pers|mitarbeiter|mitarbeitenden|beschäftigten|stamm|dienst|dienstausweis|werksausweis|bediensteten|lohn|personeels|personeel|medewerker|medewerkers|werknemer|werknemers|stam|stamboek|dienst|badge|salarié|agent|employé|ouvrier|fonctionnaire|empleado|empleada|trabajador|trabajadora|nómina|funcionario|operario|dipendente|dip|lavoratore|addetto|operatore|cedolino|funcionário|colaborador|colaboradora|servidor|trabalhador|funcional"
    ),
}  # fmt: skip
_STUDENT = {
    Way.OWN: (
        "matrikelnr|matrikelnummer|matr.-nr|matr-nr|matrnr|matr. nr|matnr|ra nº|ra do aluno|registro acadêmico|studentnr|s-nummer|upn|uln|ucas id|código de alumno|código estudiantil|boleta|n° étudiant|numéro ine|padrón|matricola universitaria|matricola studente|matricola"
    ),
    Way.FILE: "ra|registro do aluno|legajo del alumno|libreta universitaria",
    Way.THING: "matrikel|student card|student id|studentenausweis|studierendenausweis|carte étudiant|code permanent|carte d'étudiant|carnet universitario|carné universitario|carné de estudiante|tessera universitaria|studentenkaart|collegekaart|cartão de estudante|carteira de estudante|schülerausweis",
    Way.NEEDS: "student|pupil|learner|matriculation|enrolment|enrollment|candidate|matrikel|matr|immatrikulations|schüler|studierenden|studenten|prüflings|kandidaten|étudiant|élève|candidat|alumno|alumna|estudiante|matrícula|studente|studentessa|alunno|studenten|leerling|leerlingen|kandidaat|aluno|aluna|estudante|candidato|usp",
}  # fmt: skip
_RECORD = {
    Way.FILE: "pid|hc|h.c|z-nummer|z-nr|ead|ead-nummer|ead-nr|guia|guía|sip|karteikarte",
    Way.OWN: (
        "nhi|fallnr|fallnummer|fall-nr|pat.-nr|patnr|pat-id|ipp|nda|nre|nosologico|nhc|nuhsa|ponsplaatje|ponskaartje|patiëntnr|mdn|prontuário|nº de utente|número de utente|nº do utente|hcn|ricetta nre|nuss|impegnativa|codice ricetta|piz"
        "|historia clínica|nº de historia|número de historia|cartella clinica|processo clínico"
    ),
    Way.THING: "hospital bracelet|hospital wristband|patient card|patientenkarte|patientenarmband|patientenausweis|carte du patient|dossier médical|dossier patient|tarjeta del hospital|pulsera|ricetta|ricetta elettronica|ricetta dematerializzata|patiëntenkaart|patiëntenpas|polsbandje|ziekenhuispas|cartão do hospital|cartão de utente|carte d'hôpital|carte de l'hôpital",
    Way.NEEDS: "fall|fallakten|patient|hospital|nhs|chart|medical record|clinic|patienten|pat|aufnahme|krankenakten|krankenblatt|behandlungs|dossier médical|patient|admission|hospitalisation|paciente|historia|episodio|ingreso|paziente|cartella|ricovero|accettazione|ricetta|nosologico|patiënt|patiënten|patient|opname|ziekenhuis|zis|epd|medisch dossier|utente|episódio|atendimento|internamento|paciente",
}  # fmt: skip
_KINDS = {
    "MEMBER_ID": _MEMBER,
    "CASE_NUMBER": _CASE,
    "EMPLOYEE_ID": _EMPLOYEE,
    "STUDENT_ID": _STUDENT,
    "MEDICAL_RECORD_NUMBER": _RECORD,
}


def _written(word: str) -> set[str]:
    """Return a word as it is typed: with its accents, without them, with either apostrophe."""
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c < "\u0370")
    return {form for one in (word, plain) for form in (one, one.replace("'", "’"))}


def _all() -> Iterator[tuple[str, str, Way]]:
    for kind, ways in _KINDS.items():
        more = {Way[way]: words for way, words in MORE[kind].items()}
        for way, words in ways.items():
            for word in words.split("|"):
                for form in _written(word):
                    yield form, kind, way
        for way, words in more.items():
            for word in words.split("|"):
                bare = _NUMBERED.sub("", word)
                for form in _written(bare):
                    yield form, kind, Way.NEEDS if bare != word and way is Way.OWN else way


# what `_NUMBER_BEHIND` of `records_of_people` reads behind a word that so needs it
_NUMBERED = re.compile(r"(?<=\w\w)[. -]{1,2}(?:no|nr|n|nº|n°|n\.º|#|n\.|nr\.|no\.)$")


# the kinds and ways of each word: `sinistro` carries a number, and `n. sinistro` is one
WORDS: dict[str, list[tuple[str, Way]]] = {}
for _word, _kind, _way in _all():
    if (_kind, _way) not in WORDS.setdefault(_word, []):
        WORDS[_word].append((_kind, _way))
_SHORT = 3
# what a text is looked through for: a short word with what is behind it, a sign or a word for "number"
_BEHIND_SHORT = (*" .:-#=_(,?\"'", "nr", "no", "num", "nú", "nº", "n°", "id", "snu", "snr")
BEGINNINGS = frozenset(
    begin
    for word in WORDS
    for begin in ((word,) if len(word) > _SHORT else (word + sign for sign in _BEHIND_SHORT))
)
# so short that only capitals are meant
CAPITALS = frozenset(("ra", "pid", "hc", "h.c", "ead", "sip", "dip", "rit", "ruc", "nuc", "dkv", "aok", "dak", "tk", "ikk", "bkk", "kk", "bo", "b.o", "pv", "rg", "r.g", "nre", "nig", "nda", "ipp", "nhi", "piz", "hcn", "mdn", "bg", "caf", "nhc", "usp", "upn", "uln", "ee", "pat", "r.g.e", "r.g.t", "r.g.l", "rg n")) | MORE_CAPITALS  # fmt: skip
