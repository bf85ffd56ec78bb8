"""Sign-up: account → group → mandate → support → check → done."""
