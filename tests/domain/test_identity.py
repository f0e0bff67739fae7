"""One device and one manufacturer, however sources write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.identity import DeviceName, merged, same_devices
from servicedesk_core.domain.warranty.makers import is_same_maker, maker_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Dell", "Dell"), ("dell", "Dell"), ("DELL", "Dell"), ("Dell Inc.", "Dell"), ("  Dell,  Inc ", "Dell"),
        ("DELL EMC", "Dell"), ("Dell Technologies", "Dell"), ("\uff24ell", "Dell"), ('"Dell"', "Dell"),
        ("De\u200bll\u00a0Inc", "Dell"),
        ("Lenovo (Beijing) Co., Ltd.", "Lenovo"), ("LENOVO(BEIJING)", "Lenovo"), ("LNVO", "Lenovo"),
        ("IBM ThinkPad", "Lenovo"), ("IBM", "IBM"), ("International Business Machines Corp.", "IBM"),
        ("HP Inc.", "HP"), ("Hewlett-Packard Company", "HP"), ("H.P.", "HP"),
        ("Hewlett Packard Enterprise", "HPE"), ("hpe", "HPE"), ("HP Enterprise", "HPE"),
        ("Cisco Systems, Inc.", "Cisco"), ("Cisco Meraki", "Meraki"), ("ASUSTeK COMPUTER INC.", "ASUS"),
        ("Micro-Star International Co., Ltd.", "MSI"), ("Super Micro Computer", "Supermicro"),
        ("ACME", "Acme"), ("acme gmbh", "Acme"), ("Acme, Inc.", "Acme"), ("Zebra Tech Corp", "Zebra Tech"),
        ("xyz ltd", "XYZ"), ("Co", "CO"),
        (None, ""), ("", ""), (" - ", ""), ("N/A", ""), ("Unknown", ""), ("To Be Filled By O.E.M.", ""),
        ("System manufacturer", ""), ("Default string", ""), ("OEM", ""),
    ],
)  # fmt: skip
def test_a_manufacturer_has_one_name(written, name):
    assert maker_name(written) == name
    assert maker_name(name) == name


@given(st.text(max_size=40))
def test_naming_a_manufacturer_twice_changes_nothing(text):
    assert maker_name(maker_name(text)) == maker_name(text)
    assert is_same_maker(text, maker_name(text))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Dell", "dell inc", True), ("HP", "HPE", True), ("HP", "Hewlett Packard Enterprise", True),
        ("Cisco", "Meraki", True), ("Zebra", "Zebra Technologies", True), ("", "Dell", True), ("Unknown", "Dell", True),
        ("Dell", "Lenovo", False), ("Palo Alto Networks", "Dell", False), ("HP", "Dell", False),
    ],
)  # fmt: skip
def test_names_of_one_manufacturer_are_compared_as_one(one, other, is_same):
    assert is_same_maker(one, other) is is_same
    assert is_same_maker(other, one) is is_same


def name(maker="", **more):
    return DeviceName.of(DeviceRef(manufacturer=maker, serial_number="pf1 ", **more))


LENOVO, DELL, HPE, NOBODY = name("Lenovo"), name("Dell"), name("HPE"), name()
FIRST, SECOND = name("lenovo", machine_type="20xx"), name("Lenovo", machine_type="20YY")


@pytest.mark.parametrize(
    ("names", "devices"),
    [
        ({LENOVO: True, NOBODY: True}, [{LENOVO, NOBODY}]),
        ({LENOVO: True, FIRST: True}, [{LENOVO, FIRST}]),
        ({name("HP", product_number="867959-B21#ABA"): True, name("HPE", product_number="867959-B21"): True}, 1),
        ({name("Lenovo", machine_type="20XX0011US"): True, FIRST: True}, 1),
        ({LENOVO: True, DELL: True}, [{LENOVO}, {DELL}]),
        ({FIRST: True, SECOND: True}, [{FIRST}, {SECOND}]),
        ({FIRST: True, SECOND: True, LENOVO: True}, 3),  # it may be either
        ({NOBODY: True, DELL: False, HPE: True}, [{NOBODY, DELL, HPE}]),  # only asked at Dell
        ({NOBODY: True, DELL: True, HPE: True}, 3),
        ({LENOVO: True, DELL: False}, [{LENOVO, DELL}]),
        ({LENOVO: False, DELL: False, HPE: False}, 1),  # nobody knows it
        ({FIRST: True, SECOND: True, LENOVO: False}, 2),
    ],
)
def test_names_that_contradict_each_other_nowhere_are_one_device(names, devices):
    for order in (list(names), list(reversed(names))):
        groups = [set(group) for group in same_devices({one: names[one] for one in order})]
        if isinstance(devices, int):
            assert len(groups) == devices
        else:
            assert sorted(groups, key=sorted) == sorted(devices, key=sorted)


@given(st.dictionaries(st.sampled_from([LENOVO, DELL, HPE, NOBODY, FIRST, SECOND]), st.booleans()))
def test_every_name_is_one_devices_whatever_the_order(names):
    groups = same_devices(names)
    assert sorted(one for group in groups for one in group) == sorted(names)
    backwards = same_devices(dict(reversed(names.items())))
    assert {frozenset(group) for group in groups} == {frozenset(group) for group in backwards}


def test_what_one_source_states_of_a_device_is_put_together():
    rows = [
        DeviceRef(manufacturer="", serial_number="pf1", machine_type="20XX"),
        DeviceRef(manufacturer="LENOVO", serial_number="'PF1"),
        DeviceRef(manufacturer="Dell", serial_number="AB2"),
    ]
    whole = merged(rows)
    pf1 = DeviceRef(manufacturer="Lenovo", serial_number="PF1", machine_type="20XX")
    assert [whole[DeviceName.of(row)] for row in rows] == [
        pf1,
        pf1,
        DeviceRef(manufacturer="Dell", serial_number="AB2"),
    ]
