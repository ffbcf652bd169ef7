"""Where something is sent to, or somebody lives, in seven languages: `Lieferadr.: …`, `Bezorgen op …`, `moro na …`. Pure.

Behind such words a row of pieces is an address, whatever its street is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.addresses.row_of_pieces import Row, read
from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_NOW = r"(?:[ ](?:now|currently|jetzt|nun|derzeit|aktuell|seit [a-zä0-9. ]{3,16}?|désormais|maintenant|actuellement|ahora|actualmente|ora|adesso|attualmente|nu|momenteel|tegenwoordig|agora|atualmente|ab [0-9.]{2,10}))?"
# somebody lives there: a name and a number are enough
_LIVES = re.compile(
    r"(?:(?:i|we|she|he|they|who)[ ](?:now[ ])?(?:live|lives|stay|reside|resides)|living|staying|residing|moved(?: house)?(?:,? (?:now|to))?|(?:i'm|we're|now|i am|we are)(?: now)?|find me|my place is)"
    + _NOW
    + r"[ ](?:at|on|to)(?=[ ])"
    rf"|(?:wohn(?:e|en|t|st|haft)?|gewohnt|gemeldet|zu hause|umgezogen|gezogen|ziehe?n?){_NOW}(?=[ ])|zuletzt(?: wohnhaft)?(?=[ ])"
    rf"|(?:habit(?:e|ons|ait|ent|ez|ant)|demeur(?:e|ons|ant|ait)|résid(?:e|ons|ant)|log(?:e|eons|é|ée)|domiciliée?s?|déménagé?e?s?|installée?s?){_NOW}(?:[ ]chez[ ](?:m(?:a|on|es)|s(?:a|on))[ ]\w{{2,12}},)?(?=[ ])|chez[ ]m(?:a|on|es)[ ]\w{{2,12}},(?=[ ])"
    rf"|(?:vivo|vive|vivimos|viven|resido|reside|residimos|domiciliad[oa]|empadronad[oa]|me mudé|nos mudamos|mudad[oa]){_NOW}[ ](?:en|a)(?=[ ])"
    rf"|(?:abit[oai]|abitiamo|risied[oe]|residente|domiciliat[oa]|trasferit[oaie]){_NOW}[ ](?:in|a|al|alla|presso)(?=[ ])"
    rf"|(?:woont?|wonen|woonachtig|verblijft?|verhuisd|verhuis){_NOW}[ ](?:op|aan|in|naar|bij)?(?=[ ]?)"
    rf"|(?:moro|mora|moramos|resido|reside|vivo|vivemos|mudei(?:-me)?|mudamos(?:-nos)?|residente){_NOW}[ ](?:na|no|em|para(?: a| o)?|à|ao)(?=[ ])"
)
# something goes there: a street, a room or a town's code has to be in it
_SENT = re.compile(
    r"(?:(?:re)?ship(?:ped|ping|s)?|deliver(?:y|ed)?|send(?: (?:it|them|this|that|the (?:parcel|package|keys?|card)))?|mail(?:ed)?(?: it)?|post(?:ed)?(?: it)?|drop(?:ped)?(?: (?:it|them|this|off|him|her|the (?:parcel|package|keys?)))?(?: off)?|collect(?:ion)?|pick(?:ed)? ?up|forward(?: (?:mail|post))?|courier)[ ](?:to|at|from)(?=[ :])|(?:ship(?:ping)?|deliver(?:y)?|bill(?:ing)?|mailing|postal|home|old|new|current|previous|forwarding)?[ ]?addr(?:ess|\.)?(?:[ ]is)?(?=[ :])|(?:old|new)(?=:[ ])"
    r"|(?:liefer|rechnungs|versand|post|wohn|privat|melde|zustell)?(?:adr\.?|adresse|anschrift)(?:[ ](?:ist|lautet|est|postale|de livraison|de facturation|actuelle|personnelle|ab[ ][^:\n]{2,14}))?(?=[ :])|(?:liefer(?:n|ung|t)|schick(?:en|t)?|senden|versand|zustell(?:en|ung)|geliefert|abholung|abholen)(?:[ ](?:bitte|das paket|es|sie))?[ ](?:an|nach|in|bei|zu)(?=[ :])|(?:abholung|lieferung|versand|zustellung|delivery|entrega|despacho|bezorg(?:ing|en)|levering)(?=[ ]?:)"
    r"|(?:livr(?:er|aison|ez)|expédi(?:er|ez|tion)|envoy(?:er|ez)|adress(?:er|ez)|déposer|déposez|réexpédier)(?:[ ](?:le colis|les clés|svp|le|la))?[ ](?:au|à|chez|aux|en|dans)(?=[ :])|(?:l['’])?adresse(?:[ ](?:postale|de livraison|de facturation|actuelle|personnelle))?(?:[ ](?:est|c['’]est))?(?=[ :])|livraison(?=[ ]?:)"
    r"|(?:despach(?:o|ar|en)|entreg(?:a|ar|uen|ue)|envi(?:ar|en|ó|e)|envío|mandar|manden|llevar|reparto|retirar|recoger)(?:[ ](?:el paquete|el pedido|todo|lo))?[ ](?:a|en|al|hacia)(?=[ :])|(?:dirección|domicilio|direccion|dir\.)(?:[ ](?:de (?:entrega|envío|despacho)|postal|particular|nueva))?(?:[ ]es)?(?=[ :])"
    r"|(?:consegn(?:are|a|ate)|sped(?:ire|ite|izione)|recapit(?:are|o)|ritir(?:are|o)|mand(?:are|ate))(?:[ ](?:il pacco|tutto|pure))?[ ](?:in|a|al|alla|presso|nel|da)(?=[ :])|(?:indirizzo|recapito|ind\.)(?:[ ](?:di (?:consegna|spedizione|casa)|postale|nuovo))?(?:[ ](?:è|e['’]))?(?=[ :])|(?:consegna|spedizione)(?=[ ]?:)"
    r"|(?:bezorg(?:en|d|ing)?|lever(?:en|ing)?|aflever(?:en|adres)?|verzend(?:en|adres)?|stuur|sturen|ophalen|gebracht)(?:[ ](?:het pakket|het|ze|dit))?[ ](?:op|aan|bij|naar|in|te)(?=[ :])|(?:bezorg|aflever|verzend|post|woon|factuur|thuis)?adres(?:[ ]is)?(?=[ :])"
    r"|(?:entreg(?:ar|a|uem|ue)|envi(?:ar|em|o|e)|mandar|mandem|remeter|levar|buscar|retirar|cobrança)(?:[ ](?:a encomenda|o pacote|tudo))?[ ](?:em|na|no|para|pra|à|ao|usem a)(?=[ :])|(?:endereço|morada|end\.)(?:[ ](?:de (?:entrega|envio|cobrança|correspondência)|postal|residencial|fiscal))?(?:[ ]é)?(?=[ :])"
)
_HEADS = Heads((
    "i ", "we ", "she ", "he ", "they ", "who ", "living", "staying", "residing", "moved", "i'm", "we're", "now ", "find me", "my place", "wohn", "gewohnt", "gemeldet", "zu hause", "umgezogen", "gezogen", "ziehe", "zuletzt", "habit", "demeur", "résid", "log", "domicili", "déménag", "install", "chez ", "viv", "resid", "empadron", "me mud", "nos mud", "mudad", "abit", "risied", "trasferit", "woon", "wonen", "verbl", "verhuis", "moro", "mora", "mudei", "mudamos",
    "ship", "reship", "deliver", "send", "mail", "post", "drop", "collect", "pick", "forward", "courier", "bill", "home", "old", "new", "current", "previous", "addr", "liefer", "rechnungs", "versand", "privat", "melde", "zustell", "adr", "anschrift", "schick", "senden", "geliefert", "abhol", "livr", "expédi", "envoy", "l'adresse", "dépos", "réexp", "despach", "entreg", "envi", "enví", "mandar", "manden", "llevar", "reparto", "retirar", "recoger", "dirección", "direccion", "dir.", "consegn", "sped", "recapit", "ritir", "mand",
    "indirizzo", "ind.", "bezorg", "lever", "aflever", "verzend", "stuur", "sturen", "ophalen", "gebracht", "thuis", "factuur", "adres", "mandem", "remeter", "levar", "buscar", "cobrança", "endereço", "morada", "end.",
))  # fmt: skip
# between such a word and the address
_GAP = re.compile(r"\.?[ ]?[:=-]?[ ]?\n?[ ]{0,4}")
# a little word is a part of how the street is said
_SAID = re.compile(
    r"(?:au|im|am|in der|in den|auf dem|auf der|an der|an dem|zum|zur|unter den|in|aan de|aan het|op de|op het|na|no|en la|en el|en|alla|al|à|dans la|de)[ ](?=[\w])"
)
_HOUSE = re.compile(r"[0-9]")
# a number that counts, and a day
_NO_HOUSE = re.compile(
    r"(?i)[0-9]{1,2}[ .]{1,2}(?:jan|feb|mär|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec|ene|ago|dic|set|out|gen|mag|giu|lug|ott|fév|févr|avr|déc|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|januar|februar|märz|april|juni|juli|august|september|oktober|november|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|maart|mei|augustus|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|dezembro)(?![^\W\d_])|[0-9]{1,2}:[0-9]{2}|(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|kw)[ ][0-9]|(?:gate|terminal|room|dock|bay|line|linie|ligne|line|bus|tram|page|seite|version|level|phase|sprint|step|week|team|raum|zimmer|saal|halle|stand|gleis|platz|hall|booth|table|tisch|floor|windows|ubuntu|python|node|server|port|vlan|rack)[ ][0-9]{1,4}$"
)


def recognize(text: str) -> Iterator[Hit]:
    """Yield the rows behind such words."""
    if not numbered(text):
        return
    lower = lowered(text)
    reached = 0
    for at in _HEADS.places(lower):
        if at < reached:
            continue
        lives = _LIVES.match(lower, at)
        match = lives or _SENT.match(lower, at)
        if match is None:
            continue
        gap = _GAP.match(text, match.end())
        start = gap.end() if gap is not None else match.end()
        said = _SAID.match(lower, start)
        row = read(text, said.end() if said is not None else start)
        if not _is_address(row, lives=lives is not None, said=said is not None):
            continue
        if not row.known and match[0] in ("old", "new"):
            continue  # `new: Windows 11, Build 22000`
        reached = row.end
        begin = row.start
        if said is not None and begin == said.end() and _of_the_street(text, start, row):
            begin = start
        yield Hit(begin, row.end, "STREET_ADDRESS", 0.45, "delivered to", "label address")


def _of_the_street(text: str, at: int, row: Row) -> bool:
    """Say whether the little word at `at` is a part of what the street is called: `Am Anger 4`, `au 4 de la rue`."""
    return (
        text[at].isupper()
        or (_GERMAN.match(text, at) is not None and _OWN_WORD.search(row.text) is None)
        or _SPOKEN.match(text, at) is not None
    )


_GERMAN = re.compile(r"(?:im|am|zum|zur|auf de[rmn]|an de[rmn]|in de[rmn]|unter den)[ ]")
_OWN_WORD = re.compile(
    r"(?i)(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|ufer|damm|ring)(?![^\W\d_])"
)
_SPOKEN = re.compile(r"au[ ][0-9]{1,4}(?:[ ]?(?:bis|ter))?[ ](?:de|du|des|d['’])(?![^\W\d_])")


def _is_address(row: Row, *, lives: bool, said: bool) -> bool:
    """Say whether a row is one: a number and a name, and what shows a street, a house or a town."""
    if not row.numbers or not row.named or _NO_HOUSE.search(row.text) is not None:
        return False
    house = _HOUSE.search(row.text)
    if house is None or house.start() > _FARTHEST:
        return False
    shown = row.known or (row.town and row.numbers > 1) or (row.rooms and row.numbers > 1)
    return (
        shown
        or (row.rooms and row.town)
        or (lives and said and _ONE.fullmatch(row.text) is not None)
    )


_FARTHEST = 60  # characters before the first number
# `Oberdorf 9a` behind `ich wohne im`
_ONE = re.compile(
    r"[^\W\d_][\w'’.-]{2,30}(?:[ ][^\W\d_][\w'’.-]{1,30}){0,3}[ ](?!(?:19|20)[0-9]{2}(?![0-9]))[0-9]{1,3}[ ]?[a-zA-Z]?"
)
