"""``python -m core.cli``: the same command, for child processes."""

from core.cli import main

main()
