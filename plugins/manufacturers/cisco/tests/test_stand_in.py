"""The stand-in answers what Cisco documents, whoever asks; what it does not know it refuses."""

import httpx
import pytest

from servicedesk_cisco.sandbox import fleet

EOX = "supporttools/eox/rest/5"
PRODUCT = "CISCO1811W-AG-A%2FK9"


@pytest.fixture
def ask_raw(stand):
    """GET a path with a good token; the status and the JSON."""
    key = {"client_id": stand.sandbox.options.client_id, "client_secret": stand.sandbox.options.client_secret}
    with httpx.Client(base_url=stand.url, trust_env=False, timeout=60) as web:
        token = web.post("/oauth2/default/v1/token", data=key | {"grant_type": "client_credentials"}).json()
        web.headers["Authorization"] = f"Bearer {token['access_token']}"

        def ask_raw(path, **params):
            answer = web.get(f"/{path}", params=params)
            return answer.status_code, answer.json()

        yield ask_raw


def errors(body):
    return [record["EOXError"]["ErrorID"] if "EOXError" in record else None for record in body["EOXRecord"]]


def test_the_end_of_a_product_is_told_by_serial_number_product_and_date(ask_raw):
    _, body = ask_raw(f"{EOX}/EOXBySerialNumber/1/{fleet.RETIRED},{fleet.COVERED},ZZZ0000NIX1")
    assert errors(body) == [None, "SSA_ERR_026", "SSA_ERR_015"]
    assert body["EOXRecord"][1]["EOXError"]["ErrorDataValue"] == "C9410R"
    assert body["EOXRecord"][0]["EndOfSaleDate"] == {"value": "2007-06-29", "dateFormat": "YYYY-MM-DD"}
    assert errors(ask_raw(f"{EOX}/EOXByProductID/1/{PRODUCT},C9410R")[1]) == [None, "SSA_ERR_026"]
    assert errors(ask_raw(f"{EOX}/EOXByProductID/1/CISCO18*")[1]) == [None]
    assert errors(ask_raw(f"{EOX}/EOXByDates/1/2011-01-01/2011-01-31")[1]) == [None]
    assert errors(ask_raw(f"{EOX}/EOXByDates/1/2007-06-01/2007-06-30", eoxAttrib="EO_SALES_DATE")[1]) == [None]
    assert errors(ask_raw(f"{EOX}/EOXByDates/1/2020-01-01/2020-01-31")[1]) == []


@pytest.mark.parametrize(
    ("path", "params"),
    [
        (f"EOXBySerialNumber/2/{fleet.RETIRED}", {}),
        ("EOXByProductID/1/%23none", {}),
        ("EOXByDates/1/2011-01-01/soon", {}),
        ("EOXByDates/1/2011-01-01/2011-01-31", {"eoxAttrib": "EO_NOTHING"}),
    ],
)
def test_a_value_that_cannot_be_is_an_error_in_a_success(ask_raw, path, params):
    status, body = ask_raw(f"{EOX}/{path}", **params)
    assert (status, body["EOXError"]["ErrorID"]) == (200, "SSA_ERR_010")


def test_too_many_inputs_and_methods_that_there_are_not_are_refused(ask_raw):
    many = ",".join(f"FOC2501A{number:03d}" for number in range(21))
    assert ask_raw(f"{EOX}/EOXBySerialNumber/1/{many}")[0] == 400
    releases = {f"input{number}": f"12.4({number})T,IOS" for number in range(1, 22)}
    assert ask_raw(f"{EOX}/EOXBySWReleaseString/1", **releases)[0] == 400
    assert ask_raw(f"{EOX}/EOXBySWReleaseString/1")[0] == 400
    assert ask_raw(f"{EOX}/EOXByColour/1/blue")[0] == 596


def test_the_end_of_a_release_of_software_is_told_with_and_without_its_system(ask_raw):
    asked = {"input1": "12.4(15)T,IOS", "input2": "12.4(15)T", "input3": "12.4(15)T,NX-OS", "input4": "99.1"}
    status, body = ask_raw(f"{EOX}/EOXBySWReleaseString/1", responseencoding="json", **asked)
    assert (status, [one["EOXInputValue"] for one in body["EOXRecord"]]) == (200, ["12.4(15)T,IOS", "12.4(15)T"])
    assert body["EOXRecord"][0]["LastDateOfSupport"]["value"] == "2012-06-29"
    assert body["PaginationResponseRecord"]["TotalRecords"] == 2
    assert ask_raw(f"{EOX}/EOXBySerialNumber")[0] == 400


def test_instances_are_objects_where_serial_numbers_are_lists(ask_raw):
    _, body = ask_raw("sn2info/v2/coverage/summary/instance_numbers/3000000001,4")
    known, unknown = sorted(body["instance_numbers"], key=lambda row: row["instance_number"])
    assert (known["sr_no"], known["base_pid"]) == (fleet.COVERED, {"base_pid": "C9410R"})
    assert unknown["ErrorResponse"]["APIError"]["ErrorCode"] == "NO_RECORDS_FOUND"
    assert body["pagination_response_record"]["title"].startswith("Get Coverage Summary by Instance Numbers")


def test_cases_are_told_one_by_one_and_by_contract(stand, ask_raw):
    number = stand.sandbox.orders.open("FOC2501A001", stand.sandbox.today())["case"]
    assert ask_raw(f"case/v3/cases/details/case_id/{number}")[1]["case_id"] == number
    by_contract = "case/v3/cases/contracts/contract_ids/200000001"
    assert ask_raw(by_contract)[1]["count"] == 1
    for path, params in (
        (by_contract, {"status_flag": "C"}),
        (by_contract, {"date_created_to": "2020-01-31"}),
        ("case/v3/cases/contracts/contract_ids/9", {}),
        ("case/v3/cases/users/user_ids/nobody", {}),
        ("case/v3/cases/details/case_id/1", {}),
    ):
        status, body = ask_raw(path, **params)
        assert (status, body["APIError"]["Error"][0]["errorCode"]) == (403, "CASE_NOTFOUND")
