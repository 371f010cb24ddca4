"""Invoices of accounts, and the monthly statements that are made of them."""
