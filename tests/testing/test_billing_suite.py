"""The suite of billing passes a connector that keeps the contract, and fails one that breaks it."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from servicedesk_core.domain.billing import DocumentStatus, TaxRounding
from servicedesk_core.errors import AuthenticationError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import Found, Mapped, ProvenAbsent, ReconcilableBy, hookimpl
from servicedesk_core.testing import BillingSuite, FakeClock, opened
from tests.testing.memory_books import Behind, Books, Ledger, LostError, Settings


@pytest.fixture
def books():
    return Books()


class TestLedger(BillingSuite):
    customer = "C1"
    nobody = "C9"
    item, tax_code, tax_rate = "I1", "S", "20"
    rounding_item = "R"
    currency = "EUR"
    unrated = "CHF"

    @pytest.fixture
    async def connector(self, books):
        async with opened(Ledger, Settings(), clock=FakeClock()) as ledger:
            ledger.books = books
            yield ledger

    @pytest.fixture
    def vendor(self, books):
        return Behind(books)

    @pytest.fixture
    async def rejected(self, books):
        async with opened(Ledger, Settings(token="wrong-one"), clock=FakeClock()) as ledger:
            ledger.books = books
            yield ledger


class WithoutDrafts(Ledger):
    billing = replace(Ledger.billing, has_drafts=False, tax_rounding=TaxRounding.UNKNOWN)

    def check(self, request):
        super().check(request)
        if request.draft:
            raise RejectedError("The ledger has no drafts.", field_errors=("draft",))


class TestLedgerThatAloneKnowsTheTax(TestLedger):
    @pytest.fixture
    async def connector(self, books):
        async with opened(WithoutDrafts, Settings(), clock=FakeClock()) as ledger:
            ledger.books = books
            yield ledger


class SaysNothing(Ledger):
    billing = None


class FindsByContent(Ledger):
    @hookimpl
    def describe_capabilities(self):
        can = super().describe_capabilities()
        return replace(can, writes=tuple(replace(one, reconcilable_by=ReconcilableBy.CONTENT) for one in can.writes))


class Cuts(Ledger):
    def row(self, request):
        return super().row(request) | {"number": request.number[:10]}


class Repeats(Ledger):
    @hookimpl
    async def send_write(self, write):
        self.books.make(self.row(self.request(write)))
        return await super().send_write(write)


class NeverLooks(Ledger):
    def ours(self, request, ref):
        return self.books.make(self.row(request))


class Floats(Ledger):
    def line(self, line, currency):
        shown = super().line(line, currency)
        return shown.model_copy(update={"unit_price": Decimal(float(line["price"]) * 3) / 3})


class DropsNothing(Ledger):
    """It leaves out lines that come to nothing, and says it is the same."""

    def row(self, request):
        row = super().row(request)
        return row | {"lines": [line for line in row["lines"] if line["quantity"]]}

    def finished(self, request, ref):
        return ref


class RoundsPrices(Ledger):
    def row(self, request):
        row = super().row(request)
        return row | {"lines": [line | {"price": round(line["price"], 2)} for line in row["lines"]]}

    def finished(self, request, ref):
        return ref


class TakesFinerPrices(Ledger):
    billing = replace(Ledger.billing, unit_price_decimals=2)


class RoundsTaxOtherwise(Ledger):
    billing = replace(Ledger.billing, tax_rounding=TaxRounding.LINE)


class CutsLines(Ledger):
    def row(self, request):
        row = super().row(request)
        return row | {"lines": row["lines"][:100]}

    def finished(self, request, ref):
        return ref


class TakesAnyNumberOfLines(Ledger):
    def check(self, request):
        super().check(request.model_copy(update={"lines": request.lines[:1]}))


class Forgets(Ledger):
    @hookimpl
    async def find_write(self, write):
        return ProvenAbsent("nothing was found", "something else was")

    def ours(self, request, ref):
        return self.books.make(self.row(request))


class FindsTheLatest(Ledger):
    @hookimpl
    async def find_write(self, write):
        return Found(next(iter(self.books.rows)))


class Believes(Ledger):
    def finished(self, request, ref):
        return ref


class RoundsTwice(Ledger):
    def round_off(self, ref, amount):
        super().round_off(ref, amount / 2)
        super().round_off(ref, amount / 2)


class RoundsTheWrongWay(Ledger):
    def round_off(self, ref, amount):
        super().round_off(ref, -amount)


class BelievesWhatItFinds(Ledger):
    def recognised(self, request, ref):
        return ref


class LeavesStanding(Ledger):
    def finished(self, request, ref):
        self.void, void = lambda ref: None, self.void
        try:
            return super().finished(request, ref)
        finally:
            self.void = void


class GivesNoReason(Ledger):
    def finished(self, request, ref):
        try:
            return super().finished(request, ref)
        except RejectedError:
            raise RejectedError("It was refused.") from None


class TakesAnothers(Ledger):
    def ours(self, request, ref):
        return ref


class OverwritesAnothers(Ledger):
    def ours(self, request, ref):
        self.books.rows[ref] |= {"customer": "C1", "lines": self.row(request)["lines"]}
        raise RejectedError(f"Another document stands under {request.number}.")


class FindsAnothers(Ledger):
    def recognised(self, request, ref):
        return self.finished(request, ref) if len(self.books.rows) > 1 else ref


class BooksDrafts(Ledger):
    def row(self, request):
        return super().row(request) | {"status": "open"}


class LeavesDrafts(Ledger):
    def row(self, request):
        return super().row(request) | {"status": "draft"}


class BooksWithoutDrafts(Ledger):
    billing = replace(Ledger.billing, has_drafts=False)


class LeavesCreditOpen(Ledger):
    def finished(self, request, ref):
        return super().finished(request.model_copy(update={"credits": None}), ref)


class OnlySaysVoid(Ledger):
    def void(self, ref):
        """Do nothing."""


class ForgetsWhatIsVoid(Ledger):
    @hookimpl
    async def find_write(self, write):
        return ProvenAbsent("nothing") if write.target else await super().find_write(write)


class ChangesByReading(Ledger):
    @hookimpl
    async def read_document(self, kind, ref):
        shown = self.shown(kind, ref)
        self.books.rows[ref]["shift"] += Decimal("0.01")
        return shown


class ShowsNothing(Ledger):
    @hookimpl
    async def read_document(self, kind, ref):
        return self.shown(kind, ref if ref in self.books.rows else next(iter(self.books.rows)))


class MakesCustomers(Ledger):
    def row(self, request):
        self.books.customers.setdefault(request.customer, True)
        return super().row(request)


class BlamesTheLine(Ledger):
    @hookimpl
    async def send_write(self, write):
        try:
            return await super().send_write(write)
        except RejectedError:
            raise RejectedError("No.") from None
        except LostError:
            raise OutcomeUnknownError("Lost.") from None


class TakesOneForOne(Ledger):
    def row(self, request):
        return super().row(request) | {"currency": "EUR"}

    def finished(self, request, ref):
        return ref


class RepeatsTexts(Ledger):
    def request(self, write):
        try:
            return super().request(write)
        except RejectedError:
            raise RejectedError(f"It is no document: {write.values}.") from None


class TellsItsToken(Ledger):
    def request(self, write):
        try:
            return super().request(write)
        except RejectedError as error:
            token = self.ctx.settings.token.get_secret_value()
            raise RejectedError(f"{error} I am {token}.") from None


class LosesAllocations(Ledger):
    @hookimpl
    def map_record(self, stream, raw):
        return Mapped(super().map_record(stream, raw).entity)


class SettlesAnother(Ledger):
    @hookimpl
    def map_record(self, stream, raw):
        payment, also, _ = super().map_record(stream, raw)
        return Mapped(payment, tuple(one.model_copy(update={"sales_invoice_ref": "another"}) for one in also))


class NeverPaid(Ledger):
    def shown(self, kind, ref):
        return super().shown(kind, ref).model_copy(update={"status": DocumentStatus.OPEN})


class TellsWhoAsked(Ledger):
    @hookimpl
    async def read_document(self, kind, ref):
        raise AuthenticationError(f"{self.ctx.settings.token.get_secret_value()} is nobody.")


SAID, ONCE = "test_what_it_writes_and_reads_is_said", "test_an_invoice_stands_once_under_our_whole_number"
READ, PRICE = "test_a_document_reads_back_to_the_last_digit", "test_a_unit_price_keeps_the_decimals_that_are_promised"
MANY, LOST = (
    "test_many_lines_are_written_whole_and_too_many_refused",
    "test_a_lost_answer_is_found_and_not_written_again",
)
WITHIN = "test_a_total_within_the_tolerance_gets_one_rounding_line"
BEYOND = "test_a_total_beyond_the_tolerance_leaves_nothing_standing"
ANOTHERS = "test_a_document_of_our_number_that_is_not_ours_is_left_alone"
DRAFT, CREDIT = "test_a_draft_is_left_for_somebody_to_approve", "test_a_credit_note_settles_its_invoice"
VOID, READING = "test_what_is_void_stands_no_more", "test_reading_a_document_changes_nothing"
WHOM, SUMS = "test_whom_it_cannot_invoice_it_names", "test_what_adds_up_to_something_else_is_refused_unsent"
PAYMENTS = "test_payments_add_up_and_settle_what_they_pay"

MUTANTS = [
    (SaysNothing, SAID, "says nothing of the ledger"),
    (FindsByContent, SAID, "our number is searched for"),
    (Cuts, ONCE, "should stand once, and stands 0 times"),
    (Repeats, ONCE, "should stand once, and stands 2 times"),
    (NeverLooks, ONCE, "it was taken for another one"),
    (Floats, READ, "a price of"),
    (DropsNothing, READ, "It has 6 lines, not 7"),
    (RoundsPrices, PRICE, "Line 1 comes to 400.00"),
    (TakesFinerPrices, PRICE, "DID NOT RAISE"),
    (RoundsTaxOtherwise, "test_tax_is_rounded_as_it_says", "It comes to"),
    (CutsLines, MANY, "It has 100 lines, not 250"),
    (TakesAnyNumberOfLines, MANY, "DID NOT RAISE"),
    (Forgets, LOST, "stands 2 times"),
    (FindsTheLatest, LOST, "another document was taken for it"),
    (Believes, WITHIN, "It has"),
    (RoundsTwice, WITHIN, "It has"),
    (RoundsTheWrongWay, WITHIN, "It comes to"),
    (BelievesWhatItFinds, WITHIN, "It has"),
    (LeavesStanding, BEYOND, "it was refused, and stands"),
    (GivesNoReason, BEYOND, "the refusal says nothing of"),
    (BelievesWhatItFinds, BEYOND, "a wrong total still stands"),
    (TakesAnothers, ANOTHERS, "DID NOT RAISE"),
    (OverwritesAnothers, ANOTHERS, "it was changed"),
    (BelievesWhatItFinds, ANOTHERS, "it was taken for ours"),
    (BooksDrafts, DRAFT, "it was booked"),
    (LeavesDrafts, DRAFT, "it was left as a draft"),
    (BooksWithoutDrafts, DRAFT, "DID NOT RAISE"),
    (LeavesCreditOpen, CREDIT, "it is open, not paid"),
    (OnlySaysVoid, VOID, "it still stands"),
    (ForgetsWhatIsVoid, VOID, "it is void, and looking for that gave"),
    (ChangesByReading, READING, "read twice, it says something else"),
    (ShowsNothing, READING, "DID NOT RAISE"),
    (MakesCustomers, WHOM, "DID NOT RAISE"),
    (BlamesTheLine, WHOM, "the refusal says nothing of customer"),
    (TakesOneForOne, "test_a_currency_without_a_rate_is_refused", "DID NOT RAISE"),
    (RepeatsTexts, SUMS, "the error repeats what the client reads"),
    (TellsItsToken, SUMS, "a secret stands"),
    (LosesAllocations, PAYMENTS, "0 of 7.31 is told"),
    (SettlesAnother, PAYMENTS, "settles something else"),
    (NeverPaid, PAYMENTS, "it is open, not paid"),
    (TellsWhoAsked, "test_wrong_credentials_are_told_without_them", "a secret stands"),
]


@pytest.mark.parametrize(("mutant", "test", "reason"), MUTANTS, ids=lambda one: getattr(one, "__name__", None))
def test_a_mistake_is_noticed(mutant, test, reason, books):
    async def run():
        async with opened(mutant, Settings(), clock=FakeClock()) as ledger:
            ledger.books = books
            given = {"connector": ledger, "vendor": Behind(books), "rejected": ledger}
            code = getattr(BillingSuite, test).__code__
            told = getattr(TestLedger(), test)(*(given[name] for name in code.co_varnames[1 : code.co_argcount]))
            if asyncio.iscoroutine(told):
                await told

    with pytest.raises((AssertionError, pytest.fail.Exception, RejectedError), match=reason):
        asyncio.run(run())
