"""Words in whose clause a value may be of a record: who somebody is to a house, what they have of it. Data."""

from __future__ import annotations

import unicodedata

_KINDS = {
    "MEMBER_ID": (
        "customer|client|insured with|supporter|season ticket|alpenverein|genossenschaft|filiado|filiada|tessera cgil|tessera cisl|tessera uil|carteira|socio cai|member|subscriber|policyholder|policy holder|insured|membership|membrship|subscription|policy|policies|claim|union card|memb|loyalty account|contract with|insurance claim|cardholder|donor|home insurance|car insurance|travel insurance|pet insurance|library card|gym"
        "|kunde|kundin|mitglied|abonnent|abonnentin|versicherter|versicherte|versichert|vertrag|polizze|police|versicherung|haftpflicht|hausrat|rechtsschutz|mitgliedschaft|gewerkschaft|verdi|ver.di|ig metall|bausparer|mieter|mieterin|abo|abonnement|stromvertrag|gasvertrag|handyvertrag|krankenkasse|bücherei|fitnessstudio|bonusprogramm|schaden|schadenfall|schadensfall"
        "|cliente|abonné|abonnée|adhérent|adhérente|sociétaire|assuré|assurée|syndiqué|syndiquée|licencié|licenciée|allocataire|contrat|police d'assurance|mutuelle|adhésion|syndicat|cgt|cfdt|assurance|sinistre|locataire|carte de fidélité|carte fidélité|salle de sport|médiathèque"
        "|clienta|socio|socia|afiliado|afiliada|abonado|abonada|asegurado|asegurada|suscriptor|suscriptora|contrato|póliza|suministro|sindicato|ccoo|ugt|mutua|siniestro|seguro|inquilino|suscripción|gimnasio|obra social|prepaga|isapre"
        "|abbonato|abbonata|iscritto|iscritta|tesserato|tesserata|assicurato|assicurata|contratto|polizza|tessera|bollino|sindacato|cgil|cisl|fornitura|sinistro|assicurazione|abbonamento|inquilino|palestra|pratica di rimborso|pratica di risarcimento|pratica di sinistro|pratica di mutuo|fidelity card|carta fedeltà"
        "|klant|lid|abonnee|verzekerde|verzekerd|polis|vakbond|vakbondslid|fnv|cnv|contract|lidmaatschap|verzekering|huurder|mutualiteit|ziekenfonds|sportschool|bibliotheek|bieb|schade|schadeclaim|klantenkaart|inboedel|krantenabonnement"
        "|sócio|sócia|associado|associada|segurado|segurada|assinante|beneficiário|beneficiária|apólice|assinatura|carteirinha|convênio|unimed|seguradora|inquilina|plano de saúde|academia|ginásio|sindicalizado|sindicalizada|cooperado|cooperada"
    ),
    "CASE_NUMBER": (
        "court|magistrates|coroner|ombudsman|solicitor|magistrate|garda station|station house|sapd|saps|hillbrow police|delegacia de polícia|polizeiposten|polizeirapport|procura della repubblica|crown court|county court|high court|district court|family court|federal court|sheriff court|tribunal|prosecutor|police|garda|fir|matter|matter number|matter no|proceedings|lawsuit|writ|crime number"
        "|ag|lg|amtsgericht|landgericht|bezirksgericht|familiengericht|arbeitsgericht|sozialgericht|verwaltungsgericht|bezirksgericht|landesgericht|kreisgericht|friedensrichteramt|mietgericht|geschäftszahl|geschäftszeichen|aktenzeichen|az|az.|gz|gz.|sta|staatsanwaltschaft|kripo|polizei|kantonspolizei|kapo|stapo|polizeiinspektion|polizeirevier|kesb|anzeige|strafanzeige|tagebuchnr|tagebuchnummer|strafbefehl|betreibungsamt|räumungsklage|rechtsstreit"
        "|tribunal judiciaire|tj|tgi|tribunal correctionnel|tribunal de police|tribunal d'instance|tribunal de commerce|conseil de prud'hommes|prud'hommes|cour d'appel|cour supérieure|parquet|procureur|gendarmerie|commissariat|police municipale|ministère public|rg|plainte|main courante|juge aux affaires familiales|jaf"
        "|juzgado|audiencia provincial|fiscalía|fiscalia|comisaría|comisaria|guardia civil|mossos|ertzaintza|policía|carabineros|pdi|ministerio público|carpeta de investigación|carpeta de inv|carpeta fiscal|radicado|diligencias|atestado|denuncia|corte de apelaciones"
        "|tribunale|pretura|procura|carabinieri|questura|polizia|commissariato|giudice di pace|corte d'appello|vigili|polizia locale|incarto|ministero pubblico|querela|ruolo|rg|causa civile|separazione"
        "|rechtbank|kantonrechter|gerechtshof|vredegerecht|arbeidsrechtbank|ondernemingsrechtbank|openbaar ministerie|parket|politie|rijkspolitie|zaak|aangifte|deurwaarder"
        "|vara|comarca|juízo|juízo local|tribunal judicial|tribunal do trabalho|ministério público|psp|gnr|delegacia|dp|esquadra|polícia|bo|b.o|boletim de ocorrência|boletim|inquérito|inquérito policial|dpvat|juizado|juizado especial|fórum|polícia judiciária|queixa"
    ),
    "MEDICAL_RECORD_NUMBER": (
        "patient|referral|hospital number|historia|historial|dossier hôpital|klinikpatient|opnamedossier|prescription|gp referral|sick note"
        "|patientin|überweisungscode|rezept|e-rezept|pid|klinikum|einweisung|krankenakte"
        "|patiente|ordonnance|hospitalisé|hospitalisée|hôtel-dieu|dossier patient|dossier médical|demande de consultation|arrêt de travail"
        "|paciente|pcte|pte|receta|receta electrónica|receta médica|volante|expediente imss|expte. imss|expte imss|historia clínica|interconsulta|orden médica|licencia médica"
        "|paziente|ricetta|impegnativa|ricovero|cartella clinica|referto|pronto soccorso"
        "|patiënt|patiënte|verwijzing|verwijsbrief|voorschrift|recept|herhaalrecept|zorgdomein"
        "|utente|prontuário|prontuario|receita|receita médica|guia de encaminhamento|guia|atendimento|internamento|internação|processo clínico|encaminhamento|requisição"
    ),
    "STUDENT_ID": (
        "student|pupil|expediente uba|expediente unam|inscrit|inscrite|iscritto all'università|ingeschreven student|matrícula ufmg|matriculado|matriculada|undergraduate|matric|exam candidate|studentin|schüler|schülerin|étudiant|étudiante|élève|alumno|alumna|estudiante|matrícula unam|matrícula|ra|studente|studentessa|alunno|alunna|leerling|scholier|aluno|aluna|estudante|immatrikuliert|eingeschrieben|doctorante|doctorant"
    ),
    "EMPLOYEE_ID": (
        "employee|staff member|payslip|mitarbeiter|mitarbeiterin|personalkürzel|stempeluhr|lohnzettel|salarié|salariée|pointeuse|bulletin de paie|empleado|empleada|legajo|nómina|recibo de sueldo|dipendente|cartellino|busta paga|timbratura|medewerker|medewerkster|loonstrook|prikklok|funcionário|funcionária|colaborador|colaboradora|crachá|holerite|contracheque|servidora"
    ),
}  # fmt: skip
CAPITALS = frozenset(
    [
        "ag",
        "lg",
        "az",
        "az.",
        "gz",
        "gz.",
        "tj",
        "tgi",
        "rg",
        "fir",
        "bo",
        "b.o",
        "dp",
        "gnr",
        "psp",
        "ra",
        "pid",
        "chu",
        "om",
        "rol",
        "ruc",
        "cgt",
        "cfdt",
        "ugt",
        "ccoo",
        "fnv",
        "cnv",
        "pdi",
        "jaf",
        "sta",
        "cgil",
        "cisl",
    ]
) - {"sta"}


def _written(word: str) -> tuple[str, str]:
    """Return a word with its accents and without them."""
    return word, "".join(
        c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c < "\u0370"
    )


# the kind of each word; the first that has it
WORDS: dict[str, str] = {}
for _kind, _words in _KINDS.items():
    for _word in _words.split("|"):
        for _form in _written(_word):
            WORDS.setdefault(_form, _kind)
