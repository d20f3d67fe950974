"""What entries of the ledger come to, account by account."""

from app.models import LedgerAccount

ACCOUNT_SUMS = ",\n           ".join(
    f"sum(CASE '{account}' WHEN e.to_account THEN e.moved WHEN e.from_account THEN -e.moved ELSE 0 END)"
    f" AS {account}"
    for account in LedgerAccount
)
"""Of entries named `e`: what has come into each account, less what has left it."""
