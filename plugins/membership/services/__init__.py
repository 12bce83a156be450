"""What membership does: growth, tiers, reviews, benefits. Nothing here commits."""
