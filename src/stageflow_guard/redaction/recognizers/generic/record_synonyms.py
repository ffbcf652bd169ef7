"""More words for the numbers under which one person is kept: mistyped, shortened, of one country or house. Data.

They are read as those of `record_words`: by the way each leads to a number.
"""

from __future__ import annotations

# by kind and by the name of a way
MORE: dict[str, dict[str, str]] = {
    "MEMBER_ID": {
        "OWN": (
            "n° alloc|n° alloc.|alloc caf|n° allocataire caf|nass|clubnr|clubnummer|lid nr|lid nummer|membernr|member nr|lojalitätsnr|kartennr der mitgliedskarte|n° carte fid|filiado|filiada|filiação sindical|nº de filiado|afiliado nº|cuenta cliente|nº suscriptor|n° assicurato|n. assicurato|n. socio|n. abbonato|n. iscrizione al sindacato|"
            "membership id|memb no|membrshp|fidaty|avios|flybuys|nectar number|clubcard number|my boots|everyday rewards|aeroplan|scene+|skymiles|airpoints|smiles & more|policyno|acct holder no|polnr|pol.-nr|pol. nr|polizzennr|polizzennummer|versnr|vers.-nr|vsnr|vsnr.|vs-nr|vers.nr|mitgl.-nr|mitgl.nr|mitgl. nr|vertragsnr|vtr.-nr|vtnr|abonr|abo-nr|abonentennr|kundennr|kd.nr|kundnr|schaden-nr|schadennr|schadennummer|versichertennr"
            "|n° adh|n° adhérent|n° abonné|n° client|réf client|réf. client|ref client|id client|code client|code adhérent|code abonné|n° sociétaire|n° allocataire|n° assuré|n° de police|n° de contrat|numéro de police|numéro de contrat|n° de licence"
            "|nº socio|nº de socio|n.º de socio|nro de socio|nro. de socio|n° de socio|nº cliente|nº de cliente|nro de cliente|nro. de cliente|código de cliente|cód. cliente|cod. cliente|nº de abonado|nº de póliza|nro de póliza|nº de contrato|nº contrato|nic de luz|código de suministro|nº de suministro|número de suministro|nro de suministro|cups"
            "|bollino|codice cliente|cod. cliente|cod.cliente|n. cliente|n. tessera|nr. tessera|num. tessera|n. polizza|nr. polizza|n. contratto|nr. contratto|codice contratto|codice socio|codice abbonato|codice iscritto|numero tessera|numero cliente|numero polizza|numero contratto"
            "|klantnr|klantnummer|klantennr|relatienr|relatienummer|lidnr|lidnummer|ledennr|polisnr|polisnummer|contractnr|abonneenr|abonr|schadenr|schadenummer|debiteurnr|mutualiteitsnr|mutualiteitsnummer|ziekenfondsnr|aansluitingsnr|verzekeringsnr|deelnemersnr"
            "|nº sócio|nº de sócio|n.º sócio|nº cliente|nº de cliente|n.º de cliente|cód. cliente|código do cliente|código de cliente|nº da apólice|n.º da apólice|nº do contrato|n.º do contrato|nº de contrato|carteirinha|cart. do sindicato|nº de beneficiário|nº da unidade consumidora|unidade consumidora|código do associado|matrícula do associado|nº do associado"
        ),
        "THING": (
            "leserausweis|leserkarte|büchereiausweis|gewerkschaftskarte|tessera sindacato|bonuskaartje|ah bonus|carteira do convênio|carteira do plano|cartão unimed|carteira unimed|cartão vantagem|mitgliedschaft|lidmaatschap|afiliación sindical|adhésion syndicale|"
            "union card|union membership|trade union card|gym card|gym pass|swim pass|season ticket holder|museum pass|national trust card|co-op card|coop card|costco card|rail card|railcard|oyster card account|library ticket|insurance policy|home policy|car policy|travel insurance policy|pet policy|life policy|health policy|medicare card|medibank card|phone contract|mobile contract|broadband contract|energy contract|electricity contract"
            "|gewerkschaftsausweis|gewerkschaftsmitglied|vereinsmitglied|vereinsausweis|büchereiausweis|büchereikarte|bibliothekskarte|deutschlandcard|stammkundenkarte|servicekarte|miles-and-more-karte|dauerkarte|saisonkarte|versichertenausweis|krankenkassenkarte|e-card|polizze|haftpflichtpolizze|haftpflichtpolice|hausratversicherung|haftpflichtversicherung|rechtsschutzversicherung|lebensversicherung|unfallversicherung|stromvertrag|gasvertrag|handyvertrag|mobilfunkvertrag|dsl-vertrag|internetvertrag|mietvertrag|leasingvertrag|bausparvertrag|fitnessvertrag|zeitungsabo|zeitschriftenabo|halbtax|halbtaxabo|swisspass|generalabonnement"
            "|carte syndicale|syndiqué|syndiquée|carte cgt|carte cfdt|carte fnac|carte navigo|passe navigo|carte sncf|carte d'adhésion|carte de lecteur|carte de bibliothèque|carte de fidelité|carte mutualiste|carte de mutuelle|carte tiers payant|attestation mutuelle|contrat d'assurance|contrat auto|contrat habitation|contrat santé|contrat obsèques|contrat prévoyance|contrat mobile|contrat internet|contrat d'électricité|contrat de gaz|abonnement presse|licence ffr|licence fff|licence ffb|licence ffjudo|licence sportive"
            "|carné sindical|carnet sindical|carné de afiliado|carnet de afiliado|tarjeta sindical|carné joven|carné del club|abono de temporada|abono transporte|abono deportivo|tarjeta de lector|tarjeta de biblioteca|tarjeta de afiliado|seguro de hogar|seguro de auto|seguro de coche|seguro del coche|seguro de vida|seguro de salud|contrato de luz|contrato de gas|contrato de móvil|contrato de fibra|contrato de alquiler|mutua|isapre|prepaga"
            "|tessera sindacale|tessera cgil|tessera cisl|tessera uil|tessera coop|carta esselunga|carta conad|tessera cai|tessera arci|tessera palestra|abbonamento palestra|tessera associativa|carta millemiglia|carta unica|bollino cai|polizza auto|polizza casa|polizza vita|polizza rca|polizza infortuni|contratto luce|contratto gas|contratto telefonico|contratto di affitto|contratto di locazione"
            "|vakbondskaart|vakbondslid|lidmaatschapskaart|lidmaatschapspas|bibliotheekpasje|bibkaart|bieb pas|biebpas|sportpas|sportschoolpas|seizoenkaart|clubkaart|airmileskaart|spaarkaart|mutualiteitskaart|zorgverzekering|autoverzekering|inboedelverzekering|reisverzekering|woonverzekering|levensverzekering|opstalverzekering|energiecontract|telefoonabonnement|mobiel abonnement|stroomcontract|gascontract|krantenabonnement|huurcontract"
            "|cartão do sindicato|carteira do sindicato|carteira sindical|cartão de associado|carteira de sócio|cartão da biblioteca|cartão de leitor|cartão do convênio|carteira do convênio|cartão de saúde|cartão pingo doce|cartão jumbo|cartão da mutua|passe social|seguro automóvel|seguro auto|seguro do carro|seguro de vida|seguro saúde|seguro de saúde|seguro de casa|seguro residencial|contrato de luz|contrato da luz|contrato de água|contrato de arrendamento|contrato de aluguel|contrato de internet|carteirinha do plano|carteirinha do convênio|carteirinha da unimed"
        ),
        "NEEDS": (
            "memb|membrship|memebership|membershp|membeship|mshp|costumer|custmer|customr|cutomer|cstmr|subscr|acct holder|policyholder|insurance policy|union member|season ticket|health fund|medibank|super fund|superannuation|claim|claims|enrollee|subscriber's|co-op|coop|association|parishioner|congregant|volunteer|alumni|alumnus"
            "|vereins|gewerkschafts|verdi|ver.di|igm|ig metall|gew|büchereiausweis|bücherei|leserausweis|zeitungsabo|abonnenten|polizzen|polizze|haftpflicht|hausrat|stromkunden|gaskunden|stromvertrags|handyvertrags|versorgungs|marktlokations|rentenversicherungs|pensions|pensionisten|spenden|pächter|pacht|wohngeld|bewohner|klubmitglieds|klub|genossenschafts|mitarbeiteraktionärs|schadenfall|schadens|leistungs"
            "|adh|adherent|abonne|cotisant|cotisation|syndicat|syndical|syndiqué|carte syndicale|mutuelle|sinistre|contrat edf|point de livraison|retraité|pensionné|retraite|fidelite|carte fid|carte fidélité|bibliothèque|emprunteur|locataire|bailleur|copropriétaire|habitant|volontaire|bénévole|parrain|licencié ffr"
            "|clienta|clientes|socios|abonado|abonada|sindicato|sindical|mutua|mutual|póliza|poliza|siniestro|contrato de luz|carné|carnet|credencial|jubilado|pensionado|pensionista|colegiatura|prestatario|padrino|voluntario"
            "|tesserino|tessera|tesserato|sindacato|sindacale|polizza|sinistro|abbonato|abbonata|pensionato|pensione|pensionata|volontario|donatrice|condomino|affittuario|locatario|mutuo|correntista|clienti"
            "|vakbond|vakbonds|mutualiteit|mutualiteits|ziekenfonds|polis|verzekeraar|zorgverzekering|schade|schadeclaim|bieb|bibliotheek|abonnement|energieklant|gepensioneerden|vrijwilligers|bewoners|huisvestings|spaarders|verenigings|begunstigden|klanten"
            "|clientes|sócios|cooperado|cooperada|sindicato|sindical|sindicalizado|sindicalizada|mútua|convênio|unimed|segurado|sinistro|consumidor|assinantes|aposentado|aposentada|pensionista|reformado|voluntário|condômino|mutuária|locatário|arrendatário"
        ),
        "CARD": "versorgung|polizze|assurance|assicurazione|verzekering|mutuelle|mutualité|carné|carnet|tesserino",
    },
    "CASE_NUMBER": {
        "OWN": (
            "pulse|crn|rapport-nr|rapportnr|journal-nr der polizei|leistungsakt|ro nº|registro de ocorrência nº|rdo|geschäfts-nr|geschäftsnr|n° d'affaire|n° affaire|rg général|n. cronologico|n. repertorio tribunale|parket-nr|"
            "f.i.r|fir no|fir nr|fir number|fir#|c.c. no|o.s. no|crl. case no|cr. no|crim. no|crimestoppers ref|niche no|occurrence no|occurrence number|garda ref|pulse no|pulse number|pulse id|cas no|cas number|o.b. no|ob no|ob number|o.b. number|matter no|matter number|suit no|suit number|petition no|cause no|court no|court case|court reference|claim no|index no|writ no|proceeding no|file no. with the court"
            "|gesch.-z|gesch.z|gzl|geschäftszahl|geschz|g.-z|gesch.-nr|gerichtsakte|gerichtsaktenzeichen|aktz|akt.z|akt.-z|aktennr|akten-nr|vorgangsnummer|vorgangsnr|vorgangs-nr|vorg.-nr|tagebuchnummer|tagebuchnr|tgb.-nr|tgb-nr|tgbnr|tgb|strafregisternr|verfahrensnummer|verfahrensnr|verfahrens-nr|dossiernr der kesb|js-az|ermittlungsakte|strafakte"
            "|n° rg|no rg|n° de rôle|numéro de rôle|n° de parquet|n° parquet|n° pv|n° de pv|numéro de pv|no de plainte|n° de plainte|numéro de plainte|n° instruction|n° de procédure|numéro de procédure|numéro d'écrou|n° d'écrou|n° de minute|n° de greffe|no de cour|no de dossier de la cour|notice n°|numéro de notice|n° notice"
            "|radicado|radicación|nro de radicado|rol nº|rol n°|ruc nº|causa rol|causa nº|causa n°|autos nº|autos n.º|autos número|autos núm|expte judicial|expediente judicial|expte. nº|expte nº|carpeta de inv|carpeta de inv.|carpeta fiscal|carpeta nº|averiguación previa|noticia criminal|spoa|cuij|denuncia nº|denuncia n°|ipp nº|nº de atestado|nº de diligencias|procedimiento ordinario|juicio verbal|juicio ordinario|monitorio|ejecución de títulos|diligencias penales|legajo de investigación"
            "|ruolo gen|ruolo gen.|ruolo generale|r.g. n|r.g. n.|n. r.g|n. rg|n.r.g|r.g.n.r|n. registro|n. di ruolo|numero di ruolo|proc. n|proc. n.|procedimento n|procedimento n.|proc. penale|proc. civile|p.p. n|n. sentenza|r.g. esec|r.g.es|rge|n. sdi|protocollo sdi|incarto|inc. n|n. incarto"
            "|rolnr|rol nr|rolno|zaak nr|zaaknr|zaak-/rolnummer|parketnr|parket nr|notitienr|pv-nummer|pv-nr|pvnr|pv nr|procesverbaalnummer|procesverbaalnr|bvh-nummer|bvh|bvh nr|registratienummer politie|mutatienr|mutatienummer|systeemnr|a.r. nr|a.r|ar-nummer|dossiernr rechtbank|cjib-nr|cjib-nummer"
            "|autos nº|autos n|autos n.|autos do processo|proc. nº|proc. n.º|nº do processo|n.º do processo|número do processo|número único|nº único|proc. judicial|processo judicial|bo nº|bo n|b.o. nº|b.o. n|nº do bo|número do bo|nº bo|boletim nº|ipl|ipl nº|tco|tco nº|reds|rai nº|nº do inquérito|auto de ocorrência|auto de notícia nº|nuipc nº"
        ),
        "THING": (
            "first information report|occurrence book|crime number|police complaint|police case|traffic citation|court summons|small claims|small claim|restraining order|protection order|divorce petition|child custody|custody case|probate case|tribunal claim|employment tribunal|ombudsman complaint|penalty notice|fine reference|bail bond|prison number"
            "|anzeige|strafanzeige|polizeianzeige|polizeiprotokoll|unfallaufnahme|mahnbescheid|vollstreckungsbescheid|vollstreckungsverfahren|scheidungsverfahren|scheidungssache|insolvenzverfahren|betreuungsverfahren|bußgeldverfahren|bussgeldverfahren|klageverfahren|sorgerechtsverfahren|strafmandat|organstrafverfügung|strafverfügung|anonymverfügung|betreibung|zahlungsbefehl|strafbefehlsverfahren|gerichtsverfahren"
            "|plainte pénale|ordonnance pénale|jugement de divorce|assignation|citation à comparaître|convocation au tribunal|mise en demeure du tribunal|enquête préliminaire|instruction judiciaire|garde à vue|amende|amende forfaitaire|constat amiable|constat d'huissier|déclaration de vol|constat de police|commandement de payer"
            "|atestado policial|diligencia policial|denuncia policial|juicio de divorcio|juicio de faltas|juicio rápido|auto judicial|expediente sancionador|querella criminal|orden de alejamiento|acta policial|parte policial|acción de tutela|demanda laboral|comparendo|citación judicial"
            "|denuncia ai carabinieri|denuncia di furto|denuncia di smarrimento|denuncia querela|verbale dei vigili|verbale di contravvenzione|verbale di accertamento|contravvenzione|decreto ingiuntivo|decreto penale|atto di citazione|procedura esecutiva|pignoramento|separazione consensuale|precetto|avviso di garanzia|notizia di reato"
            "|proces verbaal|strafbeschikking|dagvaarding|klaagschrift|kort geding|politierapport|politieaangifte|verkeersboete|procedure bij de rechtbank|schadeaangifte|echtscheidingszaak|onderzoeksdossier|opsporingsonderzoek"
            "|queixa na psp|queixa na gnr|participação à polícia|auto de contraordenação|contraordenação|contra-ordenação|injunção|citação judicial|mandado|mandado de citação|ação de divórcio|ação de alimentos|ação trabalhista|reclamação trabalhista|reclamatória trabalhista|processo trabalhista|execução fiscal|processo-crime|denúncia na polícia|registro de ocorrência|registo de ocorrência"
        ),
        "FILE": "legajo|carpeta|incarto|dossiernr|rechtssache|aktenvermerk",
        "NEEDS": (
            "fir|ob|o.b|suit|petition|writ|occurrence|citation|summons|bail|probate|tribunal|ombudsman|arbitration|parole"
            "|polizei|strafanzeige|mahn|vollstreckungs|insolvenz|unfall|verfahrens|tagebuch|js|ermittlungs|betreibungs"
            "|plainte|parquet|rôle|rôle général|écrou|amende|procès verbal"
            "|querella|carpeta|sumario|juicio|expediente judicial|averiguación|comparendo"
            "|esposto|procedimento|contravvenzione|incarto|notizia di reato|fascicolo penale"
            "|politie|aangifte|mutatie|bvh|strafzaak|dagvaarding|strafdossier"
            "|boletim|boletim de ocorrência|mandado|auto de notícia|contraordenação|processo judicial|inquérito policial"
        ),
    },
    "EMPLOYEE_ID": {
        "OWN": (
            "psn|nrp|lerarenkaart|dienstnummer politie|re da pm|matrícula siape|n° rpps|code salarié|n° pointage|matricola inail|id operatore|gpid|sapid|sap-id|pernr|"
            "staffno|staff nr|staff#|emp#|emp. no|emp no|ee#|empl. no|empl no|empl id|emplid|clock no|clock number|clock card|works no|works number|pay no|pay number|payroll no|payroll id|service number|force number|shoulder number|teacher ref|teacher reference number|persal|persal no|ghris|ippis|workday id|oracle hr id"
            "|personalkürzel|personal-nr|pers.-nr|pers.nr|pers. nr|persnr|personalnr|personalnummer|ma.-nr|mitarbeiternr|mitarbeiter-nr|mitarbeiterkürzel|dienstnr|dienst-nr|dienstnummer|dienstausweisnr|stammnr|stamm-nr|stempelnr|stempelkarte|stechkarte|lohnnr|lohn-nr|bediener-nr|lehrernummer|ausweisnr des mitarbeiters|sap-personalnummer"
            "|mle|mle n°|mat. agent|numen|n° numen|matr. agent|matricule rh|n° de matricule|no de matricule|numéro de matricule|no matricule|n° matricule|no d'employé|no d’employé|numéro d'employé|n° agent|n° d'agent|code agent|n° salarié|id salarié|n° de badge|numéro de badge|nni"
            "|nro. de legajo|nº de legajo|legajo nº|legajo n°|leg. nº|nº de empleado|nro de empleado|nro. de empleado|número de empleado|no. de empleado|cód. empleado|código de empleado|cod. empleado|código de trabajador|ficha nº|nº de ficha|nómina nº|nº de nómina|nrp|n.r.p|cip profesional|nº de personal|clave de empleado|clave docente|escalafón"
            "|matr. dip|matricola inps dipendente|n. matricola|nr. matricola|num. matricola|numero matricola|matr. n|matr. n.|matr.|cartellino|cartellino n|n. cartellino|n. badge|badge n|numero badge|codice operatore|codice dipendente|codice fiscale aziendale|id dipendente|tesserino aziendale|cid dipendente"
            "|personeelsnummer|personeels nr|pers.nr|persnr.|pers. nr.|medewerkernr|medewerkersnr|werknemernr|werknemersnr|stamnr|stamnummer|stamboeknr|dienstnr|badgenr|badgenummer|prikkaart|prikkloknr|prikklok|loonnr|salarisnr|salarisnummer|collegenr|agb personeel"
            "|nº mec|n.º mec|nº mec.|n.º mec.|no mec|num. mec|núm. mec|n. mec|nmec|mec. nº|nº mecan|n.º mecan|nº mecanog|número mec|n.º mecanográfico|nº funcional|n.º funcional|nº de funcionário|n.º de funcionário|nº funcionário|nº de colaborador|n.º de colaborador|nº de matrícula funcional|id funcional|masp|rgf|registro de empregado|re do funcionário|nº do crachá|chapa nº|chapa do funcionário|nº de trabalhador|nº de ordem na folha"
        ),
        "THING": (
            "id badge|staff id|staff pass|employee badge|employee card|work pass|time card|timecard|swipe card|hospital badge|police badge|teacher card"
            "|dienstmarke|firmenausweis|betriebsausweis|hausausweis|mitarbeiterkarte|zeiterfassungskarte|zeitkarte|lehrerausweis|personalausweis der firma|pensionärsausweis"
            "|badge d'accès|badge du personnel|carte du personnel|carte de service|carte de pointage|carte d'employé|pointeuse|bulletin de paie|bulletin de salaire|fiche de paie"
            "|tarjeta de empleado|tarjeta de fichar|tarjeta de fichaje|gafete|gafete de empleado|carné de empleado|fichero de personal|recibo de sueldo|recibo de haberes|recibo de nómina|placa policial|carné profesional"
            "|cartellino marcatempo|badge aziendale|badge dipendente|cartellino presenze|busta paga|cedolino paga|cedolino stipendio"
            "|toegangspas|medewerkerspas|werknemerspas|loonstrook|loonfiche|loonbrief|loonbriefje|salarisstrook|politiebadge"
            "|cartão de ponto|cartão de funcionário|crachá funcional|crachá da empresa|recibo de vencimento|contracheque|holerite|cartão de colaborador"
        ),
        "NEEDS": (
            "empl|teacher|nurse|doctor's staff|apprentice|trainee|volunteer staff|faculty|warrant|shoulder|collar|guard|steward"
            "|bediener|fahrer|lehrer|lehrkräfte|lehrkraft|azubi|auszubildenden|beamten|angestellten|arbeiter|pförtner|stempel|stech|personalstamm|personalakten|kollegen|leiharbeiter|zeitarbeiter|pfleger"
            "|enseignant|professeur|prof|infirmier|infirmière|conducteur|chauffeur|ouvrière|employée|salariée|paie|personnel|collaborateur|collaboratrice|stagiaire|apprenti|intérimaire|policier"
            "|docente|maestro|maestra|profesor|profesora|enfermero|enfermera|conductor|chofer|obrero|operaria|funcionaria|becario|empleados"
            "|docente|insegnante|infermiere|infermiera|autista|operaio|operaia|dipendenti|lavoratrice|impiegato|impiegata|personale|timbratura|marcatempo"
            "|leraar|leraren|docent|docenten|chauffeur|chauffeurs|verpleegkundige|uitzendkracht|arbeider|bediende|ambtenaar|loon|salaris|prikklok|collega"
            "|professor|professora|enfermeiro|enfermeira|motorista|operário|operária|empregado|empregada|servidora|funcionária|docente|estagiário|crachá|vigilante"
        ),
        "FILE": "chapa funcional",
    },
    "STUDENT_ID": {
        "OWN": (
            "étu|n° étu|n°étu|num étu|legi|legi-nr|cod. alumno|nro de registro estudiantil|carné de alumno|stamnummer student|r-nummer student|"
            "uni id|uni no|uni number|z-number|znumber|zid|banner id|banner no|matric no|matric number|matric. no|matric#|matno|mat no|reg no of the student|student no|student nr|student#|stud no|stud. no|stud id|studentid|ucas no|ucas number|hesa no|hesa number|exam no|exam number|index number|jamb reg|jamb reg no|jamb no|candidate no|candidate number|roll no|roll number|enrolment no|enrollment no|hall ticket no|prn no|usn no|lrn|nemis|nemis upi|leaving cert number|applicant id|cao number|aamc id|lsac no"
            "|martikelnummer|martrikelnummer|matrikelnumer|matrikel-nr|matrikel nr|mat.-nr|mat-nr|matr.nr|matrikelnr.|immatrikulationsnummer|immatrikulationsnr|legi-nr|leginummer|legi-nummer|legi|studentennr|studierenden-id|studi-id|schülernummer|schülernr|schüler-id|schüler-nr|prüflingsnummer|prüfungsnummer|kandidatennr|bewerbernummer|bewerbernr|bewerber-id|unicard"
            "|no étudiant|n°étudiant|n° d'étudiant|n° d’étudiant|numéro d'étudiant|num étudiant|no d'étudiant|code étudiant|code permanent|n° ine|ine/bea|n° candidat|n° de candidat|numéro de candidat|n° d'inscription parcoursup|n° parcoursup|dossier parcoursup|n° élève|numéro d'élève|n° d'élève|id élève|n° anonymat|cvec|n° cvec"
            "|nia|n.i.a|nº de cuenta unam|número de cuenta unam|nº de expediente académico|expediente académico|nº de alumno|nro de alumno|no. de control|número de control|nº de control|matrícula unam|matrícula ipn|matrícula uam|matrícula universitaria|matrícula escolar|código universitario|código del estudiante|cód. estudiante|código de estudiante|cu universitario|registro universitario|legajo universitario|nº de padrón|nro. de padrón|lu nº|l.u. nº|nro de libreta|nº de libreta|nip de alumno|folio del aspirante|folio de aspirante"
            "|matr. universitaria|matr. n. università|matricola n|n. matricola studente|matricola nr|codice studente|cod. studente|id studente|numero studente|codice alunno|numero di libretto|n. libretto|libretto universitario|n. candidato|codice candidato"
            "|stud.nr|stud.nr.|stud nr|studnr|stud.-nr|studentnr.|studentno|studentnummer|studienummer|studienr|studentennummer|rolnr student|leerlingnr|leerlingnummer|leerlingennr|onderwijsnr|onderwijsnummer|pgn|kandidaatnr|kandidaatsnr|examennr|examennummer|r-nummer|ugent-id|vub-id|collegekaartnr|inschrijvingsnr|eckid"
            "|ra n|ra n.|ra do estudante|nº de aluno|n.º de aluno|nº aluno|n.º aluno|no de aluno|número de aluno|nº mec. aluno|nº de estudante|n.º de estudante|nº estudante|cód. aluno|código do aluno|código de aluno|dre nº|grr|nusp|nº usp|ra unicamp|matrícula da faculdade|matrícula na faculdade|matrícula universitária|matrícula acadêmica|matrícula escolar|nº de inscrição no enem|inscrição enem|inscrição no enem|nº de inscrição no vestibular|nº de candidato|n.º de candidato|id do aluno|rm do aluno"
        ),
        "THING": (
            "campus card|uni card|unicard|ucard|library card at uni|student pass|bus pass for students|exam slip|admission slip|admit card"
            "|semesterticket|semesterausweis|campuskarte|legitimationskarte|immatrikulationsbescheinigung|studienbescheinigung|mensakarte|schülerkarte"
            "|carte izly|carte multiservice|carte étudiante|certificat de scolarité|carte scolaire|carte de lycéen"
            "|carné escolar|carnet de estudiante|tarjeta universitaria|credencial escolar|credencial de estudiante|libreta de estudiante|pase estudiantil|constancia de estudios"
            "|badge universitario|libretto|tessera studente|carta dello studente|certificato di iscrizione|statino"
            "|studentenpas|studentenkaart|leerlingenpas|schoolpas|campuskaart|inschrijvingsbewijs"
            "|cartão da faculdade|cartão do aluno|carteirinha de estudante|carteirinha estudantil|carteira estudantil|cartão universitário|comprovante de matrícula|cartão escolar"
        ),
        "NEEDS": (
            "matric|undergrad|undergraduate|postgraduate|exam candidate|applicant|roll|hall ticket|enrol|scholar"
            "|hochschul|bewerber|prüfungs|prüfungskandidaten|schüler|schülerin|studentin|studierende|stud|legi|klausur|abiturienten|teilnehmer-|hörer|gasthörer"
            "|etudiant|étudiante|élèves|candidate|bac|lycéen|lycéenne|apprenant|apprenante|doctorant|boursier|scolarité|anonymat|parcoursup"
            "|alumnos|alumno/a|aspirante|postulante|universitario|universitaria|estudiantil|estudiantes|becario|opositor|opositora|graduando|tesista|escolar"
            "|studenti|alunna|universitaria|candidata|laureando|laureanda|dottorando|matricola|libretto|concorrente"
            "|stud|studente|examenkandidaat|cursist|cursisten|inschrijvings|onderwijs|scholier|scholieren|promovendus|kandidaats"
            "|alunos|discente|acadêmico|acadêmica|vestibulando|candidata|inscrição|inscrito|inscrita|bolsista|formando|formanda|educando|mestrando|doutorando"
        ),
    },
    "MEDICAL_RECORD_NUMBER": {
        "OWN": (
            "cipa|cip-aut|gam|patientenetikett|patientenaufkleber|étiquette patient|pegatina del paciente|etichetta paziente|patiëntsticker|etiqueta do doente|sns nº|utente sns|hist. clínica|hist. clin|historial clínico|historial nº|dossier hôpital|nip hôpital|spitalnummer|spital-nr|opd|e-rezept-id|task-id rezept|"
            "hosp no|hosp. no|hosp number|hospital no|hospital number|unit number|unit no|chart no|chart number|pt no|pt id|pt. no|ur number|ur no|umrn|u.r. no|chi no|chi number|nhi no|mrn no|uhid|uhid no|opd no|ipd no|opd number|referral no|referral number|rx no|rx number|rx #|script no|script number|prescription no|prescription number|ubrn|accession no|accession number|lab no|lab number|specimen no|specimen number|encounter no|encounter number|visit no|visit number|admission no|admission number"
            "|überweisungscode|überweisungs-code|vermittlungscode|vermittlungs-code|dringlichkeitscode|ü-schein-nr|pat.nr|pat. nr|patientennr|patienten-nr|patientennummer|patienten-id|pat.-id|aufnahmenr|aufnahme-nr|aufnahmenummer|rezeptnr|rezept-nr|rezeptnummer|e-rezept-code|laborauftragsnummer|labornr|labor-nr|befundnr|befund-nr|befundnummer|histologie-nr|krankenaktennr|ka-nr|einweisungsnr|eva-nummer|elga"
            "|n° ipp|no ipp|ipp n°|n° patient|no patient|id patient|n° de patient|numéro de patient|n° de séjour|numéro de séjour|n° d'hospitalisation|n° d'admission|numéro d'admission|n° iep|iep|n° d'ordonnance|n° ordonnance|ordonnance n|ordonnance n°|ordonnance n.|no de prescription|n° de dossier médical|dossier médical n°|n° dossier médical|n° de dossier patient|no de dossier médical|n° d'examen|n° de prélèvement|n° de demande|crds|n° crds"
            "|nº historia|nº de historia clínica|n° de historia clínica|nro de historia clínica|nro. hc|nº hc|hc nº|hc n°|h.c. nº|hcl|nhc nº|nº de expediente clínico|expediente clínico|exp. clínico|expte clínico|nº de episodio|nº episodio|nº de receta|receta nº|receta n°|código de receta|cód. receta|volante nº|nº de volante|volante n°|nº de ingreso|nº de petición|nº de muestra|cip sns|cip autonómico|nss imss|afiliación imss|agregado médico|nº de orden médica|orden médica nº|nº de autorización médica|ficha clínica nº|ficha clínica|n° de ficha"
            "|cartella clin|cartella clin.|cartella n|cartella n.|n. cartella|nr. cartella|numero cartella|cart. clin|cart. clin.|cartella clinica n|n. nosografico|nosografico|n. nosologico|numero nosologico|n. nre|nre n|n. ricetta|numero ricetta|ricetta n|ricetta n.|ricetta bianca n|n. impegnativa|impegnativa n|numero impegnativa|codice impegnativa|codice nre|n. accettazione|n. ricovero|numero ricovero|n. referto|referto n|referto n.|id paziente|codice paziente|cod. paziente|n. scheda"
            "|patiëntnummer|patientnr|patientnummer|pat.nr.|patnr.|patiëntnr.|pat-nr|patiënt-id|patientid|zis-nr|zisnr|zis-nummer|opnamenr|opnamenummer|receptnr|receptnummer|voorschriftnr|voorschriftnummer|voorschrift rid|rid-code|verwijsnr|verwijsnummer|verwijscode|verwijsbriefnr|zorgdomeinnr|zorgdomein|zorgdomeinnummer|zd-nummer|zd-nr|labnr|labnummer|monsternr|onderzoeksnr|dossiernr ziekenhuis|epd-nr|epd-nummer"
            "|proc. clínico|proc clínico|proc. clin|proc.clínico|processo clinico nº|processo clínico nº|nº de processo clínico|n.º de processo clínico|nº processo clínico|nº de processo hospitalar|prontuario|pront|pront.|prontuário nº|nº do prontuário|n.º do prontuário|número do prontuário|nº prontuário|nº utente|n.º utente|n.º de utente|nº sns|n.º sns|cartão sus|cns|cns nº|nº do cns|cartão nacional de saúde|nº da receita|n.º da receita|receita nº|receita n.º|receita médica nº|nº de receita|número da receita|guia nº|guia n.º|nº da guia|n.º da guia|número da guia|guia de encaminhamento|guia de internação|guia de internamento|guia de consulta|guia de referência|guia tiss|senha de autorização|registro hospitalar|registro do paciente|registro de atendimento|nº de atendimento|nº do atendimento|número do atendimento|nº de episódio|n.º de episódio|nº de internamento|same|nº same|aih|nº da aih|apac"
        ),
        "THING": (
            "referral letter|gp referral|hospital referral|e-referral|prescription|repeat prescription|e-prescription|escript|e-script|hospital card|clinic card|patient wristband|wrist band|discharge letter|discharge summary|lab request|lab form|blood form|radiology request|x-ray request|mri referral|sick note|fit note|medical certificate"
            "|überweisung|überweisungsschein|rezept|e-rezept|privatrezept|verordnung|heilmittelverordnung|einweisung|einweisungsschein|arztbrief|entlassbrief|entlassungsbrief|laborschein|laborbefund|krankmeldung|arbeitsunfähigkeitsbescheinigung|au-bescheinigung|krankenhausausweis|impfpass|patientenband|krankenakte|krankenblatt"
            "|ordonnance|prescription médicale|lettre d'orientation|courrier d'adressage|demande de consultation|demande d'examen|bon d'examen|bon de consultation|arrêt de travail|avis d'arrêt de travail|bracelet patient|bracelet d'hôpital|étiquette patient|feuille de soins|compte rendu opératoire|compte-rendu d'hospitalisation|carnet de santé"
            "|receta|receta médica|receta electrónica|volante|volante médico|volante de derivación|hoja de derivación|interconsulta|orden médica|orden de laboratorio|parte de baja|licencia médica|informe de alta|pulsera del hospital|pulsera hospitalaria|carnet de salud|carné de salud|bono fonasa|bono de atención|remisión médica|fórmula médica|expediente médico|expediente clinico"
            "|impegnativa rossa|impegnativa del medico|ricetta rossa|ricetta bianca|ricetta medica|ricetta specialistica|promemoria della ricetta|referto|referto di laboratorio|lettera di dimissione|dimissione|certificato di malattia|certificato medico|braccialetto ospedaliero|braccialetto dell'ospedale|piano terapeutico|richiesta di visita"
            "|verwijzing|verwijsbrief|verwijsbriefje|recept|herhaalrecept|voorschrift|doktersvoorschrift|labformulier|laboratoriumformulier|ziekteattest|doktersattest|ontslagbrief|patiëntenbandje|polsband|ponskaart|afsprakenkaart|zorgdomein verwijzing|medisch attest"
            "|receita médica|receita|receita sem papel|receita eletrónica|receita eletrônica|guia médica|encaminhamento|encaminhamento médico|credencial de exames|requisição de exames|requisição médica|requisição de análises|pedido médico|pedido de exame médico|baixa médica|atestado médico|carta de alta|nota de alta|pulseira do hospital|pulseira de internamento|cartão do sus|ficha de atendimento|laudo médico"
        ),
        "NEEDS": (
            "pt|hosp|referral|prescription|script|rx|admission|inpatient|outpatient|theatre|surgery patient|casualty|a&e"
            "|überweisungs|vermittlungs|rezept|verordnungs|einweisungs|stationäre aufnahme|histologie|klinik|spital|ambulanz|praxis-patienten|behandlungsfall|entlass|entlassungs"
            "|ordonnance|prescription|dossier patient|naissance hôpital"
            "|receta|volante|interconsulta|consulta médica|petición|ficha clínica|autorización médica|afiliación|expediente clínico|orden médica|triaje"
            "|impegnativa|referto|pronto soccorso|prelievo|dimissione|degente|triage"
            "|verwijzing|verwijs|recept|voorschrift|zorgdomein|opname|ontslag|polikliniek|huisarts|behandel|patientdossier|apotheek"
            "|receita|guia|requisição|encaminhamento|prontuário|prontuario|processo clínico|exame|registro hospitalar|triagem|doente|cirurgia|internação|atendimento"
        ),
        "FILE": "proc|expte|expte.|expediente|akte",
    },
}  # fmt: skip
# so short that only capitals are meant
MORE_CAPITALS = frozenset(
    [
        "urn",
        "trn",
        "cas",
        "nia",
        "ine",
        "bea",
        "grr",
        "dre",
        "lrn",
        "upi",
        "rid",
        "cns",
        "aih",
        "same",
        "apac",
        "crds",
        "cups",
        "eps",
        "tui",
        "cvec",
        "pgn",
        "usn",
        "rg",
        "gz",
        "gzl",
        "az",
        "rol",
        "sdi",
        "rge",
        "bvh",
        "tco",
        "reds",
        "ipl",
        "ip",
        "cnj",
        "ap",
        "spoa",
        "cuij",
        "tgb",
        "igm",
        "gew",
        "lu",
        "idu",
        "masp",
        "rgf",
        "nrp",
        "suid",
        "puid",
        "legi",
        "ob",
        "o.b",
        "fir",
        "numen",
        "iep",
        "hcl",
        "uhid",
        "umrn",
        "tk",
    ]
)
