"""Whether mail works: when its jobs last ran, whether the ledger adds up, what arrives where."""
