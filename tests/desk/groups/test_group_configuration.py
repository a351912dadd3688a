"""What `check` says of groups, and what a configuration of several is."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.editing.table_groups import changed_groups
from config.errors import ConfigInvalid
from storage.rules.groups import NOTHING_SEEN, scope_of_group
from supplierwatch.group_configuration import restrict_configuration
from supplierwatch.wiring import load
from tests.desk.groups.two_clients import SOURCES, SUBSCRIPTIONS, SUPPLIERS, WATCHES
from tests.supplierwatch.instance import Instance, an_instance


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    for name, text in (
        ("sources", SOURCES),
        ("suppliers", SUPPLIERS),
        ("watches", WATCHES),
        ("subscriptions", SUBSCRIPTIONS),
    ):
        made.write(f"{name}.toml", text)
    return made


def refused(instance: Instance) -> str:
    with pytest.raises(ConfigInvalid) as caught:
        load(instance.config, {})
    return str(caught.value)


def test_a_star_stands_for_the_watches_of_its_group(instance: Instance) -> None:
    catalog = load(instance.config, {}).catalog
    assert {each.key: each.watches for each in catalog.subscriptions} == {
        "north-daily": ("halcyon-north",),
        "eastmoor-daily": ("eastmoor-all",),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('watches = ["*"]', 'watches = ["eastmoor-all"]'),
        ('watches = ["*"]', 'watches = ["house"]'),
        (
            'group = "northgate"',
            'group = "northgate"\nexpect = [{ watch = "house", within = "7d" }]',
        ),
        (
            'group = "northgate"',
            'group = "northgate"\nexpect = [{ source = "heronsgate-pages", within = "7d" }]',
        ),
    ],
    ids=["watch", "watch-of-default", "expected-watch", "expected-source"],
)
def test_a_subscription_names_what_its_group_sees(instance: Instance, old: str, new: str) -> None:
    instance.write("subscriptions.toml", SUBSCRIPTIONS.replace(old, new, 1))
    assert "and this subscription of the group northgate" in refused(instance)


def test_a_shared_source_may_be_expected(instance: Instance) -> None:
    more = 'group = "northgate"\nexpect = [{ source = "ward-ledger", within = "7d" }]'
    instance.write("subscriptions.toml", SUBSCRIPTIONS.replace('group = "northgate"', more, 1))
    assert load(instance.config, {}).catalog.subscriptions[0].expect


ADDRESS = "https://heronsgate.example/feed"  # that of a source of Eastmoor


@pytest.mark.parametrize(
    ("group", "is_refused"),
    [("northgate", False), ("eastmoor", True), ("default", True)],
)
def test_groups_may_have_sources_of_their_own_at_one_address(
    instance: Instance, group: str, is_refused: bool
) -> None:
    more = f'[[source]]\nkey = "mine"\nkind = "feed"\nurl = "{ADDRESS}"\ngroup = "{group}"\n'
    for text in (f"{SOURCES}\n{more}", f"{more}\n{SOURCES}"):
        instance.write("sources.toml", text)
        if is_refused:
            assert "is polled already" in refused(instance)
        else:
            assert len(load(instance.config, {}).catalog.sources) == 3


def test_a_supplier_of_a_group_stands_in_its_queries_alone(instance: Instance) -> None:
    instance.write("watches.toml", WATCHES.replace('query = "@halcyon"', 'query = "@corvid"'))
    assert "corvid" in refused(instance)


def test_a_watch_that_moves_is_compiled_by_the_suppliers_of_its_new_group(
    instance: Instance,
) -> None:
    before = load(instance.config, {})
    instance.write("watches.toml", WATCHES.replace('group = "eastmoor"', 'group = "northgate"'))
    with pytest.raises(ConfigInvalid):
        load(instance.config, {}, previous=before)


def test_a_restricted_configuration_has_what_a_group_sees(instance: Instance) -> None:
    wired = load(instance.config, {})
    north = restrict_configuration(wired, scope_of_group("northgate"))
    assert set(north.queries) == {"halcyon-north"}
    assert set(north.suppliers) == {"halcyon"}
    assert set(north.source_names) == {"ward-ledger"}
    assert [each.key for each in north.catalog.subscriptions] == ["north-daily"]
    nobody = restrict_configuration(wired, NOTHING_SEEN)
    assert (nobody.queries, nobody.suppliers, nobody.source_names) == ({}, {}, {})


def test_an_edit_is_of_the_groups_whose_tables_it_touches() -> None:
    before = WATCHES.encode()

    def after(old: str, new: str) -> frozenset[str]:
        return changed_groups(before, before.replace(old.encode(), new.encode(), 1), "watch")

    assert after("", "# a comment\n") == frozenset()
    assert after('"@halcyon"', '"@halcyon OR x"') == {"northgate"}
    assert after('query = "halcyon"', 'query = "x"') == {"default"}
    assert after('group = "northgate"', 'group = "eastmoor"') == {"northgate", "eastmoor"}
    assert after('group = "northgate"', "") == {"northgate", "default"}
    assert changed_groups(before, b"", "watch") == {"northgate", "eastmoor", "default"}


def test_the_command_says_whose_members_users_are(instance: Instance) -> None:
    with instance.store():
        pass
    added = instance.run("user", "add", "ruth", "--group", "northgate", "--group", "eastmoor")
    assert added.exit_code == 0, added.output
    assert instance.json("user")["users"][0]["groups"] == ["eastmoor", "northgate"]
    assert "in eastmoor, northgate" in instance.run("user").output
    changed = instance.run("user", "groups", "ruth", "southwick")
    assert "ruth is in southwick now" in changed.output
    assert "No watch is of the group southwick yet" in changed.output
    assert instance.run("user", "groups", "ruth", "No Key").exit_code == 2
    assert instance.run("user", "token", "ruth", "--group", "eastmoor").exit_code == 2
    assert instance.run("user", "token", "ruth", "--group", "southwick").exit_code == 0
    assert instance.run("user", "groups", "ruth").exit_code == 0
    assert instance.json("user")["users"][0]["groups"] == ["default"]
    [last, *_] = instance.json("user", "audit")["changes"]
    assert (last["action"], last["before"], last["after"]) == (
        "user.groups",
        "southwick",
        "default",
    )
