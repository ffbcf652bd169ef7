"""Names that a sentence mentions: `my boss Greta`, `spoke with Marlon Tate`, `Hamish speaking,`. Pure.

What else is said decides how much of a name is needed: two words where a firm or a thing may follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL, capitalised, trimmed
from stageflow_guard.redaction.recognizers.people.words import BUSINESS, EVERYBODY
from stageflow_guard.redaction.recognizers.phrases import lowered

# behind these one word is a name
_ONE = (
    r"(?:my|our|his|her|their|your) (?:boss|line manager|manager|colleague|coworker|co-worker|friend|best friend|neighbou?r|roommate|flatmate|housemate|landlord|landlady|fianc[ée]e?|girlfriend|boyfriend|teammate|supervisor|nanny)"
    r"|(?:identified|introduced|described) (?:himself|herself|themselves|themself|myself) (?:only )?as"
    r"|(?:he|she|who) goes by(?: the name(?: of)?)?|born as|n[ée]e|geborene|geb\."
    r"|(?:table|booking|booked|reservation|reserved) (?:[a-z0-9]{1,6} ){0,4}under"
    r"|(?:mein|unser|sein|ihr)e?n? (?:chef|chefin|kollege|kollegin|kollegen|nachbar|nachbarin|freund|freundin|vermieter|vermieterin)"
    r"|(?:mon|ma|notre|son|sa) (?:patron|patronne|chef|cheffe|collègue|voisin|voisine|copain|copine|amie?|propriétaire)"
    r"|(?:mi|nuestro|nuestra|su) (?:jefe|jefa|compañero|compañera|vecino|vecina|amigo|amiga|novio|novia|casero|casera)"
    r"|(?:il mio|la mia|il nostro|la nostra) (?:capo|collega|vicino|vicina|amico|amica|fidanzato|fidanzata)"
    r"|(?:mijn|onze|zijn|haar) (?:baas|collega|buurman|buurvrouw|vriend|vriendin|huisbaas)"
    r"|(?:o meu|a minha|meu|minha) (?:chefe|colega|vizinho|vizinha|amigo|amiga|namorado|namorada|senhorio)"
)
# behind these two are
_TWO = (
    r"(?:spoke|speaking|speak|talked|talking|chatted|met) (?:with|to)|under the name(?: of)?|booking for|reservation for|c/o|the deceased,|(?:my|our|his|her|their|your) (?:team lead|assistant|tutor|teacher|coach|client|tenant)|(?:our|your|my) new (?:hire|joiner|starter|colleague|neighbou?r|teammate),?"
    r"|please welcome|(?:helped|served|assisted|seen|treated|advised|interviewed) by|message for|voicemail of|through to|on behalf of|for the attention of|fao|me atendió|mi ha risposto|j'ai eu|t\.a\.v\.|z\. ?hd\.|handed (?:over )?to|escalated to|forwarded to|assigned to|gesprochen mit|gesprochen habe ich mit|parlé (?:à|avec)|hablé con|hablado con|parlato con|gesproken met|falei com"
)
_BEHIND = re.compile(
    rf"(?:(?P<one>(?i:{_ONE}))|(?i:{_TWO}))[ ](?:(?:a|an|the|is|was|called|named|ist|est|es|,)[ ])?(?=[^\W\d_a-zß-ÿ])"
)
_HEADS = Heads((
    "my ", "our ", "his ", "her ", "their ", "your ", "identified ", "introduced ", "described ", "under the name", "he goes", "she goes", "who goes", "born as", "née ", "nee ", "geborene ", "geb.", "table ", "booking ", "booked ", "reservation ", "reserved ",
    "mein", "unser", "sein", "ihr", "mon ", "ma ", "notre ", "son ", "sa ", "mi ", "nuestr", "su ", "il mio", "la mia", "il nostro", "la nostra", "mijn ", "onze ", "zijn ", "haar ", "o meu", "a minha", "meu ", "minha ",
    "spoke ", "speak", "talk", "chatted ", "met ", "c/o ", "the deceased", "please welcome", "helped ", "served ", "assisted ", "seen by", "treated ", "advised ", "interviewed ", "message for", "voicemail of", "through to", "on behalf", "for the attention", "fao ", "me atendi", "mi ha risposto", "j'ai eu", "t.a.v.", "z.hd", "z. hd", "handed ", "escalated ", "forwarded ", "assigned ", "gesprochen ", "parlé ", "hablé ", "hablado ", "parlato ", "gesproken ", "falei ",
))  # fmt: skip
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
_NOT_SPEAKING = frozenset(["english", "french", "german", "spanish", "italian", "dutch", "portuguese", "polish", "swedish", "turkish", "arabic", "chinese", "mandarin", "japanese", "korean", "russian", "hindi", "greek", "hebrew", "danish", "norwegian", "finnish", "native", "public", "plain", "nobody", "anybody", "everybody", "someone", "anyone", "everyone"])  # fmt: skip
_ADVERB = re.compile(r"(?i)^(?!sally|molly|emily|kelly|holly|polly|beverly|billy|lily|kimberly)\w+ly$")  # fmt: skip


def recognize(text: str) -> Iterator[Hit]:
    """Yield who is spoken of, and who says that it is he or she who speaks."""
    lower = lowered(text)
    for at in _HEADS.places(lower):
        frame = _BEHIND.match(text, at)
        name = capitalised(text, frame.end()) if frame is not None else None
        if frame is None or name is None:
            continue
        words = text[slice(*name)].split(" ")
        if (frame["one"] is None and len(words) < _TWO_WORDS) or not _is_somebody(words):
            continue
        yield Hit(*name, "PERSON", 0.42, "name, mentioned", "label said")
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


_TWO_WORDS = 2
# words of titles and headings, that stand in capitals, too
_THINGS = frozenset(["step", "section", "chapter", "part", "figure", "table", "appendix", "page", "line", "row", "item", "level", "tier", "phase", "stage", "version", "module", "unit", "lesson", "exercise", "question", "answer", "note", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "resources", "nations", "states", "kingdom", "empire", "age", "era", "century", "park", "camp", "school", "college", "sale", "season", "holiday", "terminal", "portal", "dashboard", "desk", "queue", "board", "council", "court", "parliament", "congress", "senate", "house", "hall", "hotel", "station", "airport", "street", "road", "avenue", "square", "terrace", "garden", "gardens", "windows", "linux", "google", "apple", "amazon", "alexa", "siri", "copilot", "claude", "python", "java", "excel", "outlook", "slack", "teams", "zoom", "application", "agreement", "training", "certificate", "token", "secret", "account", "contract", "engineer", "engineering", "manager", "girlfriend", "boyfriend", "friend", "nurse", "doctor"])  # fmt: skip


def _is_somebody(words: list[str]) -> bool:
    """Say whether none of the words is of business, and not all of them are capitals."""
    plain = [word.lower().strip(".") for word in words]
    return not (
        any(word in BUSINESS or word in EVERYBODY or word in _THINGS for word in plain)
        or all(len(word) > 1 and word.isupper() for word in words)
    )
