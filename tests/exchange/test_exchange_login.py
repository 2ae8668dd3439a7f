import pytest
from mission_house import archive_with_missions
from people_house import PASSWORD, QUICK, Staff

from foreshock.errors import WrongUse
from foreshock.exchange import login, people, roles
from foreshock.exchange.login import NotLetIn
from foreshock.words.clocks import live, now
from foreshock.words.markings import Marking
from foreshock.words.missions import Deed
from foreshock.words.people import Person


@pytest.fixture
def staff(tmp_path, monkeypatch):
    monkeypatch.setattr(people, "HASHER", QUICK)
    with archive_with_missions(tmp_path / "home") as archive:
        staff = Staff(archive)
        with staff.secrets:
            yield staff


def deeds(staff):
    return [d.did for d in staff.archive.history(Deed)]


# -- logging in ----------------------------------------------------------------------------------


def test_name_password_and_code_open_a_session_of_which_only_the_hash_is_kept(staff):
    staff.add("mina")
    token = staff.log_in("mina")
    person, session = staff.door.known_by(token)
    assert person.name == "mina"
    assert token not in session.key
    data = (staff.archive.home / "people.sqlite").read_bytes()
    assert token.encode() not in data
    assert PASSWORD.encode() not in data
    assert "logged_in" in deeds(staff)


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("mina", PASSWORD, "000000"),
        ("mina", PASSWORD, ""),
        ("mina", PASSWORD, "\u0661\u0662\u0663\u0664\u0665\u0666"),
        ("mina", "wrong", None),
        ("mina", "", None),
        ("nobody", PASSWORD, "000000"),
        ("m\u0456na", PASSWORD, "000000"),
        ("mina' OR 1=1 --", PASSWORD, "000000"),
        ("\ud800", PASSWORD, "000000"),
    ],
)
def test_whatever_is_wrong_the_answer_is_one_and_the_same_sentence(staff, name, password, code):
    staff.add("mina")
    with pytest.raises(NotLetIn) as error:
        staff.door.let_in(name, password, staff.code("mina") if code is None else code)
    assert str(error.value) == str(NotLetIn())


def test_a_code_counts_once(staff):
    staff.add("mina")
    code = staff.code("mina")
    staff.door.let_in("mina", PASSWORD, code)
    with pytest.raises(NotLetIn):
        staff.door.let_in("mina", PASSWORD, code)


def test_an_older_code_does_not_count_after_a_newer_one(staff):
    staff.add("mina")
    old = staff.code("mina")
    staff.clock.wait(30)
    staff.door.let_in("mina", PASSWORD, staff.code("mina"))
    with pytest.raises(NotLetIn):
        staff.door.let_in("mina", PASSWORD, old)


def test_a_code_of_the_half_minute_before_counts_and_one_of_two_minutes_before_does_not(staff):
    staff.add("mina")
    code = staff.code("mina")
    staff.clock.wait(120)
    with pytest.raises(NotLetIn):
        staff.door.let_in("mina", PASSWORD, code)
    code = staff.code("mina")
    staff.clock.wait(30)
    staff.door.let_in("mina", PASSWORD, code)


def test_after_five_wrong_tries_even_the_right_password_waits_and_one_deed_says_so(staff):
    staff.add("mina")
    for _ in range(8):
        with pytest.raises(NotLetIn):
            staff.door.let_in("mina", "wrong", "000000")
    with pytest.raises(NotLetIn):
        staff.log_in("mina")
    assert deeds(staff).count("locked_out") == 1
    staff.clock.wait(login.WINDOW + 1)
    assert staff.log_in("mina")


def test_tries_at_one_name_do_not_lock_another_and_an_admin_unlocks(staff):
    staff.add("mina")
    staff.add("joon")
    for _ in range(6):
        with pytest.raises(NotLetIn):
            staff.door.let_in("mina", "wrong", "000000")
    assert staff.log_in("joon")
    staff.secrets.forget_tries("mina")
    assert staff.log_in("mina")


def test_names_that_do_not_exist_leave_a_bounded_trace(staff):
    for _ in range(8):
        with pytest.raises(NotLetIn):
            staff.door.let_in("ghost", PASSWORD, "000000")
    assert staff.secrets._one("SELECT COUNT(*), MIN(LENGTH(who)) FROM try") == (login.TRIES, 3)


def test_nobody_without_a_secret_or_closed_comes_in(staff):
    staff.add("mina")
    people.write_person(
        staff.archive, Person(clocks=live(now()), name="new", roles=("analyst",), by="test")
    )
    with pytest.raises(NotLetIn):
        staff.door.let_in("new", PASSWORD, "000000")
    people.close_person(staff.archive, staff.secrets, "mina", "test")
    with pytest.raises(NotLetIn):
        staff.log_in("mina")


# -- sessions ------------------------------------------------------------------------------------


def test_a_session_ends_by_itself_unused_or_old_and_by_hand(staff):
    staff.add("mina")
    token = staff.log_in("mina")
    staff.clock.wait(59 * 60)
    assert staff.door.known_by(token)
    staff.clock.wait(59 * 60)
    assert staff.door.known_by(token), "it was used in between"
    staff.clock.wait(61 * 60)
    assert staff.door.known_by(token) is None
    token = staff.log_in("mina")
    for _ in range(13):
        staff.door.known_by(token)
        staff.clock.wait(3500)
    assert staff.door.known_by(token) is None
    token = staff.log_in("mina")
    staff.door.log_out(token)
    assert staff.door.known_by(token) is None


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "\ud800", "' OR 1=1"])
def test_a_token_that_was_never_given_out_is_nobody(staff, token):
    staff.add("mina")
    staff.log_in("mina")
    assert staff.door.known_by(token) is None


def test_closing_a_person_ends_the_session_at_once(staff):
    staff.add("mina")
    token = staff.log_in("mina")
    people.close_person(staff.archive, staff.secrets, "mina", "test")
    assert staff.door.known_by(token) is None


def test_a_new_secret_ends_all_sessions_and_the_old_one_is_forgotten(staff):
    staff.add("mina")
    token, old = staff.log_in("mina"), staff.secrets.secret("mina")
    staff.seeds["mina"] = people.set_secret(
        staff.archive, staff.secrets, "mina", "another long password", "boss"
    )
    assert staff.door.known_by(token) is None
    with pytest.raises(NotLetIn):
        staff.log_in("mina")
    staff.clock.wait(31)
    assert staff.log_in("mina", "another long password")
    data = (staff.archive.home / "people.sqlite").read_bytes()
    assert old.password.encode() not in data
    assert old.totp.encode() not in data


def test_a_person_changes_the_password_with_the_old_one_and_a_code(staff):
    mina = staff.add("mina")
    token = staff.log_in("mina")
    with pytest.raises(NotLetIn):
        staff.door.change_password(mina, ("wrong", staff.code("mina")), "a brand new password")
    staff.clock.wait(31)
    staff.door.change_password(mina, (PASSWORD, staff.code("mina")), "a brand new password")
    assert staff.door.known_by(token) is None
    staff.clock.wait(31)
    assert staff.log_in("mina", "a brand new password")


def test_the_password_is_hashed_with_argon2id_and_hashed_anew_when_the_cost_rises(
    staff, monkeypatch
):
    staff.add("mina")
    before = staff.secrets.secret("mina").password
    assert before.startswith("$argon2id$")
    dearer = type(QUICK)(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(people, "HASHER", dearer)
    staff.log_in("mina")
    assert "t=2" in staff.secrets.secret("mina").password
    assert staff.log_in("mina")


def test_the_usual_cost_is_that_of_rfc_9106_for_little_memory():
    usual = people.HASHER
    assert (usual.memory_cost, usual.time_cost, usual.parallelism) == (65536, 3, 4)


# -- people and roles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 300, "passwordpassword", "mina-mina-mina", "aaaaaaaaaaaaaaa", "foreshock1234"],
)
def test_a_weak_password_is_refused_in_one_sentence(password):
    with pytest.raises(WrongUse, match="password"):
        people.checked_password(password, "mina")


def test_the_same_password_typed_in_two_unicode_forms_is_one(staff):
    staff.add("mina")
    seed = people.set_secret(staff.archive, staff.secrets, "mina", "caf\u00e9 au lait, bitte", "t")
    staff.seeds["mina"] = seed
    assert staff.log_in("mina", "cafe\u0301 au lait, bitte")


def test_a_person_has_a_plain_name_roles_that_are_known_and_what_they_are_about(staff):
    def write(name, *named, **more):
        return people.write_person(
            staff.archive, Person(clocks=live(now()), name=name, roles=named, by="t", **more)
        )

    for wrong in (
        lambda: write("m\u0456na", "analyst"),
        lambda: write("mina"),
        lambda: write("mina", "king"),
        lambda: write("mina", "auditor", "officer"),
        lambda: write("mina", "mission"),
        lambda: write("mina", "mission", mission="minerals"),
        lambda: write("mina", "analyst", mission="beijing"),
        lambda: write("mina", "company", company="acme"),
        lambda: write("mina", "company", company="Acme!", desk="minerals"),
        lambda: write("mina", "analyst", title="Mi\u202ena"),
    ):
        with pytest.raises(WrongUse):
            wrong()
    assert people.people(staff.archive) == []
    assert write("mina", "company", company="acme", desk="minerals").company == "acme"


def test_every_version_of_a_person_is_kept_and_the_same_again_is_none(staff):
    staff.add("mina")
    staff.add("mina")
    staff.add("mina", "analyst", "officer")
    assert len(staff.archive.history(Person)) == 2
    assert people.person_named(staff.archive, "mina").roles == ("analyst", "officer")


def test_the_table_of_roles_gives_red_to_nobody_and_only_known_rights():
    for role in roles.ROLES.values():
        assert role.sees < Marking.RED
        assert role.rights <= roles.RIGHTS.keys()
    assert "look" not in roles.ROLES["auditor"].rights
    assert [n for n, r in roles.ROLES.items() if "release" in r.rights] == ["officer"]


def test_a_closed_person_and_an_unknown_role_have_no_rights():
    gone = Person(clocks=live(now()), name="x", roles=("analyst",), closed=True)
    assert roles.rights_of(gone) == frozenset()
    assert roles.receiver_of(gone).circle == "public"
    strange = Person(clocks=live(now()), name="x", roles=("king",))
    assert roles.rights_of(strange) == frozenset()
    assert roles.receiver_of(strange).circle == "public"
