"""A secret is what a name announces, to where its syntax ends it; a placeholder is none."""

from __future__ import annotations

import random
import re
import string

import pytest

from stageflow_guard.redaction import Redactor
from stageflow_guard.redaction.recognizers.generic import secret_values

REDACTOR = Redactor()
VALUE = "9f2c8a71bd04e5Zq"
NAMES = [
    "harborToken", "x_token", "HARBOR_TOKEN", "harbor-token", "harbor.token", "dbPassword", "DB_PASS", "adyenApiKey", "ADYEN_APIKEY", "herokuSecret", "CLIENT_SECRET", "aws_secret_access_key",
    "mysql_pwd", "api-key", "X-Auth-Token", "signingKey", "webhookSecret", "sessionToken", "keystorePassword", "jwtSecret", "contraseña", "mot_de_passe", "wachtwoord",
]  # fmt: skip
FORMS = [
    '{n} = "{v}"', "{n}: '{v}'", "{n}={v}", '{n} := "{v}"', "{n} ?= {v}", 'var {n} string = "{v}"', 'let {n}: String = "{v}"', "const {n} = `{v}`", '"{n}": "{v}"', '{n} => "{v}"',
    'env.put("{n}", "{v}")', "<{n}>{v}</{n}>", "{n} - '{v}'", "--{n}={v}", 'export {n}="{v}"', '{n} || "{v}"', "https://x.example/?{n}={v}&x=1", '{n} == "{v}"', '$env:{n}="{v}"',
    '\\"{n}\\":\\"{v}\\"', '{n} ::= "{v}"', '{n} :::= "{v}"', '{n} .= "{v}"', "{n}: |\n  {v}", "{n}: >-\n    {v}\nnext: 1", "{n},{v},", '{n}[] = "{v}"', '{n} "{v}";', 'public static String {n} = "{v}";', '<add key="{n}" value="{v}"/>', '<string name="{n}">{v}</string>', 'name: {n}\nvalue: {v}',
]  # fmt: skip


def left_of(text, value):
    at = text.rindex(value)
    covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
    return [text[i] for i in range(at, at + len(value)) if i not in covered]


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_assignment_gives_the_secret_away(form):
    """All names, in camel case, snake case, with dashes and dots, in other languages."""
    left = [n for n in NAMES if left_of(form.format(n=n, v=VALUE), VALUE)]
    assert len(left) <= (len(NAMES) // 20 if form[0] != "<" else 4), left


@pytest.mark.parametrize(
    ("text", "value"),
    [('password = "p@ss,w0rd;2026!"', "p@ss,w0rd;2026!"), ("Pwd={Pa;ss}}w0rd};Encrypt=yes", "Pa;ss}}w0rd"), ("password='it\\'s-Zx9k'", "it\\'s-Zx9k"), ("SECRET_KEY_BASE=3f9c8a71bd04", "3f9c8a71bd04"),
     ("PGPASSWORD=hunter22x psql", "hunter22x"), ("curl -u ada:Zx9kLmq2 https://x.example", "Zx9kLmq2"), ("postgres://app:p@ss@w0rd@db/x", "p@ss@w0rd"), ("?password=Zx9kLmq2&sslmode=require", "Zx9kLmq2"),
     ("Server=x;User Id=sa;Password=Zx9kLmq2;Encrypt=true", "Zx9kLmq2"), ("Cookie: a=b; sessionid=38afes7a8f9c0d1e; c=d", "38afes7a8f9c0d1e"), ("my password is sunshine99", "sunshine99"),
     ("OTP 481920", "481920"), ("//registry.example/:_authToken=9f2c8a71-bd04-4e5a-9f2c-8a71bd04e5aa", "9f2c8a71-bd04-4e5a-9f2c-8a71bd04e5aa"), ("token: " + "aB3x" * 120, "aB3x" * 120),
     ('password = "' + "aB3$" * 100 + '"', "aB3$" * 100)],
)  # fmt: skip
def test_a_value_ends_where_its_syntax_ends_it(text, value):
    """Quotes, braces, URLs, headers, the shell; long ones too."""
    assert left_of(text, value) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("curl -X POST https://build.example \\\n  -d x \\\n  --user  'ada:Zx9k~Lmq2'", "Zx9k~Lmq2"), ('curl -u ":Zx9kLmq2p" https://x.example', "Zx9kLmq2p"), ('curl -u "Zx9kLmq2p:" https://x.example', "Zx9kLmq2p"),
     ("curl -u ada:'Zx9kLmq2p' https://x.example", "Zx9kLmq2p"), ("Authorization: 7d1f0c52-90ab-4c1d-8e2f-0a1b2c3d4e5f", "7d1f0c52-90ab-4c1d-8e2f-0a1b2c3d4e5f"), ("-H 'Authorization: Basic YWRhOng5'", "YWRhOng5"),
     ("creds = q7RkT2mZ9xWb4LpV", "q7RkT2mZ9xWb4LpV"), ('"auth": "YWRhOmxvdmVsYWNlOTk="', "YWRhOmxvdmVsYWNlOTk="), ("harbor_pw='q7RkT2mZ9x'", "q7RkT2mZ9x"), ('harbor_token_104 = "q7RkT2mZ9x"', "q7RkT2mZ9x"),
     ("harbor_key: 4f1c9b07e2d85a6340bf1c9e72d8a563", "4f1c9b07e2d85a6340bf1c9e72d8a563"), ('password = "k{o)w!u]e~t#s^a}"', "k{o)w!u]e~t#s^a}"), ('token = "4820571936284017"', "4820571936284017")],
)  # fmt: skip
def test_a_secret_that_few_signs_announce_is_found(text, value):
    """Command lines over several lines, headers, short names, keys drawn at random, brackets as characters."""
    assert [c for c in left_of(text, value) if c.isalnum()] == []


@pytest.mark.parametrize(
    "text",
    ["cache_key: 4f1c9b07e2d85a6340bf1c9e72d8a563", "partitionKey = 4f1c9b07e2d85a6340bf1c9e72d8a563", "kms_key_id: 4f1c9b07e2d85a6340bf1c9e72d8a563", 'public_token = "4f1c9b07e2d85a6340bf1c9e72d8a563"',
     "curl -u user:pass https://x.example", "curl -u <user:password> https://x.example", 'curl --user "aaa:bbb" https://x.example', "pairing_key = 7d1f0c52-90ab-4c1d-8e2f-0a1b2c3d4e5f",
     "auth: optional", "io.jsonwebtoken:jjwt-impl-0.12.5", "authorization: see section 4", "the auth service, restarted twice, is fine"],
)  # fmt: skip
def test_what_looks_up_or_shows_is_no_secret(text):
    """A lookup's key, a public token, a manual's command line, a version."""
    assert [s for s in REDACTOR.find(text) if s.entity == "SECRET"] == []


def test_a_block_of_yaml_is_the_value_of_its_key():
    """To where the indentation ends; what follows stays."""
    text = "db:\n  password: |\n    q7RkT2mZ9x\n    Wb4LpVq8\n  port: 5432\n"
    redacted = REDACTOR.redact(text).value
    assert "q7Rk" not in redacted and "Wb4L" not in redacted
    assert redacted.endswith("\n  port: 5432\n")


def test_what_follows_a_value_stays():
    """The next parameter and the next cookie are no part of the secret."""
    for text, rest in (
        ("?password=Zx9kLmq2&sslmode=require", "&sslmode=require"),
        ("Pwd=Zx9kLmq2;Encrypt=yes", ";Encrypt=yes"),
    ):
        assert REDACTOR.redact(text).value.endswith(rest)


def test_the_same_secret_nearby_is_one_too():
    """It was told once; the log line behind repeats it."""
    text = f'token = "{VALUE}"; log.info("using {VALUE}")'
    assert VALUE not in REDACTOR.redact(text).value


@pytest.mark.parametrize(
    "key",
    ["glrt-aB3dE6gH9jK2mN5pQ8sT", "dapi0123456789abcdef0123456789abcdef", "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx", "shpss_0123456789abcdef0123456789abcdef", "pul-0123456789abcdef0123456789abcdef01234567",
     "PMAK-0123456789abcdef01234567-0123456789abcdef0123456789abcdef01", "NRAK-ABCDEFGHIJKLMNOPQRSTUVWXYZ1", "LTAI4FoLmWyZ8bCdEfGhIjKl", "ATATT3xFfGF0" + "aB3_" * 20, "glpat-aB3dE6gH9jK2mN5pQ8sT.01.xxx"],
)  # fmt: skip
def test_an_issuers_form_is_found_whole(key):
    """Without any label, to the last character."""
    assert left_of(f"see {key} there", key) == []


@pytest.mark.parametrize(
    "text",
    ['api_key = "insert_key_here"', "AKIAXXXXXXXXXXXXXXXX", "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxx", "src/xoxo-loader-1234567890.js", "secret: ENC[AES256_GCM,data:p673w==,type:str]", "password: Optional[str]",
     "token = os.environ['TOKEN']", 'password = "changeme"', "password: ${PASSWORD}", "if sig == signal.SIGUSR1:", "password=settings.DB_PASSWORD", "api_key: <your-api-key>"],
)  # fmt: skip
def test_a_placeholder_is_no_secret(text):
    """It keeps a place free, or says where the secret is."""
    assert REDACTOR.find(text) == []


BEFORE = ("harbor", "ocean", "db", "acme", "internal", "x")
ENDS = ("token", "secret", "password", "apiKey", "accessKey", "authToken", "clientSecret", "pwd", "refreshToken", "signingKey")  # fmt: skip
FORMS = (
    '{n} = "{v}"', "{n}={v}", "{n}: {v}", '{{"{n}": "{v}"}}', '{n} := "{v}"', '{n} ?= "{v}"', '"{n}" => "{v}"', 'let {n}: &str = "{v}";', 'var {n} string = "{v}"',
    'private static final String {n} = "{v}";', "define('{n}', '{v}');", 'm.put("{n}", "{v}");', "<{n}>{v}</{n}>", '<add key="{n}" value="{v}"/>', "export {n}={v}",
    "{n} - '{v}'", "--{n}={v}", "ENV {n} {v}", 'config["{n}"] = "{v}"', 'if ({n} == "{v}") {{', '{n} = env or "{v}"', "{n} = '''{v}'''", 'x.get("{n}", "{v}")',
)  # fmt: skip


def spelled(before, end, style):
    """Write a name of two or three words as one identifier."""
    words = [before, *(w.lower() for w in re.findall(r"[A-Z]?[a-z]+", end))]
    return {
        "camel": before + end[0].upper() + end[1:], "pascal": before.title() + end[0].upper() + end[1:], "snake": "_".join(words),
        "kebab": "-".join(words), "upper": "_".join(words).upper(), "glued": "".join(words),
    }[style]  # fmt: skip


@pytest.mark.parametrize("style", ["camel", "pascal", "snake", "kebab", "upper", "glued"])
def test_a_secret_is_found_under_any_spelling_of_its_name(style):
    """In each form of assignment of some twenty languages; at most one in fifty is left."""
    rng, left, total = random.Random(style), [], 0
    for before in BEFORE:
        for end in ENDS:
            for form in FORMS:
                value = "".join(rng.choices(string.ascii_letters + string.digits, k=22)) + "7a"
                text = form.format(n=spelled(before, end, style), v=value)
                at, total = text.rindex(value), total + 1
                covered = {i for s in REDACTOR.find(text) for i in range(s.start, s.end)}
                if not covered >= set(range(at, at + len(value))):
                    left.append(text)
    assert len(left) <= total // 50, left[:20]


@pytest.mark.parametrize("name", ["pwd=a", "password:a", "x_key=a", "dbpassword=a", "Kennwort：a"])
def test_a_word_of_nothing_but_names_is_covered_and_not_read_for_each(name, monkeypatch):
    """Each name's value goes on to the word's end: twenty thousand names would read it as often."""
    read, after = [], secret_values.after
    monkeypatch.setattr(
        secret_values, "after", lambda *a, **how: read.append(1) or after(*a, **how)
    )
    text = name * (60_000 // len(name))
    spans = REDACTOR.find(text)
    assert len(read) < 800
    assert sum(s.end - s.start for s in spans if s.entity == "SECRET") > len(text) * 0.9


def test_names_of_secrets_beside_each_other_are_no_crowd():
    """A header, a query, a statement: each value is judged by itself, and what is none stays."""
    header = "id,password,token,api_key,secret,client_secret,access_token,refresh_token,pin,pwd"
    query = "https://x.example/a?" + "&".join(f"token{i}=off" for i in range(20))
    for text in (header, query):
        assert not [s for s in REDACTOR.find(text) if s.entity == "SECRET"]
