"""Serial numbers: found where the device is one that a person has, or where somebody is told."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text, entity):
    """Return what of `text` is found to be of a type."""
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity]


SERIALS = (
    ("Lost phone report: iPhone 15, IMEI 35 390511 676742 0, serial F2LZK8QX0D7T, owner Javon Merriweather", ["F2LZK8QX0D7T"]),
    ("Nouveau matériel – Demandeur : Ophélie Sauvage – PC portable n° de série PF3M8K2X – adresse MAC A4-B1-C1-77-20-9E", ["PF3M8K2X"]),
    ("Laptop ausgegeben an Frau Brandl, Seriennummer: 5CD1043XQP", ["5CD1043XQP"]),
    ("Gestohlenes Notebook (ThinkPad T14), Seriennr. PF-3K9QZ1, Besitzer: Jonas Krämer", ["PF-3K9QZ1"]),
    ("Portátil entregado a Lucía Herrero, número de serie C02ZK1QFMD6R", ["C02ZK1QFMD6R"]),
    ("Il mio iPhone rubato, numero di serie DNPXK3ABHG7F, chiamatemi", ["DNPXK3ABHG7F"]),
    ("MacBook Pro di Giulia Ferrero, n. di serie: C02XK0ABJGH5", ["C02XK0ABJGH5"]),
    ("Laptop van Sanne de Wit, serienummer 5CG2240KLM ingeleverd", ["5CG2240KLM"]),
    ("Mijn telefoon is gestolen, serienr. R58M40ABCDE", ["R58M40ABCDE"]),
    ("Telemóvel do João Tavares, n.º de série RF8N30XK2LP", ["RF8N30XK2LP"]),
    ("Notebook entregue ao funcionário Paulo Nunes, número de série: BR-0C4K2-71829", ["BR-0C4K2-71829"]),
    ("Asset return: user m.okafor, Dell Latitude 7440, S/N: 8GK4QX3", ["8GK4QX3"]),
    ("Employee: Rosa Lindqvist, Laptop SN: PF2XK8Q1", ["PF2XK8Q1"]),
    ("my macbook got nicked, serial number is C02FQ1ABMD6M can you lock it", ["C02FQ1ABMD6M"]),
    ("Device assigned to: Tom Hale\nModel: Surface Pro 9\nSerial Number: 012345678953", ["012345678953"]),
    ("{\"assignedTo\": \"Ines Prado\", \"model\": \"Pixel 8\", \"serialNumber\": \"3A081JEKB12345\"}", ["3A081JEKB12345"]),
    ("Datorn tillhör Elin Berg, serienummer 5CG9374QWX", ["5CG9374QWX"]),
    ("Laptop pracownika Jan Kowalski, numer seryjny PF1ABK29", ["PF1ABK29"]),
    ("Hörgerät von Herrn Öztürk, Serien-Nr.: 1907X4412", ["1907X4412"]),
    ("Votre vélo électrique Mme Roche, numéro de série WTU284K0912L", ["WTU284K0912L"]),
    ("Bike stolen from Karen Doyle, frame serial WTU113X2045M", ["WTU113X2045M"]),
    ("Apple Watch, serial no. GY6XK2Q1P9, registered to Peter Novak", ["GY6XK2Q1P9"]),
    ("Handyversicherung: Kundin Petra Lang, Samsung Galaxy A54, Seriennummer R5CT30XK9LM", ["R5CT30XK9LM"]),
    ("Prêt de matériel à M. Benali : casque, n/s KX22-90817", ["KX22-90817"]),
    ("Diensthandy Seriennr: DX3K91HFP0 an Herrn Wolf", ["DX3K91HFP0"]),
    ("Se entrega a D. Luis Mora el portátil HP con S/N 5CD2039KQZ", ["5CD2039KQZ"]),
    ("Assegnato a: Chiara Conti; PC; seriale PC1K2LXP", ["PC1K2LXP"]),
    ("Kunde: Frau Meier, E-Bike Rahmennummer WBK2019X0044", ["WBK2019X0044"]),
    ("Vol de vélo, numéro de cadre BTW88K2201, victime Mme Girard", ["BTW88K2201"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), SERIALS)
def test_a_serial_number_of_somebodys_device_is_found(text, values):
    """Behind its label, where a person carries the device or its owner is named."""
    assert found(text, "DEVICE_ID") == values


HARMLESS_SERIALS = (
    "opened serial port /dev/ttyUSB0 at 115200 baud",
    "The serial killer was caught in 1984",
    "serial 5CG1234ABC rev B",
    "Drucker im 2. OG meldet Fehler 50.4, Seriennr. VNB3K01122",
    "Router firmware 7.2, S/N 2210ABX99, uptime 41 days",
    "use serde::{Deserialize, Serialize}; private static final long serialVersionUID = 4471820935118264017L;",
    "SOA serial 2026030201 refresh 7200",
    "zone example.com: loaded serial 2026030201, user notified",
    "Certificate serial number: 04:3F:2A:91 issued by Let's Encrypt",
    "La série 2026A12 est disponible pour les clients",
    "numéro de série du lot: 2026-A",
    "Serial number is required for every laptop",
    "my laptop says enter the serial number on the box",
    "Laptop purchase order 4500012345, serial numbers follow",
    "Numéro de série : voir étiquette sous le PC portable",
    "CREATE TABLE users (id serial PRIMARY KEY, name text)",
    "TV series 2024 on my laptop",
    "Seriennummer des Geräts bitte angeben: z. B. ABC12345, Laptop einschalten",
    "column serial8 of table users",
    "phone serial cable 9600 8N1",
    "my phone: Android 14, build serial=unknown",
    "iPhone 15 serial production 2024 in China",
    "Handy Serie 5G2024X",
    "SN 2024gy, supernova seen with my phone",
    "laptop SN850X 1TB SSD",
    "my laptop has a WD SN850X2TB drive",
    "portable de série 2024",
    "telefono di serie 12345",
    "Rolls: sn 1234567 chapters, mobile",
    "Samsung Galaxy S24, serial: not available",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_SERIALS)
def test_a_serial_number_of_somebodys_device_is_found_elsewhere_not(text):
    """A port, a zone, a certificate, a printer of nobody: no number of a person."""
    assert found(text, "DEVICE_ID") == []
