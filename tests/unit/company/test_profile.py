"""The profile: a mistake would make the bot say a wrong hour, a wrong law or nothing at all."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot import clock
from bot.company.business_hours import Window
from bot.company.profile import Company, CompanyError, load_company

DEMO = Path(__file__).parents[3] / "data" / "company"
PROFILE = (DEMO / "profile.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo() -> Company:
    return load_company(DEMO)


def error_of(folder: Path, *changes: tuple[str, str]) -> CompanyError:
    """Return the error of the demo profile after these replacements."""
    text = PROFILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "profile.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CompanyError) as caught:
        load_company(folder)
    return caught.value


def line_of(text: str) -> int:
    return PROFILE[: PROFILE.index(text)].count("\n") + 1


def test_demo_company_is_complete(demo: Company) -> None:
    assert (demo.name, demo.country, demo.currency) == ("Almacenes Alborada", "CO", "COP")
    assert demo.tz.key == "America/Bogota"
    assert demo.languages == ("es", "en")
    assert demo.promises.person_answer == Window(business_hours=1)
    assert demo.order_number.fits(demo.order_number.example)
    assert demo.order_number.fits("ped-10482")
    assert not demo.order_number.fits("1048")
    assert "10482" in demo.order_number.where["es"]


def test_demo_company_is_closed_on_colombian_holidays(demo: Company) -> None:
    monday = datetime(2026, 11, 16, 15, tzinfo=UTC)  # independence of Cartagena
    assert not demo.calendar.is_open(monday)
    assert demo.calendar.is_open(monday.replace(day=17))
    sunday = datetime(2026, 11, 22, 21, 59, tzinfo=UTC)
    assert demo.calendar.is_open(sunday)
    assert not demo.calendar.is_open(sunday.replace(hour=22))
    friday = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert demo.calendar.add_business_days(friday, 1).astimezone(demo.tz).date() == date(
        2026, 11, 23
    )


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (datetime(2026, 11, 24, 4, 59, tzinfo=UTC), 23),  # 23:59 in Bogotá, five hours behind
        (datetime(2026, 11, 24, 5, 0, tzinfo=UTC), 24),
    ],
)
def test_today_begins_at_midnight_where_the_company_is(
    demo: Company, monkeypatch: pytest.MonkeyPatch, now: datetime, today: int
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    assert demo.today() == date(2026, 11, today)
    assert demo.start_of_today() == datetime(2026, 11, today, 5, tzinfo=UTC)
    assert demo.local_date(now) == demo.today()


def test_assignment_rules_are_optional(tmp_path: Path, demo: Company) -> None:
    assert demo.people.at_stake == 3000000
    begin = PROFILE.index("people:")
    text = PROFILE[:begin] + PROFILE[PROFILE.index("tiers:") :]
    (tmp_path / "profile.yml").write_text(text, encoding="utf-8")
    people = load_company(tmp_path).people
    assert (people.assignment, people.at_stake) == ("by_hand", None)
    assert people.claim_within == Window(business_hours=0.25)


def test_own_closed_and_open_days_override_the_holidays(tmp_path: Path) -> None:
    text = PROFILE.replace("also: []", "also: [2026-11-24]").replace(
        "open_on: []", "open_on: [2026-11-16]"
    )
    (tmp_path / "profile.yml").write_text(text, encoding="utf-8")
    calendar = load_company(tmp_path).calendar
    assert not calendar.is_open(datetime(2026, 11, 24, 15, tzinfo=UTC))
    assert calendar.is_open(datetime(2026, 11, 16, 15, tzinfo=UTC))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("country: CO ", "country: Colombia ", "ISO 3166"),
        ("currency: COP", "currency: PESOS", "ISO 4217"),
        ("America/Bogota", "America/Bogotá", "America/Bogota"),
        ("languages: [es, en]", "languages: [es, fr]", "unknown value fr"),
        ("languages: [es, en]", "languages: []", "languages"),
        ("  standard: 0", "  standard: 1000", "standard: 0"),
        ("  gold: 3000000", "  gold: -1", "gold"),
        ('friday: ["08:00-20:00"]', 'friday: ["20:00-08:00"]', "08:00-20:00"),
        ('friday: ["08:00-20:00"]', 'friday: ["8 to 20"]', "08:00-20:00"),
        ('friday: ["08:00-20:00"]', 'fryday: ["08:00-20:00"]', "friday"),
        ('friday: ["08:00-20:00"]', 'friday: ["08:00-12:00", "11:00-20:00"]', "overlap"),
        ("business_days: [monday,", "business_days: [moonday,", "monday"),
        ("  country: CO\n  also", "  country: EU\n  also", "holidays"),
        ("  also: []", "  subdivision: ZZ\n  also: []", "subdivision"),
        ("also: []", "also: [24 december]", "also"),
        ('example: "10482"', 'example: "1048"', "an order number"),
        ("[0-9]{5}'", "[0-9{5}'", "a regular expression"),
        ("{business_hours: 1} ", "{business_hours: 0} ", "above zero"),
        ("{business_hours: 1} ", "{hours: 1} ", "business_hours: 4"),
        ("{business_hours: 8}", "{business_hours: eight}", "business_hours: 4"),
        ("  person_answer:", "  person_anser:", "person_answer"),
        ("assignment: by_hand ", "assignment: auto ", "automatic"),
        ("claim_within: {business_hours: 0.25}", "claim_within: 15", "business_hours: 4"),
        ("at_stake: 3000000", "at_stake: -1", "at_stake"),
        ("  at_stake:", "  at_steak:", "at_stake"),
        ("name: Almacenes Alborada", "name: 7", "name"),
        ("    en: It is in", "    en:  #", "en"),
    ],
)
def test_mistake_is_reported_with_what_is_allowed(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    error = error_of(tmp_path, (old, new))
    assert message in str(error)
    assert all(str(tmp_path / "profile.yml") in line for line in str(error).splitlines())


def test_mistake_is_reported_with_its_line(tmp_path: Path) -> None:
    error = error_of(tmp_path, ('friday: ["08:00-20:00"]', 'friday: ["all day"]'))
    assert [problem.line for problem in error.problems] == [line_of("  friday:")]


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    error = error_of(
        tmp_path,
        ("currency: COP", "currency: PESOS"),
        ("{business_hours: 8}", "{business_hours: 0}"),
    )
    assert len(error.problems) == 2


def test_missing_profile_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CompanyError, match=r"profile\.yml:1: cannot be read"):
        load_company(tmp_path)
