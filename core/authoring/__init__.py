"""For those who write plugins: the scaffold of ``banyan plugin new``, the rules of ``check``.

A floor beside the demo: it reads plugins as files and imports none of them.
"""
