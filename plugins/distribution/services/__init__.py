"""What distribution does: plans, distributors, accrual and reports. Nothing here commits."""
