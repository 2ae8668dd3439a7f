import pytest

from foreshock.archive import open_archive


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def archive(home):
    with open_archive(home) as opened:
        yield opened
