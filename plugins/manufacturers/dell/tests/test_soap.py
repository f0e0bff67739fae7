"""What the dispatch service may answer, and what is refused of it."""

import pytest

from servicedesk_core.errors import (
    AuthenticationError,
    OutcomeUnknownError,
    ProtocolError,
    RejectedError,
    VendorUnavailableError,
)
from servicedesk_core.hooks import FetchStatus
from servicedesk_core.http import Headers, Response
from servicedesk_dell.api import soap

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def fault(text, code="s:Client", before=""):
    return (
        f'<?xml version="1.0"?>\n<soapenv:Envelope xmlns:soapenv="{SOAP}">{before}<soapenv:Body>\n<soapenv:Fault>'
        f'<faultcode>{code}</faultcode><faultstring xml:lang="en">{text}</faultstring></soapenv:Fault>'
        "</soapenv:Body></soapenv:Envelope>"
    )


def answer(content, *, writes=False):
    return Response(200, Headers(), content if isinstance(content, bytes) else content.encode(), writes=writes)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Envelope><Body><LoginResult>&c;</LoginResult></Body></Envelope>'
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    "<Envelope><Body><LoginResult><FullName>&secret;</FullName></LoginResult></Body></Envelope>"
)
EXTERNAL_DTD = (
    '<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">'
    "<Envelope><Body><LoginResult/></Body></Envelope>"
)


@pytest.mark.parametrize("content", [BOMB, EXTERNAL, EXTERNAL_DTD])
def test_bombs_and_external_entities_are_refused(content):
    with pytest.raises(ProtocolError, match="document type"):
        soap.parse(answer(content), "LoginResult")
    with pytest.raises(OutcomeUnknownError, match="document type"):
        soap.parse(answer(content, writes=True), "LoginResult")


@pytest.mark.parametrize("content", [BOMB, EXTERNAL])
async def test_bombs_are_refused_on_the_wire_too(dell, maker, device, content):
    maker.sandbox.faults([{"kind": "status", "action": "GetPartsby.*", "status": 200, "body": content}])
    with pytest.raises(ProtocolError):
        await dell.find_service_parts(device())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no xml",
        "<a>",
        "<a/>",
        "<Envelope><Body/></Envelope>",
        b"\xff\xfe<",
        '<?xml version="1.0" encoding="nope"?><a/>',
        "<LoginResult/>",
        "<html><LoginResult/></html>",
    ],
)
def test_anything_but_the_promised_envelope_is_an_error(content):
    with pytest.raises(ProtocolError):
        soap.parse(answer(content), "LoginResult")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (b"a\x1fb", "a\ufffdb"),
        (b"\xe9t\xe9", "\ufffdt\ufffd"),
        (b"a&#31;&#xD83D;b&#x41;&#99999999;", "a\ufffd\ufffdbA\ufffd"),
        (b"R&D &amp; &lt;x&gt; &nbsp;", "R&D & <x> &nbsp;"),
        ("\ufffe\U0001f600".encode(), "\ufffd\U0001f600"),
    ],
)
def test_what_is_no_xml_in_a_text_does_not_cost_the_rest(said, read):
    content = b'<?xml version="1.0" encoding="utf-8"?><Envelope><Body><R><A>%s</A><B>good</B></R></Body></Envelope>'
    found = soap.parse(answer(content % said), "R")
    assert (soap.text(found, "A"), soap.text(found, "B")) == (read, "good")
    with pytest.raises(ProtocolError, match="no well-formed XML"):
        soap.parse(answer((content % said)[:-20]), "R")


def test_prefixes_namespaces_and_encodings_of_any_sort_are_read():
    plain = "<Envelope><Body><LoginResult><Role>ü</Role></LoginResult></Body></Envelope>"
    strange = '<q:LoginResult xmlns:q="urn:q"><q:Role> ü </q:Role></q:LoginResult>'
    prefixed = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{strange}</e:Body></e:Envelope>'
    utf16 = f'<?xml version="1.0" encoding="utf-16"?>{plain}'.encode("utf-16")
    for content in (plain, prefixed, utf16):
        assert soap.text(soap.parse(answer(content), "LoginResult"), "Role") == "ü"


def test_nil_and_blank_elements_are_not_said():
    nil = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"'
    found = soap.parse(answer(f"<Envelope><Body><X><A {nil}>a</A><B> </B><C/><D>Yes</D></X></Body></Envelope>"), "X")
    assert [soap.text(found, name) for name in "ABCE"] == [None] * 4
    assert [soap.flag(found, name) for name in "AD"] == [None, True]


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    "case",
    [
        ("Missing parameters: Branch", "s:Server", RejectedError),
        ("CreatedFromDate is not valid", "s:Client", RejectedError),
        ("The password of this login has expired", "s:Client", AuthenticationError),
        ("Invalid login or password", "s:Client", AuthenticationError),
        ("The user account is locked or inactive", "s:Server", AuthenticationError),
        ("Object reference not set", "s:Server", VendorUnavailableError),
    ],
)
async def test_fault_is_an_error_whatever_its_http_status(dell, maker, follow, status, case):
    text, code, error = case
    body = fault(text, code, before="<soapenv:Header/>")
    maker.sandbox.faults(
        [{"kind": "status", "action": "GetDispatchStatus", "status": status, "body": body, "times": None}]
    )
    if error is RejectedError:
        (outcome,) = (await follow(dell, "SR1000000001")).values()
        assert text in outcome.reason
        return
    with pytest.raises(error):
        await follow(dell, "SR1000000001")


@pytest.mark.parametrize("status", [200, 500])
async def test_fault_while_claiming_is_a_refusal_or_a_doubt(dell, maker, make_claim, status):
    for text, code, error in (
        ("Missing parameters: Track", "s:Server", RejectedError),
        ("Not allowed", "s:Client", RejectedError),
        ("Object reference not set", "s:Server", OutcomeUnknownError),
    ):
        maker.sandbox.faults(
            [{"kind": "status", "action": "CreateDispatch", "status": status, "body": fault(text, code)}]
        )
        with pytest.raises(error):
            await dell.submit_claim(make_claim())
    assert maker.requests["CreateDispatch"] == 3


async def test_texts_inside_a_successful_answer_are_never_read_as_a_fault(dell, maker, make_claim):
    note = "&lt;s:Body&gt;&lt;s:Fault&gt;&lt;faultstring&gt;The password has expired&lt;/faultstring&gt;"
    cdata = f"<![CDATA[{fault('The password has expired')}]]>"
    inner = f"<Result>Success</Result><DispatchCode>SR1</DispatchCode><Notes><string>{note}{cdata}</string></Notes>"
    body = (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><CreateDispatchResponse xmlns="http://api.dell.com">'
        f"<CreateDispatchResult><DispatchCreateResult>{inner}</DispatchCreateResult></CreateDispatchResult>"
        "</CreateDispatchResponse></s:Body></s:Envelope>"
    )
    maker.sandbox.faults([{"kind": "status", "action": "CreateDispatch", "status": 200, "body": body}])
    assert (await dell.submit_claim(make_claim())).ref == "SR1"


async def test_passing_outage_of_a_read_is_tried_again(dell, maker, make_claim, follow):
    ref = (await dell.submit_claim(make_claim())).ref
    body = fault("Object reference not set", "s:Server")
    maker.sandbox.faults([{"kind": "status", "action": "GetDispatchStatus", "status": 500, "body": body}])
    assert (await follow(dell, ref))[ref].item.vendor_status == "Parts Review"


async def test_secrets_are_escaped_on_the_wire_and_stay_out_of_errors(maker_with, make_claim):
    password = "p<w>&\"'ö"
    with maker_with(technician_password=password) as maker:
        async with maker.connector() as dell:
            assert (await dell.submit_claim(make_claim())).ref
            reason = f"Something about {password} and more"
            maker.sandbox.faults([{"kind": "refuse", "action": "CreateDispatch", "reason": reason}])
            with pytest.raises(RejectedError) as caught:
                await dell.submit_claim(make_claim())
    assert password not in " ".join(caught.value.field_errors)


async def test_password_that_dell_repeats_in_a_fault_is_masked(maker, make_claim):
    async with maker.connector(technician_password="a&b<secret>") as dell:
        body = fault("Invalid login or password a&amp;b&lt;secret&gt;")
        maker.sandbox.faults([{"kind": "status", "action": "CheckLogin", "status": 500, "body": body}])
        with pytest.raises(AuthenticationError) as caught:
            await dell.submit_claim(make_claim())
    assert "secret" not in str(caught.value)
    assert "***" in caught.value.message


async def test_fault_about_an_unknown_claim_is_a_missing_one(dell, maker, follow):
    body = fault("The dispatch was not found")
    maker.sandbox.faults([{"kind": "status", "action": "GetDispatchStatus", "status": 500, "body": body}])
    assert (await follow(dell, "SR1000000001"))["SR1000000001"].status is FetchStatus.MISSING
