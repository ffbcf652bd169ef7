"""Keys of seven languages, in the spellings of code, are labels of their values."""

from __future__ import annotations

import json

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()
# a value that only its key gives away, and keys of it: written before any run of the rules
KEYS = {
    "phone": ("4155550132", "guest_phone phoneWork mobile_no cellNumber telefono_cliente numTelefono tel_portable telefoonThuis telefoneContato kunden-telefonnr rufnummer_privat phone2 contactPhone homePhoneNumber numéro_portable celular whatsappNumber fax_number"),
    "ssn": ("219094417", "user_ssn ssnNumber social_security_no SocialSecurityNumber applicantSSN ssn_enc ssn1"),
    "birth": ("1984-05-07", "dob birthDate date_of_birth fecha_nacimiento fechaNacimiento dateNaissance date_naissance geburtsdatum Geburtstag dataNascita data_di_nascita geboortedatum geboorteDatum dataNascimento data_de_nascimento birthday patientDob naissance"),
    "secret": ("Xy7!kLm9q", "db_password userPasswd passwort kennwort motDePasse mot_de_passe contrasena contraseña clave_secreta wachtwoord senha_usuario parola_chiave admin_pwd api_secret authToken clientSecret smtpPass haslo losenord"),
    "card": ("4111111111111111", "cc_num cardNumber creditCardNo kartennummer kreditkarte_nr numero_carte numeroTarjeta tarjeta_credito numero_carta kaartnummer numeroCartao cartao_credito pan"),
    "account": ("0012345678", "acct_no accountNumber bank_account kontonummer numeroCuenta numero_compte numero_conto rekeningnummer numeroConta kontoNr"),
    "name": ("Odile Brandvold", "fullName customer_name account_holder nombreCompleto nom_complet nomClient kundenname kontoinhaber nome_completo intestatario volledigeNaam rekeninghouder titular titulaire recipient_name contactPerson empfaenger destinatario passengerName beneficiaryName cardholderName"),
    "part of a name": ("Brandvold", "lastName surname familyName apellido apellidos nom_famille prenom vorname nachname cognome achternaam voornaam sobrenome nombre_pila primerApellido first_name"),
    "address": ("12 Larch Lane", "home_address streetAddress address1 shippingAddress direccion direccionEnvio adresse adresse_livraison lieferadresse indirizzo indirizzo_spedizione woonadres adres endereco enderecoEntrega strasse billing_addr residentialAddress"),
    "tax": ("123456782", "tax_id taxId steuer_id steuernummer nif_cliente codice_fiscale bsn sofinummer cpf tin taxNumber"),
    "passport": ("X1234567", "passport_no passportNumber reisepass reisepassNr pasaporte numeroPasaporte passeport numero_passeport passaporto paspoortnummer passaporte"),
    "licence": ("D1234567", "driver_license driversLicenseNo fuehrerschein permisConduire licencia_conducir patente rijbewijs cnh"),
    "plate": ("B-MW 4711", "license_plate plateNumber kennzeichen matricula immatriculation targa kenteken placa"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_gives_its_value_away(kind):
    """In JSON, behind a colon, behind an equals sign, and as a key of a dictionary."""
    value, keys = KEYS[kind]
    left = []
    for key in keys.split():
        for text in (
            json.dumps({key: value}, ensure_ascii=False),
            f"{key}: {value}",
            f"{key}={value}",
        ):
            if value in REDACTOR.redact(text).value:
                left.append(text)
        if REDACTOR.redact({key: value}).value[key] == value:
            left.append({key: value})
    assert left == []


@pytest.mark.parametrize(
    "text",
    [
        '{"phone_count": 12345678}', '{"ssn_validator": "123456789abc"}', "card_type: 1234567890123", '{"dob_format": "1984-05-07"}', "password_length = 12", "tokenLimit: 128000",
        '{"address_version": "12 Larch"}', "plate_size=12 34", "phone_regex: 5550132999",
    ],
)  # fmt: skip
def test_a_key_about_a_value_is_no_label(text):
    """A count, a type, a format or a limit is none of what it counts or limits."""
    assert REDACTOR.redact(text).value == text
