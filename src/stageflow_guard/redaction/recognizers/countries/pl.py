"""Poland, and the words of Polish."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import (
    Country,
    Document,
    Number,
    members,
    patients,
    staff,
    students,
)


def pesel(digits: str) -> bool:
    """PESEL: weights 1, 3, 7, 9."""
    return (10 - weighted(digits[:10], (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10) % 10 == int(digits[10])


def nip(value: str) -> bool:
    """NIP: modulus 11."""
    return weighted(value[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(value[9])


def identity_card(value: str) -> bool:
    """Dowód osobisty: weights 7, 3, 1 around the check digit."""
    numbers = [int(c, 36) for c in value.upper()]
    return sum(n * w for n, w in zip(numbers, (7, 3, 1, 9, 7, 3, 1, 7, 3), strict=True)) % 10 == 0


COUNTRY = Country(
    code="pl", language="pl",
    words={
        "pesel": "pesel", "phone": "mój numer|moj numer|numer to|pod nr|pod nrem|kontakt pod|nrem|telefon|komórka|komórkowy|numer telefonu|zadzwoń|dzwonić|kontakt|numerem|pod numerem|nr tel|oddzwoń|dzwoń",
        "card": "karta|karty|numer karty", "account": "konto|rachunek|numer konta", "passport": "paszport", "dob": "urodzenia|urodzony|urodzona",
        "other": "zamówienie|zamówienia|faktura|strona|cena|kwota|wersja|błąd",
    },
    fields={
        "PERSON": "nabywca|sprzedawca|kupujący|sprzedający|zamawiający|płatnik|zleceniodawca|zgłaszający|wnioskodawca|organizator|uczestnicy|obecni|ubezpieczony|ubezpieczająca|opiekun prawny|adresat|nadawca|pacjent|pacjentka|najemca|właściciel|uczeń|uczennica|gość|matka|ojciec|imię i nazwisko|imie i nazwisko|odbiorca|klient|właściciel konta", "PERSON_PART": "imię|imie|nazwisko|nazwisko rodowe",
        "STREET_ADDRESS": "adres|ulica|adres zamieszkania|adres dostawy", "PHONE_NUMBER": "telefon|numer telefonu|nr telefonu|tel kom|komórka",
        "SECRET": "hasło|haslo|klucz api|kod dostępu", "DATE_OF_BIRTH": "data urodzenia|ur", "PL_PESEL": "pesel|numer pesel|nr pesel",
        "USERNAME": "nazwa użytkownika|użytkownik|uzytkownik", "PASSPORT": "paszport|numer paszportu|nr paszportu", "US_BANK_NUMBER": "numer konta|nr konta|numer rachunku",
    },
    said="niżej podpisany|niżej podpisana|nazywam się|mam na imię|jestem|mówi|z tej strony",
    titles="Pan|Pani|pan|pani|Pana|Panią|Panem|dr|mgr|inż|prof",
    greetings="szanowny panie|szanowna pani|drogi|droga|cześć|witaj|hej|dzień dobry",
    born="urodziłem się|urodziłam się|urodzony|urodzona|ur|data urodzenia|urodzony dnia|urodzona dnia",
    months="stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia",
    of="dla|do|od|z",
    has="ma numer|o numerze",
    people="pacjenta|pacjentki|klienta|klientki|pracownika|właściciela",
    people_by_name="pacjent|pacjentka|klient|klientka|pracownik|pracownica|właścicielka|najemca|wynajmujący|lokator|lokatorka|kierowca|pasażer|pasażerka|odbiorca|nadawca|świadek|oskarżony|poszkodowany|poszkodowana|matka|ojciec|córka|mąż|żona|brat|siostra|babcia|dziadek|uczeń|uczennica|student|studentka|nauczyciel|nauczycielka|lekarz|lekarka|pielęgniarka|położna|opiekun|opiekunka|opiekun prawny|kupujący|sprzedający|ubezpieczony|ubezpieczona|beneficjent|zleceniodawca|zleceniobiorca|wnioskodawca|pełnomocnik|kontakt w nagłych wypadkach|użytkownik|użytkowniczka|rowerzysta|rowerzystka|pieszy|piesza|zatrzymany|zatrzymana|dziecko|emeryt|emerytka|prowadzony przez|prowadzona przez|kierowany przez|podpisany przez|podpisana przez|zgłoszony przez|zgłoszona przez|kierujący|kierująca|uczestnik|uczestniczka|mieszkaniec|mieszkanka|sąsiad|sąsiadka|narzeczony|narzeczona|gość",
    numbers=(Number(entity="PL_PESEL", sizes=(11,), label="pesel", check=pesel),),
    documents=(
        staff("numer pracownika|nr pracownika|numer pracowniczy|numer ewidencyjny|id pracownika|numer kadrowy"),
        members("numer klienta|nr klienta|numer członkowski|nr członkowski|numer karty stałego klienta|karta klienta|numer abonenta|nr abonenta|numer ubezpieczonego"),
        patients("numer pacjenta|nr pacjenta|numer karty pacjenta|karta pacjenta|numer historii choroby|nr historii choroby|numer kartoteki|nr kartoteki"),
        students("numer indeksu|nr indeksu|numer albumu|nr albumu|legitymacja studencka"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{5}/[0-9]{2}/[0-9]{4}|[A-Z]{0,2}[0-9]{6,8}", names="prawo jazdy|prawa jazdy|nr prawa jazdy|numer prawa jazdy"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{1,3}[ -]?[0-9A-Z]{4,5}", names="nr rejestracyjny|numer rejestracyjny|nr rej|tablica rejestracyjna|rejestracja"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="polisa|polisy|numer polisy|nr polisy"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{2}(?:[ ]?[0-9]{4}){6}", names="numer rachunku|nr rachunku|rachunek|konto|numer konta|nr konta"),
        Document(entity="PL_REGON", value=r"[0-9]{9}(?:[0-9]{5})?", names="regon|numer regon"),
        Document(entity="PL_PESEL", value=r"[0-9]{11}", names="pesel|nr pesel|numer pesel", check=pesel),
        Document(entity="PL_NIP", value=r"[0-9]{3}-?[0-9]{3}-?[0-9]{2}-?[0-9]{2}|[0-9]{3}-[0-9]{2}-[0-9]{2}-[0-9]{3}", names="nip|numer nip", check=nip),
        Document(entity="PL_ID_CARD", value=r"[A-Z]{3}[ ]?[0-9]{6}", names="dowodem osobistym|dowodem|dowód osobisty|dowodu osobistego|numer dowodu|nr dowodu|dowód", check=identity_card),
        Document(entity="PASSPORT", value=r"[A-Z]{2}[ ]?[0-9]{7}", names="paszport|numer paszportu|nr paszportu|paszportu"),
    ),
)  # fmt: skip
