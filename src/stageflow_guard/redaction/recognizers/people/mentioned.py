"""Names that a sentence mentions: `my boss Greta`, `spoke with Marlon Tate`, `Hamish speaking,`. Pure.

What else is said decides how much of a name is needed: two words where a firm or a thing may follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL, capitalised, trimmed
from stageflow_guard.redaction.recognizers.people.given_names import GIVEN_NAMES
from stageflow_guard.redaction.recognizers.people.somebody import THINGS
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, EVERYBODY
from stageflow_guard.redaction.recognizers.phrases import lowered

# behind these one word is a name
_ONE = (
    r"(?:identified|introduced|described) (?:himself|herself|themselves|themself|myself) (?:only )?as"
    r"|(?:he|she|who) goes by(?: the name(?: of)?)?|born as|n[ée]e|geborene|geb\."
    r"|(?:table|booking|booked|reservation|reserved|appointment) (?:[a-z0-9]{1,6} ){0,4}under(?: the (?:sur|last |family )?name(?: of)?)?"
    r"|(?:mein|unser|sein|ihr)e?n? (?:chef|chefin|kollege|kollegin|kollegen|nachbar|nachbarin|freund|freundin|vermieter|vermieterin)"
    r"|(?:mon|ma|notre|son|sa) (?:patron|patronne|chef|cheffe|collègue|voisin|voisine|copain|copine|amie?|propriétaire)"
    r"|(?:mi|nuestro|nuestra|su) (?:jefe|jefa|compañero|compañera|vecino|vecina|amigo|amiga|novio|novia|casero|casera)"
    r"|(?:il mio|la mia|il nostro|la nostra) (?:capo|collega|vicino|vicina|amico|amica|fidanzato|fidanzata)"
    r"|(?:mijn|onze|zijn|haar) (?:baas|collega|buurman|buurvrouw|vriend|vriendin|huisbaas)"
    r"|the (?:nurse|midwife|doctor),|officer|constable|sergeant|detective"
    r"|(?:notre|mon|ma|votre) (?:fils|fille|mari|femme|comptable|avocate?),?(?: s'appelle)?|(?:nuestr[oa]|mi) (?:hij[oa]|marido|mujer|abogad[oa])(?: se llama)?|(?:nostr[oa]|mio|mia) (?:figli[oa]|marito|moglie)(?: si chiama)?|(?:onze|mijn|uw) (?:dochter|zoon|man|vrouw|collega)(?: heet)?|(?:mein|meine|unser|unsere|ihre[rn]?) (?:mann|frau|sohn|tochter|kollegin|kollege)(?: heißt)?|(?:meu|minha|nosso|nossa) (?:filh[oa]|marido|esposa)(?: se chama| chama-se)?"
    r"|you(?:'re|’re| are) through to|name's|it's me,|i go by|meu nome completo é|rechtsanwalt|rechtsanwältin|répondeur de"
    r"|ich bin['’]?s,|c['’]est moi,|soy yo,|sono io,|sou eu,|ik ben het,|quem fala é [oa]"
    r"|(?:o meu|a minha|meu|minha) (?:chefe|colega|vizinho|vizinha|amigo|amiga|namorado|namorada|senhorio)"
)
# behind these two are
_TWO = (
    r"(?:spoke|speaking|speak|talked|talking|chatted|met) (?:with|to)|under the name(?: of)?|booking for|reservation for|c/o|the deceased,"
    r"|please welcome|(?:helped|served|assisted|seen|treated|advised|interviewed) by|message for|voicemail of|through to|on behalf of|for the attention of|fao|me atendió|mi ha risposto|j'ai eu|t\.a\.v\.|z\. ?hd\.|handed (?:over )?to|escalated to|forwarded to|assigned to|gesprochen mit|gesprochen habe ich mit|parlé (?:à|avec)|hablé con|hablado con|parlato con|gesproken met|falei com"
    r"|à l['’]attention de|a la atención de|aos cuidados de|ao cuidado de|de la part de|im auftrag von|zu händen(?: von)?|zuhanden(?: von)?|ter attentie van|all['’]attenzione di|alla cortese attenzione di|le habla|fala [oa]|gez\.|vertreten durch(?: (?:den|die) [a-zäöü]{4,24})?"
    r"|(?:ihre?|unsere?) (?:ansprechpartner(?:in)?|berater(?:in)?|sachbearbeiter(?:in)?) ist|votre (?:interlocuteur|interlocutrice|conseill(?:er|ère)) est|su (?:asesora?|gestora?|persona de contacto) es|(?:il suo|la sua) (?:referente|consulente) è|uw (?:contactpersoon|adviseur) is|(?:o seu|a sua) (?:gestora?|consultora?) é"
)
# behind these two of which the first is a given name: much else stands there, too
_OF_A_GIVEN_NAME = (
    r"(?:spreekt|spreek je|spreken) met|sie sprechen mit|du sprichst mit|vous (?:parlez|êtes en ligne|êtes en communication) (?:avec|à)|habla(?:n|s)?(?: usted)? con|está hablando con|le (?:atiende|saluda)|te (?:atiende|saluda)|(?:sta )?parla(?:ndo)? con|(?:você |o senhor |a senhora )?fala com|(?:está )?(?:a falar|falando) com|du talar med|rozmawia (?:pan|pani) z|du snakker med"
    r"|belongs to|belonging to|überweisung an|transfer to|name on card|empf\.|kd\.|bearb\.|i\. ?a\.|i\. ?v\.|ppa\.|a/c|c\. ?a\.|employee|customer|client|patient|user|guest|cliente|kunde|kundin|klant|mitarbeiter|mitarbeiterin"
)
# of what people have, most often said: these are read apart
_OURS = ("my ", "our ", "his ", "her ", "their ", "your ")
_OUR_ONE = (
    r"(?:my|our|his|her|their|your) (?:boss|line manager|manager|colleague|coworker|co-worker|friend|best friend|neighbou?r|roommate|flatmate|housemate|landlord|landlady|fianc[ée]e?|girlfriend|boyfriend|teammate|supervisor|nanny)"
    r"|(?:our|my|your|his|her|their) (?:plumber|electrician|lawyer|solicitor|accountant|dentist|tutor|cleaner|carer|builder|therapist|midwife|gardener),?"
    r"|(?:my|our|your|his|her|their) (?:manager|lawyer|accountant|landlord|boss),"
)
_OUR_TWO = (
    r"(?:my|our|his|her|their|your) (?:team lead|assistant|tutor|teacher|coach|client|tenant)"
    r"|(?:our|your|my) new (?:hire|joiner|starter|colleague|neighbou?r|teammate),?"
    r"|your (?:advis[eo]r|agent|contact|driver|host|engineer|technician|case ?worker) is"
)


def _frame(one: str, given: str, two: str) -> re.Pattern[str]:
    """Return what stands before a name: of one word, of a given name, or of two words."""
    return re.compile(
        rf"(?:(?P<one>(?i:{one}))|(?P<given>(?i:{given}))|(?i:{two}))[ ](?:(?:a|an|the|is|was|called|named|ist|est|es|,)[ ])?(?=[^\W\d_a-zß-ÿ])"
    )


_BEHIND, _BEHIND_OURS = _frame(_ONE, _OF_A_GIVEN_NAME, _TWO), _frame(_OUR_ONE, "(?!)", _OUR_TWO)
_HEADS = Heads((
    "ich bin's,", "ich bins,", "ich bin’s,", "c'est moi,", "c’est moi,", "soy yo,", "sono io,", "sou eu,", "ik ben het,", "quem fala é ", "à l'attention", "à l’attention", "a la atención", "aos cuidados", "ao cuidado", "de la part", "im auftrag", "zu händen", "zuhanden", "ter attentie", "all'attenzione", "all’attenzione", "alla cortese", "le habla", "fala ", "gez.", "vertreten durch", "ihr ans", "ihre ", "unsere ", "votre ", "il suo", "la sua", "uw ", "o seu", "a sua", "your ",
    "belong", "überweisung an", "transfer to", "name on card", "empf.", "kd.", "bearb.", "i.a.", "i. a.", "i.v.", "i. v.", "ppa.", "a/c ", "c.a.", "c. a.", "employee ", "customer ", "client", "patient ", "user ", "guest ", "kund", "klant ", "mitarbeiter",
    "spreekt met", "spreek je met", "spreken met", "sie sprechen", "du sprichst", "vous parlez", "vous êtes en", "habla", "está hablando", "le atiende", "le saluda", "te atiende", "te saluda", "parla con", "parlando con", "sta parla", "fala com", "a falar com", "falando com", "du talar med", "du snakker med", "rozmawia ",
    "my ", "our ", "his ", "her ", "their ", "your ", "identified ", "introduced ", "described ", "under the name", "he goes", "she goes", "who goes", "born as", "née ", "nee ", "geborene ", "geb.", "table ", "booking ", "booked ", "reservation ", "reserved ", "appointment ",
    "mein", "unser", "sein", "ihr", "mon ", "ma ", "notre ", "son ", "sa ", "mi ", "nuestr", "su ", "il mio", "la mia", "il nostro", "la nostra", "mijn ", "onze ", "zijn ", "haar ", "o meu", "a minha", "meu ", "minha ",
    "mi ha risposto", "ho parlato", "spoke ", "speak", "talk", "chatted ", "met ", "c/o ", "the deceased", "officer ", "constable ", "sergeant ", "detective ", "the nurse", "the midwife", "the doctor", "notre ", "votre ", "nuestr", "nostr", "mio ", "mia ", "onze ", "uw ", "unser", "nosso ", "nossa ", "name's", "it's me", "i go by", "rechtsanw", "répondeur de", "please welcome", "helped ", "served ", "assisted ", "seen by", "treated ", "advised ", "interviewed ", "message for", "voicemail of", "you're through", "you’re through", "you are through", "on behalf", "for the attention", "fao ", "me atendi", "mi ha risposto", "j'ai eu", "t.a.v.", "z.hd", "z. hd", "handed ", "escalated ", "forwarded ", "assigned ", "gesprochen ", "parlé ", "hablé ", "hablado ", "parlato ", "gesproken ", "falei ",
))  # fmt: skip
# `@Wiebke Harms: bitte prüfen`
_CALLED = re.compile(
    r"@(?<![\w.]@)(?P<name>[^\W\d_a-zß-ÿ][^\W\d_A-Z]+(?:-[^\W\d_]+)?[ ](?:(?:van|von|de|da|di|der|den|del)[ ]){0,2}[^\W\d_a-zß-ÿ][^\W\d_]+(?:['’-][^\W\d_]+)?)(?=[\s:,.!?)]|$)"
)
# somebody says who is there: `Ewa Nowicka here, calling about …`
_SPEAKS = Heads(("here", "speaking"))
_THERE = re.compile(
    r"here(?:,|[ ](?:from|with|calling|again|writing)(?![^\W_]))|speaking(?=[,.!?]|$|\n)"
)
_OPENING = re.compile(rf"(?:^|(?<=[\n\"“«])|(?<=[.!?:>][ ])){FULL}$")
_ASK = re.compile(
    r"ask for (?=[^\W\d_a-zß-ÿ])(?P<name>[^\n,.;]{2,40}?)(?=[ ](?:at (?:the )?(?:reception|desk|front|counter|door|gate|bar)|when you|in (?:hr|sales|billing|accounts)|upstairs|downstairs)(?![^\W_]))"
)
_ASKED = Heads(("ask for ",))
# one word is enough where a sentence about a talk goes on, or ends
_TALKED = re.compile(
    r"(?i:(?:spoke|spoken|talked|chatted) (?:to|with)|hablé con|parlé (?:à|avec)|ho parlato con|mi ha risposto|falei com)[ ](?=[^\W\d_a-zß-ÿ])"
)
_TALKS = ("spoke", "talked", "chatted", "hablé", "parlé", "ho ", "mi ", "falei")
_TALK_ENDS = re.compile(
    r"(?:[.,!]|$|\n|[ ](?:yesterday|today|earlier|last|this|on|in|from|at|about|and|who|ayer|hoy|hier|aujourd|ieri|oggi|ontem|hoje)(?![^\W_]))"
)
# `Ich habe mit Jasmin Albrecht gesprochen`, `Sie haben Ulrike Mahler erreicht`
_VERB_LAST = re.compile(
    rf"(?i:mit|met|haben)[ ](?P<name>{FULL})[ ](?i:gesprochen|telefoniert|gesproken|gebeld|erreicht)(?![^\W_])"
)
_VERBS = Heads(("gesprochen", "telefoniert", "gesproken", "gebeld", "erreicht"))
# what is declared, and by whom: `I, Leopold Winterbourne, declare`
_DECLARES = re.compile(
    rf"(?<![^\W_])(?:I, the undersigned,?|I,|Je,|Je soussignée?,?|[Ii]o sottoscritt[oa],?|Ondergetekende,?|Eu,|Ich,|Yo,|Io,|Ik,|[Ee]l abajo firmante,?)[ ](?P<name>{FULL})(?=,[ ](?:titular|portador|nascid|brasileir|português|solteir|casad|resident|mayor de edad|con (?:dni|nie)|natural|vecin|nat[oa] |titolare|geboren|wohnhaft|inhaber|geb\.|née? |demeurant|titulaire|wonende|houder|of |residing|holder|being|born|the undersigned|abajo|abaixo)|,?[ ](?:declare|hereby|certif|confirm|authori|give|declaro|erkläre|bestätige|verklaar|dichiaro|certifico|autorizo|autorizzo|atteste|déclare)|$|\n)"
)
_DECLARERS = Heads(
    (
        "i, ",
        "je, ",
        "je soussign",
        "io sottoscritt",
        "ondergetekende",
        "eu, ",
        "io, ",
        "ik, ",
        "ich, ",
        "yo, ",
        "el abajo firmante",
    )
)
# the question for it, and the name
_WHO = re.compile(
    r"(?i:wie heißen sie|wie heißt du|wie (?:war|ist) (?:ihr|dein) name|comment vous appelez-vous|comment t'appelles-tu|cómo se llama(?: usted)?|cómo te llamas|come si chiama|come ti chiami|hoe heet (?:u|je)|what(?:'s| is) your name|who am i speaking (?:to|with)|como (?:se|te) chama)[ ]?\?\s{1,3}(?:[-–][ ]?)?(?=[^\W\d_a-zß-ÿ])"
)
_WHOS = Heads(("wie heiß", "wie war ", "wie ist ", "comment vous app", "comment t'app", "cómo se llama", "cómo te llama", "come si chiama", "come ti chiami", "hoe heet", "what's your name", "what is your name", "who am i speaking", "como se chama", "como te chama"))  # fmt: skip
_NOT_SPEAKING = frozenset(["english", "french", "german", "spanish", "italian", "dutch", "portuguese", "polish", "swedish", "turkish", "arabic", "chinese", "mandarin", "japanese", "korean", "russian", "hindi", "greek", "hebrew", "danish", "norwegian", "finnish", "native", "public", "plain", "nobody", "anybody", "everybody", "someone", "anyone", "everyone"])  # fmt: skip
_ADVERB = re.compile(r"(?i)^(?!sally|molly|emily|kelly|holly|polly|beverly|billy|lily|kimberly)\w+ly$")  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield who is spoken of, and who says that it is he or she who speaks."""
    lower = lowered(text)
    for at in _HEADS.places(lower):
        frame = (_BEHIND_OURS if lower.startswith(_OURS, at) else _BEHIND).match(text, at)
        name = capitalised(text, frame.end()) if frame is not None else None
        if frame is None or name is None:
            continue
        words = text[slice(*name)].split(" ")
        if (frame["one"] is None and len(words) < _TWO_WORDS) or not _is_somebody(words):
            continue
        if frame["given"] is not None and words[0].lower() not in GIVEN_NAMES:
            continue
        yield Hit(*name, "PERSON", 0.42, "name, mentioned", "label said")
    yield from _called(text)
    yield from _of_talks(text, lower)
    for at in _SPEAKS.places(lower):
        there = _THERE.match(text, at)
        opening = _OPENING.search(text, max(0, at - 60), at - 1) if there is not None else None
        if there is None or opening is None:
            continue
        name = trimmed(text, opening.start(), opening.end())
        if name is None or name[1] != at - 1:
            continue
        words = text[slice(*name)].split(" ")
        bare = there[0].endswith(",") and there[0][0] == "h"  # `Rain here, sun there`
        if len(words) < (_TWO_WORDS if bare else 1) or not _is_somebody(words):
            continue
        if words[0].lower() in _NOT_SPEAKING or _ADVERB.match(words[-1]):
            continue
        yield Hit(*name, "PERSON", 0.42, "name, speaks", "label said")
    for at in _ASKED.places(lower):
        asked = _ASK.match(text, at)
        name = capitalised(text, asked.start("name")) if asked is not None else None
        if asked is not None and name == asked.span("name"):
            words = text[slice(*name)].split(" ")
            if _is_somebody(words):
                yield Hit(*name, "PERSON", 0.42, "name, asked for", "label said")


def _called(text: str) -> Iterator[Hit]:
    """Yield who is called by the sign of an account and a name of two words."""
    for called in _CALLED.finditer(text) if "@" in text else ():
        words = called["name"].split(" ")
        if words[0].lower() in GIVEN_NAMES and _is_somebody(words):
            yield Hit(*called.span("name"), "PERSON", 0.42, "name, mentioned", "label said")


def _of_talks(text: str, lower: str) -> Iterator[Hit]:
    """Yield who was spoken with, who declares something, and who answers the question for a name."""
    for at in _HEADS.places(lower):
        talked = _TALKED.match(text, at) if lower.startswith(_TALKS, at) else None
        name = capitalised(text, talked.end()) if talked is not None else None
        if name is not None and _TALK_ENDS.match(text, name[1]) and (
            _is_somebody(text[slice(*name)].split(" "))
        ):  # fmt: skip
            yield Hit(*name, "PERSON", 0.42, "name, mentioned", "label said")
    for at in _VERBS.places(lower):
        verb = _VERB_LAST.search(text, max(0, at - _BEFORE_VERB), at + 12)
        if verb is not None and _is_somebody(verb["name"].split(" ")):
            yield Hit(*verb.span("name"), "PERSON", 0.42, "name, mentioned", "label said")
    for at in _DECLARERS.places(lower):
        declares = _DECLARES.match(text, at)
        if declares is not None and " " in declares["name"]:
            yield Hit(*declares.span("name"), "PERSON", 0.5, "name, declares", "label said")
    for at in _WHOS.places(lower):
        who = _WHO.match(text, at)
        name = capitalised(text, who.end()) if who is not None else None
        if name is not None and _is_somebody(text[slice(*name)].split(" ")):
            yield Hit(*name, "PERSON", 0.45, "name, answered", "label said")


_BEFORE_VERB = 60
_TWO_WORDS = 2


def _is_somebody(words: list[str]) -> bool:
    """Say whether none of the words is of business, and not all of them are capitals."""
    plain = [word.lower().strip(".") for word in words]
    return not (
        any(word in BUSINESS or word in EVERYBODY or word in THINGS for word in plain)
        or all(len(word) > 1 and word.isupper() for word in words)
    )
