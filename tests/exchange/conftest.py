import pytest
from exchange_nodes import House, both, house
from taxii_house import MID, NEW, OLD, Caller, note, server


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """Three houses that trust one another, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("houses")
    made = {name: house(name, folder) for name in ("Seoul", "Hague", "Tokyo")}
    both(made["Seoul"], made["Hague"], communities=("minerals",))
    both(made["Seoul"], made["Tokyo"], communities=("minerals",))
    both(made["Hague"], made["Tokyo"], communities=("minerals",))
    for one in made.values():
        one.keeper.close()
    return folder, made


@pytest.fixture
def houses(template, tmp_path):
    import shutil

    from foreshock.archive.feeds import SqliteFeeds

    _, made = template
    copied = {}
    for name, one in made.items():
        shutil.copytree(one.home, tmp_path / name)
        shutil.copy(one.root, tmp_path / f"{name}.root")
        keeper = SqliteFeeds(tmp_path / name)
        copied[name] = House(tmp_path / name, one.me, keeper, tmp_path / f"{name}.root")
    yield copied
    for one in copied.values():
        one.keeper.close()


@pytest.fixture
def seoul(houses):
    return houses["Seoul"]


@pytest.fixture
def hague(houses):
    return houses["Hague"]


@pytest.fixture
def tokyo(houses):
    return houses["Tokyo"]


# -- a TAXII server, on both stores ----------------------------------------------------------------


@pytest.fixture
def http(tmp_path, store):
    with server(tmp_path, store) as client:
        yield client


@pytest.fixture
def staff(http):
    return Caller(http)


@pytest.fixture
def full(staff):
    """Ten notes, posted together."""
    assert staff.post(*[note(n) for n in range(10)]).json()["success_count"] == 10
    return staff


@pytest.fixture
def versions(staff):
    """Three versions of one note, which arrived out of order."""
    for modified in (MID, NEW, OLD):
        staff.post(note(1, modified=modified))
    return lambda query="": [
        o["modified"] for o in staff.objects(query).json().get("objects", [])
    ]  # fmt: skip
