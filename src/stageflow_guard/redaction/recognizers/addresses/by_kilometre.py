"""Places at a kilometre of a road: `Finca La Loma, km 9,5 vía a Sasaima`, `Martin Luther Kingweg km 22, Lelydorp`. Pure.

Where no street has numbers, a road's kilometre tells a house. A name stands before it, or the road does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import Heads
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered

_CAP = r"[^\W\d_a-zß-ÿ][\w'’.-]{1,24}"
_NAMES = rf"{_CAP}(?:[ ](?:(?:de|del|della|di|du|da|do|dos|das|la|las|los|el|le|les|van|der|den|y|e)[ ]){{0,2}}{_CAP}){{0,4}}"
# farms, houses, and roads that are numbered
_PLACE = r"(?i:finca|quinta|rancho|hacienda|estancia|granja|parcela|chacra|fundo|vereda|casa|villa|lote|predio|cortijo|barrio|sector|caserío|motel|restaurante|herdade|monte|fazenda|sítio|chácara|casal|residencial|condominio|condomínio|urbanización|conjunto|cascina|podere|masseria|agriturismo|località|loc\.|villa|ferme|domaine|lieu-dit|village|quartier|hoeve|boerderij|plantage|farm|plot|homestead|hof|gut|gasthof)"
_ROAD = r"(?i:(?:estrada|carretera|route|strada|ruta|rodovia)[ ](?:nacional|nationale|nazionale|statale|provinciale|municipal|regional|départementale)|carretera|ctra\.?|autopista|autovía|ruta|vía|via|camino|panamericana|rodovia|rod\.?|estrada|en|e\.n\.|n|ic|ip|br|sp|mg|pr|rj|rs|sc|ba|ss|s\.s\.|sp|s\.p\.|statale|provinciale|strada(?:[ ]statale|[ ]provinciale)?|route(?:[ ]nationale)?|rte|rn|nationale|n|weg|road|rd|hwy|highway|bundesstra(?:ß|ss)e|b)"
_KM = r"(?i:km\.?|kil[óo]m[eè]tr[eo]s?|kilometer|kilômetro|chilometro|pk)[ ]?(?:n[º°o.]{1,2}[ ]?)?[0-9]{1,4}(?:[.,][0-9]{1,3})?(?![\w%/]|[.,:][0-9])"
_TO = rf"(?:[ ](?:(?:de|da|do|della|del|en|na|no|sur|on|in|auf)[ ](?:la|el)?[ ]?)?(?:vía|via|carretera|ctra\.?|autopista|camino|ruta|rodovia|estrada|strada|route|road|weg)(?:[ ](?:a|al|hacia|de|da|do|para|per|vers|naar|to|towards)(?:[ ](?:la|el|los|las|le|les))?)?(?:[ ]{_CAP})(?:[ ](?:(?:de|del|la|el|da|do)[ ]){{0,2}}{_CAP}){{0,3}}(?:-{_CAP})?)?"
_BEHIND = rf"(?:,[ ](?:[0-9]{{4,5}}(?:-[0-9]{{3}})?[ ])?{_CAP}(?:[ ](?:(?:de|del|la|el|da|do|di)[ ]){{0,2}}{_CAP}){{0,2}}(?=[,.;)\n]|$|[ ][a-zß-ÿ0-9(]))?"
# from the name on; the kilometre is at most one piece behind
_FORM = re.compile(
    rf"(?:{_PLACE}[ ]{_NAMES}(?:,[ ]{_NAMES})?,?[ ](?:{_ROAD}[ -]?[A-Z0-9][\w-]{{0,7}}[ ,]{{1,2}}|(?:{_ROAD}(?:[ ](?:a|de|da|do|al|to|vers|naar|per))?[ ]{_NAMES},?[ ]))?(?:(?:al?|ao|no|en|el|au|bij|at|am|,)[ ]){{0,2}}"
    rf"|(?:{_ROAD}[ -]?(?:[A-Z]{{0,3}}[ -]?[0-9]{{1,4}}|(?:(?:a|de|da|do|del|al|di|per|vers|de[ ]la)[ ])?{_NAMES}(?:-{_CAP})?)|{_NAMES}(?<=weg|oad| Rd|ata|tra)),?[ ](?:(?:al?|ao|no|en|el|au|bij|at|am)[ ]){{0,2}})"
    rf"{_KM}{_TO}{_BEHIND}"
)
# the kilometre first, then the road, then the house
_FIRST = re.compile(
    rf"{_KM}[ ](?:(?:de|da|do|della|del|sur|on|off)[ ])?(?:(?:la|el|the|l['’])[ ]?)?{_ROAD}[ ](?:(?:a|al|hacia|de|da|do|para|per|vers|to|towards)[ ])?(?:(?:la|el|los|las|le|les)[ ])?{_CAP}(?:[ -]{_CAP}){{0,2}},[ ]{_PLACE}[ ](?:{_NAMES}|[0-9]{{1,4}}[A-Z]?)(?:,?[ ](?i:casa|lote|n[º°o.]{{1,2}}|no\.?|parcela|apto)\.?[ ][0-9]{{1,4}}[A-Z]?)?"
)
_HEADS = Heads(("km ", "km.", "km1", "km2", "km3", "km4", "km5", "km6", "km7", "km8", "km9", "kilóm", "kilom", "kilôm", "chilom", "kilomè", "pk "))  # fmt: skip
_AHEAD = 90  # characters before the kilometre
_STARTS = re.compile(r"(?<![\w'’.-])[^\W\d_]")
# a race, a rally, a broken car
_NO_HOUSE = re.compile(
    r"(?<![^\W_])(?:etapa|tappa|étape|etappe|stage|race|corsa|carrera|marathon|maratón|maratona|rally|limit|velocidad|vitesse|obras|lavori|bouchon|stau|file|coda|accidente|incidente|accident|unfall|ongeval|acidente|tráfico|traffic|trafic|trânsito|retenciones|corte|cortada|chiusa|fermée|gesperrt|atasco)(?![^\W_])"
)


def recognize(text: str) -> Iterator[Hit]:
    """Yield such places."""
    if not numbered(text):
        return
    lower = lowered(text)
    reached = 0
    for at in _HEADS.places(lower):
        first = _FIRST.match(text, at)
        if first is not None and _NO_HOUSE.search(lower, max(0, at - _AHEAD), at) is None:
            yield Hit(*first.span(), "STREET_ADDRESS", 0.45, "by its kilometre", "position")
            reached = first.end()
            continue
        low = max(reached, at - _AHEAD, text.rfind("\n", 0, at) + 1)
        for start in _STARTS.finditer(text, low, at):
            place = _FORM.match(text, start.start())
            if place is None or place.end() <= at:
                continue
            if _NO_HOUSE.search(lower, max(0, place.start() - _AHEAD), place.end() + 40) is None:
                yield Hit(*place.span(), "STREET_ADDRESS", 0.45, "by its kilometre", "position")
            reached = place.end()
            break
