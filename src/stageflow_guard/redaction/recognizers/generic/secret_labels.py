"""What a password and a code are called, what opens with one, and how a sentence tells it, in seven languages. Data."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.anchors import any_of

# of what people choose; `clave` and `contra` are these in Spanish
PASSWORDS = (
    "password", "passwd", "passcode", "passphrase", "pass phrase", "pwd", "pw", "pass", "login-passwort", "passwort", "passwörter", "kennwort", "zugangspasswort", "mot de passe", "mots de passe", "mdp", "contraseña", "contrasena", "contraseñas", "la contra", "mi contra", "clave", "claves",
    "senha", "senhas", "palavra-passe", "palavra passe", "palavras-passe", "parola chiave", "parola d'ordine", "parola d’ordine", "parola", "wachtwoord", "wachtwoorden", "toegangswoord", "pasword", "ww", "كلمة المرور", "كلمة مرور", "كلمة السر", "الرقم السري",
)  # fmt: skip
# a word that is agreed on: who says it is let in, or gets the child
CODE_WORDS = (
    "code word", "codeword", "safe word", "safeword", "watchword", "codewort", "kodewort", "kennwort", "losungswort", "losung", "stichwort", "mot de passe convenu", "mot convenu", "mot de passe", "mot codé", "mot-clé convenu", "palabra clave", "palabra secreta", "palabra de seguridad", "santo y seña", "contraseña",
    "parola d'ordine", "parola d’ordine", "parola chiave", "parola segreta", "parola in codice", "codewoord", "wachtwoord", "geheim woord", "afgesproken woord", "palavra-passe", "palavra passe", "palavra-chave", "palavra combinada", "palavra secreta", "senha combinada",
)  # fmt: skip
# of digits, and of nothing else
PINS = (
    "pin", "pins", "pin-nummer", "pinnummer", "pin code", "pin-code", "pincode", "pin number", "código pin", "codice pin", "code pin", "geheimzahl", "geheimnummer", "karten-pin", "nip", "pinnetje", "pincodes", "puk", "code secret", "code confidentiel", "codice segreto", "código secreto", "geheime code", "geheimcode",
    "combination", "kombination", "zahlenkombination", "combinaison", "combinación", "combinazione", "combinação", "combinatie", "cijfercombinatie", "digicode", "passcode", "keycode", "door code", "gate code", "alarm code", "entry code", "safe code", "access code", "locker code", "garage code", "unlock code", "keypad code", "lock code", "lockbox code", "door codes",
    "code d'accès", "code d’accès", "código de acceso", "código de acesso", "codice di accesso", "codice d'accesso", "codice d’accesso", "clave de acceso", "código de desbloqueo", "code de déverrouillage", "codice di sblocco", "código de desbloqueio", "entsperrcode", "ontgrendelcode", "zugangscode", "toegangscode",
)  # fmt: skip
# of much else, too: what it opens has to be told
CODES = ("code", "codes", "código", "codigo", "códigos", "codice", "codici", "zahlencode", "cijfercode", "kode", "cod.", "cód.")  # fmt: skip
# what opens with digits; in one word with what stands before it in German and Dutch
OPENED = (
    r"doors?|front door|back door|gates?|garages?|shed|safe|padlock|lock|bike lock|locker|lock ?box|key ?box|key ?safe|keypad|alarm(?: panel| system)?|lift|elevator|building|entrance|cellar|storage(?: unit)?|barrier|cabin|cottage|gym|vault|suitcase|studio|warehouse|printer|copier|phone|tablet|sim|till"
    r"|portes?|portail|portillon|immeuble|boîte à clés?|boite à clés?|boîte aux lettres|coffre(?:-fort)?|cave|local|cadenas|antivol|entrée|hall|parking|vélos?|barrière|casier|vestiaire|valise|abri|cabanon|gîte|imprimante|photocopieuse|téléphone|caisse|carte"
    r"|puertas?|portal|caja fuerte|caja de llaves|cajetín|garaje|cochera|trastero|candado|alarma|verja|cancela|barrera|taquilla|edificio|oficina|cofre|maleta|almacén|nave|ascensor|impresora|fotocopiadora|centralita|móvil|tarjeta"
    r"|port[ae]|portone|portoncino|cancello|cancelletto|cassaforte|cassetta(?: delle chiavi)?|cantina|lucchetto|allarme|armadietto|ufficio|sbarra|palazzo|condominio|valigia|magazzino|ascensore|stampante|fotocopiatrice|telefono|bancomat|carta"
    r"|\w{0,12}(?:deur|poort|hek|kluis|kluisje|slot|schuur|berging|alarm|sleutelkastje|stalling|slagboom|koffer|kelder|ingang|hal|lift|locker|loods|fietsenhok|kantoor|printer|kopieerapparaat|telefoon|pas)"
    r"|portas|portão|portões|garagem|cadeado|alarme|prédio|cancela|armário|cacifo|arrecadação|caixa(?: de chaves| forte)?|cofre|mala|armazém|elevador|catraca|escritório|impressora|telemóvel|celular|cartão"
    r"|\w{0,14}(?:tür|türe|tor|tore|garage|keller|tresor|safe|schloss|schuppen|schließfach|spind|schrank|kasten|anlage|eingang|büro|schranke|aufzug|lift|koffer|raum|haus|hof|lager|drucker|kopierer|handy|karte)"
)
# a sentence says what it is; or a sign does
_VERBS = (
    "has become", "have become", "has changed to", "changed to", "ist geworden", "est devenu", "est devenue", "est passé à", "est passée à", "ha pasado a ser", "pasó a ser", "pasa a ser", "se ha quedado en", "è diventato", "è diventata", "è passato a", "is geworden", "is nu", "virou", "tornou-se", "se ha convertido en",
    "c'est", "c’est", "'s", "’s", "is", "was", "are", "were", "remains", "stays", "reads", "becomes", "became", "will be", "should be", "has been", "ist", "war", "lautet", "lautete", "bleibt", "wird", "wäre", "heißt", "heisst", "steht auf", "steht",
    "est", "était", "reste", "demeure", "devient", "sera", "es", "era", "sigue siendo", "sigue", "continúa siendo", "queda", "quedó", "quedó en", "ha quedado en", "será", "è", "e'", "e’", "resta", "rimane", "diventa", "sarà", "continua a essere", "continua ad essere", "si chiama", "s'appelle", "se llama", "chama-se",
    "blijft", "wordt", "luidt", "staat op", "staat", "heet", "é", "eh", "foi", "ficou", "fica", "continua a ser", "continua sendo", "continua", "segue sendo", "segue", "passa a ser", "passou a ser", "são", "sind", "zijn", "sono", "son", "sont",
)  # fmt: skip
_ADVERBS = (
    "still", "now", "just", "always", "again", "currently", "simply", "today", "also", "heute", "hoy", "oggi", "vandaag", "hoje", "aujourd'hui", "aujourd’hui", "immer noch", "noch immer", "noch", "jetzt", "nun", "immer", "weiterhin", "nach wie vor", "aktuell", "derzeit", "einfach", "ab sofort", "ab heute", "seit heute", "übrigens", "auch", "toujours", "encore", "maintenant", "désormais", "dorénavant", "actuellement", "aussi",
    "these days", "nowadays", "lately", "neuerdings", "inzwischen", "mittlerweile", "neulich", "zurzeit", "momentan", "depuis peu", "à présent", "en ce moment", "últimamente", "de momento", "hoy en día", "ultimamente", "da poco", "al momento", "oggigiorno", "per ora", "tegenwoordig", "sinds kort", "inmiddels", "intussen", "hoje em dia", "por enquanto", "neste momento",
    "todavía", "aún", "ahora", "siempre", "actualmente", "también", "sempre", "ancora", "adesso", "ora", "tuttora", "attualmente", "anche", "nog steeds", "nog altijd", "nog", "steeds", "altijd", "nu", "voortaan", "gewoon", "momenteel", "ook", "ainda", "agora", "atualmente", "também", "mesmo", "à nouveau", "de nuevo", "di nuovo", "weer", "wieder",
    "the numbers", "the digits", "die zahlen", "die ziffern", "les chiffres", "los números", "i numeri", "de cijfers", "os números", "auf", "op",
)  # fmt: skip


# since when: `seit Ostern`, `since Monday`
_SINCE = r"(?:since|seit|ab|depuis|desde|sinds|vanaf|dal|dalla)[ ](?:(?:last|dem|der|letzter|letztem|le|la|el|il|vorige|a|o)[ ])?[^\W_]{2,12}"
ADVERB = rf"(?:{any_of(_ADVERBS)}|{_SINCE})"
# ` is still `, ` = `, `, c'est maintenant `, ` sigue siendo `
IS = (
    rf"(?:,?[ ]{ADVERB})?(?:,?[ ](?:now[ ]|it[ ]|het[ ]|die[ ]|es[ ]|dat[ ]|das[ ]|esa[ ]|questa[ ]|essa[ ])?(?:{any_of(_VERBS)})|['’]s)(?:[ ]{ADVERB}){{0,2}}[ ]?:?[ ]"
    rf"|[ ]?(?:=|->|→|=>)[ ]?|(?:[ ]{ADVERB})?[ ]?:[ ]{{1,2}}"
)
# what a complement begins with: `of the till`, `del gestionale`, `zum Tresor`, `che apre`
OF = (
    r"(?:with|between|mit|zwischen|avec|entre|con|tra|fra|met|tussen|com|of|for|from|to|on|in|at|under|that|which|der|des|dem|den|die|das|vom|von|fürs|für|ans|aufs|ins|übers|zum|zur|zu|am|an|im|in|bei|beim|unserer?s?|meiner?s?|de|du|des|d['’]\w+|pour|sur|au|aux|à|qui|del|de|para|en|al|a|que|della|dello|dell['’]\w+|dei|degli|delle|di|per|su|sul|sulla|al|alla|da|dal|nel|nella|che|"
    r"van|voor|op|bij|aan|uit|naar|om|do|dos|das|da|pra|pro|no|na|nos|nas)"
)
LETTERS = r"[^\s\"'`“”„«»\x1e⟦⟧]"
OPENING = r"(?:«[ \u00a0]?|[\"'`“„‘])"
CLOSING = r"[\"'`”“»’]"

# codes of programs, of goods and of places, by the word before
OF_OTHER_CODES = re.compile(
    r"(?<![^\W_])(?:error|fault|failure|status|exit|return|response|reason|http|zip|postal|area|country|dial|promo|discount|coupon|voucher|product|item|source|colou?r|currency|qr|bar|morse|dress|fehler|erreur|foutmelding)[ -]$"
)
