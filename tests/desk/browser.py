"""A running desk over a real store, and a browser that keeps its cookies and fills in forms."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from storage.model import Role
from supplierwatch.desk import site
from supplierwatch.desk.accounts.passwords import hash_password
from supplierwatch.service.desk_source import ServiceSource
from supplierwatch.service.service import Service
from supplierwatch.web.server import WebServer
from supplierwatch.wiring import load
from tests.supplierwatch.instance import SETTINGS, Instance, an_instance
from tests.support.clock import Clock

PASSWORD = "seven small herons"
# made once: a hash takes 20 ms of the processor
HASH = hash_password(PASSWORD)
REPORT = {"status": "ok", "reasons": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the desk answered."""

    code: int
    headers: Mapping[str, str]
    text: str
    body: bytes = b""

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return "" if found is None else unescape(re.sub(r"<[^>]+>", "", found[1])).strip()

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]*)"', self.text)
        return "" if found is None else found[1]

    @property
    def words(self) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.text)).split())


@dataclass(slots=True)
class Browser:
    """A browser on this machine; with `headers` it may pretend to be elsewhere."""

    address: tuple[str, int]
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> Page:
        """Ask for a page, following no redirect; with a form, or with any other body.

        `file` is a further field of the form, with its bytes.
        """
        sent = {"Host": f"127.0.0.1:{self.address[1]}"} | self.headers | dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if file is not None:
            body, kind = _build_upload(form or {}, *file)
            sent |= {"Content-Type": kind, "Origin": f"http://{sent['Host']}"}
            method = "POST"
        elif form is not None:
            body = urlencode(form).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            sent.setdefault("Origin", f"http://{sent['Host']}")
        with closing(http.client.HTTPConnection(*self.address, timeout=30)) as connection:
            connection.request(method or ("GET" if form is None else "POST"), path, body, sent)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0].strip('"')
                    if not self.cookies[key]:
                        del self.cookies[key]
            content = answer.read()
            return Page(
                code=answer.status,
                headers={k.lower(): v for k, v in answer.getheaders()},
                text=content.decode("utf-8", "replace"),
                body=content,
            )

    def sign_in(self, name: str, password: str = PASSWORD) -> Page:
        """Fill in the form."""
        return self.ask("/sign-in", {"name": name, "password": password, "next": "/"})


def _build_upload(form: Mapping[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    """Return a body of multipart/form-data, as browsers send it, and its type."""
    line = "----seven-small-herons"
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in form.items()
    ]
    head = f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="feeds.opml"\r\n'
    parts.append(f"{head}Content-Type: text/x-opml\r\n\r\n".encode() + content + b"\r\n")
    return b"".join([*parts, f"--{line}--\r\n".encode()]), f"multipart/form-data; boundary={line}"


@dataclass(slots=True, kw_only=True)
class RunningDesk:
    """The desk, with one user of each role once `people` was called."""

    instance: Instance
    service: Service
    address: tuple[str, int]
    clock: Clock

    def browser(self, role: str | None = None, **headers: str) -> Browser:
        """A browser, signed in as the user of a role."""
        made = Browser(self.address, dict(headers))
        if role is not None:
            assert made.sign_in(role).code == 303
        return made

    def people(self) -> None:
        """One user for each role, called like it."""
        with self.service.store.transaction() as unit:
            for role in Role:
                user = unit.users.add(str(role), role, self.clock())
                assert user is not None
                unit.users.set_password(user.user_id, HASH)

    def link(self) -> str:
        """The path of the first link."""
        with self.service.store.transaction() as unit:
            return f"/link/{unit.users.make_link(None, self.clock())}"


@contextmanager
def running_desk(
    folder: Path,
    *,
    public_url: str | None = None,
    more: str = "",
    environ: Mapping[str, str] | None = None,
) -> Iterator[RunningDesk]:
    """A desk over an empty archive; `more` are further tables of settings.toml."""
    instance = an_instance(folder)
    settings = SETTINGS.format(data=instance.data)
    if public_url is not None:
        settings = settings.replace("[service]", f'[service]\npublic_url = "{public_url}"')
    instance.write("settings.toml", settings + more)
    clock = Clock(datetime.now(UTC))
    with instance.store() as store:
        service = Service(load(instance.config, environ or {}), store, clock=clock, owner="test")
        routes = site.routes(ServiceSource(service, lambda: REPORT, {}))
        server = WebServer(lambda: REPORT, listen="127.0.0.1:0", desk=routes)
        server.start()
        assert server.address is not None
        yield RunningDesk(instance=instance, service=service, address=server.address, clock=clock)
        server.stop()
