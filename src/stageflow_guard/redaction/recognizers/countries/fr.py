"""France, and the words of French."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number


def nir(value: str) -> bool:
    """NIR: 97 minus the first thirteen digits modulo 97; Corsica's 2A and 2B count as 19 and 18."""
    body = (
        value[:13].replace("2A", "19").replace("2B", "18")
        if value[5:7] in ("2A", "2B")
        else value[:13]
    )
    return value[0] in "123478" and body.isdigit() and 97 - int(body) % 97 == int(value[13:])


COUNTRY = Country(
    code="fr",
    language="fr",
    words={
        "card": "carte|carte bancaire|carte bleue",
        "phone": "mon numéro|au numéro|téléphone|contacter au|appeler au|joindre au|rappelez|rappeler|fax|portable|joignable|appelez|appeler|tél|mobile|fixe|joindre",
        "account": "compte|compte bancaire",
        "nir": "nir|insee|numéro de sécurité sociale|sécurité sociale|carte vitale|numéro sécu",
        "passport": "passeport",
        "license": "permis",
        "dob": "né|née|naissance",
        "other": "siren|siret|ape|naf|rcs|commande|facture|article|montant|prix|dossier|colis|semaine|page|erreur",
    },
    fields={"LICENSE_PLATE": "immatriculation|plaque|plaque immatriculation", "US_DRIVER_LICENSE": "permis de conduire|permis conduire|numéro permis",
        "PERSON": "personne à prévenir|personne à prévenir en cas d'urgence|représentant légal|représentante légale|participants|présents|excusés|absents|organisateur|organisatrice|secrétaire de séance|virement reçu de|virement de|virement à|demandeur|contact d'urgence|au nom de|président de séance|responsable légal|déclarant|passager|assuré|locataire|au nom de|nom complet|nom et prénom|titulaire|destinataire|nom du client|titulaire du compte|nom du patient|client|bénéficiaire",
        "EMPLOYEE_ID": "matricule|numéro de matricule|numéro d'employé|n° employé|n° salarié",
        "PERSON_PART": "nom d'usage|nom d'épouse|nom de jeune fille|nom de famille|prénom|prenom|prénoms|nom de naissance|nom|nom patronymique|nom famille|nom usage",
        "STREET_ADDRESS": "cp/ville|cp ville|code postal/ville|code postal et ville|adresse|adresse postale|adresse de livraison|adresse de facturation|domicile|rue",
        "PHONE_NUMBER": "poste téléphonique|poste|standard|téléphone|numéro de téléphone|numéro téléphone|numero telephone|portable|mobile|tél|numéro de portable|téléphone portable|télécopie|telephone",
        "SECRET": "code d'entrée|code de la porte|code portail|code immeuble|mot de passe provisoire|mot de passe temporaire|mdp provisoire|mdp temporaire|code wifi|code du wifi|mot de passe|motdepasse|mdp|code secret|code confidentiel|clé secrète|clef api|clé api|jeton",
        "DATE_OF_BIRTH": "date de naissance|né le|née le|date naissance",
        "CREDIT_CARD": "carte bancaire|numéro de carte|carte de crédit|numéro carte|carte bleue",
        "US_BANK_NUMBER": "numéro de compte|compte bancaire",
        "FR_NIR": "nir|numéro de sécurité sociale|sécurité sociale|numéro sécu|n° sécu",
        "USERNAME": "nom du compte|compte utilisateur|nom d'utilisateur|identifiant|nom utilisateur|utilisateur|identifiant de connexion",
        "PASSPORT": "passeport|numéro de passeport|numéro passeport",
        "EMAIL_ADDRESS": "courriel|adresse mail|adresse électronique|adresse e mail|mél",
    },
    said="je m'appelle|c'est|mon nom est|je suis|moi c'est|je me nomme|mon prénom est|on m'appelle",
    titles="docteur|professeur|maître|madame|monsieur|Famille|famille|M|Mme|Mlle|MM|Mmes|Monsieur|Madame|Mademoiselle|Me|Maître|Dr|Pr|Docteur|Professeur|Mgr",
    greetings="cher|chère|bonjour|bonsoir|salut|coucou",
    born="ddn|d.d.n.|date naiss|né le|née le|né(e) le|née|né|date de naissance|naissance",
    months="janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|fevrier|aout|decembre",
    of="de|du|des|de la|de l'|pour|d'",
    has="porte le numéro|a le numéro|a pour numéro|avec le numéro",
    people="responsable|référent|référente|interlocuteur|interlocutrice|personne à contacter|patient|patiente|client|cliente|salarié|salariée|employé|employée|titulaire|conducteur|conductrice|locataire|propriétaire|bénéficiaire|destinataire|expéditeur|mère|père|mari|femme|fils|fille|enfant|médecin|témoin|candidat|candidate|élève|hôte|invité|invitée|avocat|avocate|notaire|demandeur|demanderesse|défendeur|défenderesse|acheteur|vendeur|assuré|assurée|tuteur|tutrice|enseignant|enseignante|bailleur|usager|adhérent|adhérente|souscripteur",
    people_by_name="donneur d'ordre|ordonnateur|émetteur|débiteur|débitrice|créancier|créancière|emprunteur|emprunteuse|garant|garante|mandant|mandataire|signataire|soussigné|soussignée|héritier|héritière|défunt|défunte|veuve|veuf|époux|épouse|conjoint|conjointe|compagnon|compagne|fiancé|fiancée|frère|soeur|sœur|grand-mère|grand-père|oncle|tante|neveu|nièce|cousin|cousine|petit-fils|petite-fille|beau-père|belle-mère|gendre|belle-fille|voisin|voisine|colocataire|sous-locataire|occupant|occupante|bailleresse|acquéreur|vendeuse|acheteuse|passagère|voyageur|voyageuse|chauffeur|livreur|livreuse|coursier|facteur|infirmier|infirmière|sage-femme|dentiste|pharmacien|pharmacienne|chirurgien|chirurgienne|kinésithérapeute|psychologue|aide-soignante|collègue|stagiaire|apprenti|apprentie|étudiant|étudiante|maîtresse|instituteur|institutrice|directrice|proviseur|représentant légal|représentante légale|plaignant|plaignante|prévenu|prévenue|accusé|accusée|victime|huissier|greffier|greffière|gardien|gardienne|concierge|plombier|électricien|technicien|technicienne|appelant|appelante|visiteur|visiteuse|participant|participante|abonné|abonnée|sociétaire|sinistré|sinistrée|contact d'urgence|personne de confiance|parrain|marraine|curateur|curatrice|utilisateur|utilisatrice|collaborateur|collaboratrice|usagère|piéton|piétonne|cycliste|blessé|blessée|interpellé|interpellée|convive|pensionnaire|allocataire|ouvrier|ouvrière|inscrit|inscrite|nourrisson|écolier|écolière|lycéen|lycéenne|collégien|collégienne|conduite par|pilotée par|signée par|remise à|remise par|reçue par|rédigée par|saisie par|suivie par|traitée par|soignée par|réservée par|réservée pour|commandée par|livrée à|payée par|réglée par|louée à|louée par|accompagné de|accompagnée de|accompagné par|accompagnée par|confié à|confiée à|hébergé chez|hébergée chez|retraité|retraitée|hôtesse",
    numbers=(
        Number(entity="FR_NIR", sizes=(15,), label="nir", check=nir, shapes=((1, 2, 2, 2, 3, 3, 2),), bare=0.6),
    ),
    documents=(
        Document(entity="STUDENT_ID", value=r"[0-9]{9}[A-Z]{2}|[0-9]{10}[A-Z]", names="ine|numéro ine|n° ine|code ine|bea|ine étudiant"),
        Document(entity="STUDENT_ID", value=r"(?=[A-Za-z0-9./-]{0,14}[0-9]{4})[A-Za-z]{0,3}[ -]?[0-9][A-Za-z0-9./-]{3,14}", names="numéro étudiant|n° étudiant|numéro d'étudiant|n° d'étudiant|code étudiant|carte étudiant n°|identifiant national étudiant|numéro de candidat|n° candidat"),
        Document(entity="CASE_NUMBER", value=r"(?=[A-Z0-9 ./:-]{0,24}[0-9]{2})(?:[1-9][0-9]{0,3}[ ])?[A-Z0-9][A-Z0-9]{0,8}(?:[./:-][A-Z0-9]{1,10}|[ ](?=[A-Z]{0,3}[0-9]|[A-Z]{1,3}[ ])[A-Z0-9]{1,10}(?![a-z])){1,4}(?![^\W_])", names="numéro de dossier|n° de dossier|dossier n°|n° rg|rg n°|numéro de répertoire général|n° de procédure|procès-verbal n°|n° d'affaire|sinistre n°|numéro de sinistre|plainte n°|pv n°|n° de pv|n° de plainte|n° parquet|réf dossier"),
        Document(entity="PASSPORT", value=r"(?=[A-Z]{0,3}[0-9A-Z]{0,5}[0-9]{2})[A-Z0-9]{7,10}", names="passeport|numéro de passeport|n° de passeport|passeport n°"),
        Document(entity="EMPLOYEE_ID", value=r"[A-Z]{0,2}[0-9]{4,9}", names="matricule|numéro de matricule|n° matricule|n° de matricule|n° d'agent"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{10}[0-9A-Z]", names="compte|numéro de compte"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="contrat d'assurance|numéro de contrat|contrat n°|numéro de police|carte fidélité|numéro de licence|licence n°|numéro d'adhérent|adhérent n°|adhérente n°|n° adhérent|licencié n°|licenciée n°|n° de licence|carte de membre n°|membre n°|n° de membre|abonné n°|n° d'abonné"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"[0-9]{7,10}", names="nda|iep|nip|suivi sous le n°|suivie sous le n°|sous le numéro|enregistré sous le n°|connu sous le n°"),
        Document(entity="MEDICAL_LICENSE", value=r"[0-9]{9,11}", names="rpps|numéro rpps|adeli|numéro adeli|finess"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}-[0-9]{3}-[A-Z]{2}", names="véhicule|voiture|camion|scooter|moto|camionnette|utilitaire"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{5}[ ]?[0-9]{5}[ ]?[0-9A-Z]{11}[ ]?[0-9]{2}", names="rib|compte|numéro de compte|compte bancaire"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="ipp|ipp patient|numéro ipp|dossier médical|numéro de dossier médical|dossier patient|numéro de dossier patient|numéro du patient|numéro patient|identifiant patient|id patient|nip patient|numéro de séjour|numéro d'hospitalisation|numéro d'admission|numéro de venue"),
        Document(entity="MEMBER_ID", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="numéro d'adhérent|numéro d'assuré|numéro de police|police n°|numéro de contrat mutuelle|numéro de mutuelle|numéro mutuelle|carte mutuelle|numéro d'affilié|numéro de sociétaire|sociétaire n°|mutuelle"),
        Document(
            entity="FR_NIR", names="nir|n° sécu|num sécu|numéro de secu|secu|n° de sécurité sociale|sécurité soc|insee|numéro de sécurité sociale|sécurité sociale|sécu|numéro de sécu|n° de sécu|numéro sécu|numéro ss|numéro de ss|assuré social|ins|matricule ins|numéro ins|assuré n°|immatriculation sociale|carte vitale", check=nir,
            value=r"[1-478][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?(?:[0-9]{2}|2[AB])[ ]?[0-9]{3}[ ]?[0-9]{3}(?:[ ]?[0-9]{2})?",
        ),
        Document(entity="PASSPORT", value=r"[0-9]{2}[A-Z]{2}[0-9]{5}", names="passeport|numéro de passeport|n° de passeport"),
        Document(entity="FR_RESIDENT", value=r"[0-9]{10}", names="agdref|numéro agdref|n° agdref|numéro étranger|n° étranger|numéro d'étranger"),
        Document(entity="FR_CNI", value=r"[0-9]{12}|[A-Z0-9]{9}|[0-9]{10}|[12][ ]?[0-9]{3}[ ]?[0-9]{4}[ ]?[0-9]{5}", names="carte d'identité|titre de séjour|carte de séjour|carte de résident|récépissé|pièce d’identité|pièce d'identité|carte identité|numéro du document|carte nationale d'identité|cni|n° cni|numéro de carte d'identité"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{2}[A-Z]{2}[0-9]{5}|[0-9]{12}|[A-Z][0-9]{4}-?[0-9]{6}-?[0-9]{2}", names="permis de conduire|permis b|permis n°|n° de permis|mon permis|son permis|numéro de permis|permis"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{2}[ -][0-9]{3}[ -][A-Z]{2}|[0-9]{1,4}[ ][A-Z]{2,3}[ ][0-9]{2}", names="immatriculation|plaque d'immatriculation|plaque|immatriculé|immatriculée"),
        Document(entity="FR_TAX_ID", value=r"[0-3][0-9](?:[ ]?[0-9]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}|[0-9]{11})", names="numéro fiscal|spi|n° fiscal|numéro fiscal de référence"),
    ),
)  # fmt: skip
