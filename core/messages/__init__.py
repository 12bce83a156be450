"""Every notice through one port, with a log of what was sent."""
