"""A person allows an access in a browser, through the command line and the SDK, against a vendor on loopback."""

import os
import re
import subprocess
import sys
import textwrap
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from servicedesk_core import BlockingServiceDesk
from servicedesk_core.errors import AuthenticationError, HookError, UnsupportedError
from servicedesk_core.sandboxing import Response, StandIn, bind, json_response, serve

ACME = textwrap.dedent(
    """
    from servicedesk_core import Connector, ConnectorSettings, hookimpl
    from servicedesk_core.hooks import Capabilities, VendorIdentity
    from servicedesk_core.http import HttpProfile, OAuth2Code

    class AcmeSettings(ConnectorSettings):
        url: str
        redirect_uri: str
        forgets: bool = False

    class Acme(Connector[AcmeSettings]):
        Settings = AcmeSettings

        def _auth(self):
            own = self.ctx.settings
            return OAuth2Code(
                f"{own.url}/allow", f"{own.url}/token", "client", "s3cret-of-client", redirect_uri=own.redirect_uri,
                scope="all offline", tokens=None if own.forgets else self.ctx.tokens)

        async def open(self):
            self.http = self.ctx.http(
                HttpProfile(base_url=self.ctx.settings.url, vendor="acme", account="1", auth=self._auth()))

        @hookimpl
        def describe_capabilities(self):
            return Capabilities("Acme")

        @hookimpl
        def authorization(self):
            return self._auth()

        @hookimpl
        async def vendor_identity(self):
            return VendorIdentity("acme", (await self.http.get("me")).json()["account"])

    class Plain(Connector[AcmeSettings]):
        Settings = AcmeSettings

        @hookimpl
        def describe_capabilities(self):
            return Capabilities("Plain")
    """
)


class Vendor(StandIn):
    """Its page allows at once, as if a person had; its tokens work."""

    def answer(self, request):
        if request.method == "POST":
            form = request.form()
            right = (form["grant_type"], form.get("code")) == ("authorization_code", "the-code")
            token = {"access_token": "the-access-token", "refresh_token": "the-refresh-token", "expires_in": 1800}
            return json_response(token) if right else json_response({"error": "invalid_grant"}, 400)
        if request.segments == ("allow",):
            back = urlencode({"code": "the-code", "state": request.param("state"), "realmId": "9130"})
            return Response(302, headers={"Location": f"{request.param('redirect_uri')}?{back}"})
        known = request.headers.get("authorization") == "Bearer the-access-token"
        return json_response({"account": "9130"}) if known else json_response({}, 401)


@pytest.fixture
def vendor():
    with serve(Vendor()) as url:
        yield url


@pytest.fixture
def free_port():
    """A port that was free just now: a redirect is registered at the vendor, so the system cannot be asked for one."""
    with bind() as listener:
        return listener.getsockname()[1]


@pytest.fixture
def config(tmp_path, vendor, free_port):
    (tmp_path / "acme.py").write_text(ACME)

    def write(connector="Acme", redirect_uri=f"http://127.0.0.1:{free_port}/callback", **more):
        lines = ["[desk]", 'name = "X"', "[connections.books]", f'connector = "./acme.py:{connector}"']
        lines += [f'url = "{vendor}"', f'redirect_uri = "{redirect_uri}"', *(f"{k} = {v}" for k, v in more.items())]
        path = tmp_path / "servicedesk.toml"
        path.write_text("\n".join(lines))
        return path

    return write


def allowed(url):
    """Follow the vendor's page as a browser would; return where that ends and what stands there."""
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


@pytest.mark.slow
def test_the_command_catches_the_browser_and_tests_the_connection(config):
    path = config()
    environ = {**os.environ, "BROWSER": "true"}
    line = [sys.executable, "-m", "servicedesk_core.cli", "--config", str(path), "connections", "authorize"]
    with subprocess.Popen(
        line, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        told = ""
        while "Waiting for the browser" not in told:
            told += run.stderr.readline()
        page = re.search(r"http://\S+/allow\S+", told)[0]
        redirect = parse_qs(urlsplit(page).query)["redirect_uri"][0]
        with pytest.raises(urllib.error.HTTPError, match="404"):
            allowed(f"{redirect}?code=of-another&state=guessed")
        assert "You may close this page" in allowed(page)
        out, rest = run.communicate(timeout=60)
    assert run.returncode == 0, rest
    assert "The vendor said besides: realmId 9130" in rest
    assert "9130" in out
    for secret in ("the-code", "the-access-token", "the-refresh-token", "s3cret-of-client"):
        assert secret not in told + out + rest


class Answer:
    """Takes what the vendor's page sends the browser to, in place of a browser."""

    def __init__(self, request):
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *args):
                return None

        try:
            urllib.request.build_opener(Stay).open(request.url)
        except urllib.error.HTTPError as error:
            self.url = error.headers["Location"]


def test_an_access_is_allowed_through_the_sdk_where_the_browser_runs_elsewhere(config):
    with BlockingServiceDesk.open(config(redirect_uri="https://desk.example.com/back")) as desk:
        with pytest.raises(AuthenticationError, match="Nobody has allowed") as caught:
            desk.check()
        assert caught.value.hint == "Allow the access: servicedesk connections authorize books"
        request = desk.ask_access()
        assert desk.accept_access(request, Answer(request).url) == {"realmId": "9130"}
        assert desk.check().account == "9130"
        trail = list(desk.each(desk.audit.list))
        assert [(one.action, one.entity) for one in trail] == [("connection.authorized", "connection:books")]
        assert "the-" not in str(trail)


def test_an_answer_of_an_earlier_question_is_refused(config):
    with BlockingServiceDesk.open(config()) as desk:
        answer = Answer(desk.ask_access()).url
        with pytest.raises(AuthenticationError, match="not the answer"):
            desk.accept_access(desk.ask_access(), answer)


def test_a_vendor_without_such_access_says_so(config):
    with BlockingServiceDesk.open(config("Plain")) as desk, pytest.raises(UnsupportedError, match="authorization"):
        desk.ask_access()


def test_credentials_that_would_forget_what_was_allowed_are_the_connectors_fault(config):
    with BlockingServiceDesk.open(config(forgets="true")) as desk, pytest.raises(HookError, match=r"ctx\.tokens"):
        desk.ask_access()
