"""What stands behind a password's label and is none: its type, its state, advice, a reference. Data.

All small, in the languages of the docs. A word that is missing here is taken for a password.
"""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TYPES = (
    "str string text char chars character characters varchar nvarchar bytes byte bytea blob int integer number float bool boolean any object dict map list array tuple set "
    "type types none null nil void undefined true false default unknown never symbol data json yaml xml hex hexadecimal base64 binary utf plaintext cleartext email uuid regex pattern "
    "schema field fields column input output form value values variable param parameter params argument args arg option options property attribute key keys name names label title"
)
_WORDS = (
    "password passwords passwd passphrase passphrases passcode pass pwd pw pin secret secrets token tokens credential credentials creds login logon username user users account admin auth "
    "authentication authorization otp code codes passwort kennwort passwörter wachtwoord wachtwoorden contraseña contrasena contraseñas clave senha senhas motdepasse mdp parola geheimnis"
)
_STATES = (
    "required optional mandatory needed necessary recommended missing incomplete complete empty blank unset invalid valid incorrect correct wrong weak strong short long secure insecure unsafe safe unique "
    "random generated auto automatic expired expiring changed unchanged updated reset rotated revoked removed deleted disabled enabled deprecated unused used reused leaked compromised "
    "breached rejected accepted denied failed failure failing ok okay okey good bad same different new old current previous temporary temp permanent hidden masked redacted obscured "
    "encrypted hashed salted stored saved cached sent shared set given provided supplied specified configured available unavailable unsupported supported ignored omitted withheld protected "
    "private public sensitive confidential classified visible readable known unknown forgotten forgot lost mismatch match matches matched done pending success successful working broken yes no on off "
    "urgent help understood mine confirmed signed unsigned quoted unquoted single double self defined undefined based specific related aware agnostic managed generic native "
    "error warning info debug critical high medium low important caution note todo tbd fixme pending never always sometimes minimum maximum min max length case complexity policy history strength entropy quality"
)
_WHERE = (
    "see ask use enter type choose pick create make change remember forget keep write read get fetch load send show hide copy paste click press check verify confirm repeat retype submit prompt prompts "
    "prompted prompting below above here there elsewhere inside within attached enclosed separately vault keyring keychain keepass keyfile keystore env environ environment file stdin stdout stderr "
    "cli config configuration settings setting database server client host hash hashes bcrypt scrypt argon argon2 pbkdf md5 sha sha1 sha256 sha512 hmac aes rsa pgp gpg ssh ssl tls ldap sso saml oauth oidc kerberos "
    "radius pam example examples sample dummy placeholder fake mock test testing demo foo bar baz qux changeme"
)
_LITTLE = (
    "a an the this that these those my your his her its our their some every each one first second last next other another all both either neither and or nor but if then else when where why how what which "
    "who is are was were be been being am has have had do does did not cannot can could will would shall should may might must to of in for from by with without at as on into onto over under than so too very "
    "it he she they we you i me him them us only just also still yet now today tomorrow yesterday please thanks"
)
_GERMAN = (
    "erforderlich nötig optional vergessen fehlt falsch ungültig gültig richtig korrekt abgelaufen geändert zurückgesetzt gesperrt leer schwach stark sicher unsicher neu alt aktuell gleich siehe unten oben tresor "
    "hinterlegt gespeichert verschlüsselt verborgen ausgeblendet eingeben wählen ändern wiederholen bestätigen anzeigen unbekannt bekannt ja nein keines keins text zeichenkette pflichtfeld pflicht benötigt "
    "zeichen datei umgebung beispiel abgelehnt unverändert nicht gesetzt"
)
_FRENCH = (
    "obligatoire requis facultatif oublié oublie perdu incorrect invalide valide expiré modifié changé vide faible fort sûr nouveau ancien actuel identique voir ci-dessous ci-dessus coffre chiffré masqué caché "
    "saisir choisir changer répéter confirmer afficher inconnu connu oui non aucun texte chaîne fichier exemple refusé réinitialisé"
)
_SPANISH = (
    "obligatoria obligatorio requerida requerido opcional olvidada olvidado perdida incorrecta incorrecto inválida válida caducada expirada cambiada vacía débil fuerte segura insegura nueva antigua actual igual "
    "ver abajo arriba bóveda cifrada oculta escribir elegir cambiar repetir confirmar mostrar desconocida conocida sí si ninguna texto cadena archivo ejemplo rechazada restablecida"
)
_ITALIAN = (
    "obbligatoria obbligatorio richiesta richiesto facoltativa opzionale dimenticata persa errata sbagliata corretta valida scaduta cambiata modificata vuota debole forte sicura nuova vecchia attuale uguale vedi "
    "sotto sopra cassaforte cifrata nascosta inserire scegliere cambiare ripetere confermare mostrare sconosciuta nota sì nessuna testo stringa file esempio rifiutata reimpostata"
)
_DUTCH = (
    "verplicht vereist optioneel vergeten kwijt onjuist ongeldig geldig juist verlopen gewijzigd leeg zwak sterk veilig onveilig nieuw oud huidig hetzelfde zie hieronder hierboven kluis versleuteld verborgen "
    "invoeren kiezen wijzigen herhalen bevestigen tonen onbekend bekend ja nee geen tekst tekenreeks bestand voorbeeld geweigerd"
)
_PORTUGUESE = (
    "obrigatória obrigatório requerida opcional esquecida esqueceu perdida incorreta errada inválida válida correta expirada alterada vazia fraca forte segura insegura nova antiga atual igual ver veja abaixo acima "
    "cofre cifrada criptografada oculta digitar digite escolher alterar repetir confirmar mostrar desconhecida conhecida sim não nenhuma texto cadeia ficheiro arquivo exemplo recusada redefinida"
)
NO_PASSWORD = frozenset().union(
    *map(_set, (_TYPES, _WORDS, _STATES, _WHERE, _LITTLE, _GERMAN, _FRENCH, _SPANISH, _ITALIAN, _DUTCH, _PORTUGUESE))
)  # fmt: skip
# of these a sentence is made, and no passphrase
LITTLE = _set(_LITTLE)
# names of what people choose themselves; a token, a key or a secret is drawn, a PIN is of digits
CHOSEN = frozenset({
    "password", "passwd", "pwd", "passphrase", "passcode", "pw", "passwort", "kennwort", "zugangscode", "mot de passe", "motdepasse", "mdp", "code secret", "contraseña",
    "contrasena", "parola d'ordine", "codice segreto", "wachtwoord", "wachtwoordzin", "toegangscode", "senha", "palavra passe", "palavrapasse", "código secreto",
    "hasło", "haslo", "lösenord", "losenord", "adgangskode", "passord", "salasana",
})  # fmt: skip
# a word before the label that makes it any password's
ANY = _set(
    "a an any each every no which what another one un une ein eine einen una uno een uma um jedes kein chaque toute cada ogni elk"
)
