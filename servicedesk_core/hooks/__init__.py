"""How a connector plugs in: specs, the data that travels through them, and the class to subclass.

Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.addresses import is_loopback as is_loopback
    from servicedesk_core.addresses import safe_address as safe_address
    from servicedesk_core.domain.child_keys import ChildKey as ChildKey
    from servicedesk_core.hooks.announced import Change as Change
    from servicedesk_core.hooks.announced import SyncFinished as SyncFinished
    from servicedesk_core.hooks.capabilities import BillingCapability as BillingCapability
    from servicedesk_core.hooks.capabilities import CalendarCapability as CalendarCapability
    from servicedesk_core.hooks.capabilities import Capabilities as Capabilities
    from servicedesk_core.hooks.capabilities import CrmCapability as CrmCapability
    from servicedesk_core.hooks.capabilities import FieldInfo as FieldInfo
    from servicedesk_core.hooks.capabilities import FieldValue as FieldValue
    from servicedesk_core.hooks.capabilities import PartsCapability as PartsCapability
    from servicedesk_core.hooks.capabilities import StreamCapability as StreamCapability
    from servicedesk_core.hooks.capabilities import StreamCheck as StreamCheck
    from servicedesk_core.hooks.capabilities import Support as Support
    from servicedesk_core.hooks.capabilities import VendorIdentity as VendorIdentity
    from servicedesk_core.hooks.capabilities import WarrantyCapability as WarrantyCapability
    from servicedesk_core.hooks.connector import Connector as Connector
    from servicedesk_core.hooks.content import Content as Content
    from servicedesk_core.hooks.context import ConnectorContext as ConnectorContext
    from servicedesk_core.hooks.context import ConnectorSettings as ConnectorSettings
    from servicedesk_core.hooks.context import HttpOpener as HttpOpener
    from servicedesk_core.hooks.fingerprint import fingerprint as fingerprint
    from servicedesk_core.hooks.looking import looked_for as looked_for
    from servicedesk_core.hooks.markers import API_VERSION as API_VERSION
    from servicedesk_core.hooks.markers import hookimpl as hookimpl
    from servicedesk_core.hooks.marks import carries_mark as carries_mark
    from servicedesk_core.hooks.marks import marks_in as marks_in
    from servicedesk_core.hooks.marks import unmarked as unmarked
    from servicedesk_core.hooks.ordered import as_ordered as as_ordered
    from servicedesk_core.hooks.outcomes import ItemOutcome as ItemOutcome
    from servicedesk_core.hooks.pulling import FetchOutcome as FetchOutcome
    from servicedesk_core.hooks.pulling import FetchStatus as FetchStatus
    from servicedesk_core.hooks.pulling import Mapped as Mapped
    from servicedesk_core.hooks.pulling import Page as Page
    from servicedesk_core.hooks.pulling import PullMode as PullMode
    from servicedesk_core.hooks.pulling import PullRequest as PullRequest
    from servicedesk_core.hooks.pulling import SourceRecord as SourceRecord
    from servicedesk_core.hooks.pulling import child_record as child_record
    from servicedesk_core.hooks.pulling import source_record as source_record
    from servicedesk_core.hooks.vocabulary import VocabularyMapping as VocabularyMapping
    from servicedesk_core.hooks.webhooks import WEBHOOKS as WEBHOOKS
    from servicedesk_core.hooks.webhooks import Delivery as Delivery
    from servicedesk_core.hooks.webhooks import HintKind as HintKind
    from servicedesk_core.hooks.webhooks import Subscription as Subscription
    from servicedesk_core.hooks.webhooks import Verdict as Verdict
    from servicedesk_core.hooks.webhooks import WebhookAnswer as WebhookAnswer
    from servicedesk_core.hooks.webhooks import WebhookCapability as WebhookCapability
    from servicedesk_core.hooks.webhooks import WebhookEndpoint as WebhookEndpoint
    from servicedesk_core.hooks.webhooks import WebhookEvent as WebhookEvent
    from servicedesk_core.hooks.write_capability import WriteCapability as WriteCapability
    from servicedesk_core.hooks.writing import FindResult as FindResult
    from servicedesk_core.hooks.writing import Found as Found
    from servicedesk_core.hooks.writing import Inconclusive as Inconclusive
    from servicedesk_core.hooks.writing import Known as Known
    from servicedesk_core.hooks.writing import ProvenAbsent as ProvenAbsent
    from servicedesk_core.hooks.writing import ReconcilableBy as ReconcilableBy
    from servicedesk_core.hooks.writing import Write as Write
    from servicedesk_core.hooks.writing import WriteProblem as WriteProblem
    from servicedesk_core.hooks.writing import WriteReceipt as WriteReceipt
    from servicedesk_core.ports import BudgetPolicy as BudgetPolicy
    from servicedesk_core.ports import BudgetUse as BudgetUse
    from servicedesk_core.ports import Clock as Clock
    from servicedesk_core.ports import LogSink as LogSink
    from servicedesk_core.ports import Receiver as Receiver
    from servicedesk_core.ports import StateStore as StateStore
    from servicedesk_core.ports import Token as Token
    from servicedesk_core.ports import TokenStore as TokenStore
    from servicedesk_core.ports import Window as Window
else:
    from servicedesk_core.exports import lazily
    from servicedesk_core.hooks.fingerprint import fingerprint as fingerprint  # else the module of its name stands here

    __getattr__, __dir__ = lazily(__name__, __file__)
