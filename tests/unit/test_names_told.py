"""Names of people that a text tells by what is done with them: asked for, paid, booked, written to."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text, entity="PERSON"):
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity]


@pytest.mark.parametrize(("text", "name"), [
    ("Callback after 4pm, ask for Delphine. Account on file", "Delphine"), ("please call back and ask to speak to Nadine, she has the file", "Nadine"), ("check with Imogen before Friday", "Imogen"),
    ("Bitte an der Pforte nach Sabine Kröger fragen.", "Sabine Kröger"), ("Rückruf bis 16 Uhr, frag nach Yusuf", "Yusuf"), ("bitte mit Annika abklären, bis Freitag", "Annika"),
    ("Présentez-vous à l'accueil et demandez Bernard Lecocq.", "Bernard Lecocq"), ("à voir avec Gaëlle avant jeudi", "Gaëlle"), ("Pregunta por Maite en recepción", "Maite"), ("confirmar con Nerea antes del viernes", "Nerea"),
    ("Chiedere di Loredana al bancone", "Loredana"), ("Aan de poort vragen naar Gijs Brouwer.", "Gijs Brouwer"), ("Pergunte pelo Anselmo na receção", "Anselmo"), ("combinar com a Rosângela o horário", "Rosângela"), ("fråga efter Ingrid i receptionen", "Ingrid"),
])  # fmt: skip
def test_who_is_asked_for_is_found(text, name):
    """A verb of asking or agreeing and a given name, before or behind it."""
    assert found(text) == [name]


@pytest.mark.parametrize("text", [
    "ask for Help at the desk", "Ask for Discount codes in store", "ask for PIN, then confirm", "ask for Java 17 support", "Frag nach Rabatt, es lohnt sich", "Kunden fragen nach Berlin und Hamburg als Standort",
    "Mit Docker abklären", "Demandez Windows 11 en magasin", "à voir avec Orange ou Free", "pregunta por Amazon Prime", "Pregunta por Santiago de Compostela", "chiedere di Roma o Milano", "vraag naar Korting", "pergunte por Lisboa",
    "check with IT before Friday", "check with Redis and Kafka", "confirmar con Hacienda", "melden bei Stadt Köln",
])  # fmt: skip
def test_what_else_is_asked_for_stays(text):
    """Help, goods, places, firms and tools."""
    assert found(text) == []


@pytest.mark.parametrize(("text", "name"), [
    ("Auf eine Einladung freue ich mich, Aylin Şahin", "Aylin Şahin"), ("Dans l'attente de votre réponse, Gaëtan Moreau", "Gaëtan Moreau"), ("Quedo a la espera de su respuesta, Itziar Mendiola", "Itziar Mendiola"),
    ("Resto in attesa di un vostro riscontro, Tiziana Morelli", "Tiziana Morelli"), ("In afwachting van uw reactie, Jeroen Kuipers", "Jeroen Kuipers"), ("Fico a aguardar a vossa resposta, Catarina Nogueira", "Catarina Nogueira"),
    ("I look forward to hearing from you, Bronwyn Pritchard", "Bronwyn Pritchard"), ("Pouvez-vous vérifier ? Loïc Treguier", "Loïc Treguier"), ("My order never arrived and I want my money back. Desmond Achebe", "Desmond Achebe"),
    ("Können Sie mir bitte helfen? Heike Lüders", "Heike Lüders"), ("¿Me pueden devolver el dinero? Nuria Escudero", "Nuria Escudero"), ("Potete verificare la mia fattura? Ornella Bassi", "Ornella Bassi"), ("Kunt u dit nakijken? Wietske Hoekstra", "Wietske Hoekstra"),
])  # fmt: skip
def test_who_ends_a_message_is_found(text, name):
    """Behind a formula, or behind what somebody says to somebody."""
    assert found(text) == [name]


@pytest.mark.parametrize("text", [
    "Who wrote Tom Sawyer? Mark Twain", "Wer hat Dr. Strange gespielt? Benedict Cumberbatch", "Können Sie mir den Weg zeigen? Deutsche Bahn", "We stayed at the hotel. New York", "Kunt u mij helpen? Klantenservice Ziggo",
    "Potete aiutarmi? Assistenza Clienti", "I look forward to hearing from you, Customer Support", "My car is a Mercedes. Alfa Romeo", "Where do you live? San Francisco", "Which do you want? Earl Grey",
])  # fmt: skip
def test_answers_places_and_offices_at_the_end_stay(text):
    """A name that nobody signs with."""
    assert found(text) == []


@pytest.mark.parametrize(("text", "name"), [
    ("Tikkie van Roos v.d. Berg: € 14,50 voor pizza.", "Roos v.d. Berg"), ("MB WAY: recebeu 30,00 EUR de TIAGO M. (912448173). Mensagem: jantar", "TIAGO M."), ("Has recibido un Bizum de 20 € de Marcos T.", "Marcos T."),
    ("Pix recebido de EDSON A. SILVA R$ 50,00", "EDSON A. SILVA"), ("Hai ricevuto 30,00 € da Ilaria P. con Satispay", "Ilaria P."), ("Wero: 40,00 € von Nils B. erhalten", "Nils B."), ("Paylib : Théo M. vous a envoyé 12 €", "Théo M."),
    ("PayPal: You received $20.00 from Marcy Dunn", "Marcy Dunn"), ("Swish: 200 kr från OSKAR LINDH", "OSKAR LINDH"), ("BLIK: otrzymałeś 50 zł od Kinga W.", "Kinga W."), ("Überweisung 120,00 EUR von BRIGITTE HAHN eingegangen", "BRIGITTE HAHN"),
])  # fmt: skip
def test_who_pays_or_is_paid_is_found(text, name):
    """A word for a payment, a sum, and a given name with an initial or a surname."""
    assert found(text) == [name]


@pytest.mark.parametrize("text", [
    "You received $20.00 from Amazon", "Hai ricevuto 30,00 € da Enel Energia", "Überweisung 120,00 EUR von Deutsche Bank eingegangen", "Pagamento de EDP COMERCIAL 30,00 EUR", "Lastschrift 12,99 EUR von Netflix",
    "virement de 1200 EUR de CAF PARIS", "Betaling van Albert Heijn: € 14,50", "transfer $20 from Checking to Savings", "Zahlung 20,00 EUR von Martin Bauer GmbH",
])  # fmt: skip
def test_shops_and_offices_that_are_paid_stay(text):
    """A firm, a bank, an office, an account; and no sum, no payment."""
    assert found(text) == []


@pytest.mark.parametrize(("text", "name"), [
    ("보낸 사람: 배은경 <ek.bae@hanbit.example>", "배은경"), ("差出人: 高橋美咲 <misaki@example.co.jp>", "高橋美咲"), ("发件人: 王芳 <wangfang@example.cn>", "王芳"), ("من: سلمى الخطيب <salma@example.com>", "سلمى الخطيب"), ("De : Maëlle <maelle@example.fr>", "Maëlle"),
    ("Van: Sjaak <sjaak@example.nl>", "Sjaak"), ("De: AGUIRRE, Lourdes <l.aguirre@example.es>", "AGUIRRE, Lourdes"), ("Från: Gunborg Alm <gunborg@example.se>", "Gunborg Alm"),
])  # fmt: skip
def test_who_a_mail_is_from_is_found(text, name):
    """Before an address: a given name alone, a turned name, a name of a script without capitals."""
    assert found(text) == [name]


@pytest.mark.parametrize("text", [
    "From: Support <support@example.com>", "보낸 사람: 고객센터 <help@example.kr>", "差出人: サポートセンター <support@example.jp>", "发件人: 客服中心 <kefu@example.cn>", "Von: Buchhaltung <buchhaltung@example.de>", "Da: Assistenza <aiuto@example.it>",
    "Travis <ci@travis.example>", "Sprint Planning, Retro <x@y.example>",
])  # fmt: skip
def test_boxes_of_offices_stay(text):
    """A service, an office, a machine."""
    assert found(text) == []


@pytest.mark.parametrize(("text", "value"), [
    ("GET https://api.x.example/v1/clientes?nombre=Tom%C3%A1s+Cifuentes&tel=1", "Tom%C3%A1s+Cifuentes"), ("GET /search?name=Siobh%C3%A1n%20Kearney&page=2", "Siobh%C3%A1n%20Kearney"), ("/api?full_name=Zo%C3%AB+Vandenberghe", "Zo%C3%AB+Vandenberghe"),
    ("/api?cliente=I%C3%B1aki+Urrutia&x=1", "I%C3%B1aki+Urrutia"), ("/x?nazwisko=W%C3%B3jcik", "W%C3%B3jcik"), ("POST /v1/k?klantnaam=Ren%C3%A9e+de+Jong", "Ren%C3%A9e+de+Jong"),
])  # fmt: skip
def test_an_encoded_name_in_a_query_is_found(text, value):
    """A name key of any language, a value that is a name once it is decoded."""
    assert found(text) == [value]


@pytest.mark.parametrize("text", [
    "GET /products?name=Caf%C3%A9+Cr%C3%A8me", "/files?name=Quarterly%20Report.pdf", "/api?table_name=Big%20Table", "/search?q=Hello+World", "GET /x?client=Chrome+Mobile", "GET /x?guest=Room+Service", "x = Tom+Jones",
])  # fmt: skip
def test_other_encoded_values_stay(text):
    """Goods, files, tables, programs and searches."""
    assert found(text) == []


@pytest.mark.parametrize(("text", "name"), [
    ('pan=4622943200128743 exp=0828 cvv=*** name="A J FOTHERINGHAM"', "A J FOTHERINGHAM"), ('{"name": "C D BEAUMONT", "pan": "4622943200128743"}', "C D BEAUMONT"), ('titular="J M ZUBELDIA" importe=20,00', "J M ZUBELDIA"), ("Name on card: MR D R PATEL", "MR D R PATEL"),
])  # fmt: skip
def test_a_name_as_a_card_bears_it_is_found(text, name):
    """Initials and a surname in capitals beside a card's data, behind a title or in a holder's field."""
    assert found(text) == [name]


@pytest.mark.parametrize("text", ['name="A B TEST"', 'name="X RAY"', 'name="E R DIAGRAM"', 'name="S Q LITE"', 'name="B SIDE" track=3', '<input name="E MAIL">', 'name="L A LAKERS"'])  # fmt: skip
def test_letters_and_a_word_in_capitals_stay(text):
    """What anything is called, without a card."""
    assert found(text) == []


@pytest.mark.parametrize(("text", "name"), [
    ("Ristorante Al Molo, tavolo 14, prenotato Guerrini 4 persone", "Guerrini"), ("Tisch 4 reserviert Brinkmann, 5 Personen", "Brinkmann"), ("réservation Lemonnier 4 couverts", "Lemonnier"), ("mesa 7 reserva Aguirre 4 personas", "Aguirre"),
    ("reservering Van Loon 4 personen", "Van Loon"), ("table 9 reserved Okonkwo 7pm 4 people", "Okonkwo"), ("interno 9, famiglia Rossetti: nulla da segnalare", "Rossetti"), ("la familia Etxeberria, piso 2B, paga el lunes", "Etxeberria"),
    ("família Quaresma (2.º esq.): sem aviso", "Quaresma"), ("Familjen Söderlund, plan 3", "Söderlund"), ("Państwo Wiśniewscy, lokal 4", "Wiśniewscy"),
])  # fmt: skip
def test_whose_table_and_whose_flat_is_found(text, name):
    """A surname between a word for a booking and how many come, or beside a family and its door."""
    assert found(text) == [name]


@pytest.mark.parametrize("text", [
    "prenotazione Online 4 persone", "Reservierung Terrasse 3 Pers.", "booking Confirmation party of 4", "Reservierung Samstag 4 Personen", "booking Ryanair 2 adults", "reserva Madrid 2 personas", "table 9 reserved Birthday 7pm 4 people",
    "famiglia Windows, versione 11", "familia Linux: varias distribuciones", "famiglia Barilla Pasta, 500 g", "familia Volkswagen (2024)", "la famiglia Ferrari: la gamma",
])  # fmt: skip
def test_what_is_booked_and_families_of_things_stay(text):
    """A terrace, a day, an airline, a town; a maker, a system."""
    assert found(text) == []


@pytest.mark.parametrize(("text", "name"), [
    ("WEBVTT\n\n00:03:10.000 --> 00:03:14.500\nGwendolyn Pruitt: my work email is", "Gwendolyn Pruitt"), ("1\n00:00:01,000 --> 00:00:04,000\nHenrike Vogt: Guten Morgen zusammen", "Henrike Vogt"), ("2\n00:00:05,000 --> 00:00:06,500\n- Yolanda: ¿me oís?", "Yolanda"),
    ("00:01.000 --> 00:04.000\n<v Aurelio Conti>Buongiorno a tutti</v>", "Aurelio Conti"), ("coucou c Manon j'ai changé de tel", "Manon"), ("hey its Jamal got a new phone", "Jamal"), ("hoi met Lotte ik heb een nieuw nummer", "Lotte"),
    ("ja goedemiddag u spreekt met Ria Verbeek ik bel over de wasmachine", "Ria Verbeek"), ("guten tag sie sprechen mit Gerlinde Pauly was kann ich tun", "Gerlinde Pauly"), ("le atiende Casilda Bravo buenos días", "Casilda Bravo"),
    ("vous parlez avec Gildas Morvan du service client", "Gildas Morvan"), ("parla con Fosca Bernardi come posso aiutarla", "Fosca Bernardi"), ("du talar med Gunborg Alm vad gäller det", "Gunborg Alm"),
    ("お世話になっております。株式会社あさひの小野寺です。", "小野寺"),
])  # fmt: skip
def test_who_speaks_is_found(text, name):
    """Below a time of subtitles, behind a greeting typed in a hurry, behind what one says on the phone."""
    assert found(text) == [name]


@pytest.mark.parametrize("text", [
    "00:00:01,000 --> 00:00:04,000\nStep One: open the box", "00:00:01,000 --> 00:00:04,000\nNew York: a city of dreams", "00:00:01.000 --> 00:00:04.000\n<v Narrator>Once upon a time</v>", "hi it's Christmas soon", "slt c Orange mon opérateur",
    "hallo hier ist Berlin heute warm", "u spreekt met Ziggo Klantenservice", "sie sprechen mit Deutsche Telekom", "le atiende Banco Santander", "habla con Soporte Técnico", "お世話になっております。株式会社あさひの製品です。",
])  # fmt: skip
def test_headings_seasons_and_services_that_speak_stay(text):
    """A step, a town, a feast, an operator, a hotline, goods."""
    assert found(text) == []


@pytest.mark.parametrize(("text", "account"), [
    ("lukas.brenner 09:12\nkann jemand freischalten?", "lukas.brenner"), ("sophie_lambert 10:44 AM\nok merci", "sophie_lambert"), ("[09:14] giulia.rinaldi: ci sono", "giulia.rinaldi"), ("m.degroot 08:02\nstaat klaar", "m.degroot"),
])  # fmt: skip
def test_an_account_of_a_name_beside_a_time_is_found(text, account):
    """At the start of a chat's line; a given name or an initial is a part of it."""
    assert found(text, "USERNAME") == [account]


@pytest.mark.parametrize("text", ["build.server 09:12\nfailed", "main.py 09:12\nchanged", "[09:14] app.module: started", "09:14 kernel.core: ok", "max.connections 09:12\nx"])  # fmt: skip
def test_other_dotted_words_beside_a_time_stay(text):
    """A server, a file, a module."""
    assert found(text, "USERNAME") == []


@pytest.mark.parametrize(("text", "name"), [
    ("Incidencia 90431: la usuaria Encarna Bueno no puede imprimir", "Encarna Bueno"), ("der Anwender Knut Petersen kann nicht drucken", "Knut Petersen"), ("l'utilisatrice Mireille Fabre ne peut pas imprimer", "Mireille Fabre"),
    ("gebruiker Wouter Hendriks kan niet inloggen", "Wouter Hendriks"), ("o usuário Edmilson Barreto não acessa", "Edmilson Barreto"), ("Solicito férias da colaboradora Raimunda Sales, de 06/04", "Raimunda Sales"), ("The user Hettie Blanchard cannot print", "Hettie Blanchard"),
    ("condotta da Domenico Lo Presti (patente), tamponava", "Domenico Lo Presti"), ("gelenkt von Waltraud Eisele", "Waltraud Eisele"), ("conduite par Armelle Kervella", "Armelle Kervella"), ("conduzida por Adelino Mota embateu", "Adelino Mota"), ("użytkownik Zbigniew Wrona nie może się zalogować", "Zbigniew Wrona"),
])  # fmt: skip
def test_users_and_drivers_are_found(text, name):
    """Roles of both genders and what somebody drives, before a given name."""
    assert found(text) == [name]


@pytest.mark.parametrize("text", [
    "el usuario Administrador no puede entrar", "the user Guide explains it", "the user Interface Design course", "driven by Machine Learning", "geführt von Deutsche Bahn", "conduite par Renault Trucks", "guidata da Google Maps",
    "gebruiker Root Admin kan inloggen", "la empresa colaboradora Gas Natural", "kind: Pod", "kind of Blue", "| Kind | Name |\n|---|---|\n| Deployment | Web Server |\n| Service | Load Balancer |",
])  # fmt: skip
def test_guides_firms_and_kinds_stay(text):
    """What is no person behind the same words."""
    assert found(text) == []


def test_children_in_a_column_are_found():
    """Each row of a table below a word for a child."""
    rows = (
        "| Kind | Alter |\n| --- | --- |\n| Mats Berger | 7 |\n| Elif Karaca | 11 |",
        "Kind,Gruppe\nJonte Asmussen,Bären\nFrieda Wulff,Igel",
    )
    names = (["Mats Berger", "Elif Karaca"], ["Jonte Asmussen", "Frieda Wulff"])
    assert tuple(map(found, rows)) == names
