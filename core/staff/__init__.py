"""Merchant accounts, roles, permissions and the audit log."""
