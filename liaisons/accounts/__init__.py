"""Accounts: how a person comes in, proves an address, and leaves."""
