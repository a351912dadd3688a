"""Configuration files that are wrong, each with what must be said of it."""

from __future__ import annotations

from typing import NamedTuple

from tests.config.files import GOOD


class Wrong(NamedTuple):
    """A file that is wrong, and what must be said of it."""

    file: str
    content: str
    line: int
    key: str
    value: str | None
    hint: str


SOURCE = GOOD["sources.toml"]
WATCH = GOOD["watches.toml"]
SUBSCRIPTION = GOOD["subscriptions.toml"]
MAIL = GOOD["settings.toml"]

MISTAKES = {
    "a provider in clear": Wrong(
        "settings.toml",
        MAIL
        + '[service]\npublic_url = "https://watch.example"\n[desk]\n'
        + 'oidc_client_id = "desk"\noidc_issuer = "http://login.example"\n',
        7,
        "oidc_issuer",
        '"http://login.example"',
        "https://",
    ),
    "a provider without a public address": Wrong(
        "settings.toml",
        MAIL + '[desk]\noidc_client_id = "desk"\noidc_issuer = "https://login.example"\n',
        5,
        "oidc_issuer",
        '"https://login.example"',
        "public_url",
    ),
    "a header of nobody": Wrong(
        "settings.toml",
        MAIL + '[desk]\nproxy_user_header = "X-Remote-User"\n',
        4,
        "proxy_user_header",
        '"x-remote-user"',
        "trusted_proxies",
    ),
    "every address as a proxy": Wrong(
        "settings.toml",
        MAIL + '[desk]\ntrusted_proxies = ["0.0.0.0/0"]\n',
        4,
        "trusted_proxies",
        '"0.0.0.0/0"',
        "127.0.0.1",
    ),
    "an expectation of nothing": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'expect = [{ within = "7d" }]\n',
        5,
        "expect",
        None,
        "write { watch",
    ),
    "an expectation of an unknown watch": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'expect = [{ watch = "acme-nsh", within = "7d" }]\n',
        5,
        "expect",
        '"acme-nsh"',
        "did you mean acme-nhs?",
    ),
    "an expectation of an unknown source": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'expect = [{ source = "gazete", within = "7d" }]\n',
        5,
        "expect",
        '"gazete"',
        "did you mean gazette?",
    ),
    "an expectation within a minute": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'expect = [{ source = "gazette", within = "1m" }]\n',
        5,
        "within",
        '"1m"',
        "write",
    ),
    "a sensitivity that is none": Wrong(
        "subscriptions.toml", SUBSCRIPTION + 'unusual = "hi"\n', 5, "unusual", '"hi"', "high"
    ),
    "unknown key": Wrong("sources.toml", SOURCE + 'evry = "15m"\n', 5, "evry", '"15m"', "every"),
    "unknown key of settings": Wrong(
        "settings.toml", MAIL + 'smpt = "x:25"\n', 3, "smpt", '"x:25"', "did you mean smtp?"
    ),
    "unknown section": Wrong(
        "settings.toml", '[male]\nto = "x@y.example"\n', 1, "male", '{to = "x@y.example"}', "mail"
    ),
    "unknown table": Wrong("watches.toml", "[[wacth]]\n" + WATCH, 1, "wacth", None, "[[watch]]"),
    "single table": Wrong(
        "watches.toml", '[watch]\nkey = "a"\n', 1, "watch", None, "two brackets"
    ),
    "key outside a table": Wrong(
        "watches.toml", 'key = "a"\n' + WATCH, 1, "key", '"a"', "below the [[watch]]"
    ),
    "missing key": Wrong(
        "sources.toml", '# x\n[[source]]\nkey = "a"\nkind = "feed"\n', 2, "url", None, "add it"
    ),
    "page without a selector": Wrong(
        "sources.toml", SOURCE.replace('"feed"', '"page"'), 1, "source", '"gazette"', "entry ="
    ),
    "unknown kind": Wrong(
        "sources.toml", SOURCE.replace('"feed"', '"feeds"'), 3, "kind", '"feeds"', "mean feed?"
    ),
    "duplicate key": Wrong(
        "sources.toml",
        SOURCE + SOURCE.replace("example/feed", "example/other"),
        6,
        "key",
        '"gazette"',
        "another key",
    ),
    "duplicate address": Wrong(
        "sources.toml",
        SOURCE + SOURCE.replace('"gazette"', '"other"'),
        8,
        "url",
        '"https://gazette.example/feed"',
        "remove one",
    ),
    "bad key": Wrong(
        "suppliers.toml",
        '[[supplier]]\nkey = "Acme & Co."\nnames = ["Acme"]\n',
        2,
        "key",
        '"Acme & Co."',
        "acme-co",
    ),
    "bad scheme": Wrong(
        "sources.toml",
        SOURCE.replace("https://gazette.example/feed", "file:///etc/passwd"),
        4,
        "url",
        '"file:///etc/passwd"',
        "https://",
    ),
    "no host": Wrong(
        "sources.toml",
        SOURCE.replace("https://gazette.example/feed", "https:///feed"),
        4,
        "url",
        '"https:///feed"',
        "https://example.org",
    ),
    "backslash in an address": Wrong(
        "sources.toml",
        SOURCE.replace('"https://gazette.example/feed"', r"'http://127.0.0.1:88\@gazette.example/'"),
        4,
        "url",
        r'"http://127.0.0.1:88\@gazette.example/"',
        "full address",
    ),
    "interval without unit": Wrong(
        "sources.toml", SOURCE + "every = 15\n", 5, "every", "15", "between quotes"
    ),
    "interval too short": Wrong(
        "sources.toml", SOURCE + 'every = "5s"\n', 5, "every", '"5s"', "1m to 31d"
    ),
    "intervals crossed": Wrong(
        "sources.toml",
        SOURCE + 'every = "10m"\nmin_every = "1h"\n',
        5,
        "every",
        '"10m"',
        "min_every <= every",
    ),
    "not a boolean": Wrong(
        "sources.toml", SOURCE + 'enabled = "no"\n', 5, "enabled", '"no"', "true or false"
    ),
    "unknown confidence": Wrong(
        "sources.toml",
        SOURCE + 'confidence = "sure"\n',
        5,
        "confidence",
        '"sure"',
        "verified, reported or unconfirmed",
    ),
    "neither query nor keywords": Wrong(
        "watches.toml",
        '[[watch]]\nkey = "acme-nhs"\n',
        1,
        "watch",
        '"acme-nhs"',
        "keywords = [",
    ),
    "query and keywords": Wrong(
        "watches.toml", WATCH + 'keywords = ["x"]\n', 4, "keywords", '"acme-nhs"', "keep one"
    ),
    "exact without keywords": Wrong(
        "watches.toml", WATCH + "exact = true\n", 4, "exact", '"true"', "plural(word)"
    ),
    "keyword with quotes": Wrong(
        "watches.toml",
        "[[watch]]\nkey = 'acme-nhs'\nkeywords = [\n  'a',\n  'b \"c\"',\n]\n",
        5,
        "keywords",
        '"b "c""',
        "the words alone",
    ),
    "empty list": Wrong(
        "watches.toml",
        '[[watch]]\nkey = "acme-nhs"\nkeywords = []\n',
        3,
        "keywords",
        "[]",
        "at least one",
    ),
    "text for a list": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace('["you@example.org"]', '"you@example.org"'),
        2,
        "to",
        '"you@example.org"',
        '["..."]',
    ),
    "dangling watch": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace('"acme-nhs"', '"*", "acme-nsh"'),
        3,
        "watches",
        '"acme-nsh"',
        "did you mean acme-nhs?",
    ),
    "bad address": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace("you@example.org", "you at example.org"),
        2,
        "to",
        '"you at example.org"',
        "you@example.org",
    ),
    "address with a name": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace("you@example.org", "You <you@example.org>"),
        2,
        "to",
        '"You <you@example.org>"',
        "the address alone",
    ),
    "address of two lines": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace("you@example.org", "you@example.org\\r\\nBcc: x@example.org"),
        2,
        "to",
        '"you@example.org\r\nBcc: x@example.org"',
        "you@example.org",
    ),
    "same recipient twice": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace('"you@example.org"', '"you@example.org", "You@Example.org"'),
        2,
        "to",
        '["you@example.org", "You@Example.org"]',
        "remove one",
    ),
    "bad cadence": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION.replace("daily at 07:30", "dayly"),
        4,
        "cadence",
        '"dayly"',
        "daily at 07:30",
    ),
    "bad timezone": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'timezone = "Europe/Londn"\n',
        5,
        "timezone",
        '"Europe/Londn"',
        "Europe/London",
    ),
    "bad quiet hours": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + 'quiet_hours = "21-7"\n',
        5,
        "quiet_hours",
        '"21-7"',
        "21:00-07:00",
    ),
    "one recipient twice by the same key": Wrong(
        "subscriptions.toml",
        SUBSCRIPTION + SUBSCRIPTION.replace("07:30", "16:00"),
        5,
        "subscription",
        '"daily-acme-nhs"',
        'key = "daily-acme-nhs-2"',
    ),
    "history of itself": Wrong(
        "watches.toml", WATCH + 'was = "acme-nhs"\n', 4, "was", '"acme-nhs"', "before"
    ),
    "history of a living watch": Wrong(
        "watches.toml",
        WATCH + 'was = "other"\n[[watch]]\nkey = "other"\nquery = "x"\n',
        4,
        "was",
        '"other"',
        "remove the watch other",
    ),
    "history given twice": Wrong(
        "watches.toml",
        WATCH + 'was = "old"\n[[watch]]\nkey = "b"\nquery = "x"\nwas = "old"\n',
        8,
        "was",
        '"old"',
        "one of the two",
    ),
    "password in a file": Wrong(
        "settings.toml",
        MAIL + 'password = "hunter2"\n',
        3,
        "password",
        None,
        "SUPPLIERWATCH_SMTP_PASSWORD_FILE",
    ),
    "login in the server": Wrong(
        "settings.toml",
        MAIL + 'smtp = "me:hunter2@smtp.example:587"\n',
        3,
        "smtp",
        None,
        "SUPPLIERWATCH_SMTP_PASSWORD",
    ),
    "login in an address": Wrong(
        "sources.toml",
        SOURCE.replace("https://", "https://me:hunter2@"),
        4,
        "url",
        None,
        "secrets do not belong in files",
    ),
    "database in a file": Wrong(
        "settings.toml",
        '[service]\ndatabase_url = "postgresql://me:hunter2@db/w"\n',
        2,
        "database_url",
        None,
        "SUPPLIERWATCH_DATABASE_URL",
    ),
    "server without port": Wrong(
        "settings.toml", MAIL + 'smtp = "smtp.example"\n', 3, "smtp", '"smtp.example"', ":587"
    ),
    "server without sender": Wrong(
        "settings.toml",
        '[mail]\nsmtp = "smtp.example:587"\n',
        2,
        "smtp",
        '"smtp.example:587"',
        "from =",
    ),
    "security without server": Wrong(
        "settings.toml", MAIL + 'security = "tls"\n', 3, "security", '"tls"', "smtp ="
    ),
    "every address allowed": Wrong(
        "settings.toml",
        '[crawl]\nallowed_hosts = [\n  "10.0.0.0/8",\n  "0.0.0.0/0",\n]\n',
        4,
        "allowed_hosts",
        '"0.0.0.0/0"',
        "10.1.0.0/16",
    ),
    "supplier without a name": Wrong(
        "suppliers.toml", '[[supplier]]\nkey = "acme"\n', 1, "supplier", '"acme"', "names ="
    ),
    "quotes within quotes": Wrong(
        "watches.toml",
        '[[watch]]\nkey = "acme-nhs"\nquery = "acme AND "patient record""\n',
        3,
        "",
        None,
        "query = '...'",
    ),
    "bare text": Wrong(
        "watches.toml", '[[watch]]\nkey = acme-nhs\n', 2, "", None, "between quotes"
    ),
    "key twice in a table": Wrong(
        "watches.toml", WATCH + 'key = "b"\n', 4, "", None, "occurs twice"
    ),
    "open quote": Wrong("watches.toml", WATCH + "label = 'x\n", 4, "", None, "close every quote"),
    "empty file": Wrong("sources.toml", "\n", 1, "", None, "[[source]]"),
}  # fmt: skip
