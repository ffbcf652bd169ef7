"""Brazil."""

from __future__ import annotations

from stageflow_guard.redaction.recognizers.check_digits import weighted
from stageflow_guard.redaction.recognizers.countries.pack import Country, Document, Number


def cpf(digits: str) -> bool:
    """CPF: two check digits, modulus 11."""
    if len(set(digits)) == 1:
        return False
    first = weighted(digits[:9], range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(digits[:10], range(11, 1, -1)) * 10 % 11 % 10
    return digits[9:] == f"{first}{second}"


def cnpj(value: str) -> bool:
    """CNPJ: two check digits, modulus 11; letters count by their code since 2026."""
    numbers = [ord(c) - 48 for c in value]
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    for size in (12, 13):
        total = sum(n * w for n, w in zip(numbers[:size], weights[13 - size :], strict=True)) % 11
        if (0 if total < 2 else 11 - total) != numbers[size]:
            return False
    return len(set(value)) > 1


def pis(value: str) -> bool:
    """PIS and NIS: weights 3, 2 and 9 to 2, modulus 11."""
    return -weighted(value[:10], (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11 % 10 == int(value[10])


def cnh(value: str) -> bool:
    """CNH: two digits by weights 9 to 1 and 1 to 9, modulus 11; the first one's overflow lowers the second."""
    first = weighted(value[:9], range(9, 0, -1)) % 11
    second = weighted(value[:9], range(1, 10)) % 11
    if first > 9:
        first, second = 0, (second - 2) % 11 if second - 2 >= 0 else second + 9
    return value[9:] == f"{first % 10}{0 if second > 9 else second}"


def voter(value: str) -> bool:
    """Título de eleitor: weights 2 to 9 over the number, 7 to 9 over the state and the first digit, modulus 11."""
    first = weighted(value[:8], range(2, 10)) % 11 % 10
    second = weighted(value[8:10] + str(first), (7, 8, 9)) % 11 % 10
    return "01" <= value[8:10] <= "28" and value[10:] == f"{first}{second}"


COUNTRY = Country(
    code="br",
    language="pt",
    words={"cpf": "cpf|cadastro", "cnpj": "cnpj"},
    fields={"BR_CPF": "cpf|cpf do cliente|número do cpf", "BR_CNPJ": "cnpj"},
    numbers=(Number(entity="BR_CPF", sizes=(11,), label="cpf", check=cpf, shapes=((3, 3, 3, 2),), bare=0.6),
             Number(entity="BR_CNPJ", sizes=(14,), label="cnpj", check=cnpj, shapes=((2, 3, 3, 4, 2),), bare=0.6)),
    documents=(
        Document(entity="BR_VOTER_ID", check=voter, value=r"[0-9]{4}[ .]?[0-9]{4}[ .]?[0-9]{4}", names="título de eleitor|título eleitoral|título de eleitor nº"),
        Document(entity="STUDENT_ID", value=r"[0-9]{7,10}", names="ra nº|ra do aluno|registro acadêmico|registro do aluno"),
        Document(entity="US_BANK_NUMBER", value=r"[0-9]{3,12}[.]?[0-9]{0,3}-[0-9Xx]", names="conta|conta corrente|conta poupança|c/c|cc|número da conta"),
        Document(entity="BR_CPF", value=r"[0-9]{3}[.]?[0-9]{3}[.]?[0-9]{3}[-]?[0-9]{2}", names="cpf|cadastro de pessoas físicas|c.p.f.", check=cpf),
        Document(entity="BR_CNPJ", value=r"[0-9A-Z]{2}[.]?[0-9A-Z]{3}[.]?[0-9A-Z]{3}/?[0-9A-Z]{4}[-]?[0-9]{2}", names="cnpj|c.n.p.j.", check=cnpj),
        Document(entity="BR_RNM", value=r"[A-Z][0-9]{6}-?[0-9A-Z]", names="rnm|rne|crnm|registro nacional migratório|registro nacional de estrangeiro"),
        Document(entity="BR_PIS", check=pis, value=r"[0-9]{3}[.]?[0-9]{5}[.]?[0-9]{2}-?[0-9]", names="pis|pis nº|nis nº|número do pis|inscrição no inss|pasep|pis/pasep|nis|nit"),
        Document(entity="BR_RG", value=r"(?:[A-Z]{2}[- ]?)?[0-9]{1,2}[.]?[0-9]{3}[.]?[0-9]{3}-?[0-9Xx]", names="rg|r.g.|carteira de identidade|documento de identidade|cédula de identidade|registro geral|identidade"),
        Document(entity="US_DRIVER_LICENSE", value=r"[0-9]{11}", check=cnh, names="cnh|habilitação|registro da habilitação|nº de registro da habilitação|número de registro da cnh|carteira de motorista nº|c.n.h.|carteira nacional de habilitação|carteira de motorista|carteira de habilitação"),
        Document(entity="BR_PIX", value=r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", names="chave pix|pix"),
    ),
)  # fmt: skip
