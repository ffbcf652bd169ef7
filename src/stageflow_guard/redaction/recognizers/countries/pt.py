"""Portugal, and the words of Portuguese."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document


def nif(value: str) -> bool:
    """NIF: modulus 11 with weights 9 to 2; 10 counts as 0."""
    return value[0] != "0" and (11 - weighted(value[:8], range(9, 1, -1)) % 11) % 11 % 10 == int(
        value[8]
    )


def niss(value: str) -> bool:
    """NISS: weights of primes, modulus 10."""
    return 9 - weighted(value[:10], (29, 23, 19, 17, 13, 11, 7, 5, 3, 2)) % 10 == int(value[10])


COUNTRY = Country(
    code="pt",
    language="pt",
    words={
        "card": "cartão|cartão de crédito|cartao",
        "phone": "liguem|ligue para|ligar para|liga para|telefonem|telefone para|zap|zapzap|wpp|meu número|mbway|mb way|tlm|contactar|contatar|telefonar|telefone me|ligue me|liga me|tlmv|telem|telefone|telemóvel|telemovel|celular|ligar|ligue|whatsapp|contacto|contato",
        "account": "conta|conta bancária",
        "passport": "passaporte",
        "dob": "nascimento|nascido|nascida",
        "other": "pedido|fatura|artigo|valor|preço|processo|página|encomenda",
    },
    fields={"LICENSE_PLATE": "matrícula|placa|placa do carro", "US_DRIVER_LICENSE": "carta de condução|cnh|carteira de motorista|carteira motorista",
        "PERSON": "solicitante|dependente|tomador|tomadora|enc. de educação|encarregado de educação|participantes|presentes|ausentes|organizador|pagador|recebedor|contato de emergência|contacto de emergência|responsável financeiro|requerente|a favor de|passageiro|segurado|em nome de|nome completo|titular|destinatário|destinatario|nome do cliente|titular da conta|cliente|beneficiário|paciente|nome do titular",
        "EMPLOYEE_ID": "número de funcionário|matrícula do funcionário|nº de funcionário|número mecanográfico",
        "PERSON_PART": "nome|sobrenome|apelido|primeiro nome|nome próprio|último nome",
        "STREET_ADDRESS": "cp/localidade|código postal/localidade|cep/cidade|cidade/uf|endereço|endereco|morada|residência|endereço de entrega|endereço de cobrança|logradouro|rua",
        "PHONE_NUMBER": "mb way|mbway|ramal|extensão|telefone|telemóvel|telemovel|celular|número de telefone|número de telemóvel|numero telefone|fone",
        "SECRET": "chave api|chave da api|chave api pagamento|chave privada|chave de acesso|senha temporária|senha provisória|palavra-passe provisória|senha|palavra passe|palavra-passe|palavrapasse|código secreto|chave secreta|chave de api|segredo",
        "DATE_OF_BIRTH": "data de nascimento|data nascimento|nascido em|nascida em|nascimento",
        "CREDIT_CARD": "cartão|cartão de crédito|número do cartão|numero cartao",
        "US_BANK_NUMBER": "número da conta|conta bancária|numero conta|conta corrente",
        "USERNAME": "nome da conta|nome conta|nome de conta|conta de usuário|usuário|nome de usuário|utilizador|nome de utilizador|usuario",
        "PASSPORT": "passaporte|número do passaporte|numero passaporte",
        "PT_NIF": "nif|contribuinte|número de contribuinte|numero contribuinte",
        "EMAIL_ADDRESS": "correio eletrónico|correio eletrônico|endereço de email",
    },
    said="meu nome é|o meu nome é|me chamo|chamo-me|chamo me|eu sou|sou o|sou a|eu me chamo|aqui é|aqui é o|aqui é a",
    titles="doutora|doutor|professora|professor|Família|Eng.o|Eng.a|Senhor Eng.o|Senhora Eng.a|Dr.a|Dr.o|Arq|Arq.o|Arq.a|Prof.a|Prof.o|Exma. Sra|Exmo. Senhor|Exma. Senhora|Exmo. Senhor Dr|Exmo. Senhor Eng.o|Exma. Senhora Dra|Sr|Sra|Srta|Dr|Dra|D|Dona|Senhor|Senhora|senhor|senhora|dona|seu|Exmo. Sr|Prof|Profa|Eng",
    greetings="prezado|prezada|caro|cara|olá|oi|querido|querida|bom dia|boa tarde|boa noite|estimado|estimada",
    born="nasc|data nasc|dt nasc|d.n.|dn|nascido em|nascida em|nasceu em|nasci em|nasci a|nasci no dia|nasci|nascido a|nascida a|data de nascimento|nascimento",
    months="janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
    of="de|do|da|dos|das|para|para o|para a",
    has="tem o número|com o número|tem número",
    people="responsável|encarregado|encarregada|paciente|cliente|funcionário|funcionária|titular|condutor|condutora|inquilino|inquilina|beneficiário|beneficiária|destinatário|remetente|mãe|pai|marido|esposa|filho|filha|médico|médica|testemunha|candidato|candidata|aluno|aluna|hóspede|estudante|professor|professora|advogado|advogada|autor|réu|ré|comprador|compradora|vendedor|vendedora|segurado|segurada|tutor|tutora|sócio|sócia|proprietário|proprietária|locatário|locatária|passageiro|passageira",
    people_by_name="ordenante|devedor|devedora|credor|credora|mutuário|mutuária|fiador|fiadora|avalista|mandante|procurador|procuradora|outorgante|outorgado|outorgada|signatário|signatária|abaixo assinado|herdeiro|herdeira|falecido|falecida|viúva|viúvo|cônjuge|companheiro|companheira|noivo|noiva|namorado|namorada|irmão|irmã|avó|avô|tio|tia|sobrinho|sobrinha|neto|neta|sogra|sogro|genro|nora|cunhado|cunhada|vizinho|vizinha|colega|senhorio|senhoria|arrendatário|arrendatária|ocupante|viajante|motorista|estafeta|entregador|entregadora|carteiro|enfermeiro|enfermeira|parteira|dentista|farmacêutico|farmacêutica|cirurgião|cirurgiã|fisioterapeuta|psicólogo|psicóloga|cuidador|cuidadora|estagiário|estagiária|aprendiz|diretor|diretora|encarregado de educação|encarregada de educação|representante legal|queixoso|queixosa|denunciante|arguido|arguida|acusado|acusada|vítima|notário|notária|tabelião|porteiro|canalizador|encanador|eletricista|técnico|técnica|visitante|participante|assinante|utente|doente|trabalhador|trabalhadora|colaborador|colaboradora|contacto de emergência|contato de emergência|padrinho|madrinha|tesoureiro|tesoureira|secretário|secretária|requerente|requerido|requerida|beneficiários|contratante|contratado|contratada|locador|locadora|usuário|usuária|utilizador|utilizadora|operário|operária|ciclista|ferido|ferida|detido|detida|convidado|convidada|morador|moradora|residente|educando|educanda|formando|formanda|bebê|bebé|criança|anfitrião|anfitriã|aposentado|aposentada|reformado|reformada|babysitter|conduzida por|dirigido por|dirigida por|guiado por|guiada por|recebida por|recolhida por|redigida por|preenchida por|registada por|registrado por|registrada por|assinada por|atendido por|atendida por|tratado por|tratada por|reservado por|reservada por|reservada para|apresentado por|apresentada por|acompanhado por|acompanhada por|acompanhado de|acompanhada de|entregue ao|entregue à|empregado|empregada|servidora",
    documents=(
        Document(entity="US_DRIVER_LICENSE", value=r"[A-Z]{1,2}-?[ ]?[0-9]{5,8}[ ][0-9]", names="carta de condução|carta de conducao|título de condução|carta|carta de condução nº|carta de condução n.º|carta nº|número da carta de condução"),
        Document(entity="STUDENT_ID", value=r"(?=[A-Za-z0-9./-]{0,14}[0-9]{4})[A-Za-z]{0,3}[ -]?[0-9][A-Za-z0-9./-]{3,14}", names="número de aluno|nº de aluno|n.º de aluno|número de estudante|nº de estudante|número de matrícula|nº de matrícula|ra do aluno|registro acadêmico|nº mecanográfico|número mecanográfico"),
        Document(entity="CASE_NUMBER", value=r"(?=[A-Z0-9 ./:-]{0,24}[0-9]{2})(?:[1-9][0-9]{0,3}[ ])?[A-Z0-9][A-Z0-9]{0,8}(?:[./:-][A-Z0-9]{1,10}|[ ](?=[A-Z]{0,3}[0-9]|[A-Z]{1,3}[ ])[A-Z0-9]{1,10}(?![a-z])){1,4}(?![^\W_])", names="número do processo|nº do processo|inquérito n.º|sinistro nº|número do sinistro|boletim de ocorrência|boletim de ocorrência nº|auto nº|número do inquérito|ocorrência nº"),
        Document(entity="PASSPORT", value=r"(?=[A-Z]{0,3}[0-9A-Z]{0,5}[0-9]{2})[A-Z0-9]{7,10}", names="passaporte|número do passaporte|passaporte nº|passaporte n.º"),
        Document(entity="EMPLOYEE_ID", value=r"[A-Z]{0,2}[0-9]{4,9}", names="número de funcionário|nº de funcionário|n.º de funcionário|nº mecanográfico|número mecanográfico|n.º mecanográfico"),
        Document(entity="MEMBER_ID", value=r"(?!(?:[0-9]{1,2}[./-]){2}(?:19|20)?[0-9]{2}(?![0-9]))(?=(?:[A-Z /.-]{0,8}[0-9]){4})[A-Z]{0,5}[ /.-]?[0-9]{1,12}(?:[ /.-][0-9]{1,12}){0,4}", names="apólice|número da apólice|carteirinha|número da carteirinha|cartão de sócio|sócio nº|número de sócio|sócio n.º|sócia n.º|número de sócia|cartão de leitor nº|leitor nº|número de leitor"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z]{3}[ -]?[0-9][A-Z0-9][0-9]{2}|[A-Z]{2}-[0-9]{2}-[A-Z]{2}|[0-9]{2}-[A-Z]{2}-[0-9]{2}", names="carro|veículo|automóvel|moto|viatura|caminhão|carrinha"),
        Document(entity="MEDICAL_RECORD_NUMBER", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="prontuário|número do prontuário|processo clínico|número do processo clínico|número do paciente|id do paciente|id paciente|código do paciente|número de atendimento|atendimento nº|registro do paciente|número de internamento|episódio nº|número de episódio"),
        Document(entity="MEMBER_ID", value=r"(?=[A-Z0-9 /-]{5,16}(?![A-Z0-9]))[A-Z0-9]{1,6}(?:[ /-]?[0-9]{2,8}){1,3}", names="número da apólice|apólice|apólice nº|número do beneficiário|número de beneficiário|carteirinha|número da carteirinha|matrícula do beneficiário|número de utente|número do utente|utente nº|utente|número sns|número do cartão sus|cartão sus|cartão nacional de saúde|cns|número do associado|número de segurado"),
        Document(entity="PT_NIF", value=r"[1235689][0-9]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}", names="nif|n.i.f.|nº contribuinte|n.º de contribuinte|n.º contribuinte|número fiscal|contribuinte|número de contribuinte|nº de contribuinte", check=nif),
        Document(entity="PASSPORT", value=r"[A-Z]{1,2}[0-9]{6}", names="passaporte|número do passaporte|passaporte nº"),
        Document(entity="PT_CC", value=r"[0-9]{8}[ -]?[0-9][ ]?[A-Z0-9]{2}[0-9]", names="n.º cc|c.c. n.º|c.c.|cartao de cidadao|cartão cidadão|nº cc|cc n.º|cc|cartão de cidadão|cartão do cidadão|cc nº|bilhete de identidade"),
        Document(entity="PT_RESIDENT_CARD", value=r"[A-Z0-9]{9}|[0-9]{6,9}", names="autorização de residência|título de residência|cartão de residente|cartão de residência|n.º do título de residência"),
        Document(entity="PT_NISS", value=r"[12][0-9]{10}", check=niss, names="niss|inscrição na segurança social|nº de segurança social|n.º segurança social|beneficiário n.º|número de beneficiário|nº beneficiário|segurança social|número de segurança social"),
        Document(entity="LICENSE_PLATE", value=r"[A-Z0-9]{2}-[A-Z0-9]{2}-[A-Z0-9]{2}|[A-Z]{3}[ -]?[0-9][A-Z0-9][0-9]{2}", names="matrícula|placa|placa do carro"),
    ),
)  # fmt: skip
