"""Each movement changes the account and is an entry that says so."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.identifiers import new_id
from app.models import CreditAccount, LedgerKind
from app.services.credit_book import CreditBook

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def book():
    account = CreditAccount(
        organization_id=new_id(), available=10, held=4, burned=0, burned_settled=0, last_sequence=7
    )
    return CreditBook(account, NOW)


@pytest.mark.parametrize(
    ("kind", "credits", "available", "held", "amount"),
    [
        (LedgerKind.GRANT, 3, 13, 4, 3),
        (LedgerKind.REFUND, 3, 13, 4, 3),
        (LedgerKind.CHARGE, 3, 7, 4, -3),
        (LedgerKind.EXPIRE, 3, 7, 4, -3),
        (LedgerKind.HOLD, 3, 7, 7, 0),
        (LedgerKind.RELEASE, 3, 13, 1, 0),
        (LedgerKind.SETTLE, 3, 10, 1, -3),
        (LedgerKind.ADJUST, 3, 13, 4, 3),
        (LedgerKind.ADJUST, -3, 7, 4, -3),
    ],
)
def test_a_movement_leaves_one_account_and_enters_another(book, kind, credits, available, held, amount):
    entry = book.move(kind, credits, reason="because")

    assert (book.account.available, book.account.held) == (available, held)
    assert (entry.amount, entry.moved, entry.balance_after) == (amount, 3, book.account.balance)
    assert (entry.sequence, entry.created_at) == (8, NOW)
    assert book.entries == [entry]


@pytest.mark.parametrize("kind", LedgerKind)
def test_only_what_takes_from_the_grants_in_their_order_has_a_position(book, kind):
    sign = -1 if kind is LedgerKind.ADJUST else 1

    entry = book.move(kind, 2 * sign, reason="because")

    burns = kind in {LedgerKind.CHARGE, LedgerKind.HOLD, LedgerKind.ADJUST}
    assert entry.position == (2 if burns else None)
    assert book.account.burned == (2 if burns else 0)


def test_the_account_waits_for_the_first_of_its_changes(book):
    book.expect_change(NOW + timedelta(days=2))
    book.expect_change(NOW + timedelta(days=1))
    book.expect_change(NOW + timedelta(days=3))
    book.expect_change(None)

    assert book.account.next_change_at == NOW + timedelta(days=1)
