"""Accounts in lines of logs, in the language of their program."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text, entity):
    """Return what of `text` is found to be of a type."""
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity]


LOGGED = (
    ("Mar 02 07:55:19 web02 portal[3312]: password reset requested by user 'n.okereke' from 86.149.203.77", ["n.okereke"]),
    ("php[1182]: Utilisateur glefebvre verrouillé après 5 tentatives", ["glefebvre"]),
    ("2026-02-28 07:14:09 CHYBA: neplatné heslo pro uživatele zdenek.b z adresy 89.102.148.29", ["zdenek.b"]),
    ("Benutzer kschuster wurde gesperrt nach 3 Fehlversuchen", ["kschuster"]),
    ("Anmeldung fehlgeschlagen für Benutzer t.brandl von 91.12.4.5", ["t.brandl"]),
    ("Fehlgeschlagener Login des Benutzers 'mhuber' von 84.12.3.9", ["mhuber"]),
    ("Échec d'authentification pour l'utilisateur pmartin depuis 82.64.1.9", ["pmartin"]),
    ("connexion de l'utilisateur s.benali depuis 82.64.1.9", ["s.benali"]),
    ("Usuario rcastillo bloqueado tras 5 intentos", ["rcastillo"]),
    ("inicio de sesión fallido para el usuario lgarcia desde 83.44.2.1", ["lgarcia"]),
    ("contraseña incorrecta para usuario 'jperez'", ["jperez"]),
    ("Utente gbianchi bloccato dopo 5 tentativi", ["gbianchi"]),
    ("accesso fallito per l'utente m.russo da 93.41.7.8", ["m.russo"]),
    ("Gebruiker pdevries geblokkeerd na 5 pogingen", ["pdevries"]),
    ("mislukte aanmelding voor gebruiker k.bakker vanaf 77.16.2.3", ["k.bakker"]),
    ("Utilizador rcosta bloqueado após 5 tentativas", ["rcosta"]),
    ("senha inválida para o usuário fsilva de 177.12.3.4", ["fsilva"]),
    ("Użytkownik akowalska zablokowany po 5 próbach", ["akowalska"]),
    ("nieudane logowanie użytkownika p.nowak z 83.4.5.6", ["p.nowak"]),
    ("Användare elinb låst efter 5 försök", ["elinb"]),
    ("misslyckad inloggning för användare e.berg från 85.2.3.4", ["e.berg"]),
    ("Kullanıcı a.yilmaz kilitlendi", ["a.yilmaz"]),
    ("user mokafor locked out after 5 attempts", ["mokafor"]),
    ("job cancelled by user mokafor at 10:02", ["mokafor"]),
    ("file deleted by user 't.hale' on node 3", ["t.hale"]),
    ("ユーザー t.suzuki がログインしました", ["t.suzuki"]),
    ("사용자 minjun.k 로그인 실패", ["minjun.k"]),
    ("用户 wanglei88 登录失败", ["wanglei88"]),
    ("Bruger mjensen logget ind fra 80.1.2.3", ["mjensen"]),
    ("Käyttäjä m.virtanen kirjautui sisään", ["m.virtanen"]),
    ("sudo: hlindqvist : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/bin/ls", ["hlindqvist"]),
    ("INFO Anmeldung von Benutzer lkruse erfolgreich (10.0.3.4)", ["lkruse"]),
    ("2026-03-01 ERROR Falsches Passwort für Benutzer hweber", ["hweber"]),
    ("Mot de passe incorrect pour l'utilisateur « tgirard »", ["tgirard"]),
    ("2026-02-11 08:00:01 El usuario mlopez ha iniciado sesión", ["mlopez"]),
    ("Feb 11 08:00:01 srv app: l'utente dconti ha effettuato l'accesso", ["dconti"]),
    ("10:22:01 Gebruiker jvisser is aangemeld", ["jvisser"]),
    ("2026-02-11T08:00 O utilizador nmatos iniciou sessão", ["nmatos"]),
    ("imprimé par l'utilisateur cdupuis le 03/02/2026 10:11", ["cdupuis"]),
    ("gedruckt von Benutzer rwolf am 03.02.2026 10:11", ["rwolf"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), LOGGED)
def test_an_account_that_a_log_names_is_found(text, values):
    """Behind the word for a user: what became of it or where it came from; a plain word needs an event."""
    assert found(text, "USERNAME") == values


HARMLESS_LOGGED = (
    "Utilisateur non trouvé",
    "Utilisateur inconnu verrouillé",
    "Utilisateur admin verrouillé après 5 tentatives",
    "Benutzer wurde gesperrt",
    "Benutzer nicht gefunden",
    "Benutzer root angemeldet von 10.0.0.1",
    "der Benutzer klickt auf von",
    "El usuario puede bloquear",
    "Usuario no encontrado",
    "El usuario final bloqueado por la empresa",
    "utente non trovato",
    "L'utente viene bloccato dopo 5 tentativi",
    "gebruiker wordt geblokkeerd na drie pogingen",
    "De gebruiker is geblokkeerd",
    "user: string",
    "o usuário deve ser bloqueado após 3 tentativas",
    "requested by user in settings",
    "changed by user on the settings page",
    "created by user from template",
    "Der Benutzer muss von außen kommen",
    "l'utilisateur doit être verrouillé",
    "interrupted by user",
    "uživatel byl zablokován",
    "użytkownik został zablokowany",
    "cancelled by user",
    "Every Benutzer kann von hier",
    "utilisateur depuis la page",
    "pour l'utilisateur final depuis son poste",
    "2026-03-01 ERROR Benutzer nicht angemeldet",
    "10:22 Benutzer erfolgreich angemeldet",
    "12:01 user session created from template 3",
    "2026-02-11 08:00:01 El usuario debe iniciar sesión",
    "10:22:01 user cache deleted after 30 days",
    "10:22 new user account created",
    "[pid 33] user namespace created",
    "10:22 ERROR account number rejected",
    "10:22 ERROR account balance denied",
    "INFO konto gesperrt 10:22",
    "10:22 account manager connected to 10.0.0.1",
    "10:22 user defined rule rejected at 10.0.0.1",
    "10:22:01 INFO user database connected",
    "10:22 compte client créé 3 fois",
    "10:22 account verification failed",
    "10:22 cuenta corriente bloqueada 3 veces",
    "10:22 WARN user input rejected: 3 errors",
    "10:22 WARN user timeout expired",
    "10:22 WARN user lookup failed for 10.0.0.1",
    "10:22 WARN account lookup failed",
    "10:22 WARN user update failed",
    "10:22 WARN user search failed",
    "10:22 WARN user auth failed from 10.0.0.1",
    "10:22 WARN user sync failed",
    "10:22 WARN user fetch failed",
    "10:22 WARN user upload failed",
    "10:22 utilisateur mobile connecté depuis 10.0.0.1",
    "10:22 conta bancária bloqueada",
    "10:22 account holder blocked",
    "10:22 WARN user creation failed",
    "10:22 account suspended",
    "10:22 user agent blocked: 10.0.0.1",
    "10:22 用户登录失败",
    "10:22 用户admin登录失败",
    "10:22 用户api被调用",
    "ユーザーidが見つかりません",
    "사용자 id가 없습니다",
    "用户app已更新",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_LOGGED)
def test_an_account_that_a_log_names_is_found_elsewhere_not(text):
    """What users have and what is said of them is no account."""
    assert found(text, "USERNAME") == []
