"""Groups of disguises that the rules were not written for, each group counted alone.

A rule has to hold by principle: when one group is left out of the others' reasons, it still holds.
"""

from __future__ import annotations

import base64
from collections import defaultdict

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.text.look_alikes import look_alikes
from stageflow_guard.redaction.text.view import deobfuscated

REDACTOR = Redactor()
VALUES = {
    "US_SSN": ["536-90-4399", "219-09-9417"], "CREDIT_CARD": ["4111 1111 1111 1111", "5555-5555-5555-4444"], "PHONE_NUMBER": ["(312) 555-0187", "415-555-0132"],
    "EMAIL_ADDRESS": ["ada.lovelace@example.com", "m_okafor@dovecote.org"], "IBAN_CODE": ["DE89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32"], "IP_ADDRESS": ["203.0.113.42", "198.51.100.17"],
}  # fmt: skip
LABELS = {
    "US_SSN": "Please update my social security number, SSN: {} on file.", "CREDIT_CARD": "Please charge my credit card number {} today.", "PHONE_NUMBER": "You can call my phone at {} anytime.",
    "EMAIL_ADDRESS": "You can email me at {} anytime.", "IBAN_CODE": "Send it to my IBAN {} please.", "IP_ADDRESS": "The server ip address {} was blocked.",
}  # fmt: skip
SPELLED = dict(
    zip(
        "0123456789",
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        strict=True,
    )
)
NAMES = {
    "g": "glue",
    "m": "markup",
    "e": "emoji",
    "s": "separators",
    "x": "a sign after each",
    "u": "unicode",
    "c": "encodings",
    "w": "words",
    "l": "lines",
}
# what a reader of a number could not undo either
ONLY = {"w spelled": ("US_SSN", "CREDIT_CARD", "PHONE_NUMBER", "IP_ADDRESS"), "w half spelled": ("US_SSN", "PHONE_NUMBER"), "w leet": ("US_SSN", "PHONE_NUMBER", "IBAN_CODE"),
        "w at dot": ("EMAIL_ADDRESS", "IP_ADDRESS"), "w at dot2": ("EMAIL_ADDRESS", "IP_ADDRESS"), "u cyr": ("EMAIL_ADDRESS",)}  # fmt: skip


def mid(s, x):
    return s[: len(s) // 2] + x + s[len(s) // 2 :]


def every(s, x):
    return x.join(s)


def seps(s, x):
    return "".join(x if c in " -." else c for c in s)


DISGUISES = {
 # glue & markup
 "g underscores both": lambda s:f"_{s}_", "g id_x": lambda s:f"id_{s}_x", "g letters": lambda s:f"xx{s}yy", "g quotes":lambda s:f"'{s}'", "g brackets":lambda s:f"[[{s}]]", "g hash":lambda s:f"#{s}#","g eq":lambda s:f"v={s};",
 "m bold": lambda s:f"**{s}**", "m b mid": lambda s:mid(s,"<b>")+"</b>", "m span": lambda s: s[:4]+"<span>"+s[4:]+"</span>", "m comment":lambda s:mid(s,"<!-- x -->"),"m wbr":lambda s:mid(s,"<wbr>"),"m code":lambda s:mid(s,"`"), "m star mid":lambda s:mid(s,"**"),"m b each":lambda s:''.join(f"<b>{c}</b>" for c in s), "m link":lambda s:f"[{s}](http://x.example/)","m br":lambda s:mid(s,"<br/>"),"m tilde":lambda s:mid(s,"~~"),
 # emoji
 "e sep": lambda s:seps(s,"🔥"), "e mid": lambda s:mid(s,"😀"), "e each":lambda s:every(s,"🔥"),"e two":lambda s:mid(s,"🔥🔥"),"e heart":lambda s:seps(s,"❤️"),
 # separators
 "s slash": lambda s:seps(s,"/"),"s pipe":lambda s:seps(s,"|"),"s under":lambda s:seps(s,"_"),"s colon":lambda s:seps(s,":"),"s comma":lambda s:seps(s,","),"s bullet":lambda s:seps(s,"•"),"s tilde":lambda s:seps(s,"~"),"s dbl space":lambda s:seps(s,"  "),"s spaced dash":lambda s:seps(s," - "),"s plus":lambda s:seps(s,"+"),"s star":lambda s:seps(s,"*"),"s nbsp":lambda s:seps(s,"\u00a0"),"s thin":lambda s:seps(s,"\u2009"),"s endash":lambda s:seps(s,"–"),"s tab":lambda s:seps(s,"\t"),"s backslash":lambda s:seps(s,"\\"),"s equals":lambda s:seps(s,"="),"s semicolon":lambda s:seps(s,";"),
 "x slash each":lambda s:every(s,"/"),"x dot each":lambda s:every(s,"."),"x dash each":lambda s:every(s,"-"),"x pipe each":lambda s:every(s,"|"),"x space each":lambda s:every(s," "),"x comma each":lambda s:every(s,","),"x under each":lambda s:every(s,"_"),"x newline each":lambda s:every(s,"\n"),
 # unicode
 "u fullwidth":lambda s:''.join(chr(ord(c)+0xfee0) if '!'<=c<='~' else c for c in s),"u bold":lambda s:''.join(chr(0x1d7ce+int(c)) if c.isdigit() else c for c in s),"u circled":lambda s:''.join("⓪①②③④⑤⑥⑦⑧⑨"[int(c)] if c.isdigit() else c for c in s),"u arabic":lambda s:''.join("٠١٢٣٤٥٦٧٨٩"[int(c)] if c.isdigit() else c for c in s),"u devanagari":lambda s:''.join("०१२३४५६७८९"[int(c)] if c.isdigit() else c for c in s),"u super":lambda s:''.join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(c)] if c.isdigit() else c for c in s),"u combining":lambda s:''.join(c+"\u0301" for c in s),"u bidi":lambda s:"\u202e"+s+"\u202c","u zwj each":lambda s:every(s,"\u200d"),"u wj":lambda s:mid(s,"\u2060"),"u tag":lambda s:mid(s,"\U000e0041"),"u vs":lambda s:mid(s,"\ufe0f"),"u cyr":lambda s:s.replace('a','а').replace('e','е').replace('o','о'),
 # encodings
 "c b64":lambda s:base64.b64encode(s.encode()).decode(),"c hex":lambda s:s.encode().hex(),"c pct":lambda s:''.join(f"%{ord(c):02X}" for c in s),"c ent":lambda s:''.join(f"&#{ord(c)};" for c in s),"c entx":lambda s:''.join(f"&#x{ord(c):x};" for c in s),"c uesc":lambda s:''.join(f"\\u{ord(c):04x}" for c in s),"c xesc":lambda s:''.join(f"\\x{ord(c):02x}" for c in s),"c b32":lambda s:base64.b32encode(s.encode()).decode(),"c qp":lambda s:''.join(f"={ord(c):02X}" for c in s),"c b64url nopad":lambda s:base64.urlsafe_b64encode(s.encode()).decode().rstrip('='),"c bin":lambda s:' '.join(f"{ord(c):08b}" for c in s),"c hexsp":lambda s:s.encode().hex(' '),"c oct":lambda s:''.join(f"\\{ord(c):03o}" for c in s),
 # words
 "w spelled":lambda s:' '.join(SPELLED.get(c,{'-':'dash','.':'dot',' ':'','(':'',')':'','@':'at'}.get(c,c)) for c in s).replace('  ',' '),
 "w half spelled":lambda s:''.join((f" {SPELLED[c]} " if c.isdigit() and i%2 else c) for i,c in enumerate(s)),
 "w leet":lambda s:s.replace('0','O').replace('1','l'),"w concat":lambda s:f'"{s[:5]}" + "{s[5:]}"',"w at dot":lambda s:s.replace('@',' (at) ').replace('.',' (dot) '),"w at dot2":lambda s:s.replace('@','[at]').replace('.','[dot]'),
 # line
 "l newline mid":lambda s:mid(s,"\n"),"l crlf mid":lambda s:mid(s,"\r\n"),"l backslash newline":lambda s:mid(s,"\\\n"),"l qp soft":lambda s:mid(s,"=\n"),"l quote prefix":lambda s:mid(s,"\n> "),
}  # fmt: skip


def rates():
    """Return, per disguise, the share of values of which nothing is left."""
    out = defaultdict(list)
    for name, disguise in DISGUISES.items():
        for entity, values in VALUES.items():
            if entity not in ONLY.get(name, VALUES) or (
                name[0] == "s" and entity in ("EMAIL_ADDRESS", "IP_ADDRESS")
            ):
                continue
            for value in values:
                shown = disguise(value)
                text = LABELS[entity].format(shown)
                at = text.index(shown)
                covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
                letters = entity in ("EMAIL_ADDRESS", "IBAN_CODE") and name[0] not in "mg"
                inside = [
                    i
                    for i in range(at, at + len(shown))
                    if (name[0] == "c" and text[i] not in "= ")
                    or text[i].isdigit()
                    or (letters and text[i].isalpha())
                ]
                out[name].append((all(i in covered for i in inside), entity, shown))
    return out


RATES = rates()


@pytest.mark.parametrize("group", NAMES)
def test_a_group_of_disguises_hides_little(group):
    """Each group alone: at least 0.9 of its values are covered whole."""
    cells = [cell for name, found in RATES.items() if name[0] == group for cell in found]
    left = [(entity, shown) for covered, entity, shown in cells if not covered]
    assert len(left) <= 0.1 * len(cells), left


def test_disguises_hide_little_on_the_mean():
    """All groups weigh the same."""
    by_group = defaultdict(list)
    for name, found in RATES.items():
        by_group[name[0]].append(sum(covered for covered, *_ in found) / len(found))
    mean = sum(sum(v) / len(v) for v in by_group.values()) / len(by_group)
    assert mean >= 0.95


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Content-Transfer-Encoding: quoted-printable\n\ncard 4111=201111=201111=201111 ok", "1111"), ("SSN \x1b[31m536-90\x1b[0m-4399", "4399"), ("SSN 0x35 0x33 0x36 0x2d 0x39 0x30 0x2d 0x34 0x33 0x39 0x39", "0x39"),
        ("SSN 003500330036002d00390030002d0034003300390039", "0039"), ("SSN 53 51 54 45 57 48 45 52 51 57 57 ok", "51 57"), ("SSN &#53&#51&#54&#45&#57&#48&#45&#52&#51&#57&#57", "&#57"),
        ("write to kim punto larch arroba stonemill punto org", "stonemill"), ("mail an kim punkt larch ät stonemill punkt de bitte", "stonemill"), ("mail kim<dot>larch<at>stonemill<dot>org", "stonemill"),
        ("the card 4111 1111\n// 1111 1111 is here", "1111"), ("SSN 536'90'4399", "4399"), ("SSN 5\t3\t6\t9\t0\t4\t3\t9\t9", "4\t3"), ("IBAN U+0044 U+0045 U+0038 U+0039 U+0033 U+0037 U+0030 U+0034 U+0030 U+0030 U+0034 U+0034 U+0030 U+0035 U+0033 U+0032 U+0030 U+0031 U+0033 U+0030 U+0030 U+0030 now", "U+0033"),
    ],
)  # fmt: skip
def test_a_disguise_of_a_later_group_is_undone(text, left):
    """Groups that were written when the rules stood: codes, colours, comments, other languages' signs."""
    assert left not in REDACTOR.redact(text).value


@pytest.mark.parametrize("number", ["3128568890", "536904399"])
def test_a_number_in_words_is_whole_wherever_it_stands(number):
    """Two number words some hundred characters before it cut nothing off its end."""
    words = " ".join(SPELLED[digit] for digit in number)
    label = "my phone is" if len(number) == 10 else "my SSN is"
    for far in range(240, 420, 7):
        text = f"one of the two of us said {'so ' * (far // 3)}{label} {words} ok"
        assert REDACTOR.redact(text).value.count(words.split()[-1]) == 0, far


PROSE = "The committee met again, and nobody had read the minutes of the last meeting. " * 40


@pytest.mark.parametrize(
    ("written", "entity"),
    [
        ("SSN S36-9O-4399", "US_SSN"), ("card 4lll 1111 1111 llll", "CREDIT_CARD"), ("tel （４１５）５５５-０１３２", "PHONE_NUMBER"),
        ("ｔｅｌ 020 7946 0958", "PHONE_NUMBER"), ("“IBAN” – DE89 3704 0044 0532 0130 00", "IBAN_CODE"), ("SSN – 536904399", "US_SSN"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", [("", ""), (PROSE, ""), ("", PROSE), (PROSE, PROSE)])
def test_a_disguise_in_a_long_text_is_read_as_it_is_alone(written, entity, around):
    """Where a text is read a second time only around what changed, nothing of that is lost."""
    before, after = around
    alone = [(s.start, s.end, s.entity) for s in REDACTOR.find(f" {written} ")]
    assert entity in {kind for _, _, kind in alone}
    low = len(before)
    found = [
        (s.start - low, s.end - low, s.entity) for s in REDACTOR.find(f"{before} {written} {after}")
    ]
    assert found == alone


@pytest.mark.parametrize(
    "text", ["NPI 1245319599 is theirs", "the NHS 14 wards", "DOS 01/09/2024", "Moss 1/9/2012"]
)
def test_a_word_before_a_number_is_none_of_its_digits(text):
    """`NPI` ends in a letter like a one: it is read as written."""
    assert deobfuscated(text, (look_alikes,)).text == text
