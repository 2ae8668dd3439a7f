import pytest

from foreshock.words.pack import load


@pytest.fixture(scope="session")
def pack():
    return load()
