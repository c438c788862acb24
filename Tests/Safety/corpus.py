"""Secrets and what looks like them, made anew in each run from parts, so that none stands in the repository."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from dataclasses import dataclass

UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
LETTERS = UPPER + LOWER
ALPHANUMERIC = LETTERS + DIGITS
WORD = ALPHANUMERIC + "_"
DASHED = WORD + "-"
HEX = "0123456789abcdef"
BASE64 = ALPHANUMERIC + "+/"


@dataclass(frozen=True)
class Case:
    """A line of text that holds a secret, or only looks so."""

    kind: str
    text: str


class Maker:
    """Chooses by a fixed sequence of numbers: the same corpus for the same seed."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)

    def some(self, count: int, alphabet: str) -> str:
        return "".join(self.chance.choice(alphabet) for _ in range(count))

    def mixed(self, count: int, alphabet: str = ALPHANUMERIC) -> str:
        """Characters among which letters of both cases and digits occur, as in nearly every key of this length."""
        while True:
            text = self.some(count, alphabet)
            if any(c.isdigit() for c in text) and any(c.isupper() for c in text) and any(c.islower() for c in text):
                return text

    def password(self) -> str:
        """Short and made of words, as people choose them."""
        word = self.chance.choice(
            ["Sunn1day", "Winter", "dragon", "Coffee", "hunter", "M0nday", "kitten", "Berlin", "letmein", "Qwerty", "pa55word", "trustno"]
        )
        return word + self.chance.choice(["1!", "2024", "99", "#7", "123!", "42!", "!", "!!1", "@2025", "$9"])

    def spoken(self) -> str:
        """Words and a number, as people say them to each other."""
        word = self.chance.choice(["Tulip", "Harbour", "Walnut", "Cobalt", "Juniper", "Lantern"])
        sign = self.chance.choice(["-", "", "_", "!"])
        return word + sign + self.some(self.chance.randint(2, 4), "23456789") + sign + self.chance.choice(["red", "amber", "green", "violet"])

    def strong(self) -> str:
        """As a generator of passwords makes them."""
        return self.mixed(self.chance.randint(14, 24), ALPHANUMERIC + "!#%+=@^~")

    # Tokens in the forms that their providers give them

    def tokens(self) -> dict:
        some, mixed = self.some, self.mixed
        header = "ey" + "J" + mixed(34)
        return {
            "AWS access key id": self.chance.choice(["AK" + "IA", "AS" + "IA"]) + some(16, UPPER + "234567"),
            "AWS secret access key": "aws_secret_" + "access_key = " + mixed(40, BASE64),
            "AWS session token": "AWS_SESSION_" + "TOKEN=" + "IQoJb3JpZ2lu" + mixed(300, BASE64),
            "GitHub token": "gh" + self.chance.choice("pousr") + "_" + mixed(36),
            "GitHub fine-grained token": "github" + "_pat_" + mixed(22) + "_" + mixed(59),
            "GitLab token": "gl" + "pat-" + mixed(20, DASHED),
            "GitLab runner token": "gl" + "rt-" + mixed(20, DASHED),
            "Slack bot token": "xo" + "xb-" + some(12, DIGITS) + "-" + some(12, DIGITS) + "-" + mixed(24),
            "Slack user token": "xo" + "xp-" + some(12, DIGITS) + "-" + some(12, DIGITS) + "-" + some(12, DIGITS) + "-" + some(32, HEX),
            "Slack webhook": "https://hooks." + "slack.com/services/T" + some(8, UPPER + DIGITS) + "/B" + some(8, UPPER + DIGITS) + "/" + mixed(24),
            "Stripe secret key": "sk" + "_live_" + mixed(24),
            "Stripe restricted key": "rk" + "_live_" + mixed(24),
            "Stripe webhook secret": "wh" + "sec_" + mixed(32),
            "OpenAI key": "sk" + "-" + mixed(20) + "T3" + "BlbkFJ" + mixed(20),
            "OpenAI project key": "sk" + "-proj-" + mixed(74, DASHED) + "T3" + "BlbkFJ" + mixed(74, DASHED),
            "Anthropic key": "sk" + "-ant-api03-" + mixed(93, DASHED) + "AA",
            "Google API key": "AI" + "za" + "Sy" + mixed(33, DASHED),
            "Google OAuth secret": "GOC" + "SPX-" + mixed(28, DASHED),
            "Google access token": "ya" + "29." + mixed(68, DASHED),
            "Azure storage key": "AccountKey=" + mixed(86, BASE64) + "==",
            "Azure client secret": "AZURE_CLIENT_" + "SECRET=" + mixed(3) + "8Q~" + mixed(34, WORD),
            "npm token": "np" + "m_" + mixed(36),
            "npm registry token": "//registry.npmjs.org/:_auth" + "Token=" + str(uuid.UUID(int=self.chance.getrandbits(128), version=4)),
            "PyPI token": "py" + "pi-AgEIcHlwaS5vcmc" + mixed(150, DASHED),
            "JSON web token": header + "." + "ey" + "J" + mixed(60) + "." + mixed(43, DASHED),
            "PEM private key": "-----BEGIN " + self.chance.choice(["RSA ", "EC ", "", "OPENSSH "]) + "PRIVATE" + " KEY-----",
            "SendGrid key": "SG" + "." + mixed(22, DASHED) + "." + mixed(43, DASHED),
            "Hugging Face token": "h" + "f_" + mixed(34, LETTERS + DIGITS),
            "Docker Hub token": "dckr" + "_pat_" + mixed(27, DASHED),
            "Vault token": "hv" + "s." + mixed(90, DASHED),
            "DigitalOcean token": "dop" + "_v1_" + some(64, HEX),
            "Telegram bot token": some(9, "123456789") + ":A" + "A" + mixed(33, DASHED),
        }

    def tokens_in_words(self) -> list:
        """Tokens behind other characters of their alphabets."""
        mixed = self.mixed
        slack = "xo" + "xb-" + self.some(12, DIGITS) + "-" + self.some(12, DIGITS) + "-" + mixed(24)
        return [
            "slack_" + slack, "-" + slack, "-ya" + "29." + mixed(68, DASHED), "x-py" + "pi-AgEIcHlwaS5vcmc" + mixed(150, DASHED),
            "key-AT" + "ATT3" + mixed(180, ALPHANUMERIC), "session-IQo" + "Jb3JpZ2lu" + mixed(300, BASE64),
        ]  # fmt: skip


# `%` is a short password.
PASSWORD_FORMS = {
    "dotenv": ["DB_PASSWORD=%", "PGPASSWORD='%'", "REDIS_PASSWORD=\"%\"", "ADMIN_PASS=%", "MYSQL_ROOT_PASSWORD=%"],
    "shell": ["export DB_PASSWORD=%", "PGPASSWORD=% psql -h localhost", "export PGPASSWORD='%'"],
    "PowerShell": ["$env:DB_PASSWORD = \"%\"", "$env:PGPASSWORD='%'", "$Password = '%'"],
    "YAML": ["password: %", "  db_password: \"%\"", "POSTGRES_PASSWORD: %", "- password: '%'"],
    "JSON": ["\"password\": \"%\"", "{\"dbPassword\":\"%\"}", "\"admin_password\": \"%\","],
    "table": ["| DB_PASSWORD | % |", "| Password | `%` | local |", "| `PGPASSWORD` | `%` |"],
    "prose": ["Password: %", "**Password**: %", "- Password: `%`", "The password is %.", "the database password was `%`"],
    "connection string": [
        "host=localhost port=5443 user=postgres password=% dbname=story", "Server=db;User Id=sa;Password=%;Database=x",
        "jdbc:postgresql://localhost/db?user=app&password=%&ssl=true",
    ],
    "URL": [
        "postgres://app:%@localhost:5443/story", "redis://:%@cache:6379/0", "https://deploy:%@git.example.org/x.git",
        "DATABASE_URL=postgresql+psycopg://app:%@db/story?sslmode=require", "amqp://worker:%@queue:5672/",
    ],
    "command": ["mysql -uroot -p% story", "sshpass -p % ssh host", "redis-cli -a % ping", "curl -u admin:% http://localhost/"],
    "password file": ["localhost:5443:story:postgres:%", "*:*:*:app:%"],
}

# `%` is a password of words and a number.
SPOKEN_FORMS = [
    "set the password to %", "password is now %", "new password %", "The password for staging is `%`.", "The password (%) works", "password \"%\"",
    "use % as the password", "pw: %", "PW=%", "passwd %", "Passwort: %", "Das Passwort lautet %", "Kennwort: %", "contrase\u00f1a: %",
    "credentials: admin / %", "credentials: admin:%", "changed the password to `%`", "log in with % as its password", "the password of the admin user was %",
    "Das Kennwort ist %", "la contrase\u00f1a es %", "The password is set to %",
    "spring.cloud.stream.kafka.binder.configuration.sasl.jaas.config.password=%",
]  # fmt: skip

# `%` is a random value of 32 characters or more.
RANDOM_FORMS = [
    "API_KEY=%", "apiKey: \"%\"", "secret_key: %", "client_secret=%", "ACCESS_TOKEN='%'", "X-API-Key: %",
    "Authorization: Bearer %", "| API token | `%` |", "SECRET_KEY_BASE: %", "API key: %", "--api-key %", "STORY_KEY=%",
    "\"SecretAccessKey\": \"%\"", "https://api.example.org/v1?access_token=%", "$env:API_TOKEN = '%'",
]  # fmt: skip


def secrets(seed: int = 1) -> tuple:
    """Cases of the providers' own forms, and all others."""
    maker = Maker(seed)
    provider = [Case(kind, text) for _ in range(10) for kind, text in maker.tokens().items()]
    others = []
    for _ in range(5):
        for kind, forms in PASSWORD_FORMS.items():
            for form in forms:
                others.append(Case(kind, form.replace("%", maker.password())))
    for _ in range(2):
        for kind, forms in PASSWORD_FORMS.items():
            if kind in ("dotenv", "PowerShell", "YAML", "JSON", "table"):
                others += [Case(kind, form.replace("%", maker.strong().replace("%", "_"))) for form in forms]
    for _ in range(8):
        others += [Case("spoken", form.replace("%", maker.spoken())) for form in SPOKEN_FORMS]
        others.append(Case("digits", f"db_pass={maker.some(8, '123456789')}"))
        others.append(Case("long URL", f"postgres://app:{maker.mixed(1500, ALPHANUMERIC + '%').replace('%', '%2F')}@db.example.org:5432/story"))
        others += [Case("token in a word", text) for text in maker.tokens_in_words()]
        others += [Case("random value", form.replace("%", maker.mixed(maker.chance.randint(32, 44)))) for form in RANDOM_FORMS]
    return provider, others


def look_alikes(seed: int = 2) -> list:
    """Cases in which no secret stands."""
    maker = Maker(seed)
    some, mixed, chance = maker.some, maker.mixed, maker.chance
    cases = []

    def add(kind: str, *texts: str) -> None:
        cases.extend(Case(kind, text) for text in texts)

    for _ in range(12):
        account = some(12, DIGITS)
        digest, commit = some(64, HEX), some(40, HEX)
        add("commit id", commit, f"commit {commit}", f"{commit[:7]} Change the password: reset form", f"Merge {commit[:12]} into token-refresh")
        add("digest", f"sha256:{digest}", f"image: postgres@sha256:{digest}", f"secret-service@sha256:{digest}", f"{digest}  key-store.tar.gz")
        add("UUID", str(uuid.UUID(int=chance.getrandbits(128), version=4)), f"request_id={uuid.UUID(int=chance.getrandbits(128), version=4)}")
        integrity = base64.b64encode(chance.randbytes(64)).decode()
        add("integrity hash", f'"integrity": "sha512-{integrity}"', f"--hash=sha256:{digest}", f'hash = "sha256-{base64.b64encode(chance.randbytes(32)).decode()}"')
        add(
            "AWS name", f"account `{account}`", f"arn:aws:iam::{account}:user/deploy", f"arn:aws:sts::{account}:assumed-role/Secret-Reader/me",
            f"arn:aws:secretsmanager:us-east-1:{account}:secret:prod/db-{mixed(6)}", "AROA" + some(17, UPPER), f"AWS_ROLE_ARN=arn:aws:iam::{account}:role/token-service",
        )  # fmt: skip
        add(
            "fingerprint", f"SHA256:{mixed(43, BASE64)} me@host (ED25519)", "MD5:" + ":".join(some(2, HEX) for _ in range(16)),
            f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{mixed(43, BASE64)} me@host", f"Key fingerprint = {' '.join(some(4, HEX.upper()) for _ in range(10))}",
        )  # fmt: skip
        add("version", f"\"detect-secrets\": \"1.{chance.randint(0, 9)}.0\"", f"secretstorage=={chance.randint(1, 9)}.3.3", f"tokenizers {chance.randint(0, 2)}.19.1+cu121")
        add("number", f"max_tokens: {chance.randint(1, 9) * 1024}", f"public.password_resets: {some(4, DIGITS)} rows", f"tokens: {some(6, '123456789')}")
        add("date", f"token expires 2026-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}T23:15:00Z", f"secret rotated on 2025-1{chance.randint(0, 2)}-07")
        name = chance.choice(["DB_PASSWORD", "API_KEY", "STORY_TOKEN", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "CLIENT_SECRET"])
        stand_in = chance.choice(["your_key_here", "changeme", "<password>", "...", "********", "xxxxxxxxxxxxxxxx", "REPLACE_ME", "your-secret-here", "<your token>"])
        add("placeholder", f"{name}={stand_in}", f"export {name}={stand_in}", f"{name.lower()}: {stand_in}", f"$env:{name} = \"{stand_in}\"")
        add("reference", f"{name}=${{{name}}}", f"export {name}=\"${name}\"", f"{name.lower()}: \"{{{{ {name.lower()} }}}}\"", f"$env:{name} = $env:OTHER_{name}")
        add(
            "code", f"password = os.environ[\"{name}\"]", f"const token = process.env.{name};", f"{name} = getpass.getpass()",
            f"password: !Ref {name.title().replace('_', '')}", f"secret: projects/{some(10, DIGITS)}/secrets/db",
        )  # fmt: skip
        add("URL", f"postgres://app@localhost:{chance.randint(5000, 6000)}/story", f"postgres://app:${{{name}}}@localhost/story", "https://user:<password>@example.org", "git@github.com:org/repo.git")
        add("command", f"docker run -p {some(4, '123456789')}:80 -p 127.0.0.1:5443:5432/tcp postgres:15", "psql -h localhost -U postgres -p 5443 -l", "mysql -u root -p story", "curl -u admin http://localhost")
        add(
            "prose", "The password is wrong.", "| `DB_PASSWORD` | `.env` |", "Token: expired", "- DB_PASSWORD, STORY_KEY", "password authentication failed for user \"postgres\"",
            f"password authentication failed for user x{chance.randint(1, 9)}", f"the password of 2025-11-0{chance.randint(1, 9)}", f"password reset v2.{chance.randint(0, 9)}",
            f"password policy: {chance.randint(8, 16)}+ characters", f"passwords are in vault-{chance.randint(1, 9)}", "[the credentials]: https://example.org/page1#credentials", "password: unchanged", "password: rotated yesterday",
            f"Fix the password (#{some(4, '123456789')})", f"password PROJ-{some(3, '123456789')}", f"the password is {chance.randint(8, 20)} characters long",
            f"moved the password to config/settings{chance.randint(1, 9)}.yml", "renamed the password to DB_PASSWORD_2", "Did you change the password again?",
            "use Argon2id as the password hash", f"log in with user{chance.randint(1, 9)} as the password says", f"password SHA-256 with {some(2, '123456789')} rounds",
            "the password is swordfish", "The password for staging is in the vault.", f"password {chance.randint(8, 20)}-character minimum", "Passwort: unchanged",
            f"credentials: ci / us-east-{chance.randint(1, 9)}", f"the password for db-{chance.randint(1, 9)} was rotated on 2025-11-0{chance.randint(1, 9)}",
            f"pass: {some(2, '123456789')}, fail: {chance.randint(0, 9)}", f"set the password in step {chance.randint(1, 9)} of app{chance.randint(1, 9)}.md", "mail the password to me2@host.example",
            "Passwords are hashed with argon2id; tokens expire after 30d.", "the secret of profile `dev` is wrong", f"{name} is set in `.env.local`",
        )  # fmt: skip
    return cases


# The places of a document that a case can stand in.
PLACES = {
    "line": lambda text: f"{text}\n",
    "table cell": lambda text: f"| what | value |\n|---|---|\n| it | {text.replace('|', chr(92) + '|')} |\n",
    "code span": lambda text: f"It is `{text.replace('`', '')}` there.\n",
    "fence": lambda text: f"```text\n{text}\n```\n",
    "YAML": lambda text: f"notes:\n  - |\n    {text}\n",
    "JSON": lambda text: json.dumps({"note": text}, ensure_ascii=False) + "\n",
    "CRLF": lambda text: f"# Notes\r\n\r\n{text}\r\n",
}


def document(place: str, text: str) -> str:
    """A small document with the case in a place; what stands in a table by itself keeps its own bars."""
    if place in ("table cell", "code span") and text.startswith("|"):
        return f"| name | value |\n|---|---|\n{text}\n"
    return PLACES[place](text)
