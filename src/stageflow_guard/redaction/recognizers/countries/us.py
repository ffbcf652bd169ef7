"""United States, and the words of English."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import dea, npi, routing
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number

_ID = r"(?=[A-Za-z0-9 ./-]{0,20}[0-9])[A-Za-z0-9](?:(?:[ ](?=[A-Za-z]{0,2}[0-9])|[./-])?[A-Za-z0-9]){4,19}"

_SIGN = r"[A-ZÀ-Þ0-9\u0400-\u042f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]"
_PLATE = rf"(?=[^\n]{{0,11}}[0-9])(?={_SIGN}(?:[ ·・.-]{{0,4}}{_SIGN}){{3}}){_SIGN}{{1,5}}(?:[ ·・.-]{{0,4}}{_SIGN}{{1,5}}){{1,3}}"

COUNTRY = Country(
    code="us",
    language="en",
    words={
        "card": "card|cards|cardnumber|cardno|cc|ccnum|creditcard|visa|mastercard|master card|amex|american express|maestro|debit|credit|discover|jcb|diners|unionpay|pan",
        "ssn": "ssn|ssns|ssnumber|ss|social security|social security number|social|soc sec|socialsecurity|socialsecuritynumber",
        "itin": "itin|individual taxpayer",
        "ein": "ein|employer identification",
        "phone": "rmn|alt no|alternate no|alt phone|registered mobile|regd mobile|reg mobile|zelle|phoned|phoning|venmo|swisha|swish|mob|callback|phone|phones|phonenumber|phone_number|phoneno|telephone|tel|mobile|mobil|mobileno|cell|cellphone|cellular|fax|call|calls|called|calling|dial|text me|sms|whatsapp|signal|hotline|helpline|pager|voicemail|ring|reach|reached|answering|office|desk|landline|callback|contact|contact number|case manager|case worker|social worker|direct line|tie line|my number|his number|her number|your number|our number|their number",
        "iban": "iban|ibans|bban",
        "account": "account|accounts|acct|accountnumber|account_number|accountno|acct_no|bank account|bank|checking|savings",
        "routing": "routing|aba|rtn|transit",
        "ip": "ip|ips|ipaddr|ipaddress|ip_address|ip address|ipv|client_ip|remote_addr|client ip|source ip|access from|login from",
        "mrn": "mrn|medical record|medical record number|medicalrecordnumber|patient id|patient number|patientid|chart number|chart no|hospital number|hospital no",
        "npi": "npi|national provider|provider identifier",
        "member": "member|memberid|member id|subscriber|policy|insurance|beneficiary|medicare|medicaid|group number|claim",
        "license": "license|licence|licenses|driver license|driving|dl|dmv|permit",
        "passport": "passport|passports|passport number|travel document",
        "dob": "dob|birth|birthdate|birthday|born|date of birth",
        "steuer": "tin|tax id|taxid|tax number|tax identification",
        "other": "ip rating|ip ratings|ip class|ip classes|ip code|ip codes|part no|part number|drawing|sku|order|orders|invoice|ticket|tickets|case|issue|version|versions|build|release|commit|revision|uuid|guid|hash|sha|port|pid|tid|thread|line|lines|size|bytes|timestamp|ts|epoch|time|date|trace|span|request|serial|sku|isbn|issn|doi|ean|upc|tracking|error|errno|code|page|rows|row|offset|zip|zipcode|postal|plz|amount|total|price|usd|eur|latitude|longitude|lat|lon|lng|duration|ms|seconds|elapsed|seed|job|task|node|pod|kernel|chrome|firefox|safari|mozilla|applewebkit|gecko|driver version|rfc|figure|table|section|chapter|firmware|driver|service|shape|matrix|values|count|counts|type|types|regex|regexp|validator|validators|limit|limits|length|pattern|path|pathology|specimen|accession|ins|grp|aetna|cigna|humana|bcbs|uhc|tricare",
    },
    fields={
        "PERSON": "s/o|d/o|w/o|h/o|a/c holder|ac holder|acc holder|acct holder name|a/c holder name|a/c name|in the name of|full name|account holder|account owner|card holder|cardholder|name on card|holder name|customer name|patient name|client name|employee name|contact name|recipient|recipient name|beneficiary name|traveller name|passenger name|applicant name|emergency contact|next of kin|guarantor|legal name|display name|sender name|owner name|author name|insured name|mothers maiden name|employee record|patient record|customer record|user profile|customer profile|contact person|cardholder name|card holder name|next of kin name|driver name|student name",
        "PERSON_PART": "given names|forenames|christian names|first name|last name|given name|family name|middle name|maiden name|surname|forename|firstname|lastname",
        "STREET_ADDRESS": "street address|home address|postal address|mailing address|billing address|shipping address|address line|address line1|address line2|street|residential address|delivery address|work address|address|addr|current address|permanent address|ship address",
        "PHONE_NUMBER": "rmn|registered mobile no|registered mobile number|alt no|alternate number|alt phone|alternate no|call us|call me|ring us|phone us|phone number|phone no|phone|telephone|telephone number|mobile|mobile number|mobile phone|cell phone|cell number|fax|fax number|fax no|msisdn|whatsapp|whatsapp number|contact number|home phone|work phone|tel|cell|tel no|extension|ext|phone extension|ext no|pager|pager number|pager no|beeper|bleep",
        "SECRET": "temporary password|temp password|temp pw|initial password|one-time password|default password|password|passwd|passphrase|passcode|pwd|secret|secret key|client secret|api key|api token|api secret|access key|access token|auth token|auth key|refresh token|session token|private key|encryption key|signing key|account key|shared access key|token|credential|credentials|otp|one time password|verification code|security code|login code|one time code|confirmation code|access code|auth code|2fa code|mfa code|sms code|cvv|cvv2|cvc|pin|pin code|bearer token|webhook secret|master key|service key|app key|session id|sessionid|secret key base|security answer",
        "DATE_OF_BIRTH": "date of birth|dob|birth date|birthdate|birthday|born on",
        "CREDIT_CARD": "credit card|credit card number|card number|card no|cc number|cc num|cc no|debit card|debit card number|pan|card",
        "US_SSN": "ssn|social security number|social security|social security no|ss number",
        "US_BANK_NUMBER": "account number|account no|acct no|acct|acct number|bank account|bank account number|bank account no|checking account",
        "IBAN_CODE": "iban",
        "USERNAME": "user name|account name|userid|user id|login_id|sam account name|logon name|nickname|nick|username|login|login name|login id|user login|screen name|handle|user|portal user|logon",
        "EMAIL_ADDRESS": "email|email address|e mail|mail address|mail",
        "IP_ADDRESS": "ip address|client ip|remote addr|source ip|ip",
        "MEDICAL_RECORD_NUMBER": "mrn|medical record number|medical record no|patient id|patient number|chart number",
        "PASSPORT": "passport|passport number|passport no|passport num",
        "US_DRIVER_LICENSE": "drivers license|driver license|driving license|driving licence|license number|drivers licence|drivers license number|driver license number|driving licence number|dl number|licence number",
        "US_EIN": "ein|employer identification number",
        "US_TAX_ID": "tax id|taxpayer id|tax identification number|tax number|tin",
        "MEMBER_ID": "member id|member number|policy number|subscriber id|insurance id|insurance number",
        "LICENSE_PLATE": "license plate|licence plate|number plate|plate number|plate|vehicle registration|registration plate|vrm",
        "ZIP_CODE": "zip code|postal code|postcode|zip",
    },
    said="myself|my name is|my name's|the name is|name is|maiden name is|full name is|surname is|last name is|first name is|i am called|this is|i'm|i am|call me|they call me|everyone calls me|calls me|friends call me|the name's|case manager is|care manager is|care coordinator is|interpreter is|adjuster is|guarantor is|next of kin is|emergency contact is|primary care physician is|pcp is|you can call me|you are speaking with|speaking with|it's|it is|people call me",
    titles="Cllr|Revd|Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Lady|Lord|Rev|Fr|Hon|Capt|Sgt|Lt|Col|Dame|Messrs",
    greetings="dear|hi|hello|hey|good morning|good afternoon|good evening|morning",
    born="birthdt|birth dt|b date|d/o/b|bday|b-day|born|born on|born in|d.o.b.|dob|date of birth|birth date|birthdate|birthday",
    months="january|february|march|april|may|june|july|august|september|october|november|december",
    of="of|for|to|on",
    has="has number|has the number|has the no|has no|bears the number|carries the number|with number|with the number",
    people="patient|customer|client|employee|contact|person|owner|sender|recipient|student|teacher|buyer|seller|payer|payee|passenger|applicant|beneficiary|cardholder|traveller|traveler|insured|landlord|mother|father|spouse|husband|wife|son|daughter|brother|sister|physician|nurse|doctor|candidate|donor|victim|witness|defendant|plaintiff|guardian|caller|resident|caregiver|surgeon|guest|tenant|pupil|parent|grandmother|grandfather|aunt|uncle|lawyer|attorney|respondent|petitioner|lessee|borrower|policyholder|subscriber|registrant|consignee|addressee|attendee|signatory|notary|midwife",
    people_by_name="agent|buyer's agent|seller's agent|listing agent|letting agent|registered owner|buyer|seller|named driver|main driver|lead passenger|lead guest|cosignee|consignee name|site contact|key contact|tenant name|grandson|granddaughter|cousin|nephew|niece|stepmother|stepfather|stepson|stepdaughter|stepsister|stepbrother|half brother|half sister|fiancé|fiancée|bride|groom|widow|widower|carer|nanny|babysitter|childminder|headteacher|headmaster|headmistress|lecturer|instructor|receptionist|treasurer|solicitor|barrister|paralegal|bailiff|executor|executrix|testator|trustee|guarantor|cosigner|co-signer|co-tenant|subtenant|leaseholder|occupant|occupier|hirer|renter|claimant|complainant|appellant|suspect|detainee|inmate|survivor|decedent|technician|plumber|electrician|mechanic|locksmith|courier|pharmacist|dentist|optician|paramedic|physiotherapist|psychologist|psychiatrist|counsellor|therapist|social worker|case worker|keyworker|volunteer|apprentice|trainee|interviewee|interviewer|shareholder|emergency contact|householder|purchaser|payor|remitter|caretaker|housekeeper|cleaner|gardener|roommate|flatmate|housemate|neighbour|neighbor|classmate|teammate|coworker|co-worker|colleague|supervisor|line manager|landlady|godmother|godfather|godson|goddaughter|mother-in-law|father-in-law|son-in-law|daughter-in-law|sister-in-law|brother-in-law|legal guardian|foster parent|foster carer|social security recipient|visitor|attending nurse|ward sister|consultant surgeon|anaesthetist|sonographer|hygienist|caseworker|probation officer|loan officer|arresting officer|investigating officer|eyewitness|bystander|juror|magistrate|translator|interpreter|invigilator|examinee|thesis advisor|class teacher|form tutor|homeroom teacher|mentor|mentee|alumna|alumnus|driven by|operated by|escorted by|accompanied by|cared for by|taught by|coached by|cyclist|pedestrian|motorist|casualty|lodger|shopper|diner|pensioner|boarder|newborn|infant|toddler|stepchild|grandchild|godchild|customer's wife|customer's husband|co-driver|pillion passenger|fellow guest|day guest|evacuee|jobseeker|care recipient|service user|end user",
    numbers=(
        Number(entity="ABA_ROUTING_NUMBER", sizes=(9,), label="routing", check=routing, shapes=((4, 4, 1),), bare=0.4),
        Number(entity="US_NPI", sizes=(10,), label="npi", check=npi),
        Number(entity="US_EIN", sizes=(9,), label="ein"),
        Number(entity="US_BANK_NUMBER", sizes=tuple(range(7, 18)), label="account"),
        Number(entity="MEDICAL_RECORD_NUMBER", sizes=tuple(range(6, 13)), label="mrn"),
        Number(entity="US_DRIVER_LICENSE", sizes=tuple(range(7, 15)), label="license"),
        Number(entity="PASSPORT", sizes=(8, 9), label="passport"),
        Number(entity="MEMBER_ID", sizes=tuple(range(7, 15)), label="member"),
    ),
    documents=(
        Document(entity="STUDENT_ID", value=r"(?=[A-Za-z0-9./-]{0,14}[0-9]{4})[A-Za-z]{0,3}[ -]?[0-9][A-Za-z0-9./-]{3,14}", names="student id|student number|student no|student no.|pupil number|pupil id|matriculation number|matriculation no|enrolment number|enrollment number|enrolment no|candidate number|candidate no|learner id|campus id"),
        Document(entity="CASE_NUMBER", value=r"[0-9]:[0-9]{2}-[a-z]{2}-[0-9]{3,6}(?:-[A-Z]{2,4}){0,3}", names="case no|case no.|case number|civil action no|civil action no.|docket no|docket number|cause no"),
        Document(entity="EMPLOYEE_ID", value=r"[A-Z]{0,3}[ -]?[0-9]{3,9}(?:-[0-9]{1,4}){0,2}", names="staff no|worker id|worker no|payroll no|payroll number|personnel no|personnel number|crew id|clock number|emp no|emp id|associate id|employee no|employee number|emp|emp #|employee id"),
        Document(entity="US_DRIVER_LICENSE", value=r"[A-Z][0-9]{3}-[0-9]{4}-[0-9]{4}", names="driver lic|drivers lic|driver's lic|driver license|driver's license|dl"),
        Document(entity="US_TRAVELER_NUMBER", value=r"[0-9]{8,10}|(?:TT|OP|PASS)[A-Z0-9]{5,8}", names="known traveler number|known traveller number|ktn|known traveler|trusted traveler|passid|global entry|redress number|nexus card"),
        Document(entity="US_MILITARY_ID", value=r"[0-9]{10}", names="dod id|dod id number|edipi|military id|military id number"),
        Document(entity="US_ALIEN_NUMBER", value=r"A?[- ]?[0-9]{3}[- ]?[0-9]{3}[- ]?[0-9]{3}|[A-Z]{3}[0-9]{10}", names="uscis|ead|ead card|green card|permanent resident card|resident alien card|i-94|i-94 number|uscis#|uscis #|uscis no|uscis number|alien number|alien registration number|a-number|a number|alien no|green card number"),
        Document(entity="PASSPORT", value=r"[A-Z]{1,2}[0-9]{6,8}", names="pp|ppt"),
        Document(entity="MEMBER_ID", value=r"[A-Z]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}(?:[ ]?[0-9]{2,4})?|(?=[A-Z]{0,3}[0-9]{5})[A-Z0-9]{7,13}", names="ff no|ff number|ffn|frequent flyer|frequent flyer no|frequent flyer number|loyalty no|loyalty number|skywards|mileageplus|aadvantage|skymiles|flying blue|executive club no"),
        Document(entity="MEMBER_ID", value=r"(?:[A-Z]{1,4}[ -]){1,2}[0-9]{6,10}(?:-[0-9]{1,3})?|[A-Z]{2,4}[ ][0-9]{3,4}(?:[ ][0-9]{3}){1,3}(?:[ ][A-Z](?![A-Za-z]))?|[A-Z][0-9]{2}(?:[ ][0-9]{2,4}){2,4}|[A-Z][0-9]{2}[ ][0-9]{6,9}|[A-Z]{2}[0-9]{4}[ ][0-9]{2}", names="policy|pol|pol no|policy no|policy number|ins sec|secondary ins|new id"),
        Document(entity="PASSPORT", value=r"(?=[A-Z]{0,3}[0-9A-Z]{0,5}[0-9]{2})[A-Z0-9]{7,10}", names="passport|passport no|passport number|passport nr|pp no|travel document no|passport seen|passport shown|passport verified|passport checked"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="policy number|policy no|policy #|membership no|membership number|membership #|member no|rewards #|rewards number|loyalty number|frequent flyer|frequent flyer no|motor policy|home policy"),
        Document(entity="MEDICAL_LICENSE", value=r"(?=[A-Za-z. -]{0,12}[0-9]{4})(?:[A-Z]{1,5}[ .-]?){0,3}[0-9]{4,9}(?:-[0-9]{1,4})?|[0-9]{2}[A-Z]{2}[0-9]{6,9}|[0-9]{3}[.][0-9]{6}", names="state lic|state license|lic|lic #|lic no|license no|rn license|nursing license|pharmacist license|physician license|medical license no|board cert #|board certification no|cert #|caqh|caqh id|ptan|ancc|nbcrna|nccpa|state license number|practitioner number"),
        Document(entity="PASSPORT", value=r"[A-Z]{0,2}[0-9]{6,9}[A-Z]?[0-9]?", names="passport|passport number|passport book|passport card|travel doc|travel document number|passport no|travel document"),
        Document(entity="US_DRIVER_LICENSE", value=_ID, names="cdl|driver's lic|drivers lic|driver lic|driver's licence no|state id|state id card|photo id|non-driver id|dl number|dl no|drivers lic no|driver lic no|driver id|cdl number|driver's license|drivers license|driver license|driving license|driver's licence|driver's license number|drivers license number|license number|oln|dln|ol no|operator license|operator licence"),
        Document(entity="LICENSE_PLATE", value=_PLATE, names="license plate|licence plate|number plate|plate number|plate|plate reads|registration plate|vehicle registration"),
        Document(entity="US_TAX_ID", value=r"[0-9]{2}-?[0-9]{7}|[0-9]{3}-?[0-9]{2}-?[0-9]{4}|[0-9]{9,13}", names="tax id|taxpayer id|tax identification number|employer identification number|tin|ein|atin|itin|tax number"),
        Document(entity="US_PTIN", value=r"P-?[0-9]{8}", names="ptin|preparer tax identification number"),
        Document(entity="MEDICAL_LICENSE", value=r"[ABCDEFGHJKLMPRSTUX][A-Z9][0-9]{7}", check=dea, bare_valid=0.5),
        Document(entity="MEDICAL_LICENSE", value=r"[A-Za-z][A-Za-z9][0-9]{7}", names="dea|dea number|dea no|dea registration|medical license|medical licence|medical license number|prescriber number", check=dea),
        Document(
            entity="US_MBI", bare=0.6, names="mbi|medicare beneficiary identifier",
            value=r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[AC-HJKMNP-RT-Y]{2}[0-9]{2}"
            r"|[1-9][ac-hjkmnp-rt-y][0-9ac-hjkmnp-rt-y][0-9]-[ac-hjkmnp-rt-y][0-9ac-hjkmnp-rt-y][0-9]-[ac-hjkmnp-rt-y]{2}[0-9]{2}",
        ),
    ),
)  # fmt: skip
