"""Whether a piece of text tells of a person: a title before a name, or a role that owns, uses or is treated. Pure."""

from __future__ import annotations

import re

_TITLES = r"(?:Mr|Mrs|Ms|Miss|Dr|Herrn?|Hr|Frau|Fr|M|Mme|Mlle|Monsieur|Madame|Sra?|Srta|Don|Doña|Sig|Sig\.ra|Signora?|Dott|Dhr|dhr|Mw|mw|Mevr|mevr|mevrouw|meneer|Dona|Pani?|pana|pani|Bay|Bayan|hra|rva)\.?[ ](?=[^\W\d_a-z])"
# whose a thing or a file is; behind each of them a sign, an article or a name
_ROLES = (
    "owner|owned by|belongs to|belonging to|assigned to|assignee|issued to|registered to|returned by|handed to|stolen from|employee|staff member|customer|client|patient|pat|pt|insured|claimant|plaintiff|defendant|"
    "besitzer|besitzerin|inhaber|inhaberin|eigentümer|eigentümerin|mitarbeiter|mitarbeiterin|nutzer|nutzerin|kunde|kundin|kläger|klägerin|beklagte|beklagter|patientin|ausgegeben an|übergeben an|gehört|"
    "propriétaire|demandeur|demandeuse|salarié|salariée|employé|employée|cliente|collaborateur|collaboratrice|utilisateur|patiente|remis à|remise à|attribué à|appartient à|"
    "propietario|propietaria|empleado|empleada|trabajador|trabajadora|titular|usuario|usuaria|paciente|pte|demandante|demandado|demandada|entregado a|entregada a|asignado a|asignada a|"
    "proprietario|proprietaria|dipendente|utente|paziente|ricorrente|imputato|consegnato a|consegnata a|assegnato a|assegnata a|intestato a|"
    "eigenaar|medewerker|medewerkster|gebruiker|klant|patiënt|patiënte|cliënt|eiser|uitgegeven aan|toegewezen aan|"
    "proprietário|proprietária|funcionário|funcionária|colaborador|colaboradora|utilizador|usuário|cliente|utente|autor|autora|réu|ré|arguido|arguida|requerente|entregue a|entregue ao|entregue à|atribuído a|"
    "właściciel|pracownik|pracownika|klient|pacjent|pacjentka|ägare|tillhör|anställd|användare|patienten|ejer|tilhører|medarbejder|omistaja|majitel|zaměstnanec|pacient|pacientka|sahibi|çalışan|"
    "持有人|使用者|使用人|所有者|利用者|사용자|소유자|المالك|المستخدم"
)
_SIGN = r"[ ]?(?:[:：=]|[\"'][ ]?[:=]|\((?=[^\W\d_])|[.,]?[ ](?=[^\W\d_a-z]|[a-z]{1,12}\.[a-z]{2}|\d{5}))"
_PERSON = re.compile(rf"(?<!\w)(?:{_TITLES}|(?i:{_ROLES}){_SIGN})")
# the same as keys: `assignedTo`, `owner_name`, `user=`
_KEY = re.compile(
    r"(?:(?<![a-zA-Z])(?i:assigned[ _]?to|assigned[ _]?user|owner(?:[ _]?name)?|user(?:[ _]?name)?|employee(?:[ _]?name)?|custodian|holder)[\"']?[ ]?[:=]|(?<![a-zA-Z])user[ ](?=[a-z]{1,12}\.[a-z]{2}|[A-Z][a-z]))"
)


def told(piece: str) -> bool:
    """Say whether `piece` names a person's role or title, or a key for one."""
    return _PERSON.search(piece) is not None or _KEY.search(piece) is not None


def around(text: str, start: int, end: int, width: int) -> str:
    """Return what stands around `[start, end)` in its paragraph, at most `width` characters on either side."""
    before = text[max(0, start - width) : start].rpartition("\n\n")[2]
    return before + "\n" + text[end : end + width].partition("\n\n")[0]
