"""Tests by what they need (unit, integration, e2e) and, in `architecture`, the house rules."""
