"""What looks like something else: letters, dashes, dots, quotes. Data, after Unicode TR 39."""

from __future__ import annotations

_CYRILLIC = dict(
    zip("аеорсухіјѕԁһԛԝѵґкмтнвгпԍ", "aeopcyxijsdhqwvrkmthbrng", strict=True)
)  # lower case that a reader takes for Latin
_CYRILLIC_UPPER = dict(zip("АВЕКМНОРСТУХІЈЅԀԚԜѴ", "ABEKMHOPCTYXIJSDQWV", strict=True))
_GREEK = dict(zip("αεορτυνικχγ", "aeoptuvikxy", strict=True))
_GREEK_UPPER = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True))
_OTHER = {
    "ı": "i", "ȷ": "j", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ƅ": "b", "ⅼ": "l", "ո": "n", "օ": "o",
    "ս": "u", "հ": "h", "ց": "g", "զ": "q", "ꜱ": "s", "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d",
    "ᴇ": "e", "ɢ": "g", "ʜ": "h", "ɪ": "i", "ᴊ": "j", "ᴋ": "k", "ʟ": "l", "ᴍ": "m", "ɴ": "n",
    "ᴏ": "o", "ᴘ": "p", "ʀ": "r", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ᴢ": "z",
    "Ɩ": "l", "Ꭺ": "A", "Ꭼ": "E", "Ꮪ": "S", "Ꮯ": "C", "Ꮇ": "M", "Ꮋ": "H", "Ꭲ": "T", "Ꮲ": "P",
    "০": "0", "౦": "0", "൦": "0", "๐": "0", "〇": "0", "Ο": "O", "ⵔ": "O", "ߋ": "0",
}  # fmt: skip
LETTERS: dict[str, str] = {**_CYRILLIC, **_CYRILLIC_UPPER, **_GREEK, **_GREEK_UPPER, **_OTHER}

MARKS: dict[str, str] = {
    **dict.fromkeys("‐‑‒–—―−﹘﹣－⁃˗➖⸺⸻ー一ᐨ᠆⎯⏤─━", "-"),
    **dict.fromkeys("ꓸ․。．｡﹒·•∙⋅‧・･●▪◦⸱۔٠"[:-1], "."),
    **dict.fromkeys("＠﹫", "@"),
    **dict.fromkeys("⁄∕╱⧸／", "/"),
    **dict.fromkeys("＿﹍﹎﹏", "_"),
    **dict.fromkeys("‘’‚‛＇ʼ′", "'"),
    **dict.fromkeys("“”„‟＂″", '"'),
    **dict.fromkeys("：﹕∶꞉ː", ":"),
    **dict.fromkeys("＋﬩⁺➕", "+"),
    **dict.fromkeys("⟦⟧", " "),
    **dict.fromkeys("㆐ᅟᅠㅤﾠ⠀", ""),
}
del MARKS["一"], MARKS["ー"]  # a number and a letter of their own languages
