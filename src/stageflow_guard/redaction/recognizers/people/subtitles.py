"""Who speaks below a time of subtitles: `00:03:10.000 --> 00:03:14.500⏎Gwendolyn Pruitt: …`, `<v Aurelio Conti>`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import places
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.people.forms import FULL
from stageflow_guard.redaction.recognizers.people.known import is_known
from stageflow_guard.redaction.recognizers.people.somebody import is_person

_CUE = re.compile(
    rf"-->[ \t]{{0,3}}[0-9][0-9:.,]{{4,12}}[^\n]{{0,80}}\r?\n(?:-[ ]?)?(?:<v(?:\.[\w.]{{1,24}})?[ ](?P<voice>{FULL})>|(?P<name>{FULL}):[ ])"
)
# a second voice on its own line, and further voices in a cue
_VOICE = re.compile(rf"<v(?:\.[\w.]{{1,24}})?[ ](?P<voice>{FULL})>")


def recognize(text: str) -> Iterator[Hit]:
    """Yield who speaks: a voice of two words, else somebody with a given name."""
    for at in places(text, "-->"):
        cue = _CUE.match(text, at)
        if cue is None:
            continue
        group = "voice" if cue["voice"] else "name"
        if is_known(cue[group]) or (group == "voice" and is_person(cue[group])):
            yield Hit(*cue.span(group), "PERSON", 0.42, "name, subtitles", "position")
    for at in places(text, "<v ") if "-->" in text else ():
        voice = _VOICE.match(text, at)
        if voice is not None and (is_known(voice["voice"]) or is_person(voice["voice"])):
            yield Hit(*voice.span("voice"), "PERSON", 0.42, "name, subtitles", "position")
