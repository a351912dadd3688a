"""Groups by a claim of an OpenID Connect provider: set at each sign-in, off by default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storage.model import Role
from tests.desk.account.test_provider_sign_in import (
    desk_with_provider,
    list_names,
    nothing_is_known_of_a_provider,
    sign_in,
)

__all__ = ["nothing_is_known_of_a_provider"]  # a fixture for every test here

GROUPS = """oidc_new_users = true
oidc_group_claim = "clients"
oidc_groups = { northgate = ["n"], eastmoor = ["e", "agency"], default = ["house"] }"""


def test_the_claim_gives_the_groups_and_takes_them_again(tmp_path: Path) -> None:
    with desk_with_provider(tmp_path, GROUPS) as (desk, provider):
        known = {"sub": "s-1", "preferred_username": "ruth"}

        def groups_after(claim: Any, code: int = 303) -> tuple[str, ...]:
            provider.claims = known | {"clients": claim}
            assert sign_in(desk.browser(), provider).code == code, claim
            with desk.service.store.reading() as unit:
                user = unit.users.find_by_name("ruth")
            return () if user is None else user.groups

        for nothing in (None, [], ["others"], {"n": True}, 1, "agenc"):
            assert groups_after(nothing, 403) == ()
            assert list_names(desk) == {"reader", "editor", "operator"}
        assert groups_after("n") == ("northgate",)
        assert groups_after(["e", "n", 7, "n"]) == ("eastmoor", "northgate")
        assert groups_after(["agency", "house"]) == ("default", "eastmoor")
        # who has none any more is refused, and what they were is left for the page Users
        assert groups_after(["others"], 403) == ("default", "eastmoor")
        with desk.service.store.reading() as unit:
            changes = [each.change for each in unit.audit.list(limit=100, subject="ruth")]
        assert [(c.before, c.after) for c in changes if c.action == "user.groups"] == [
            ("eastmoor, northgate", "default, eastmoor"),
            ("northgate", "eastmoor, northgate"),
            ("default", "northgate"),
        ]


def test_operators_need_no_group_and_what_groups_are_not_mapped_stay(tmp_path: Path) -> None:
    more = f'{GROUPS}\noidc_roles = {{ operator = ["admins"], reader = ["staff"] }}'
    with desk_with_provider(tmp_path, more) as (desk, provider):
        known = {"sub": "s-1", "preferred_username": "ruth"}
        provider.claims = known | {"groups": ["admins"]}
        assert sign_in(desk.browser(), provider).code == 303
        provider.claims = known | {"groups": ["staff"]}
        assert sign_in(desk.browser(), provider).code == 403
        with desk.service.store.reading() as unit:
            user = unit.users.find_by_name("ruth")
            assert user is not None
            # a refused sign-in changes nothing
            assert user.role is Role.OPERATOR


def test_groups_stay_as_the_desk_has_them_where_none_are_mapped(tmp_path: Path) -> None:
    with desk_with_provider(tmp_path, "oidc_new_users = true") as (desk, provider):
        provider.claims = {"sub": "s-1", "preferred_username": "ruth", "groups": ["eastmoor"]}
        assert sign_in(desk.browser(), provider).code == 303
        with desk.service.store.transaction() as unit:
            user = unit.users.find_by_name("ruth")
            assert user is not None
            assert user.groups in ((), ("default",))
            unit.groups.set_groups(user.user_id, ["northgate"])
        assert sign_in(desk.browser(), provider).code == 303
        with desk.service.store.reading() as unit:
            user = unit.users.find_by_name("ruth")
            assert user is not None
            assert user.groups == ("northgate",)
