"""Lists files worth splitting; a wish, not a gate."""

from tests.architecture import gates


def pytest_terminal_summary(terminalreporter, config):
    if hasattr(config, "workerinput"):
        return
    wishes = list(gates.long_files(gates.ROOT, gates.WISHED_FILE_LINES))
    if wishes:
        terminalreporter.section("worth splitting", sep="-")
        for wish in wishes:
            terminalreporter.line(wish)
