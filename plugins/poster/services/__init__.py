"""What one may do with poster templates and posters. Nothing here commits."""
