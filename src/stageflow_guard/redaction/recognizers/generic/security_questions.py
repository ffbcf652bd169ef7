"""Answers to the questions that a bank or a site asks: `First pet: Miss Pepper`, `Geburtsort der Mutter?⏎Kaltenbach`. Pure.

The question is one of those that forms ask to know somebody again; what stands behind its sign, or on
the next line, is the answer, whatever its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads, only_at
from stageflow_guard.redaction.recognizers.generic.password_words import NO_PASSWORD
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered

_MOTHER = r"(?:(?:of )?(?:my|your|his|her|the|mother['’]?s?|mum['’]?s?|mom['’]?s?|deiner?|meiner?|ihrer?|der|mutter|de|de la|ma|sa|votre|mère|maman|tu|su|mi|madre|mamá|della|di|tua|mia|sua|mamma|van|je|mijn|moeder|ma|da|tua|minha|mãe)[ ]?){0,4}"
_ADJ = r"(?:first|childhood|favou?rite|best|oldest|primary|old)"
_DE = r"(?:erste[rsnm]?|liebste[rsnm]?|lieblings\w{0,3}|beste[rsnm]?)"
_QUESTIONS = (
    rf"(?:mother['’]?s?|mum['’]?s?|mom['’]?s?)[ ]maiden[ ](?:name|surname)|maiden[ ](?:sur)?name[ ]?{_MOTHER}",
    rf"{_ADJ}[ ](?:pets?|school|teacher|car|job|employer|boss|friend|concert|street|nickname|house|address|cinema|film|movie|book|song|band|team|dish|toy|crush|boyfriend|girlfriend|kiss|holiday|flatmate|phone|teddy|hero|colou?r)(?:['’]s[ ]name)?",
    r"(?:name[ ]of[ ](?:my|your|the|his|her)[ ]first[ ](?:pet|school|teacher|car|street|friend|boyfriend|girlfriend|love)|street[ ](?:you|i)[ ]grew[ ]up[ ](?:on|in)|where[ ](?:did[ ](?:you|your[ ]parents)[ ](?:meet|grow[ ]up)|you[ ](?:were[ ]born|met))|town[ ](?:you|i)[ ](?:were|was)[ ]born|city[ ]where[ ]your[ ]parents[ ]met)",
    r"(?:geburtsname|mädchenname|ledigname)[ ](?:der|ihrer|deiner|meiner)[ ](?:mutter|mama|oma|großmutter)|geburtsort[ ](?:der|deiner|ihrer|meiner)[ ](?:mutter|oma|großmutter)",
    rf"{_DE}[ ]?(?:haustier|haustiers|schule|grundschule|lehrer(?:in)?|auto|arbeitgeber|straße|strasse|freund(?:in)?|chef|konzert|wohnung|buch|film|tier|verein|gericht|urlaubsort|spielzeug|kuscheltier|kindheitsfreund(?:in)?|mannschaft|band|held)|(?:lieblings)(?:lehrer(?:in)?|buch|film|essen|farbe|tier|verein|mannschaft|band|onkel|tante)|name[ ](?:des|deines|ihres|meines)[ ]ersten[ ](?:haustiers|lehrers|autos|hundes|freundes)|straße[ ](?:deiner|ihrer|meiner|der)[ ]kindheit",
    r"nom[ ]de[ ](?:jeune[ ]fille|naissance)(?:[ ]de[ ](?:la|ma|votre|ta|sa)[ ](?:mère|maman|grand-mère))",
    r"premi(?:er|ère)[ ](?:animal(?:[ ]de[ ]compagnie)?|chien|chat|école|voiture|professeur|instituteur|maîtresse|emploi|patron|rue|concert|ami[e]?|amour)|(?:professeur|prof|instituteur|livre|film|plat|équipe|acteur|chanteur|oncle)[ ](?:préférée?|favori[te]?)|rue[ ]de[ ](?:votre|ton|mon|l['’])[ ]?enfance|ville[ ](?:de[ ]rencontre|de[ ]naissance)[ ]de[ ](?:vos|tes|mes)[ ]parents|surnom[ ]d['’]enfance|meilleure?[ ]amie?[ ]d['’]enfance",
    r"apellidos?[ ]de[ ](?:soltera|nacimiento)(?:[ ]de[ ](?:la|su|tu|mi)[ ](?:madre|abuela|mamá))?",
    r"primer[ao]?[ ](?:mascota|perro|gato|colegio|escuela|coche|carro|profesora?|maestra?|trabajo|jefe|calle|novi[oa]|amig[oa]|amor|concierto)|(?:profesora?|maestra?|libro|película|comida|equipo|cantante|color|tío)[ ](?:favorit[oa]|preferid[oa])|calle[ ]de[ ](?:tu|su|mi|la)[ ]infancia|mejor[ ]amig[oa][ ]de[ ](?:la[ ])?infancia|apodo[ ]de[ ](?:la[ ])?infancia",
    r"cognome[ ]da[ ](?:nubile|ragazza|signorina)(?:[ ](?:della|di|di[ ]tua|di[ ]sua|di[ ]mia)[ ](?:madre|mamma|nonna))?",
    r"prim[oa][ ](?:animale(?:[ ]domestico)?|cane|gatto|scuola|auto|macchina|maestr[oa]|professore(?:ssa)?|lavoro|capo|via|fidanzat[oa]|amic[oa]|amore|concerto)|(?:maestr[oa]|professore(?:ssa)?|libro|film|piatto|squadra|cantante|colore|zio)[ ](?:preferit[oa]|del[ ]cuore)|via[ ](?:della|di)[ ](?:tua[ ]|mia[ ])?infanzia|miglior[e]?[ ]amic[oa][ ](?:d['’]|dell['’])infanzia|soprannome[ ](?:da[ ]bambino|d['’]infanzia)",
    r"meisjesnaam[ ](?:van[ ])?(?:je[ ]|uw[ ]|mijn[ ]|de[ ])?(?:moeder|oma|mama)",
    r"eerste[ ](?:huisdier|hond|kat|poes|school|auto|leraar|lerares|juf|meester|baan|baas|straat|vriend(?:in)?|liefde|concert|knuffel)|(?:lievelings|favoriete[ ])(?:leraar|lerares|juf|meester|boek|film|eten|gerecht|kleur|team|club|oom|tante)|straat[ ](?:van[ ]je[ ]jeugd|waar[ ]je[ ]opgroeide)|beste[ ]jeugdvriend(?:in)?",
    r"(?:nome|apelido|sobrenome)[ ]de[ ]solteir[oa](?:[ ](?:da|de)[ ](?:sua[ ]|tua[ ]|minha[ ])?(?:mãe|avó))?",
    r"primeir[oa][ ](?:animal(?:[ ]de[ ]estimação)?|bicho|cão|cachorro|gato|escola|carro|professora?|emprego|chefe|rua|namorad[oa]|amig[oa]|amor|concerto)|(?:professora?|livro|filme|comida|prato|equipa|time|cantor[a]?|cor|tio)[ ](?:favorit[oa]|preferid[oa])|rua[ ]d[ae][ ](?:tua[ ]|sua[ ]|minha[ ])?infância|melhor[ ]amig[oa][ ]de[ ]infância|alcunha[ ]de[ ]infância",
)  # fmt: skip
_OF_A_BANK = (
    r"(?:security|secret|challenge|safety|memorable|secure)[ ](?:question|answer|word|place|date|name)|sicherheits(?:frage|antwort|wort)|geheime?[ ](?:frage|antwort)|geheimfrage|antwort[ ]auf[ ](?:die|meine|deine)[ ](?:sicherheits|geheim)frage|(?:réponse[ ]à[ ]la[ ])?question[ ](?:secrète|de[ ]sécurité)|réponse[ ](?:secrète|de[ ]sécurité)|mot[ ](?:secret|de[ ]sécurité|convenu)|(?:respuesta[ ]a[ ]la[ ])?pregunta[ ](?:secreta|de[ ]seguridad)|respuesta[ ](?:secreta|de[ ]seguridad)|palabra[ ](?:secreta|de[ ]seguridad)|(?:risposta[ ]alla[ ])?domanda[ ](?:segreta|di[ ]sicurezza)|risposta[ ](?:segreta|di[ ]sicurezza)|parola[ ](?:segreta|di[ ]sicurezza)"
    r"|(?:antwoord[ ]op[ ]de[ ])?(?:geheime[ ]vraag|beveiligingsvraag|controlevraag)|(?:geheim|beveiligings)[ ]?antwoord|geheim[ ]woord|(?:resposta[ ](?:à|a)[ ])?pergunta[ ](?:secreta|de[ ]segurança)|resposta[ ](?:secreta|de[ ]segurança)|palavra[ ](?:secreta|de[ ]segurança)"
)
_HEADS = Heads(("mother", "mum", "mom", "maiden", "first ", "childhood ", "favorite ", "favourite ", "oldest ", "best ", "name of ", "street ", "where ", "town ", "city where", "geburtsname", "geburtsort", "mädchenname", "ledigname", "erste", "liebste", "lieblings", "beste", "name de", "name ih", "name me", "straße ", "nom de ", "premier ", "première ", "professeur ", "prof ", "instituteur ", "livre ", "film ", "plat ", "équipe ", "acteur ", "chanteur ", "oncle ", "rue de ", "ville de ", "surnom ", "meilleur", "apellido", "primer ", "primera ", "profesor", "maestr", "libro ", "película ", "comida ", "equipo ", "cantante ", "color ", "tío ", "calle de ", "mejor amig", "apodo ", "cognome ", "primo ", "prima ", "professor", "piatto ", "squadra ", "colore ", "zio ", "via d", "miglior", "soprannome ", "meisjesnaam", "eerste ", "lievelings", "favoriete ", "straat ", "nome de ", "apelido de", "sobrenome de", "primeir", "livro ", "filme ", "prato ", "equipa ", "time ", "cantor", "cor ", "tio ", "rua d", "melhor amig", "alcunha ",
                "security ", "secret ", "challenge ", "safety ", "memorable ", "secure ", "sicherheits", "geheim", "antwort auf", "réponse ", "question ", "mot ", "respuesta ", "pregunta ", "palabra ", "risposta ", "domanda ", "parola ", "antwoord op", "beveiligings", "controlevraag", "resposta ", "pergunta ", "palavra "))  # fmt: skip
_QUESTION = re.compile(rf"(?:{'|'.join(_QUESTIONS)})(?![^\W_])")
_OF_SECRETS = re.compile(rf"(?:{_OF_A_BANK})(?![^\W_])")
_WORD = r"[^\W_][\w'’.&-]{0,24}"
_SIGN = (
    r"(?:[ ]?[:=?]{1,2}|[ ]?(?:->|→|=>|[–—]))[ ]{0,3}(?:\n[ \t]{0,4})?(?:[–—>-][ ])?[\"'„“«]?[ ]?"
)
_ANSWER = re.compile(rf"(?P<value>{_WORD}(?:[ ]{_WORD}){{0,3}})[\"'“”»]?(?=[ ]?(?:[.,;!?)]|\n|$|[–—(|]))")  # fmt: skip
_TELLS = re.compile(rf"[^\n.:=?]{{0,16}}?{_SIGN}")
# what a secret question asks stands between, in brackets or behind a comma
_ASKED = re.compile(rf"(?:,?[ ](?:\([^\n()]{{1,50}}\)|[^\n.:=?;]{{1,50}}?))?{_SIGN}")
_NEVER = frozenset(["yes", "no", "ja", "nein", "oui", "non", "sí", "si", "sim", "não", "nee", "optional", "required", "n/a", "unknown", "none", "see", "siehe", "voir", "ver", "vedi", "zie", "what", "which", "when", "where", "was", "wie", "wo", "quel", "quelle", "qué", "cuál", "quale", "wat", "welke", "qual", "the", "a", "in"])  # fmt: skip
# a headline or a list asks no one: a question of mothers or pets, or a word of banks and forms, stand near
_FORMS = re.compile(
    r"(?<![^\W_])(?:bank|account|password|reset|login|helpdesk|security|verif\w+|secret|hotline|konto|passwort|sicherheit\w*|geheim\w*|banque|compte|mot de passe|sécurité|secr[èe]te?|banco|cuenta|contraseña|clave|seguridad|secreta|banca|conto|sicurezza|segreta|wachtwoord|beveiliging\w*|geheime|rekening|conta|senha|segurança)(?![^\W_])"
)
_OF_MOTHERS = re.compile(r"mother|mum|mom|maiden|geburtsname|mädchenname|jeune fille|soltera|nubile|da ragazza|signorina|meisjesnaam|solteir|pet|haustier|animal|mascota|huisdier|estimação|kuscheltier")  # fmt: skip
_AROUND, _REACH = 160, 160


@only_at(_HEADS)
def recognize(text: str) -> Iterator[Hit]:
    """Yield such answers."""
    lower = lowered(text)
    seen = -1
    for at in _HEADS.places(lower):
        if at < seen or lower[at - 1 : at].isalnum():
            continue
        match, tells = _QUESTION.match(lower, at), _TELLS
        sure = match is not None and _OF_MOTHERS.search(match[0]) is not None
        if match is None:
            match, tells, sure = _OF_SECRETS.match(lower, at), _ASKED, True
        if match is None:
            continue
        sign = tells.match(text, match.end(), min(len(text), match.end() + _REACH))
        answer = None if sign is None else _ANSWER.match(text, sign.end())
        if answer is None or not (sure or _near(lower, at, answer.end())):
            continue
        value = answer["value"].rstrip(".")
        first = value.split(" ")[0].lower()
        if (
            first in _NEVER
            or first in NO_PASSWORD
            or (not value[0].isupper() and not value[0].isdigit() and " " in value)
        ):
            continue
        seen = answer.start("value") + len(value)
        yield Hit(
            answer.start("value"), seen, "SECRET", 0.5, "answer to a question", "label answer"
        )


def _near(lower: str, at: int, end: int) -> bool:
    """Say whether the question is asked by a form: one of mothers and pets, or a word of banks and sites, is near."""
    low, high = max(0, at - _AROUND), min(len(lower), end + _AROUND)
    if _FORMS.search(lower, low, high) is not None:
        return True
    return _OF_MOTHERS.search(lower, low, at) is not None or (
        _OF_MOTHERS.search(lower, end, high) is not None
    )
