"""Read-only selects that only the merchant's screens need. Nothing here writes."""
