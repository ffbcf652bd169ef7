"""Numbers of courts, prosecutors and the police by their own form: `44 Js 1728/24`, `C/09/441728 / KG ZA 23-101`. Pure.

Some of these forms nothing else has. Others a cited judgment has, too, which is public: there a word
of one's own case has to be near, and none of a judgment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import lowered, numbered
from stageflow_guard.redaction.recognizers.shapes import holds, numbers_in

_END = r"(?![\w]|[./-][0-9A-Za-z])"
# a case of a federal court, of a Dutch court, of a Belgian and a Dutch prosecutor, of the Dutch police,
# of a Mexican prosecutor, of a court of Québec and of Brazil
_SURE = re.compile(
    rf"(?:[0-9]:[0-9]{{2}}-(?:cv|cr|mj|bk|ap|mc|md)-[0-9]{{4,6}}(?:-[A-Z]{{2,4}}){{0,3}}"
    rf"|C/[0-9]{{2}}/[0-9]{{6}}(?:[ ]?/[ ]?(?:HA|KG|FA|JE|EX)[ ](?:ZA|RK|PL)[ ][0-9]{{2}}-[0-9]{{1,5}})?|(?:HA|KG)[ ](?:ZA|RK)[ ][0-9]{{2}}-[0-9]{{1,5}}"
    rf"|[A-Z]{{2}}\.?[0-9]{{2}}\.[A-Z0-9]{{2}}\.[0-9]{{4,6}}/[0-9]{{2,4}}|PL[0-9]{{4}}-[0-9]{{10}}(?:-[0-9]{{1,2}})?"
    rf"|CI-[A-Z]{{2,6}}/[A-Z0-9-]{{1,8}}/UI-[0-9A-Z ]{{1,5}}[ ][CS]/[A-Z]/[0-9]{{3,6}}/[0-9]{{2}}-[0-9]{{4}}|[0-9]{{3}}-[0-9]{{2}}-[0-9]{{6}}-[0-9]{{3}}|[0-9]{{7}}-[0-9]{{2}}\.(?:19|20)[0-9]{{2}}\.[0-9]\.[0-9]{{2}}\.[0-9]{{4}}){_END}"
)
_SURE_SHAPES = (b"0:00-aa-0000", b"A/00/000000", b"AA AA 00-0", b".00.A", b"00.A0.", b"00.AA.", b"00.00.0000", b"AA0000-0000000000", b"0/AA-0 A/A/0", b"000-00-000000-000", b"0000000-00.0000.0.00.0000")  # fmt: skip
# a German file of a prosecutor or of a criminal court, which is somebody's
_PENAL = r"(?:Js|UJs|Ls|Ds|Cs|Ks|KLs|Ns|Gs|OWi|BRs|VRs|Owi)"
# and one of a civil, family, social or labour court
_CIVIL = (
    r"(?:C|O|S|U|F|UF|WF|T|Ca|Sa|Ta|K|L|M|IK|IN|IZ|AR|VI|XVII|AS|KR|R|P|E|A|KfH|HKO|Ga|BV|II|Cg)"
)
_GERMAN = re.compile(
    rf"(?:[1-9][0-9]{{0,3}}[ ])(?:(?P<penal>{_PENAL})|{_CIVIL})[ ][0-9]{{1,6}}/[0-9]{{2}}(?:[ ]?\([0-9]{{2,3}}\))?{_END}"
)
_OF_ONES_OWN = re.compile(
    r"(?<![^\W_])(?:in der sache|in sachen|in dem rechtsstreit|rechtsstreits?|az\.?|aktenzeichen|geschäfts(?:zeichen|nummer)|verfahren|in meiner sache|ladung|verhandlungstermin|gütetermin|termin|klage|kläger(?:in)?|beklagte[rn]?|mandant\w{0,4}|familiensache|betreuungssache|nachlasssache|strafsache|bußgeldsache|mahnverfahren|vollstreckungssache|insolvenzverfahren|fristverlängerung|akteneinsicht|unser zeichen|ihr zeichen|gericht teilt|scheidung\w{0,8}|sorgerecht\w{0,10})(?![^\W_])"
)
_OF_A_JUDGMENT = re.compile(
    r"(?<![^\W_])(?:urteil|urt\.|beschl(?:\.|uss)|entscheidung|bgh|bverfg|bsg|bag|bfh|olg|njw|rspr|juris|beckrs|vgl\.)(?![^\W_])"
)
_CITED = re.compile(
    r"(?i)(?<![^\W_])(?:lei n|leis n|ley n|legge n|loi n|decreto|art(?:igo|ículo|icolo|ikel)?\.? ?[0-9]|s[uú]mula|jurisprud[eê]ncia|jurisprudencia|giurisprudenza|jurisprudence|ac[oó]rd[aã]o|stj|stf|resp|tema [0-9]|precedente|ecli)"
)
_BACK = 60  # characters


def recognize(text: str) -> Iterator[Hit]:
    """Yield such numbers."""
    if not numbered(text):
        return
    if holds(text, _SURE_SHAPES):
        for start, _ in numbers_in(text):
            for at in range(start, max(-1, start - _LETTERS), -1):
                found = _SURE.match(text, at) if not text[at - 1 : at].isalnum() else None
                if found is not None and text[at - 1 : at] not in _PARTS:
                    if _CITED.search(text, max(0, at - _BACK), at) is not None:
                        break  # beside a law: a judgment that everybody may read
                    yield Hit(*found.span(), "CASE_NUMBER", 0.5, "case, its form", "form case")
                    break
    if "/" not in text:
        return
    lower, reached = lowered(text), 0
    for start, _ in numbers_in(text):
        if (
            start < reached
            or text[start - 1 : start].isalnum()
            or text[start - 1 : start] in _PARTS
        ):
            continue
        found = _GERMAN.match(text, start)
        if found is None:
            continue
        reached = found.end()
        before = lower[max(0, start - _BACK) : start]
        if _OF_A_JUDGMENT.search(before) is not None:
            continue
        if found["penal"] is not None or _OF_ONES_OWN.search(before) is not None:
            yield Hit(*found.span(), "CASE_NUMBER", 0.55, "case, its form", "form case")


_LETTERS = 12  # characters before the first digit, at most
_PARTS = frozenset("./-_@#:")
