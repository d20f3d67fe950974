"""Grants, holds, charges, refunds and expiry, settled lazily in PostgreSQL, against an eager model."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlalchemy import func, select

from app.core.charge import ChargeOrder
from app.core.database import create_engine, transaction
from app.core.database_settings import DatabaseSettings
from app.core.exceptions import InsufficientCreditsError
from app.core.hold import HoldOrder
from app.models import CreditAccount, CreditGrant, LedgerEntry, Organization, Plan
from app.repositories.api_key_repository import ApiKeyRepository
from app.repositories.charge_id_repository import ChargeIdRepository
from app.repositories.credit_account_repository import CreditAccountRepository
from app.repositories.credit_event_repository import CreditEventRepository
from app.repositories.credit_grant_repository import CreditGrantRepository
from app.repositories.credit_hold_repository import CreditHoldRepository
from app.repositories.ledger_entry_repository import LedgerEntryRepository
from app.repositories.refund_repository import RefundRepository
from app.schemas.credit import CreditAdjustmentCreate, CreditGrantCreate
from app.schemas.credit_refund import CreditRefundCreate
from app.services.credit_service import CreditService
from app.services.grant_service import GrantService
from app.services.hold_service import HoldService
from app.services.refund_service import RefundService, SpentCredits
from app.services.settlement_service import SettlementService
from app.services.spending_service import SpendingService
from tests.factories.audit import trail_in
from tests.factories.ledger import contradictions_in
from tests.services.eager_credits import EagerCredits

START = datetime(2026, 1, 1, tzinfo=UTC)
seconds = st.integers(1, 6)
credits = st.integers(1, 30)
picks = st.integers(0, 7)


class AccountsAt(CreditAccountRepository):
    """Accounts whose clock is the test's."""

    def __init__(self, session, now):
        super().__init__(session)
        self._now = now

    async def read_clock(self):
        return self._now


class Till:
    """The services of credits, in one transaction at one instant."""

    def __init__(self, session, engine, now):
        self.session = session
        accounts, keys = AccountsAt(session, now), ApiKeyRepository(session)
        grants, holds = CreditGrantRepository(session), CreditHoldRepository(session)
        ledger, charge_ids = LedgerEntryRepository(session), ChargeIdRepository(session)
        trail = trail_in(session, engine)
        self.settlement = SettlementService(
            accounts, grants, holds, ledger, CreditEventRepository(session), keys
        )
        spending = SpendingService(charge_ids, keys)
        self.credits = CreditService(accounts, ledger, self.settlement, spending)
        self.grants = GrantService(self.settlement, grants, trail)
        self.holds = HoldService(holds, self.settlement, spending)
        spent = SpentCredits(ledger, charge_ids, holds)
        self.refunds = RefundService(self.settlement, spent, RefundRepository(session), grants, keys, trail)


class LazyCreditsAgainstEagerOnes(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        url = os.environ["FAREGATE_TEST_DATABASE_URL"]
        self.engine = create_engine(DatabaseSettings.model_validate({"url": url}), pool_size=1)
        self.organization_id = self.run(self.found())
        self.eager = EagerCredits(START)
        self.charges, self.holds, self.number = [], [], 0

    def teardown(self):
        try:
            self.both_have_the_same()
        finally:
            self.run(self.engine.dispose())
            self.runner.close()

    def run(self, work):
        return self.runner.run(work)

    async def found(self):
        async with transaction(self.engine) as session:
            plan_id = await session.scalar(select(Plan.id).where(Plan.name == "internal"))
            organization = Organization(name="Machine", plan_id=plan_id)
            session.add(organization)
            await session.flush()
            session.add(CreditAccount(organization_id=organization.id))
            return organization.id

    def at_the_till(self, work):
        """Do `work` in a transaction; its answer, or None if the credits do not suffice."""

        async def do():
            try:
                async with transaction(self.engine) as session:
                    return await work(Till(session, self.engine, self.eager.now))
            except InsufficientCreditsError:
                return None

        return self.run(do())

    def order(self, amount):
        self.number += 1
        return ChargeOrder(self.organization_id, amount, "machine", f"id-{self.number}")

    @rule(
        amount=credits,
        priority=st.sampled_from([10, 50]),
        source=st.sampled_from(["promo", "purchase"]),
        begins=st.integers(0, 3),
        lasts=st.none() | seconds,
    )
    def give(self, amount, priority, source, begins, lasts):
        effective_at = self.eager.now + timedelta(seconds=begins)
        values = {
            "priority": priority,
            "source": source,
            "effective_at": effective_at,
            "expires_at": lasts and effective_at + timedelta(seconds=lasts),
        }
        draft = CreditGrantCreate(
            organization_id=self.organization_id, amount=amount, reason="machine", **values
        )

        self.at_the_till(lambda till: till.grants.grant(draft))
        self.eager.give(amount, **values)

    @rule(delay=seconds)
    def wait(self, delay):
        self.eager.wait(self.eager.now + timedelta(seconds=delay))

    @rule(amount=credits)
    def charge(self, amount):
        order = self.order(amount)

        outcome = self.at_the_till(lambda till: till.credits.charge(order))
        spending = self.eager.charge(amount)

        assert (outcome is None) == (spending is None)
        if outcome is not None:
            assert outcome.remaining == self.eager.available
            self.charges.append((order.charge_id, spending))

    @rule(amount=credits)
    def take_away(self, amount):
        draft = CreditAdjustmentCreate(organization_id=self.organization_id, amount=-amount, reason="machine")

        entry = self.at_the_till(lambda till: till.grants.adjust(draft, adjusted_by=self.organization_id))
        origins = self.eager.burn(amount)

        assert (entry is None) == (origins is None)

    @rule(amount=credits, lasts=seconds)
    def hold(self, amount, lasts):
        order = self.order(amount)

        hold = self.at_the_till(lambda till: till.holds.reserve(HoldOrder(order, lasts)))
        spending = self.eager.hold(amount, self.eager.now + timedelta(seconds=lasts))

        assert (hold is None) == (spending is None)
        if hold is not None:
            self.holds.append((hold.id, order.charge_id, spending))

    @precondition(lambda self: self.eager.holds)
    @rule(pick=picks, part=st.integers(0, 3))
    def settle(self, pick, part):
        open_holds = [each for each in self.holds if each[2] in self.eager.holds]
        hold_id, charge_id, spending = open_holds[pick % len(open_holds)]
        amount = len(spending.origins) * part // 3

        hold = self.at_the_till(lambda till: till.holds.settle(hold_id, amount, holder_id=None))
        settled = self.eager.settle(spending, amount)

        assert hold.available_after == self.eager.available
        if amount:
            self.charges.append((charge_id, settled))

    @precondition(lambda self: self.eager.holds)
    @rule(pick=picks)
    def release(self, pick):
        open_holds = [each for each in self.holds if each[2] in self.eager.holds]
        hold_id, _, spending = open_holds[pick % len(open_holds)]

        self.at_the_till(lambda till: till.holds.release(hold_id, holder_id=None))
        self.eager.settle(spending, 0)

    @precondition(lambda self: any(len(c.origins) > c.refunded for _, c in self.charges))
    @rule(pick=picks, part=st.integers(1, 3))
    def refund(self, pick, part):
        left = [each for each in self.charges if len(each[1].origins) > each[1].refunded]
        charge_id, spending = left[pick % len(left)]
        amount = max(1, (len(spending.origins) - spending.refunded) * part // 3)
        self.number += 1
        draft = CreditRefundCreate(
            organization_id=self.organization_id,
            refund_id=f"refund-{self.number}",
            charge_id=charge_id,
            amount=amount,
            reason="machine",
        )

        self.at_the_till(lambda till: till.refunds.refund(draft, refunded_by=self.organization_id))
        self.eager.refund(spending, amount)

    @rule()
    def both_have_the_same(self):
        """Not after every step: looking settles, and late settling is what is tested."""

        async def look(till):
            book = await till.settlement.open_settled(self.organization_id)
            await till.settlement.write(book)
            left = await till.session.scalars(
                select(CreditGrant.remaining)
                .where(CreditGrant.organization_id == self.organization_id, CreditGrant.remaining > 0)
                .where(CreditGrant.entered_at.is_not(None), CreditGrant.expires_at.is_not(None))
            )
            ledger = await till.session.scalar(
                select(func.coalesce(func.sum(LedgerEntry.moved), 0)).where(
                    LedgerEntry.organization_id == self.organization_id,
                    LedgerEntry.to_account == "expired",
                )
            )
            wrong = await contradictions_in(till.session, self.organization_id)
            return book.account.available, book.account.held, sorted(left), ledger, wrong

        eager = self.eager
        left = sorted(g.remaining for g in eager.grants if g.remaining and g.expires_at is not None)
        assert self.at_the_till(look) == (eager.available, eager.held, left, eager.expired, [])


TestLazyCreditsAgainstEagerOnes = LazyCreditsAgainstEagerOnes.TestCase
# Without shrinking, which takes minutes here; what failed is readable without it.
TestLazyCreditsAgainstEagerOnes.settings = settings(
    max_examples=5,
    stateful_step_count=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
