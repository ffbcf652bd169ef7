"""What opens with a code, and what people do to open it, in seven languages. Data."""

from __future__ import annotations

import re

from stageflow_guard.redaction.recognizers.anchors import any_of

# has a lock of digits and nothing else
LOCKED = (
    "safe", "lockbox", "lock box", "key box", "keybox", "key safe", "keysafe", "padlock", "bike lock", "bicycle lock", "locker", "cash box", "combination lock", "tresor", "wandtresor", "geldkassette", "kassette", "schließfach", "schliessfach", "spind", "vorhängeschloss", "zahlenschloss", "fahrradschloss", "bügelschloss", "kofferschloss", "schlüsselkasten", "schlüsselbox", "schlüsseltresor", "schlüsselsafe",
    "coffre", "coffre-fort", "cadenas", "antivol", "casier", "consigne", "boîte à clés", "boite à clés", "boîte à clé", "boîtier à clés", "coffret à clés", "caja fuerte", "caja de seguridad", "candado", "taquilla", "consigna", "caja de llaves", "cajetín", "cajita de llaves", "guardallaves", "cassaforte", "lucchetto", "armadietto", "cassetta delle chiavi", "cassettina", "portachiavi", "keybox",
    "kluis", "kluisje", "hangslot", "cijferslot", "fietsslot", "slotje", "locker", "lockertje", "sleutelkastje", "sleutelkluis", "sleutelkluisje", "cofre", "cadeado", "cacifo", "armário", "caixa de chaves", "caixinha", "caixinha das chaves", "porta-chaves",
)  # fmt: skip
DOORS = (
    "door", "front door", "back door", "gate", "gates", "garage", "shed", "garden shed", "barn", "alarm", "burglar alarm", "intruder alarm", "barrier", "cellar", "basement", "lobby", "entrance", "side door", "car park", "bike shed", "bin store", "storeroom", "store room", "keypad", "pad", "till", "laundry room", "pool", "cabin", "loft", "office", "stairwell", "bike room", "gym", "lift", "courtyard",
    "tür", "haustür", "hintertür", "kellertür", "eingangstür", "seitentür", "bürotür", "tor", "hoftor", "gartentor", "garagentor", "rolltor", "einfahrt", "einfahrtstor", "tiefgarage", "garage", "keller", "schuppen", "gartenhaus", "scheune", "alarmanlage", "alarm", "schranke", "fahrradkeller", "eingang", "hintereingang", "lager", "kasse", "werkstatt", "waschküche", "treppenhaus", "aufzug", "schrankenanlage", "müllraum", "hof",
    "porte", "portail", "portillon", "garage", "cave", "local", "local à vélos", "local vélo", "alarme", "barrière", "parking", "abri", "cabanon", "entrée", "immeuble", "hall", "grille", "remise", "caisse", "buanderie", "sas", "ascenseur", "escalier",
    "puerta", "portal", "portón", "verja", "cancela", "garaje", "cochera", "trastero", "alarma", "barrera", "entrada", "cobertizo", "caseta", "almacén", "piscina", "finca", "bodega", "ascensor", "sótano", "lavandería",
    "porta", "portone", "cancello", "cancelletto", "garage", "box", "cantina", "allarme", "antifurto", "sbarra", "ingresso", "magazzino", "rimessa", "ripostiglio", "cortile", "ascensore", "soffitta", "lavanderia",
    "deur", "voordeur", "achterdeur", "schuurdeur", "poort", "hek", "schuur", "schuurtje", "berging", "garage", "garagedeur", "fietsenstalling", "fietsenhok", "fietsenkelder", "kelder", "alarm", "alarminstallatie", "slagboom", "ingang", "hal", "zijdeur", "tuinpoort", "tuinhuis", "loods", "wasruimte",
    "portão", "garagem", "arrecadação", "cave", "alarme", "cancela", "entrada", "prédio", "armazém", "barracão", "piscina", "casa das bicicletas", "lavandaria", "lavanderia", "guarita", "catraca", "depósito", "elevador",
)  # fmt: skip
# what people do with a code, and what a lock does: nothing else that takes a number is done so
_ENTERS = (
    "type", "types", "typing", "enter", "entering", "key in", "keying in", "punch in", "punch", "press", "dial", "tap", "tap in", "spin", "turn it to", "put in", "input", "opens", "open", "open it", "unlocks", "unlock", "disarm", "disarms", "disarmed", "arm", "silence", "wants", "asks for", "needs", "expects", "takes", "gets you in", "lets you in", "answers to", "responds to", "set to", "line up", "combo", "combination",
    "geht", "gehen", "öffnet", "öffnen", "öffne", "aufmachen", "aufgeht", "entsperrt", "entsperren", "lässt sich", "tippe", "tippst", "tippen", "tipp", "eingeben", "eingibst", "gib", "gibst", "drücke", "drücken", "drückst", "drück", "wähle", "dreh", "drehe", "drehen", "drehst", "stell", "stelle", "stellen", "unscharf", "entschärft", "entschärfen", "ausschalten", "abschalten", "will", "braucht", "verlangt", "rechts auf", "links auf", "steht auf", "reagiert auf",
    "s'ouvre", "s’ouvre", "ouvre", "ouvrir", "ouvrez", "tape", "tapes", "tapez", "taper", "compose", "composez", "composes", "composer", "fais", "faites", "faire", "faisant", "saisis", "saisir", "saisissez", "entre", "entrez", "appuie", "appuyez", "tourne", "tournez", "aligne", "alignez", "aligner", "désactive", "désactiver", "se désactive", "couper", "coupe", "veut", "demande", "se coupe", "se déverrouille", "déverrouille",
    "se abre", "abre", "abrir", "abres", "abren", "marca", "marcas", "marcar", "teclea", "teclear", "tecleas", "pulsa", "pulsas", "pulsar", "mete", "introduce", "introducir", "pon", "gira", "girar", "se quita", "quitar", "se apaga", "se desactiva", "desactiva", "desactivar", "desconecta", "pide", "va con", "funciona con", "alinea", "alinear",
    "si apre", "apre", "apri", "aprire", "aprono", "digita", "digitare", "digiti", "premi", "premere", "componi", "comporre", "inserisci", "inserire", "metti", "gira", "ruota", "ruotare", "si disattiva", "disattiva", "disattivare", "disinserire", "si spegne", "spegnere", "vuole", "chiede", "si sblocca", "allinea", "allineare",
    "gaat", "open", "openen", "toets", "toetsen", "toets in", "typ", "typen", "druk", "drukken", "draai", "draaien", "rechtsom", "linksom", "voer", "invoeren", "intoetsen", "intikken", "tik", "zet", "staat op", "uitzetten", "eraf", "wil", "vraagt", "slotje op", "slot op", "ontgrendel",
    "abrem", "abra", "digite", "digitar", "marque", "carrega", "carregar", "carregue", "aperta", "aperte", "insere", "inserir", "põe", "roda", "rodar", "rode", "gire", "girar", "desliga", "desligar", "desarma", "desarmar", "calar", "desativa", "desativar", "pede", "quer", "alinha", "alinhar", "alinhe",
)  # fmt: skip
ENTERS = re.compile(rf"(?<![^\W_])(?:{any_of(dict.fromkeys(_ENTERS))})(?![^\W_])")
# what else a number is of
OTHERS = re.compile(
    r"(?<![^\W_])(?:room|floor|flat|unit|order|orders|ticket|invoice|price|cost|costs|bus|line|train|flight|flights|model|version|part|page|year|since|tel|phone|call|ring|apartment|box number|po box|serial|item|article|zimmer|raum|etage|stock|wohnung|bestellung|rechnung|preis|kostet|linie|zug|flug|flüge|modell|teil|seite|jahr|telefon|tel|anrufen|ruf|artikel|serien\w*|chambre|étage|appartement|commande|facture|prix|coûte|ligne|vol|modèle|pièce|année|téléphone|appelle[rz]?|appeler|habitación|planta|piso|pedido|factura|precio|cuesta|línea|vuelo|vuelos|modelo|pieza|año|teléfono|llama|llamar|camera|stanza|piano|appartamento|ordine|fattura|prezzo|costa|linea|volo|voli|modello|pezzo|anno|telefono|chiama|chiamare|kamer|verdieping|bestelling|factuur|prijs|kost|lijn|vlucht|vluchten|onderdeel|bladzijde|jaar|telefoon|bel|bellen|quarto|andar|apartamento|encomenda|fatura|preço|custa|linha|voo|peça|página|ano|telefone|liga para|ligar para|ligue|error|fehler|erreur|errore|erro|fout|uhr|uur|o'clock|at [0-9])(?![^\W_])"
)
