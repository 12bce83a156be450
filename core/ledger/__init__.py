"""The ledger: accounts, journals and postings. The one place where spendable balances live."""
