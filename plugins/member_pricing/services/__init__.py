"""What one may do with member prices. Nothing here commits."""
