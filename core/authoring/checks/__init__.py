"""The rules of ``banyan plugin check``, by what they look at. Each yields findings."""
