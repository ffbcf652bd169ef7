"""The words of notes of a clinic. Data; all small but those that are compared as written."""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# what makes a zone, whole words, and the first five letters of some more
MARKS = _set(
    "patient patients pt pts mrn dob d.o.b adm admitted admission discharge discharged d/c hospital clinic ward icu pacu dx hx rx pmh hpi nkda s/p c/o f/u w/ md m.d "
    "rn np lpn crna rd dpt lcsw dds pharmd pcp snf attending surgeon surgery physician nurse nursing consultant y/o yo y.o mg bp hr iv ct mri ecg ekg xr us "
    "hgb wbc gcs bid tid prn npo vaccine vaccines immunization specimen accession biopsy bx pathology radiology oncology cardiology neurology psychiatry hospice "
    "therapy therapist symptom symptoms pain fever wound fracture seizure seizures insulin cancer stroke medication medications meds dose caregiver referred "
    "tdap mmr flu hpv covid polio varicella hepatitis administered bedside coroner autopsy morgue mortuary funeral pronounced death expired dnr uop nihss ambulance ems triage ed copay insurance insured subscriber medicare medicaid "
    "deductible psych psychiatric psychology dietitian nutrition preop postop anesthesiologist sedation dialysis chemo tumor ca metastatic maternal paternal genetic cgc "
    "sample portal results transfusion catheter ventilator extubated trach drain dressing sutures telehealth refill refills pharmacy pharmacist tablet tablets capsule "
    "inhaler dosage allergy immunized booster pacemaker defibrillator implanted implant stent device pulse temp spo2 o2 bmi glucose hba1c inr potassium creatinine "
    "hypertension pneumonia asthma copd chf cabg dvt pe uti si denies mood suicidal ideation psychotherapy counselling counseling anxiety depression depressed ptsd bipolar cbt session appointment gi ob gyn ent neuro cardiac renal hepatic fetal newborn midwife antenatal postpartum "
    "cpap bipap holter glucometer prosthesis pacer vaccinated antibiotics antibiotic ultrasound mammogram inpatient outpatient paramedic obstetric dental dentist tooth "
    "optometry ophthalmology cataract dermatology urology orthopedic orthopedics paediatrics pediatrics geriatric neonatal nicu rehab prescribed prescriber chole "
    "swelling rash nausea vomiting dizzy dizziness cough sob headache fatigue edema bleeding infection infected sepsis arrest cpr resuscitation sutured stitches "
    "xray x-ray ambulating ambulated tolerating voiding afebrile vitals murmur lungs abdomen knee hip shoulder spine lumbar femur tibia arthritis sprain "
    "autism dementia alzheimer parkinson epilepsy migraine thyroid liver kidney bladder prostate breast lung colon skin ulcer hernia fall falls "
    "doctor gp a&e nhs theatre consultant registrar matron sister hca physio physiotherapy occupational speech dysphagia peg foley "
    "sleep ahi trop troponin rpsgt infant newborn apgar decedent rabies bitten c-spine mvc mva fluoro contrast interpreter injury adjuster tele insomnia apnea "
    "mcg ml units kg derm ortho endo endocrine cardio uro rheum pulm heme onc bariatric orif cast splint brace ecmo rosc cpr hcpoa dme hicn sq subq plt ua cipro tab tabs "
    "poison cgm transmitter proband brca mutation ctx contractions sessions skin mole shave screws recheck labwork bloodwork ostomy sleeve dialyzer lumbar mole prick "
    "school-nurse albuterol inhaled carer lactation formula breastfeeding immunisation immunisations vaccination vaccinations screening checkup check-up "
    "lidocaine hygienist perio crowns gingival denture dentures molar a1c uacr bun egfr esrd avf anticoagulation tibial femoral cochlear audiology audiogram titer titers "
    "homecare aide bathed skin transplant transplanted donor crossmatched meld cmv ebv dnacpr smear epipen dtap gait hospitalized hospitalised wheelchair prosthetic "
    "orthotics hemodialysis peritoneal hearing spirometry npi ohip bloodbank phlebotomy phlebotomist microbiology serology hemoglobin cholesterol hpi "
    "udi icd medtronic biotronik dexcom omnipod resmed requisition "
    "auth authorization authorisation claim member encounter dos cpt trauma pager beeper callback on-call recipient subject participant sae denial prior band "
    "oasis cert certification collected requested rom vision physical titre pulmonary anaphylaxis anaphylactic smoker nonsmoker "
    "labor labour cervix cervical cvx gbs lmp fht fhr epidural gravida para hemolyzed hemolysis recollect plt platelet platelets anc ldl hdl alt ast chair deltoid lvef ef hpi ros nad wnl "
    "phq-9 gad-7 c-ssrs phq gad moca mmse cps shelter caseworker hospitalist intake disposition dispo pmd subpoena medrecs roi him helpdesk adt "
    "referring referral intubated culture cultures lab labs findings impression exam operative procedure anesthesia consent chart care health dr prof medical appt"
)
STEMS = frozenset({"diagn", "aller", "pedia", "obste", "rehab", "diabe", "pregn", "presc"})
# how the names of illnesses, operations and medicines end
ENDINGS = (
    "ectomy", "otomy", "oscopy", "ostomy", "plasty", "rrhaphy", "itis", "emia", "aemia", "oma", "opathy", "algia", "uria", "pnea", "cardia", "graphy", "gram",
    "pril", "olol", "statin", "sartan", "azole", "mycin", "cillin", "formin", "dipine", "azepam", "semide", "parin", "farin", "floxacin", "cycline", "xaban", "terol", "tidine", "oxetine", "codone", "profen", "lukast", "setron", "triptan", "gliptin", "thiazide", "morphone", "sone",
)  # fmt: skip
# no zone is without one of these, whole words as they stand between signs
SURE = _set(
    "patient patients pt pts mrn dob hospital clinic dr rn md diagnosis diagnosed diagnoses dx hx rx surgery surgeon surgical nurse nursing physician medical "
    "medication medications meds hospice therapy therapist yo wound admitted admission adm discharge allergy allergies allergic vaccine vaccines immunization "
    "cpap bipap holter mammogram inpatient outpatient paramedic obstetric dentist ophthalmology cataract dermatology urology orthopedic pediatrics paediatrics geriatric neonatal "
    "nicu rehab prescribed prescriber prescription refill pharmacy mri ecg ekg ultrasound colonoscopy endoscopy chemotherapy chemo stent sepsis asthma pneumonia diabetes "
    "dementia epilepsy physiotherapy nhs consultant anesthesiologist endoscopist psychiatrist psychologist cardiologist oncologist radiologist pathologist "
    "pcp derm ortho endocrine bariatric orif ecmo rosc dme hicn proband brca cgm physio vaccine midwife telehealth "
    "tumor tumour oncologic apgar newborn decedent rabies trop troponin c-spine mvc fluoro ahi rpsgt insomnia apnea lactation immunisation vaccination "
    "coroner autopsy morgue mortuary nihss npo preop psychiatry psychiatric oncology cardiology neurology dietitian anesthesia dialysis chemo cgc lcsw dpt pacu ems triage intubated "
    "pacemaker antenatal postpartum telehealth bedside "
    "dental hygienist denture dentures esrd hemodialysis dialyzer implant implanted implants cochlear audiology audiogram prosthesis npi copay hgb egfr spo2 dnacpr dysphagia "
    "chf lasix furosemide glargine insulin seroquel ativan haldol ceftriaxone vancomycin zosyn cefazolin doxycycline azithromycin augmentin clindamycin ciprofloxacin prednisolone dexamethasone methotrexate "
    "tylenol ibuprofen acetaminophen paracetamol codeine tramadol oxycontin dilaudid hydromorphone ketamine propofol midazolam naloxone suboxone methadone clopidogrel ticagrelor apixaban eliquis xarelto plavix enoxaparin "
    "simvastatin rosuvastatin amlodipine losartan ramipril bisoprolol carvedilol spironolactone hydrochlorothiazide pantoprazole esomeprazole ondansetron metoclopramide montelukast fluticasone tiotropium salbutamol symbicort "
    "ozempic semaglutide tirzepatide empagliflozin humira adalimumab infliximab rituximab pembrolizumab keytruda letrozole tamoxifen aflibercept citalopram escitalopram fluoxetine venlafaxine bupropion mirtazapine quetiapine "
    "olanzapine risperidone aripiprazole lithium lamotrigine levetiracetam topiramate pregabalin donepezil adderall methylphenidate allopurinol colchicine alendronate denosumab "
    "etoh ciwa dka copd ckd afib nstemi stemi tavr cabg pci des lvef bnp ntprobnp kub ngt foley sbo appy appendectomy cholecystectomy laparoscopic hysterectomy tka tha acl rotator hernia colostomy ileostomy "
    "pod1 pod2 pod3 prn qhs qid tds bds nocte stat npo nbm wbat rom dvt pe svt vt icd egfr hba1c a1c inr ptt lft tsh psa hcg cbc bmp cmp crp esr abg vbg bun creat trops lactate "
    "uti pyelo cellulitis gangrene osteomyelitis bronchiolitis rsv croup otitis sinusitis pharyngitis gastroenteritis cholecystitis pancreatitis diverticulitis cirrhosis ascites varices melena hematuria proteinuria "
    "stenosis aneurysm thrombus embolus infarct ischemia ischemic hemorrhage haemorrhage hematoma subdural tia cva nodule lesion metastasis carcinoma adenocarcinoma lymphoma leukemia melanoma myeloma polyp polyps colonoscopy mammogram "
    "bi-rads birads pirads kvp gadavist omnipaque dlp cytology nilm hpv colposcopy histology gleason her2 brca hemodialysis dialysate fistula ultrafiltration "
    "hospitalist intensivist nephrologist hematologist neurologist urologist gastroenterologist dermatologist rheumatologist anaesthetist obstetrician gynaecologist gynecologist ophthalmologist podiatrist optometrist "
    "sbar handoff signout telemetry cmo hospicecare picu nicu micu sicu ccu pacu ltac ems medic mvc gcs fast-exam ekg 12-lead nihss wound-vac snf-bed ambulance paramedics "
    "eob copay coinsurance deductible medicare medicaid tricare bcbs aetna cigna humana subscriber mbi hicn formulary pharmacist rxbin rxgrp rxpcn rxnorm ndc daw refills sig pharmacy "
    "multistate nursys caqh credentialing licensure malpractice npi dea gmc nmc ccst fellowship residency "
    "huisarts patiënt patiënte opname ontslag ontslagbrief bsn dhr mw mevr seh agb polisnr verpleegk verpleegkundige recept apotheek poli polikliniek uzovi vecozo thuiszorg operateur cardioloog bloedverlies "
    "patiente ipp hospitalisation ordonnance rpps adeli ald mutuelle cpam généraliste infirmière infirmier chirurgien praticien praticiens "
    "patientin überweisung befund krankenkasse lanr hausarzt hausärztin entlassung stationär versichertennr kvnr arztbrief "
    "paciente urgencias ingreso enfermera receta médico cirujano ambulatorio paziente ricovero referto dimissione infermiera prontuário internação "
    "epidural gbs lmp fht phq-9 gad-7 c-ssrs cnm np-c fnp-c fnp pa-c aprn rrt lpc lmft slp rph hemolyzed hemolysis phlebotomist nstemi stemi creatinine ldl "
    "morphine hydrocodone oxycodone atorvastatin metformin lisinopril metoprolol amoxicillin prednisone albuterol warfarin heparin fentanyl lorazepam gabapentin levothyroxine omeprazole sertraline "
    "icd-10 cpt hcpcs subpoena "
    "epipen inhaler transplant transplanted hospitalized hospitalised titer immunized vaccinated wheelchair homecare hba1c phlebotomy serology gmc "
    "medtronic biotronik dexcom omnipod resmed udi medicare medicaid mg mcg cardiac pulmonary renal hepatic anaphylaxis immunizations vaccinations trauma specimen biopsy pathology radiology icu insulin health discharged ward pmh hpi pcp snf lpn crna"
)

KIN = (
    r"wife|husband|spouse|partner|son|daughter|mother|father|mom|mum|dad|brother|sister|niece|nephew|aunt|uncle|cousin|grandson|granddaughter"
    r"|grandmother|grandfather|grandma|grandpa|fianc[ée]e?|boyfriend|girlfriend|neighbou?r|caregiver|carer|roommate|stepson|stepdaughter"
    r"|stepfather|stepmother|godmother|sons|daughters|brothers|sisters|guardian"
)
KIN_WORDS = (
    "wife", "husband", "spouse", "partner", "son", "daughter", "mother", "father", "mom", "mum", "dad", "brother", "sister", "niece",
    "nephew", "aunt", "uncle", "cousin", "grand", "fianc", "boyfriend", "girlfriend", "neighbo", "carer", "caregiver", "roommate",
    "step", "godmother", "guardian",
)  # fmt: skip

KIN_TOLD = _set(
    KIN.replace("fianc[ée]e?", "fiance|fiancee|fiancé|fiancée")
    .replace("neighbou?r", "neighbor|neighbour")
    .replace("|", " ")
)

# a word before a name, one word of it is enough
ROLES = _set(
    "attending surgeon assistant fellow resident intern supervisor endoscopist anesthesiologist anaesthetist coordinator guardian crew escort ride driver signed "
    "dictated transcribed reviewed reported verified ordered ordering provider pcp gp referring requesting prescriber physician accepting radiologist pathologist "
    "pediatrician paediatrician oncologist cardiologist psychiatrist psychologist midwife nurse therapist chaplain pharmacist technologist tech interpreter worker "
    "child parent proband fob mom dad asst technician medic hygienist dietitian aid yo y/o y.o year-old adjuster infant newborn student decedent deceased aide op operator passenger bg bb baby manager rn md ofc officer coroner undertaker paramedic medic caller contact there person kin nok poa hcp proxy subscriber insured holder employee employer client member patient patients pt pts "
    "cc attn rep spi present d/w w/ examined accompanied re id name mr mrs ms miss dr sister brother w/pt witness consultant doctor seen "
    "wife husband son daughter mother father mom dad niece nephew aunt uncle cousin partner spouse sons daughters parents family "
    "adjuster referrer prescriber dir rep nok dtr husb hubby mum mummy granny grandma grandpa sponsor dependent dependant operateur aanvrager verzekerde arts huisarts chirurg behandelaar cons reg sho spr anaes anaesthetist "
    "dict dictator recorded sister-in-law brother-in-law fiancé girlfriend boyfriend charge float scrub circulator perfusionist dosimetrist sonographer prescribed authorised authorized countersigned cosign "
    "patiënt patiënte médecin infirmière infirmier chirurgien sage-femme patientin arzt ärztin hausarzt paciente enfermera enfermero médico paziente medico infermiere "
    "att cma rma rt cna lpn lvn hha emt slp otr lcsw msw caseworker custodian hospitalist phlebotomist scribe transcriptionist biller coder registrar clerk receptionist dispatcher sitter translator"
)
# a word before a name of two words or more
BY = _set("by with for of to from under per and - w/ met spoke saw paged notified informed see re")
# a service or an encounter, as the word before the colon that begins a note
SERVICES = _set(
    "clinic f/u fu followup follow-up visit note consult intake eval evaluation discharge admission triage order orders referral message letter handoff telehealth consent "
    "derm dermatology ortho orthopedics physio pt ot eye cardiology cards neuro neurology pulm gi gu uro urology ob gyn obgyn peds pediatrics psych psychiatry onc oncology heme renal "
    "nephrology endo endocrine rheum ent surgery preop postop anesthesia icu ed er hospice rehab dental allergy genetics counselling counseling bariatric radiology dialysis transplant "
    "health eeg emg lab labs employee summary record list mvc ems update progress round rounds"
)
IN = _set(
    "lives live lived living alone resides residing born up school works hospital clinic pharmacy home facility family stays staying"
)
TO = _set(
    "moved moving move pt him her back home travel traveled travelled traveling travelling returned returning return relocated relocating"
)
STREETS = _set("st ave road rd dr ln street avenue lane drive blvd close way court")
# a word before a date of day and month alone
DATED = _set(
    "on since thru through until till dated date d/c adm f/u fu visit appt scheduled given received collected signed eff edd et er started stopped last next meeting note "
    "eval trach intubated start home discharged discharge admitted admission by for summary screen clinic colonoscopy study sent issued photos seen progress d "
    "found happened occurred bitten recheck rtw bx labs lab imaging xr echo egd report eval rehab stick exposure injury fell fall onset died expired pronounced dos rtc surgery repeat cx culture drawn due summary tdap mmr flu beta after before about around"
)
# a word before two small numbers that are a ratio and no day, and what such a ratio is of
RATIOS = _set(
    "strength power reflexes reflex pain score scored scale rated grade bp gcs apgar apgars va vision acuity od os ou mmse moca phq gad phq-9 gad-7 murmur pulses dtrs dtr gleason "
    "nihss berg ratio fev1/fvc iop snellen near distance half tab tabs tablet give take x motor sensory strength: mrs rass bps cpot level levels of or than about ca"
)
RATIO_OF = re.compile(
    r"[ ]?(?:murmur|strength|hpf|pain|scale|reflex|pulses|nodes?|cores?|positive|negative|tabs?|tablets?|cup|inch|in|cm|mm|ml|ns|dextrose|saline|systolic|vision|teeth|years?|hours?|weeks?|of)(?!\w)|[ ]?[%°/]",
    re.I,
)
# what a number of four digits is behind these words
_KINDS = {
    "DEVICE_ID": "serial ser s/n sn udi device serial#",
    "MEDICAL_LICENSE": "lic license licence reg registration gmc nmc lanr bsnr rpps adeli big agb colegiado colegiada omeopatico npi dea cédula",
    "US_DRIVER_LICENSE": "dl cdl",
    "MEMBER_ID": "póliza polizza police apólice polis sanitas adeslas mapfre dkv asisa group grp claim ins insurance subscriber member mbr policy plan aetna bcbs cigna humana anthem kaiser tricare uhc medicare medicaid hicn hic beneficiary "
    "certificate cert payer rxgrp rxbin pcn rxpcn rxid mem pol versicherungsnummer versicherten-nr",
    "MEDICAL_RECORD_NUMBER": "acc accession specimen sample path pathology unit auth authorization case ref visit encounter csn fin chart hosp hospital ur urn mrn m.r.n mr "
    "patient specimen# fallnummer patientennummer pat.-nr fall-nr nosologico",
    "EMPLOYEE_ID": "payroll personnel",
    "PHONE_NUMBER": "pager paged beeper bleep ext extension pgr pg ascom vocera dect dial",
}
# behind these, which are words of every day, only with a sign (`#`, `no`, `id`) or from six digits on
_LOOSE = {
    "DEVICE_ID": "lot pump pacemaker icd implant lead generator prosthesis iol lens stent valve aid cpap bipap monitor holter glucometer catheter scope port graft "
    "tissue battery",
    "MEMBER_ID": "hmo ppo coverage pa sub recipient card",
    "MEDICAL_RECORD_NUMBER": "enc armband wristband bracelet band barcode rec record records file slide block lab order req requisition exam study image film rx prescription referral subject participant donor bag "
    "incident run pcr report book registry emr ehr empi nhi ppn pt pts id nip ipp nhc har trial dossier",
    "EMPLOYEE_ID": "emp employee staff badge",
}
NUMBERED = {word: kind for kind, words in _KINDS.items() for word in words.split()}
LOOSELY = {word: kind for kind, words in _LOOSE.items() for word in words.split()}
# what such a number is of, never of a phone: behind these its grouping says nothing
NEVER_CALLED = _set(
    "mrn m.r.n mr csn fin chart acc accession specimen sample encounter serial sn s/n ur urn udi"
)
SIGNS = _set("no number id num nr serial n° #")
# words before a number that is a code of the field, and behind one that is an amount
CODES = _set("ods snomed pmid nct rxnorm ndc loinc cpt doi icd-10 hcpcs protocol")
AMOUNT = re.compile(
    r"[ ](?:copies|units?|iu|ml|cells?|patients|doses?|mg|mcg|kcal|steps)(?!\w)", re.I
)
# a word before a date of birth that is too short to be one elsewhere
BORN = _set("b bd b/d bday nac f.n fn ddn d.d.n geb")

_TITLES = (
    r"MD|M\.D\.?|RN|NP|NP-C|FNP|FNP-C|FNP-BC|AGNP|AGACNP|ANP|PMHNP|WHNP|CRNP|ARNP|DO|PA|PA-C|LPN|LVN|CRNA|CNM|CNS|RD|RDN|LDN|DPT|PT|OT|OTR|OTR/L|OTD|SLP|CCC-SLP|LCSW|LICSW|LISW|LMSW|MSW|LPC|LMHC|LMFT|BCBA|DDS|DMD|RDH|PharmD|PHARMD|R\.?Ph\.?|CPhT"
    r"|Ph\.?D\.?|DNP|APRN|FACC|FACS|FAAP|FACP|FACOG|FRCP|FRCS|FRCA|FRCR|MRCP|MRCGP|MRCS|FRACP|MBBS|MBChB|CGC|MS|MPH|MHA|RRT|CRT|RT|RVT|RDMS|WOCN|CWOCN|CHPN|CEN|CCRN|BSN|MSN|CNA|HHA|CMA|RMA|EMT|EMT-P|NRP|PsyD|OD|DPM|DC|AuD|RHIA|RHIT|CCS|CPC|RGN|SpR|CDE|CDCES"
)
DEGREES = re.compile(rf",?[ ](?:{_TITLES})(?![\w])(?![ ,]{{1,2}}[0-9]{{5}}(?![0-9/]))")

HOUSE = (
    r"Hospital|Medical Cent(?:er|re)|Clinic|Infirmary|Health Cent(?:er|re)|Health System|Healthcare|Nursing Home|Rehabilitation Cent(?:er|re)"
    r"|Rehab Cent(?:er|re)|Hospice|Cancer Cent(?:er|re)|Surgery Cent(?:er|re)|Care Home|Sanatorium|Klinikum|Krankenhaus|Clinique|Polyclinic"
    r"|Medical Group|Family Practice|Eye Institute|Cancer Institute|Heart Institute|Dialysis Cent(?:er|re)|Senior Living"
)
# one of these is in every house's name
HOUSE_WORDS = _set(
    "hospital clinic infirmary medical health healthcare nursing rehabilitation rehab hospice cancer surgery care sanatorium klinikum krankenhaus clinique family "
    "eye heart dialysis senior"
)

# capitalised words that are no name, as they are written
NO_NAME = _set(
    "My Our Your I We The A An In On At And Or But No Yes Not Pt Pts Patient Plan Plans Exam Name Date Dob Mrn Home Phone Fax Email Address Room Rm Bed Ward Unit Clinic Hospital "
    "Center Centre Medical Surgery Nursing Note Report Summary History Family Social Past Review Chief Vital Signs Labs Lab Ct Mri Iv Left Right Blood Heart Lung "
    "Chest Abdomen Pain Fever Allergies Allergic Meds Medications Discharge Admission Admit Transfer Follow Contact Called Call Calls Seen Given Follow-up Next "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March May June July August September October November December Jan Feb Mar Apr Jun "
    "Jul Aug Sep Oct Nov Dec He She They His Her Their This That There With Without Was Is Are Has Had Have Denies Reports States Lives Referred Requests "
    "Consent Signed Dictated Copay Insurance Policy Group Physical Occupational Speech Respiratory Primary Care Provider Physician Doctor Nurse Attending Resident "
    "Service Services Department Emergency Intensive Inpatient Outpatient Urgent Nature Earth Christmas Teresa Practice Medicine Court Office Today Tomorrow "
    "Yesterday Female Male Sex Age Diagnosis Impression Assessment Findings Comparison Technique Procedure Cross Medicare Medicaid Aetna Cigna Humana Kaiser "
    "United Billing Portal Source Equipment Member Employee Employer Client Case Claim Sample Specimen Results Result Route Routed Lot "
    "Hi Hello Dear Dr Caucasian Hispanic Asian African American White Black Lic Disease Work Management Medicine Oncology Radiology Cardiology Neurology Team Health System Wound Pain Palliative Internal General Infectious Received "
    "Reported Collected Batch Serial Model Platelets Sodium Potassium Glucose Heparin Creatinine Aspirin"
)
COMPANIES = _set("Inc Ltd Corp LLC GmbH Co Group Company")
# months that are forenames, too: with a surname behind them
FORENAMES = _set("Jun June April May August Jan")
# capitals that are no name
ABBREVIATIONS = _set(
    "CREATE TABLE INSERT SELECT UPDATE DELETE CT MRI XR US ED OR ICU HTN DM CHF COPD CAD CKD AF BP HR RR IV PO PRN NPO VSS EXAM CHEST ABD PELVIS WITH WITHOUT CONTRAST LEFT RIGHT NAME DATE SEX REPORT NOTE "
    "RA PEA ROSC VF VT SR NSR HICN NC NS LR SQ SC IM PR PCP SNF DME UA CBC BMP CMP LFT INR PT PTT TSH WBC HGB PLT CSF EEG EMG ECG EKG ECHO PET DEXA BMI GCS DNR DNI FULL CODE "
    "SUMMARY MRN DOB MD RN DISCHARGE HISTORY PATIENT HOSPITAL CLINIC RECORD OS OD IOP VA PACU NPO ASA CLINICAL LAB LABS VACCINE IMMUNIZATION CASE MANAGEMENT PROGRESS CONSULT INTAKE NURSING THERAPY PHYSICAL "
    "OCCUPATIONAL EMERGENCY OPERATIVE MEDICAL HEALTH CARE TELEPHONE PSYCHIATRY RADIOLOGY PATHOLOGY LETTER REFERRAL VISIT DAILY"
)
