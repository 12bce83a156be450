from tests.integration.people import database, days, known_password, make_member  # noqa: F401
