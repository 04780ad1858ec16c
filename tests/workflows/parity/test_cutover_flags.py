"""The former system's flags in both versions of its database, and the criteria that a file may give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from workflows.config.settings_reader import read_settings
from workflows.errors import ConfigurationError
from workflows.parity.criteria import read_criteria
from workflows.parity.workflow_flags import Flag, active_flags, turn_back, turn_off

CRITERIA = read_settings({}).parity_file.read_text()
_TABLES = """
create table workflows (name text, enabled integer);
insert into workflows values ('b', 1), ('a', 1), ('off', 0), ('unset', null);
create table workflow_controls (workflow_name text, enabled boolean, note text);
insert into workflow_controls values ('a', true, 'x'), ('c', true, 'y'), ('off', false, 'z');
create table other (name text, enabled integer);
insert into other values ('a', 1);
"""


@pytest.fixture
def former() -> Iterator[sa.Connection]:
    with sa.create_engine("sqlite://").connect() as connection:
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(sa.text(statement))
        yield connection


def flags(former: sa.Connection) -> list[list[tuple[object, ...]]]:
    return [
        [tuple(row) for row in former.execute(sa.text(f"select * from {table} order by 1"))]
        for table in ("workflows", "workflow_controls", "other")
    ]


def test_flags_that_are_on_are_turned_off_and_back_and_no_other_is_touched(former: sa.Connection) -> None:
    before = flags(former)
    on = active_flags(former)
    assert on == [
        Flag("workflows", "a", 1),
        Flag("workflows", "b", 1),
        Flag("workflow_controls", "a", True),
        Flag("workflow_controls", "c", True),
    ]
    assert [type(flag.before) for flag in on] == [int, int, bool, bool]
    for _ in range(2):
        turn_off(former, on)
        assert active_flags(former) == []
        assert flags(former)[2] == before[2]
    for _ in range(2):
        turn_back(former, on)
        assert flags(former) == before


def test_a_table_that_is_gone_or_lacks_the_flag_is_passed_over(former: sa.Connection) -> None:
    on = active_flags(former)
    former.execute(sa.text("drop table workflows"))
    former.execute(sa.text("alter table workflow_controls drop column enabled"))
    assert active_flags(former) == []
    turn_off(former, on)
    turn_back(former, on)


def test_criteria_are_known_by_what_they_say(tmp_path: Path) -> None:
    def fingerprint(text: str) -> str:
        (tmp_path / "parity.toml").write_text(text)
        return read_criteria(tmp_path / "parity.toml").fingerprint

    given = fingerprint(CRITERIA)
    assert fingerprint(CRITERIA + "# a remark") == given
    changed = {
        fingerprint(CRITERIA.replace(old, new))
        for old, new in (
            ("hours = 48", "hours = 47"),
            ("largest_gap_hours = 4", "largest_gap_hours = 5"),
            ("least_orders = 20", "least_orders = 19"),
            ("settle_minutes = 15", "settle_minutes = 16"),
            ("longest_lag_hours = 26", "longest_lag_hours = 27"),
            ('clock = "UTC"', 'clock = "America/Chicago"'),
            ("lost_page_orders = 5", "lost_page_orders = 6"),
            ('local_statuses = ["pending", "failed"]', 'local_statuses = ["pending"]'),
            ('not_held_statuses = ["cancelled"]', "not_held_statuses = []"),
            ('uploaded = ["awaiting_payment", ', "uploaded = ["),
        )
    }
    assert len(changed | {given}) == 11


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("hours = 48", "", "lacks 'hours'"),
        ("[timing]", "[times]", "lacks 'timing'"),
        ("least_orders = 20", "least_orders = 0", "least_orders is 0"),
        ("least_orders = 20", "least_orders = true", "least_orders is True"),
        ("settle_minutes = 15", 'settle_minutes = "15"', "settle_minutes is '15'"),
        ("longest_lag_hours = 26", "longest_lag_hours = inf", "longest_lag_hours is inf"),
        ("longest_lag_hours = 26", "longest_lag_hours = nan", "longest_lag_hours is nan"),
        ('clock = "UTC"', 'clock = "Mars"', "Mars"),
        ('local_statuses = ["pending", "failed"]', 'local_statuses = "pending"', "is not a list of texts"),
        ('not_held_statuses = ["cancelled"]', "not_held_statuses = [1]", "is not a list of texts"),
        ("[cutover]", "[cutover", "cannot be used"),
    ],
)
def test_a_criterion_that_makes_no_sense_is_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in CRITERIA
    (tmp_path / "parity.toml").write_text(CRITERIA.replace(old, new, 1))
    with pytest.raises(ConfigurationError, match=sentence):
        read_criteria(tmp_path / "parity.toml")
