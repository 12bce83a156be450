"""Fixtures for every test of the house, in `tests/` and in each plugin alike."""

from hypothesis import Phase, settings

from tests.scratch import write_in_memory

write_in_memory()
# Explaining a failure runs a test hundreds of times more, which takes hours where a run waits for
# something; shrinking ends after five minutes.
for profile in ("default", "ci"):
    phases = [phase for phase in Phase if phase is not Phase.explain]
    settings.register_profile(profile, settings.get_profile(profile), phases=phases)
settings.load_profile(settings.get_current_profile_name())
pytest_plugins = ["core.api.testing.plugin", "tests.left_out", "tests.databases", "tests.browsers"]
