"""Which fields feed contracts, their prices, and what is charged and billed, as data."""

from servicedesk_autotask.meaning.shape import shape_of
from servicedesk_core.domain import (
    BillingCode,
    BillingItem,
    Charge,
    Contract,
    ContractBlock,
    ContractRate,
    ContractService,
    ContractUnits,
    Invoice,
    Product,
)

PRODUCT = shape_of(
    "Products",
    Product,
    texts={
        "name": "name",
        "description": "description",
        "manufacturerName": "manufacturer",
        "manufacturerProductName": "model",
        "sku": "sku",
    },
    amounts={"unitCost": "unit_cost", "unitPrice": "unit_price"},
    flags={"isActive": "is_active", "isSerialized": "is_serialized"},
    labels={"productCategory": "category"},
)
CONTRACT = shape_of(
    "Contracts",
    Contract,
    texts={"contractName": "name", "contractNumber": "number"},
    refs={"companyID": "company_ref", "contactID": "contact_ref"},
    days={"startDate": "start_on", "endDate": "end_on"},
    amounts={"estimatedRevenue": "estimated_revenue", "estimatedCost": "estimated_cost"},
    flags={"isDefaultContract": "is_default", "status": "is_active"},
    labels={"contractType": "kind_name", "contractCategory": "category", "serviceLevelAgreementID": "sla"},
    custom=True,
)
CONTRACT_SERVICE = shape_of(
    "ContractServices",
    ContractService,
    texts={"invoiceDescription": "description"},
    refs={"contractID": "contract_ref", "serviceID": "service_ref"},
    amounts={"unitPrice": "unit_price", "unitCost": "unit_cost"},
)
BILLING_CODE = shape_of(
    "BillingCodes",
    BillingCode,
    texts={"name": "name", "externalNumber": "external_number"},
    amounts={"unitPrice": "unit_price", "unitCost": "unit_cost"},
    flags={"isActive": "is_active"},
    labels={"useType": "kind"},
)
CONTRACT_UNITS = shape_of(
    "ContractServiceUnits",
    ContractUnits,
    refs={"contractID": "contract_ref", "contractServiceID": "contract_service_ref", "serviceID": "service_ref"},
    instants={"approveAndPostDate": "posted_at"},
    days={"startDate": "start_on", "endDate": "end_on"},
    amounts={"price": "price", "internalCurrencyPrice": "own_price", "cost": "cost"},
    numbers={"units": "units"},
)
CONTRACT_BLOCK = shape_of(
    "ContractBlocks",
    ContractBlock,
    texts={"invoiceNumber": "invoice_number"},
    refs={"contractID": "contract_ref"},
    days={"datePurchased": "bought_on", "startDate": "start_on", "endDate": "end_on"},
    hours={"hours": "bought_s", "hoursApproved": "used_s"},
    amounts={"hourlyRate": "hourly_price"},
    flags={"status": "is_active", "isPaid": "is_paid"},
)
CONTRACT_PRICE = shape_of(
    "ContractRates",
    ContractRate,
    refs={"contractID": "contract_ref", "roleID": "role_ref"},
    amounts={"contractHourlyRate": "hourly_price", "internalCurrencyContractHourlyRate": "own_hourly_price"},
)
CONTRACT_COST = shape_of(
    "ContractRoleCosts",
    ContractRate,
    refs={"contractID": "contract_ref", "roleID": "role_ref", "resourceID": "technician_ref"},
    amounts={"rate": "hourly_cost"},
)
CHARGE = shape_of(
    "TicketCharges",
    Charge,
    texts={"name": "name", "description": "description", "purchaseOrderNumber": "purchase_order_number"},
    refs={
        "ticketID": "ticket_ref",
        "productID": "product_ref",
        "billingCodeID": "billing_code_ref",
        "contractServiceID": "contract_service_ref",
    },
    instants={"statusLastModifiedDate": "status_changed_at", "createDate": "created_at"},
    days={"datePurchased": "bought_on"},
    amounts={
        "unitQuantity": "quantity",
        "unitCost": "unit_cost",
        "unitPrice": "unit_price",
        "internalCurrencyUnitPrice": "own_unit_price",
        "extendedCost": "cost",
        "billableAmount": "price",
        "internalCurrencyBillableAmount": "own_price",
    },
    flags={"isBillableToCompany": "is_billable", "isBilled": "is_billed"},
    labels={"chargeType": "kind", "status": "status"},
)
INVOICE = shape_of(
    "Invoices",
    Invoice,
    texts={"invoiceNumber": "number", "orderNumber": "purchase_order_number", "comments": "comments"},
    refs={"companyID": "company_ref", "voidedByResourceID": "voided_by_ref"},
    instants={"voidedDate": "voided_at", "createDateTime": "created_at"},
    days={
        "invoiceDateTime": "invoiced_on",
        "dueDate": "due_on",
        "fromDate": "from_on",
        "toDate": "until_on",
        "paidDate": "paid_on",
    },
    amounts={"invoiceTotal": "total", "totalTaxValue": "tax"},
    flags={"isVoided": "is_voided"},
    labels={"paymentTerm": "payment_term"},
)
BILLING_ITEM = shape_of(
    "BillingItems",
    BillingItem,
    texts={"itemName": "name", "description": "description", "purchaseOrderNumber": "purchase_order_number"},
    refs={
        "companyID": "company_ref",
        "ticketID": "ticket_ref",
        "taskID": "task_ref",
        "projectID": "project_ref",
        "timeEntryID": "time_entry_ref",
        "ticketChargeID": "charge_ref",
        "contractID": "contract_ref",
        "contractBlockID": "contract_block_ref",
        "contractServiceID": "contract_service_ref",
        "configurationItemID": "asset_ref",
        "roleID": "role_ref",
        "billingCodeID": "billing_code_ref",
        "invoiceID": "invoice_ref",
        "itemApproverID": "approved_by_ref",
    },
    instants={"postedOnTime": "created_at"},
    days={"itemDate": "item_on", "postedDate": "posted_on"},
    amounts={
        "quantity": "quantity",
        "rate": "rate",
        "internalCurrencyRate": "own_rate",
        "ourCost": "cost",
        "extendedPrice": "price",
        "internalCurrencyExtendedPrice": "own_price",
        "taxDollars": "tax",
        "internalCurrencyTaxDollars": "own_tax",
        "totalAmount": "total",
        "internalCurrencyTotalAmount": "own_total",
    },
    labels={"billingItemType": "kind", "subType": "sub_kind"},
)
