"""Of whom a number is that may be of anything, by the words around it: a patient, a party, a student, a servant of a state. Pure.

`O processo n.º 12/24 corre na comarca` is nobody's; `Processo n.º 12/24, o arguido foi notificado` is somebody's.
"""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.generic import told_people

_WIDTH = 110
# that a file is of somebody: it is heard, it is about a family or a crime, or the writer's own
_OWN = re.compile(
    r"(?<![^\W_])(?:famil\w{1,6}|famille|menores|minori|minors?|minderjährig\w{0,4}|minderjarig\w{0,2}|custody|sorgerecht|garde|custodia|divor\w{1,6}|scheidung\w{0,8}|separa\w{1,6}|alimen\w{1,6}|unterhalt\w{0,8}|alimentatie|penal\w{0,2}|criminal|straf\w{1,10}|arguid[oa]|imputat[oa]|indagat[oa]|accusée?|prévenue?|verdachte|acusad[oa]|investigad[oa]|denunciante|beschuldigt\w{0,3}|hearing|audience|audiência|audiencia|udienza|vista|zitting|rolzitting|verhandlung|anhörung|julgamento|conferência de pais|adiad[oa]|rinviat[oa]|aplazad[oa]|dagvaarding|conclusie|ladung|citad[oa]|citação|convoqué?e?|notificad[oa]|notificação|mandant\w{0,4}|mein\w{0,2}|my|mon|ma|mi|mio|mia|minha|meu|mijn|pensión|pensione|pensioen|rente|pension|sinist\w{1,6}|assicura\w{1,6}|polizza|póliza|apólice|verzeker\w{1,7}|versicher\w{1,7}|assur\w{1,5}|insur\w{1,6}|segur\w{1,4}|schade\w{0,6}|audiência|reclama\w{1,6}|réclamation|reclamo|klacht\w{0,6}|complaint|beschwerde\w{0,8}|queixa|denúncia|querela|anatel|procon|ouvidoria|inss|plainte|victime|vítima|víctima|vittima|tutel\w{1,6}|curatel\w{0,3}|heranç\w|succession|successione|sucesión|inventário|nachlass\w{0,6}|juízo|juizo|cour supérieure|cour du québec|asyl|asile|asilo|asiel)(?![^\W_])",
    re.IGNORECASE,
)
_TREATED = re.compile(
    r"(?<![^\W_])(?:patient\w{0,3}|patiënt\w{0,3}|pacientes?|pazient[ei]|utente|grossesse|schwanger\w{0,8}|embarazo|gravidanza|gravidez|zwanger\w{0,8}|pregnan\w{1,4}|diab\w{2,6}|frac?tura?\w{0,2}|scanner|irm|mrt|rmn|ecograf\w{1,3}|écho\w{0,10}|chirurg\w{0,4}|cirug\w{1,4}|opération|hôpital|hopital|hospital\w{0,8}|ospedal\w{1,3}|ziekenhuis|krankenhaus|klinik\w{0,3}|clini\w{1,4}|clínic\w{1,3}|urgences|urgencias|spoed|chum|chuv|chu|chru|hug|umc|uz|asl|hôtel-dieu|hotel-dieu|hospices civils|ap-hp|aphp|charité|uniklinik\w{0,2}|inselspital|santa casa|policlinico|san raffaele|gemelli|imss|issste|essalud|erasmus mc|ziekenhuis\w{0,3}|kliniek|vaccin\w{0,6}|traitement|tratamiento|terapia|behandlung|ordonnance|receta|ricetta)(?![^\W_])",
    re.IGNORECASE,
)


_OF_STAFF = re.compile(
    r"(?<![^\W_])(?:funcion[áa]ri[oa]s?|servidor\w{0,2}|colaborador\w{0,2}|empregad[oa]s?|trabalhador\w{0,2}|trabajador\w{0,2}|emplead[oa]s?|férias|vacaciones|folha|ponto|holerite|contracheque|nómina|salário|salario|rh|rrhh|licença|aposenta\w{0,6}|professora?|docente|enfermeir[oa]|agente|policial|guarda|operai[oa]|operatore|dipendent[ei]|impiegat[oa]|ferie|busta paga|cedolino|turno|reparto|lavorat\w{2,4}|operario|operaria|vacaciones|nómina|payroll|staff|employee|técnic[oa]|setor|lotad[oa])(?![^\W_])",
    re.IGNORECASE,
)
_OF_STUDENTS = re.compile(
    r"(?<![^\W_])(?:alun[oa]s?|estudantes?|estudiantes?|alumn[oa]s?|universi\w{2,7}|faculdade|facultad|curso|semestre|exame|examen|prova|turma|histórico escolar|boletim|diploma|noturno|vestibular|bolsa|beca|asignatura|disciplina|mestrado|máster|carrera|trancamento|ingegneria|medicina|giurisprudenza|laurea|università|esame|esami|appello|student[ei]|facoltà|ateneo|rematrícula)(?![^\W_])",
    re.IGNORECASE,
)


def of_whom(text: str, at: int, end: int, kind: str) -> str:
    """Return the type of a number that may be of anything by who is told beside it; nothing for anything else."""
    line = told_people.around(text, at, end, _WIDTH).replace("\n", " ")
    if kind == "MEDICAL_RECORD_NUMBER":
        return kind if _TREATED.search(line) is not None else ""
    if kind != "CASE_NUMBER":
        if _OF_STUDENTS.search(line) is not None:
            return "STUDENT_ID"
        return "EMPLOYEE_ID" if kind == "EMPLOYEE_ID" and _OF_STAFF.search(line) else ""
    if _TREATED.search(line) is not None:
        return "MEDICAL_RECORD_NUMBER"
    return "CASE_NUMBER" if _OWN.search(line) is not None or told_people.told(line) else ""
