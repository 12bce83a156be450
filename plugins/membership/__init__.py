"""Membership: growth value, tiers and what they bring. See README.md."""
