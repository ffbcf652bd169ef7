"""Spain, and the words of Spanish."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.countries.pack import Country, Document

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def nif(value: str) -> bool:
    """DNI, NIE and NIF of persons: the letter is the number modulo 23."""
    value = value.upper()
    body = value[1:-1] if value[0] in "KLM" else value[:-1].translate(str.maketrans("XYZ", "012"))
    return body.isdigit() and _LETTERS[int(body) % 23] == value[-1]


def nif_of_seven(value: str) -> bool:
    """A DNI below ten million, written without the zero ahead."""
    return nif("0" + value)


def cif(value: str) -> bool:
    """NIF of companies: Luhn over the seven digits, written as a digit or a letter."""
    body = value[1:8]
    if not body.isdigit():
        return False
    total = sum(int(d) for d in body[1::2]) + sum(sum(divmod(2 * int(d), 10)) for d in body[::2])
    check = -total % 10
    return value[8] in (str(check), "JABCDEFGHI"[check])


def nss(value: str) -> bool:
    """NSS: province and number, modulus 97; a short number has lost its zeros."""
    area, number, last = value[:2], value[2:-2], value[-2:]
    whole = (
        int(area + number) if int(number) >= 10_000_000 else int(area) * 10_000_000 + int(number)
    )
    return whole % 97 == int(last)


COUNTRY = Country(
    code="es",
    language="es",
    words={
        "card": "tarjeta|tarjeta de crédito",
        "phone": "márcame|marcame|márquenme|marcar al|mi cel|cel|llamemos|llamen|llamáis|llamad|bizum|localizarme|localizarnos|contactarme|contactarnos|llamadme|llamarme|llámanos|dudas al|llama al|teléfono|telefono|celular|móvil|movil|llamar|llame|llámame|llámeme|fijo",
        "account": "cuenta|cuenta bancaria",
        "passport": "pasaporte",
        "dob": "nacimiento|nacido|nacida",
        "other": "pedido|factura|artículo|importe|precio|expediente|página|semana|línea",
    },
    fields={"LICENSE_PLATE": "matrícula|placa|placas", "US_DRIVER_LICENSE": "licencia de conducir|licencia conducir|permiso de conducir|permiso conducir|carné de conducir",
        "PERSON": "pcte|pte|pac|tutor|tutora|convoca|asistentes|ausentes|secretaria|secretario|enviar a|organizador|organizadora|participantes|solicitante|persona de contacto|contacto de emergencia|a favor de|ordenante|presidenta|presidente|reclamante|pasajero|asegurado|a nombre de|nombre completo|nombre y apellidos|titular|destinatario|nombre del cliente|titular de la cuenta|cliente|beneficiario|paciente",
        "EMPLOYEE_ID": "número de empleado|nº empleado|nº de empleado|número de legajo",
        "PERSON_PART": "nombre|apellido|apellidos|primer apellido|segundo apellido|nombre de pila|nombre pila|primer nombre",
        "STREET_ADDRESS": "cp/ciudad|cp ciudad|cp/localidad|código postal y ciudad|dirección|direccion|domicilio|dirección postal|dirección de envío|dirección de facturación|calle",
        "PHONE_NUMBER": "extensión|anexo telefónico|teléfono|telefono|número de teléfono|teléfono móvil|telefono movil|móvil|movil|celular|tlf|tfno|tel móvil|cel|numero telefono",
        "SECRET": "contraseña temporal|clave temporal|pass temporal|contraseña provisional|contraseña|contrasena|clave|clave secreta|clave de acceso|clave acceso|clave api|código secreto|clave secreta",
        "DATE_OF_BIRTH": "fecha de nacimiento|fecha nacimiento|nacido el|nacida el|f nacimiento",
        "CREDIT_CARD": "tarjeta|número de tarjeta|tarjeta de crédito|numero tarjeta",
        "US_BANK_NUMBER": "número de cuenta|cuenta bancaria|numero cuenta",
        "ES_NIF": "dni|nie|nif|documento nacional de identidad|documento de identidad",
        "USERNAME": "nombre de la cuenta|nombre de cuenta|cuenta de usuario|usuario|nombre de usuario|nombre usuario",
        "PASSPORT": "pasaporte|número de pasaporte|numero pasaporte",
        "EMAIL_ADDRESS": "correo|correo electrónico|correo electronico|dirección de correo",
    },
    said="me llamo|mi nombre es|soy|mi nombre completo es|habla",
    titles="doctora|doctor|profesora|profesor|Familia|Pcte|pcte|Pte|pte|Enf|Pac|enf|pac|D.a|D.ª|Sr|Sra|Srta|Sres|Don|Doña|don|doña|D|Dña|señor|señora|Señor|Señora|Dr|Dra|Lic|Ing|Prof",
    greetings="estimado|estimada|querido|querida|hola|buenos días|buenas tardes|buenas|apreciado|apreciada",
    born="f.n.|fec nac|fecha nacim|nac|nacido el|nacida el|nació el|nací el|nací|nacido|nacida|fecha de nacimiento|f. nacimiento|fecha de nac|fecha nac|f. nac",
    months="enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre",
    of="de|del|de la|para|para el|para la",
    has="tiene el número|lleva el número|con el número|tiene número",
    people="responsable|encargado|encargada|persona de contacto|paciente|cliente|clienta|empleado|empleada|titular|conductor|conductora|inquilino|inquilina|beneficiario|beneficiaria|destinatario|remitente|madre|padre|marido|mujer|esposa|hijo|hija|médico|testigo|alumno|alumna|candidato|candidata|huésped|estudiante|profesor|profesora|abogado|abogada|demandante|demandado|demandada|comprador|compradora|vendedor|vendedora|asegurado|asegurada|tutor|tutora|socio|socia|propietario|propietaria|arrendatario|arrendataria",
    people_by_name="ordenante|deudor|deudora|acreedor|acreedora|prestatario|prestataria|avalista|fiador|fiadora|mandante|apoderado|apoderada|poderdante|firmante|abajo firmante|heredero|heredera|difunto|difunta|fallecido|fallecida|viuda|viudo|esposo|cónyuge|pareja|novio|novia|prometido|prometida|hermano|hermana|abuela|abuelo|tío|tía|sobrino|sobrina|nieto|nieta|suegra|suegro|yerno|nuera|cuñado|cuñada|vecino|vecina|compañero de piso|compañera de piso|subarrendatario|ocupante|adquirente|viajero|viajera|pasajero|pasajera|chófer|repartidor|repartidora|mensajero|mensajera|cartero|enfermero|enfermera|matrona|dentista|farmacéutico|farmacéutica|cirujano|cirujana|fisioterapeuta|psicólogo|psicóloga|cuidador|cuidadora|compañero|compañera|becario|becaria|aprendiz|maestro|maestra|director|directora|representante legal|denunciante|denunciado|denunciada|acusado|acusada|víctima|procurador|procuradora|notario|notaria|portero|fontanero|electricista|técnico|técnica|visitante|participante|abonado|abonada|contacto de emergencia|padrino|madrina|albacea|secretario|secretaria|usuario|usuaria|colaborador|colaboradora|operario|operaria|peatón|peatona|ciclista|lesionado|lesionada|herido|herida|detenido|detenida|comensal|invitado|invitada|niño|niña|anfitrión|anfitriona|peticionario|peticionaria|jubilado|jubilada|limpiadora|profesora particular|conducida por|pilotado por|pilotada por|entregada por|entregada a|recibida por|recogida por|firmada por|atendida por|tratada por|redactada por|solicitada por|reservada por|reservada para|pagada por|comprada por|presentado por|presentada por|remitido por|remitida por|notificado a|notificada a|acompañado de|acompañada de|acompañado por|acompañada por",
    documents=(
        Document(entity="STUDENT_ID", value=r"(?=[A-Za-z0-9./-]{0,14}[0-9]{4})[A-Za-z]{0,3}[ -]?[0-9][A-Za-z0-9./-]{3,14}", names="número de alumno|nº de alumno|número de estudiante|nº de estudiante|número de matrícula|nº de expediente académico|código de alumno|carnet universitario|expediente académico|número de expediente académico|código de estudiante"),
        Document(entity="CASE_NUMBER", value=r"(?=[A-Z0-9 ./:-]{0,24}[0-9]{2})(?:[1-9][0-9]{0,3}[ ])?[A-Z0-9][A-Z0-9]{0,8}(?:[./:-][A-Z0-9]{1,10}|[ ](?=[A-Z]{0,3}[0-9]|[A-Z]{1,3}[ ])[A-Z0-9]{1,10}(?![a-z])){1,4}(?![^\W_])", names="número de expediente|nº de expediente|expediente nº|autos nº|número de procedimiento|atestado nº|diligencias previas|diligencias previas nº|siniestro nº|número de siniestro|número de denuncia|denuncia nº|nº de diligencias"),
        Document(entity="PASSPORT", value=r"(?=[A-Z]{0,3}[0-9A-Z]{0,5}[0-9]{2})[A-Z0-9]{7,10}", names="pasaporte|número de pasaporte|nº de pasaporte|pasaporte nº|n.º de pasaporte|num. pasaporte"),
        Document(entity="EMPLOYEE_ID", value=r"[A-Z]{0,2}[0-9]{4,9}", names="número de empleado|nº de empleado|nº empleado|n.º de empleado|número de legajo"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="póliza|número de póliza|socio nº|número de socio|tarjeta de fidelidad|socio n.º|socia n.º|socia nº|abonado nº|número de abonado|n.º de socio|número de socia|carné de socio|número de carné|lector nº|número de lector"),
        Document(entity="ES_ID_CARD", value=r"[A-Z]{1,3}[0-9]{6,8}", names="número de soporte|nº de soporte|nº soporte|soporte|ixesp|idesp|tarjeta de residencia|tarjeta de extranjero|tie|permiso de residencia|carnet de extranjería|tarjeta de identidad de extranjero"),
        Document(entity="ES_NSS", check=nss, value=r"[0-9]{2}[ /-]?[0-9]{7,8}[ /-]?[0-9]{2}", names="nº afiliación s.s.|afiliación s.s.|afiliación ss|nº ss|número ss|ss nº|n. ss|número de la ss"),
        Document(entity="MEDICAL_LICENSE", value=r"[0-9]{2}/?[0-9]{2}/?[0-9]{3,6}|[0-9]{5,9}", names="colegiado|colegiada|número de colegiado|número de colegiada|núm col"),
        Document(entity="LICENSE_PLATE", value=r"[0-9]{4}[ -]?[BCDFGHJ-NPR-TV-Z]{3}", names="coche|vehículo|moto|furgoneta|turismo|camión|placa patente"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{2}[ -]?[0-9]{10}", names="ccc|código cuenta cliente|cuenta corriente|cuenta bancaria|cuenta|número de cuenta"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="historia clínica|historia nº|número de historia clínica|número de historia|nhc|n.h.c.|número de paciente|id de paciente|id del paciente|id paciente|número de episodio|episodio nº|expediente clínico|número de expediente clínico|código de paciente|número de ingreso"),
        Document(entity="MEMBER_ID", value=r"[A-Z]{4}[ -]?[0-9]{6,12}", names="cip|cip sns|código cip|cip autonómico|tarjeta sanitaria|tarjeta sanitaria individual"),
        Document(entity="MEMBER_ID", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="número de póliza|póliza|póliza nº|número de afiliado|número de asegurado|número de socio|número de mutualista|número de beneficiario|tarjeta sanitaria nº|número de tarjeta sanitaria"),
        Document(
            entity="ES_NIF", check=nif, bare_valid=0.5, names="dni|nie|nif|documento nacional de identidad|documento de identidad|número de identificación fiscal|n.i.f.|d.n.i.",
            value=r"(?:[XYZxyzKLMklm][ -]?[0-9]{7}|[0-9]{8}|[0-9]{1,2}\.[0-9]{3}\.[0-9]{3})[ -]?[A-Za-z]",
        ),
        # of the first million: the zero ahead is not always written
        Document(entity="ES_NIF", check=nif_of_seven, names="dni|nif|documento nacional de identidad|documento de identidad|número de identificación fiscal|n.i.f.|d.n.i.", value=r"[0-9]{7}[ -]?[A-Za-z]"),
        Document(entity="ES_CIF", value=r"(?:ES[ -]?)?[ABCDEFGHJNPQRSUVW][ -]?[0-9]{7}[ -]?[0-9A-J]", names="cif|c.i.f.|nif|n.i.f.", check=cif),
        Document(entity="PASSPORT", value=r"[A-Z]{2,3}[0-9]{6}", names="pasaporte|número de pasaporte|nº de pasaporte"),
        Document(entity="ES_NSS", check=nss, value=r"[0-9]{2}[ /-]?[0-9]{7,8}[ /-]?[0-9]{2}", names="seguridad social|nº seg. social|seg. social|seg social|s.s.|cartilla de la seguridad social|número de afiliación a la seguridad social|número de la seguridad social|nss|naf|nuss|n.a.f.|n.u.s.s.|número de naf|número de nuss|número de afiliación|nº afiliación|n.º afiliación|n. afiliación|afiliación"),
        Document(entity="LICENSE_PLATE", value=r"[0-9]{4}[ -]?[BCDFGHJ-NPR-TV-Z]{3}|[A-Z]{1,2}[ -][0-9]{4}[ -][A-Z]{1,2}", names="matrícula|matricula|placa|placas"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[A-Z]|[A-Z][0-9]{8}|[0-9]{7,8}|[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}", names="permiso de conducir|brevete|registro de conducir|licencia de manejo|carné de manejo|pase de conducir|permiso de manejo|licencia de conductor|carnet|carné|licencia de conducción|permiso de conducción|carné de conducir|carnet de conducir|carnet de conduccion|licencia de conducir|permiso b|permiso b nº|permiso de circulación nº|carné b|permiso clase b"),
    ),
)  # fmt: skip
