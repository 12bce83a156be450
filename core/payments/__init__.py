"""Gateways, payment attempts, refunds and what does not fit: suspense."""
