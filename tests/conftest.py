"""What holds for all tests."""

import pytest
from hypothesis import settings

# a test is never timed: on a busy machine a slow example is no failure
settings.register_profile("foreshock", deadline=None)
settings.load_profile("foreshock")


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL of this run's own."""
    from postgres_house import cluster, programs

    bin = programs()
    if bin is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    with cluster(bin) as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request):
    """The DSN of an empty shelf in PostgreSQL; empty for SQLite, which needs a folder only."""
    if request.param == "sqlite":
        return ""
    from postgres_house import emptied

    return emptied(request.getfixturevalue("postgres"))
