"""Accounts that directories, command lines and configurations hold."""

from __future__ import annotations

import pytest

from stageflow_guard.redaction import Redactor

REDACTOR = Redactor()


def found(text, entity):
    """Return what of `text` is found to be of a type."""
    return [text[s.start : s.end] for s in REDACTOR.find(text) if s.entity == entity]


DIRECTORIES = (
    ("dn: uid=esorensen,ou=people,dc=plainsbank,dc=example\ncn: Erik Sorensen", ["esorensen"]),
    ("bind failed for uid=mroth,ou=users,dc=acme,dc=example: invalid credentials", ["mroth"]),
    ("member: uid=j.duval,cn=users,cn=accounts,dc=ipa,dc=example", ["j.duval"]),
    ("sAMAccountName: hvogel\nmemberOf: CN=Sales,OU=Groups,DC=corp,DC=example", ["hvogel"]),
    ("sAMAccountName=hvogel", ["hvogel"]),
    ("(&(objectClass=person)(sAMAccountName=pnunes))", ["pnunes"]),
    ("ldapsearch -x -b dc=example,dc=org \"(uid=cferrari)\"", ["cferrari"]),
    ("cn=kdejong,ou=medewerkers,dc=bedrijf,dc=example", ["kdejong"]),
    ("memberUid: esorensen", ["esorensen"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), DIRECTORIES)
def test_an_account_of_a_directory_is_found(text, values):
    """RFC 4514 and 4515: `uid=` before the tree or in a filter, `sAMAccountName`, `memberUid`."""
    assert found(text, "USERNAME") == values


HARMLESS_DIRECTORIES = (
    "uid=0(root) gid=0(root)",
    "uid=33(www-data) gid=33(www-data)",
    "uid=1000, gid=1000",
    "cn=admin,dc=example,dc=org",
    "CN=Domain Admins,OU=Groups,DC=corp,DC=example",
    "CN=DigiCert Global Root CA,OU=www.digicert.com,O=DigiCert Inc,C=US",
    "uid=svc,ou=services,dc=example",
    "CN=WEB01,OU=Servers,DC=corp,DC=example",
    "ou=people,dc=example,dc=org",
    "(uid=%u)",
    "(sAMAccountName={0})",
    "uid={username},ou=people,dc=example",
    "(&(objectClass=user)(uid=*))",
    "uid=admin,ou=people,dc=x",
    "uid=$USER,ou=people",
    "cn=config,cn=ldbm database,cn=plugins",
    "member: CN=Backup Operators,CN=Builtin,DC=x",
    "cn=schema",
    "uid: 1000\ngid: 1000",
    "uid: string",
    "metadata:\n  uid: abc-def\n  name: x",
    "uid=abc,type=x",
    "(uid=foo)",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_DIRECTORIES)
def test_an_account_of_a_directory_is_found_elsewhere_not(text):
    """Groups, services, schemas, placeholders and certificates have no account."""
    assert found(text, "USERNAME") == []


NAMES = (
    ("CN=Hanna Vogel,OU=Users,DC=corp,DC=example", ["Hanna Vogel"]),
    ("distinguishedName: CN=Rossi\\, Elena,OU=Personale,DC=corp,DC=example", ["Rossi\\, Elena"]),
    ("cn=Pilar Ortega,ou=empleados,dc=corp,dc=example", ["Pilar Ortega"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), NAMES)
def test_a_common_name_in_a_unit_of_people_is_a_persons(text, values):
    """A name with an escaped comma, too."""
    assert found(text, "PERSON") == values


HARMLESS_NAMES = (
    "uid=0(root) gid=0(root)",
    "uid=33(www-data) gid=33(www-data)",
    "uid=1000, gid=1000",
    "cn=admin,dc=example,dc=org",
    "CN=Domain Admins,OU=Groups,DC=corp,DC=example",
    "CN=DigiCert Global Root CA,OU=www.digicert.com,O=DigiCert Inc,C=US",
    "uid=svc,ou=services,dc=example",
    "CN=WEB01,OU=Servers,DC=corp,DC=example",
    "ou=people,dc=example,dc=org",
    "(uid=%u)",
    "(sAMAccountName={0})",
    "uid={username},ou=people,dc=example",
    "(&(objectClass=user)(uid=*))",
    "uid=admin,ou=people,dc=x",
    "uid=$USER,ou=people",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_NAMES)
def test_a_common_name_in_a_unit_of_people_is_a_persons_elsewhere_not(text):
    """Groups and programs are called by a common name as well."""
    assert found(text, "PERSON") == []


COMMANDS = (
    ("docker login registry.thornfield.example -u hamish.b -p dckr_pat_t0mWSy1KNu0Iqkqf6nOb1mev02H", ["hamish.b"]),
    ("docker login -u hamishb registry.example", ["hamishb"]),
    ("podman login --username krodrigues quay.io", ["krodrigues"]),
    ("mysql -h db01 -u mlindgren -p shop", ["mlindgren"]),
    ("psql -h db01 -U pdupont orders", ["pdupont"]),
    ("ssh -l tvogel bastion.example", ["tvogel"]),
    ("smbclient //fs01/share -U ebianchi", ["ebianchi"]),
    ("svn checkout --username jperez https://svn.example/repo", ["jperez"]),
    ("helm registry login reg.example -u c.moreau", ["c.moreau"]),
    ("az login -u kdejong -p Wint3r!Fiets88", ["kdejong"]),
    ("mongosh --host m1 -u aferreira", ["aferreira"]),
    ("twine upload -u fennelworks dist/*", ["fennelworks"]),
    ("docker login ghcr.io --username mkrause --password-stdin", ["mkrause"]),
    ("psql \"host=db\" -U cbianchi -d crm", ["cbianchi"]),
    ("ssh -p 2222 -l jvisser host.example", ["jvisser"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), COMMANDS)
def test_an_account_on_a_command_line_is_found(text, values):
    """The option that a known client takes an account by."""
    assert found(text, "USERNAME") == values


HARMLESS_COMMANDS = (
    "docker login -u $DOCKER_USER -p $DOCKER_PASS",
    "docker run -u root alpine",
    "docker run -u node:20 alpine",
    "mysql -u root -p",
    "psql -U postgres",
    "sort -u names.txt",
    "git push -u origin main",
    "tar -u archive",
    "python -u script.py",
    "sudo -u postgres psql",
    "date -u",
    "pip install -U requests",
    "docker login -u AWS -p tok",
    "docker login -u username",
    "journalctl -u nginx",
    "systemctl status -u sshd",
    "kubectl get pods -l app",
    "curl -u \"$USER:$TOKEN\" https://api.example",
    "mysql -uroot -proot",
    "ssh -l host",
    "curl -s https://x.example -u token",
    "influx write -u s",
    "ansible-playbook site.yml -u ubuntu",
    "ansible-playbook -u deploy site.yml",
    "mysqldump -u backup shop > a.sql",
    "psql -U app -d app",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_COMMANDS)
def test_an_account_on_a_command_line_is_found_elsewhere_not(text):
    """The same option is a file or a remote for others; generic accounts are left."""
    assert found(text, "USERNAME") == []


CONFIGURED = (
    ("spring.datasource.username=lohn_app\nspring.datasource.password=Xq7-Rabe/91", ["lohn_app"]),
    ("MYSQL_USER=boutique\nMYSQL_PASSWORD=Caramel&Sel#3", ["boutique"]),
    ("POSTGRES_USER=fakturadb\nPOSTGRES_PASSWORD=Zx91-tanne!", ["fakturadb"]),
    ("DB_USERNAME=tienda_rw\nDB_PASSWORD=Mango#2291", ["tienda_rw"]),
    ("export PGUSER=mvanveen PGPASSWORD=Fiets!88Lamp", ["mvanveen"]),
    ("db.user=magazzino\ndb.password=Vite-rossa7", ["magazzino"]),
    ("user = klinik_rw\npassword = Zaun!44Blau", ["klinik_rw"]),
    ("FTP_USER=horizonweb\nFTP_PASS=k9!Lune-22", ["horizonweb"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), CONFIGURED)
def test_an_account_with_its_password_beside_it_is_found(text, values):
    """A key for a user, and the same key for a password."""
    assert found(text, "USERNAME") == values


HARMLESS_CONFIGURED = (
    "MYSQL_USER=root",
    "POSTGRES_USER=postgres",
    "DB_USER=app",
    "DB_USERNAME=${DB_USER}",
    "spring.datasource.username=sa",
    "db.user=test",
    "MYSQL_USER=myuser",
    "DB_USER=user",
    "username=None",
    "user = User.objects.get(pk=1)",
    "user=request.user",
    "user: string",
    "USER=runner",
    "from noreply@github.com",
    "SMTP_USER=",
    "currentUser=await getUser()",
    "user = await fetchUser()",
    "username = input(\"Name: \")",
    "spring.datasource.username=${DB_USERNAME}",
    "DB_USER=changeme",
    "DB_USER=<your user>",
    "USER=node",
    "const user = users[0]",
    "db.user=postgres\ndb.password=postgres",
    "user=app\npassword=app",
    "username=admin\npassword=admin",
    "os.environ[\"DB_USER\"] = user",
    "user = cfg.user\npassword = cfg.password",
    "user = args.u\npassword = getpass()",
    "login = do_login\npassword = ask(1)",
    "user=$1\npassword=$2",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_CONFIGURED)
def test_an_account_with_its_password_beside_it_is_found_elsewhere_not(text):
    """Generic accounts, variables and placeholders are none."""
    assert found(text, "USERNAME") == []


MAILED = (
    ("spring.mail.username=noreply@lohnbuero-harz.example", ["noreply@lohnbuero-harz.example"]),
    ("SMTP_USER=no-reply@bakkerij.example", ["no-reply@bakkerij.example"]),
    ("MAIL_USERNAME=noreply@panaderia.example", ["noreply@panaderia.example"]),
    ("username: noreply@firma.example", ["noreply@firma.example"]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "values"), MAILED)
def test_an_address_that_is_an_account_is_found_whoever_it_is(text, values):
    """A key that says account makes an address of a robot count."""
    assert found(text, "EMAIL_ADDRESS") == values


HARMLESS_MAILED = (
    "MYSQL_USER=root",
    "POSTGRES_USER=postgres",
    "DB_USER=app",
    "DB_USERNAME=${DB_USER}",
    "spring.datasource.username=sa",
    "db.user=test",
    "MYSQL_USER=myuser",
    "DB_USER=user",
    "username=None",
    "user = User.objects.get(pk=1)",
    "user=request.user",
    "user: string",
    "USER=runner",
    "from noreply@github.com",
    "SMTP_USER=",
    "currentUser=await getUser()",
    "user = await fetchUser()",
    "username = input(\"Name: \")",
    "spring.datasource.username=${DB_USERNAME}",
    "DB_USER=changeme",
    "DB_USER=<your user>",
    "USER=node",
    "const user = users[0]",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS_MAILED)
def test_an_address_that_is_an_account_is_found_whoever_it_is_elsewhere_not(text):
    """Elsewhere an address of a robot is nobody."""
    assert found(text, "EMAIL_ADDRESS") == []


def test_a_handle_that_a_ticket_is_shown_to_is_an_account():
    """Behind `cc`, a hyphen in it too; a group, a package, a decorator are none."""
    assert found("thanks! cc @lachlan-m", "USERNAME") == ["lachlan-m"]
    for text in (
        "cc @team",
        "cc @backend-team",
        "thanks @sre, all",
        "cc @types/node",
        "see @property",
        "cc @everyone",
    ):
        assert found(text, "USERNAME") == []
