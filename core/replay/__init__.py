"""Real invoices played as orders through the public services: the trunk's proof."""
