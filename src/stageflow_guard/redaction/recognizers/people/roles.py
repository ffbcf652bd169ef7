"""Which words say that a name of a person follows: fields, roles, what somebody did. Data.

The words of one language stand in its country's file (`people`, `fields`); here is what they add up
to, and which of them need no sign behind them.
"""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries import COUNTRIES

# what stands before a sign: the whole name, a part of it
FIELDS: dict[str, list[str]] = {
    kind: [p for c in COUNTRIES for p in c.fields.get(kind, "").split("|") if p]
    for kind in ("PERSON", "PERSON_PART")
}
FIELDS["PERSON"] += ["assignee", "reporter", "raised by", "created by", "closed by", "received by", "sent by", "invited by", "approver", "reviewer", "host", "speaker", "presenter", "moderator", "secretary", "treasurer", "interviewer", "interviewee", "examiner", "technician", "agent name", "case owner", "account manager", "opened by", "updated by", "modified by", "uploaded by", "owner name", "attending", "passengers", "guests", "children", "tenants", "names", "speakers",
                           "unterschrift", "verantwortlich", "kontakt", "vertreten durch", "antragsteller", "antragstellerin", "zuständig", "erstellt von", "signature", "signataire", "rédacteur", "rédactrice", "demandeur", "demandeuse", "créé par", "fdo", "arrendador", "arrendadora", "creado por", "verbalizzante", "creato da", "firma", "handtekening", "contactpersoon", "aangemaakt door", "verhuurder", "assinatura", "criado por", "solicitante", "responsável", "proposed by", "seconded by",
                           "pt", "patientin", "patiente", "paciente", "paziente", "subscriber", "dependent", "dependant", "policyholder", "policy holder", "claimant", "enrollee", "guarantor", "caller", "name", "attn", "attention", "ship to", "bill to", "deliver to", "sold to", "prepared by", "signed by", "signed", "author", "from", "to", "cc", "bcc", "user", "directed by", "director",
                           "nm", "contact_name", "patient", "customer", "client", "employee", "contact", "applicant", "beneficiary", "physician", "doctor", "nurse", "plaintiff",
                           "defendant", "witness", "judge", "attorney", "counsel", "decedent", "petitioner", "respondent", "traveller", "passenger", "holder", "payee", "insured", "vehicle keeper", "borrower", "lessee",
                           "requester", "organizer", "organiser", "attendees", "participants", "present", "absent", "in attendance", "apologies", "line manager", "licensor", "licensee", "acct holder", "meeting host", "chair", "chairperson", "minutes by", "note taker", "emergency contact", "reported by", "prepared for", "hirer", "hired by", "applicant name", "parent/guardian", "last first", "first last", "responsible party", "resp party", "member", "enrollee", "prescriber", "attending", "attending physician", "ordering physician", "ordering provider", "referring physician", "referring provider", "rendering provider", "surgeon", "legal name", "preferred name", "insured party", "custodian of records", "custodian", "case worker", "caseworker", "social worker", "care manager", "case manager"]  # fmt: skip
# at the start of a line, who sent it and to whom; as a key, a language or anything else
LINE_HEADS = frozenset({"de", "para", "von", "an", "van", "till", "från"})
FIELDS["PERSON"] += sorted(LINE_HEADS)
# what somebody did or was given: before two words these need no sign
DONE = frozenset({
    "sworn by", "prepared by", "written by", "drafted by", "compiled by", "inspected by", "performed by", "examined by", "verified by", "checked by", "signed by", "witnessed by", "approved by", "reviewed by", "submitted by", "requested by", "reported by", "completed by", "conducted by", "handled by", "processed by",
    "countersigned by", "notarized by", "notarised by", "assigned to", "escalated to", "payable to", "registered to", "leased to",
    "deliver to", "delivered to", "ship to", "shipped to", "bill to", "billed to", "invoice to", "liefern an", "lieferung an", "rechnung an", "livrer à", "livraison à",
    "expédier à", "facturer à", "entregar a", "facturar a", "consegnare a", "spedire a", "fatturare a", "bezorgen aan", "leveren aan", "factureren aan", "entregar para", "faturar para",
    "unterschrieben von", "gezeichnet von", "genehmigt von", "geprüft von", "zugewiesen an", "ausgestellt auf", "signé par", "approuvé par", "établi par", "attribué à",
    "firmado por", "aprobado por", "asignado a", "firmato da", "approvato da", "assegnato a", "ondertekend door", "goedgekeurd door", "toegewezen aan", "assinado por", "aprovado por", "atribuído a",
})  # fmt: skip
# what needs a given name behind it: `pago por Transferencia Bancaria`
DONE_BY_NAME = frozenset({
    "paid by", "issued to", "sold to", "rented to", "rented by", "let to", "lent to", "loaned to", "booked by", "booked for", "ordered by", "collected by", "picked up by", "dropped off by", "received by", "received from", "authorised by", "authorized by", "logged by", "entered by", "typed by", "taken by", "administered by", "dispensed by", "dispensed to", "admitted by", "discharged by", "supervised by", "interviewed by", "translated by", "cosigned by", "co-signed by", "owned by", "insured by", "bequeathed to", "transferred to", "transferred from", "refunded to", "credited to", "addressed to", "hand delivered to", "handed over to", "handed over by", "lives with", "married to", "engaged to", "survived by", "booked under the name", "under the name of", "bezahlt von", "überwiesen von", "überwiesen an", "ausgezahlt an", "ausgehändigt an", "übergeben an", "übergeben von", "vermietet an", "gemietet von", "verkauft an", "gekauft von", "gebucht von", "gebucht für", "bestellt von", "bestellt für", "abgeholt von", "angenommen von", "entgegengenommen von", "geliefert an", "zugestellt an", "adressiert an", "beantragt von", "eingereicht von", "ausgefüllt von", "erstellt von", "aufgenommen von", "gemeldet von", "betreut von", "behandelt von", "vertreten durch", "verheiratet mit", "verlobt mit", "ausgestellt für", "gutgeschrieben an", "gefahren von", "geleitet von", "übersetzt von", "verfasst von", "freigegeben von", "payé par", "réglé par", "versé à", "versé par", "viré à", "remis à", "remis par", "délivré à", "délivrée à", "loué à", "loué par", "vendu à", "acheté par", "réservé par", "réservé pour", "réservé au nom de", "commandé par", "récupéré par", "retiré par", "reçu par", "reçu de", "livré à", "adressé à", "demandé par", "demandée par", "rempli par", "rédigé par", "saisi par", "déclaré par", "suivi par", "traité par", "soigné par", "représenté par", "représentée par", "marié à", "mariée à", "conduit par", "occupé par", "traduit par", "autorisé par", "domicilié chez", "établi au nom de", "pagado por", "abonado por", "abonado a", "transferido a", "transferido por", "entregado a", "entregado por", "expedido a", "expedida a", "alquilado a", "alquilado por", "vendido a", "comprado por", "reservado por", "reservado para", "pedido por", "recogido por", "recibido por", "recibido de", "dirigido a", "solicitado por", "rellenado por", "redactado por", "registrado por", "atendido por", "tratado por", "representado por", "representada por", "casado con", "casada con", "conducido por", "traducido por", "autorizado por", "a la atención de", "pagato da", "versato da", "versato a", "bonificato a", "consegnato a", "consegnato da", "rilasciato a", "rilasciata a", "affittato a", "affittato da", "venduto a", "acquistato da", "prenotato da", "prenotato per", "ordinato da", "ritirato da", "ricevuto da", "indirizzato a", "richiesto da", "richiesta da", "compilato da", "redatto da", "registrato da", "seguito da", "curato da", "rappresentato da", "rappresentata da", "sposato con", "sposata con", "guidato da", "tradotto da", "autorizzato da", "all'attenzione di", "alla cortese attenzione di", "betaald door", "overgemaakt door", "overgemaakt aan", "uitbetaald aan", "overhandigd aan", "overhandigd door", "afgegeven aan", "uitgegeven aan", "verhuurd aan", "gehuurd door", "verkocht aan", "gekocht door", "geboekt door", "geboekt voor", "besteld door", "opgehaald door", "ontvangen van", "ontvangen door", "bezorgd bij", "geleverd aan", "geadresseerd aan", "aangevraagd door", "ingevuld door", "opgesteld door", "gemeld door", "behandeld door", "vertegenwoordigd door", "getrouwd met", "bestuurd door", "vertaald door", "geautoriseerd door", "ter attentie van", "pago por", "paga por", "transferido para", "entregue a", "entregue por", "emitido a", "emitido para", "emitida a", "alugado a", "alugado por", "arrendado a", "encomendado por", "levantado por", "recebido por", "recebido de", "preenchido por", "redigido por", "registado por", "casado com", "casada com", "conduzido por", "traduzido por", "ao cuidado de",
})  # fmt: skip
FIELDS["PERSON"] += sorted(DONE.difference(FIELDS["PERSON"]))
# who people are to each other; before a sign these name a field, but for what things have, too
PEOPLE = frozenset(p for c in COUNTRIES for p in c.people.split("|") if p) - {
    "owner",
    "kind",
    "lid",
    "man",
    "autor",
    "contact",
}
FIELDS["PERSON"] += sorted(PEOPLE.difference(FIELDS["PERSON"]))
# with a capital letter these stand before a name, without a sign
ROLES = frozenset({
    "patient", "customer", "client", "employee", "contact", "applicant", "attn", "attention", "physician", "nurse", "plaintiff",
    "defendant", "witness", "judge", "attorney", "counsel", "decedent", "petitioner", "respondent", "name", "author", "recipient",
})  # fmt: skip
# these do so in small letters, too, before two words
HOLDERS = frozenset({
    "in the name of", "auf den namen", "lautend auf", "au nom de", "a nombre de", "intestato a", "intestata a", "a nome di", "op naam van", "a favore di", "a favor de", "il sottoscritto", "la sottoscritta", "el suscrito", "la suscrita", "je soussigné", "je soussignée", "licensor", "licensee", "acct holder", "virement reçu de", "virement de", "odbiorca", "hesap sahibi", "försäkringstagare", "socio", "tutora", "genitore", "ten name van", "t.n.v", "tnv", "em nome de",
    "passenger", "insured", "payee", "borrower", "lessee", "decedent", "defendant", "plaintiff",
    "halter", "fahrzeughalter", "versicherter", "mieter", "passager", "assuré", "locataire", "pasajero", "asegurado", "passeggero", "assicurato", "passagier", "verzekerde", "passageiro", "segurado",
    "account holder", "account owner", "card holder", "cardholder", "beneficiary", "next of kin", "subscriber", "dependant", "policyholder", "policy holder", "claimant", "enrollee", "guarantor", "kontoinhaber", "karteninhaber", "empfänger",
    "auftraggeber", "versicherungsnehmer", "kunde", "titulaire du compte", "titulaire", "bénéficiaire", "destinataire", "titular", "titular de la cuenta", "beneficiario",
    "destinatario", "paciente", "intestatario", "titolare del conto", "paziente", "rekeninghouder", "kaarthouder", "geadresseerde", "titular da conta", "beneficiário", "destinatário",
})  # fmt: skip
# whoever these are, no name has to follow: a department, a word of another language
SELDOM_NAMED = frozenset({
    "customer", "client", "employee", "person", "sender", "buyer", "seller", "payer", "candidate", "donor", "victim", "parent", "attendee", "subscriber", "son", "arts", "frau", "mannes",
    "bote", "opfer", "erbe", "pfleger", "techniker", "monteur", "trainer", "besucher", "teilnehmer", "kurier", "partner", "borg", "neef", "nicht", "meester", "mentor", "chauffeur", "curator", "directeur", "caution", "garant", "facteur", "émetteur", "gardien", "concierge", "visiteur", "técnico", "técnica", "director", "directora", "maestro", "maestra", "compañero", "pareja", "tecnico", "custode", "collega", "utente", "vicino", "vicina", "mandante", "diretor", "diretora", "participante", "partecipante", "participant", "visitante", "courier", "visitor", "volunteer", "translator", "interpreter", "colleague", "tiers", "mor", "far", "make", "maka", "kund", "elev", "hasta", "baba", "anne", "sahibi", "alıcı", "veli", "syn", "klient", "pracownik", "primo", "prima", "nonna", "nonno", "oma", "opa", "tante", "tia", "tio", "tío", "tía", "zio", "zia", "onkel", "oncle", "oom", "collègue", "colega", "contratante", "cônjuge", "nora", "notaria", "abonado",
    "mujer", "femme", "vrouw", "cliente", "cliënt", "klant", "candidato", "candidata", "candidat", "ré", "ami", "pai", "kunden", "tutor", "socio", "docent", "gast", "titular",
})  # fmt: skip
# before a given name these need no sign, either
NAMED_BY_GIVEN = frozenset(["driver", "line manager", "caseworker", "case worker", "social worker", "care worker", "builder", "member", "owner", "vendor", "lessor", "lender", "emergency contact", "point of contact", "contact person", "referred by", "interviewer", "gp", "account manager", "hr contact", "employee", "customer", "client", "fahrgast", "babysitterin", "unterzeichner", "unterzeichnerin", "notfallkontakt", "bezugsperson", "erziehungsberechtigte", "erziehungsberechtigter", "besteller", "bestellerin", "melder", "melderin", "verstorbener", "teilnehmer", "teilnehmerin", "kunde", "kundin", "médecin traitant", "demandeur", "demandeuse", "gestionnaire", "conseiller", "conseillère", "nounou", "artisan", "signataire", "contact", "résident", "résidente", "cliente", "solicitante", "trabajador", "trabajadora", "gestor", "gestora", "asesor", "asesora", "niñera", "destinataria", "tomador", "contacto", "residente", "jefe", "jefa", "arrendador", "arrendadora", "medico curante", "richiedente", "consulente", "vicino", "vicina", "contraente", "contatto", "condomino", "locatore", "locatrice", "eigenares", "leraar", "lerares", "verzekeringnemer", "borg", "baas", "klant", "cliënt", "requerente", "consultor", "consultora", "ama", "babá", "destinatária", "contato", "chefe"])  # fmt: skip
FIELDS["PERSON"] += sorted(NAMED_BY_GIVEN.difference(FIELDS["PERSON"]))
# who is meant only where a given name follows: the same words name things, too
BY_NAME = (
    DONE_BY_NAME | frozenset(p for c in COUNTRIES for p in c.people_by_name.split("|") if p)
) - (HOLDERS | ROLES).union(FIELDS["PERSON"])
FIELDS["PERSON"] += sorted(BY_NAME)
ANNOUNCING = HOLDERS | DONE | BY_NAME | (PEOPLE - SELDOM_NAMED)
