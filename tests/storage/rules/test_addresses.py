"""What is shown and stored reaches what its publisher wrote; only what tracks is taken off."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.addresses import canonical_url
from storage.rules.former_keys import former_url_keys
from storage.rules.identity import page_key, url_key

HOST = "https://ward-ledger.example"
LIVE = f"{HOST}/live/wards"


@pytest.mark.parametrize(
    "written",
    [
        "/grants/100%25-funded",
        "/grants/100%-funded",
        "/a%2Fb/c",
        "/a%2fb",
        "/caf%E9/menu",
        "/caf%C3%A9",
        "/find?titre=caf%E9",
        "/find?q=%FF%FE",
        "/?48113",
        "/story?48113&b",
        "/story?a=&b=&c",
        "/story?b=2&a=1&b=1",
        "/Story.ASP?Id=Aa",
        "/story;v=2?x=1;y=2",
        "/find?q=a+b",
        "/find?q=a%20b",
        "/find?q=a%2Bb",
        "/find?q=a%26b%3Dc",
        "/find?u=https://other.example/?x=1",
        "/a//b/./c",
        "/a(b)!$'*,~[x]|y",
        "/story?&&a=1",
        "/story?a=1&copy=3",
        "/live#post-12",
        "/app#!/news/1",
        "/app#/news/1?tab=2",
        "/log#v2.1",
        "/live#block-67%2Fb",
    ],
)
def test_an_address_stays_as_it_was_written_octet_for_octet(written: str) -> None:
    assert canonical_url(HOST + written) == HOST + written


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("https://köln.example/ä?ö=ü", "https://xn--kln-sna.example/%C3%A4?%C3%B6=%C3%BC"),
        ("https://gießen.example/", "https://xn--gieen-nqa.example/"),
        ("https://giessen.example/", "https://giessen.example/"),
        ("https://k%C3%B6ln.example/x", "https://xn--kln-sna.example/x"),
        ("https://köln。example/", "https://xn--kln-sna.example/"),
        (f'{HOST}/two words?"q"', f"{HOST}/two%20words?%22q%22"),
        (f"{HOST}:443/x", f"{HOST}/x"),
        ("https://ward-ledger.example", f"{HOST}/"),
    ],
)
def test_what_no_address_may_hold_is_escaped_as_browsers_do(written: str, asked: str) -> None:
    assert canonical_url(written) == asked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/p?id=%E9", "/p?id=%E8"),
        ("/p/%E9", "/p/%E8"),
        ("/p?id=%E9", "/p?id=%EF%BF%BD"),
        ("/a%2Fb", "/a/b"),
        ("/a%2520b", "/a%20b"),
        ("/find?q=a%2Bb", "/find?q=a+b"),
        ("/find?q=a%26b", "/find?q=a&b"),
        ("/?48113", "/?48114"),
        ("/live#post-1", "/live#post-2"),
        ("/live#post-1", "/live"),
        ("/app#!/news/1", "/app#!/news/2"),
        ("/app#/news/1", "/app#/news/2"),
        ("/log#2.1", "/log#2.2"),
        ("/story#comment-12", "/story#comment-13"),
        ("/find?ref=77", "/find?ref=78"),
        ("/find?source=a", "/find?source=b"),
    ],
)
def test_other_pages_and_parts_have_other_keys(one: str, other: str) -> None:
    assert url_key(HOST + one) != url_key(HOST + other)


@pytest.mark.parametrize(
    "tracked",
    [
        "#xtor=RSS-3208", "#utm_source=rss&utm_medium=feed", "#?utm_source=rss", "#ref=rss",
        "#Echobox=1712", "#at_medium=RSS", "#mtm_campaign=x", "#tk.rss_all", "#_=_", "#rss",
        "#:~:text=was%20halted", "#comments", "#respond", "#more-1204", "#top", "#",
        "#sthash.Ab3dEf12.dpuf", "#main-content", "?xtor=RSS-3", "?utm_id=4", "?UTM_Source=x",
        "?mtm_source=a&pk_campaign=b", "?igsh=x", "?at_recipient_id=7", "?ref=rss", "?src=feed",
        "?%75tm_source=rss", "?gad_source=1", "?_gl=1*2", "?smid=tw", "?utm_source",
        "?hsa_acc=7&hsa_cam=8", "?gaa_at=x&gaa_sig=y", "?sfmc_id=1", "?oly_enc_id=2", "?epik=dj0",
        "?__cf_chl_tk=x", "?mod=rss_news", "?CMP=share_btn_tw", "?amp;utm_source=rss",
        "#xtatc=INT-3", "#ixzz4Ab3dEf", "#add-comment", "#comments-section", "#skip-to-content",
        "#google_vignette",
    ],
)  # fmt: skip
def test_what_only_tracks_is_neither_shown_nor_part_of_the_key(tracked: str) -> None:
    assert canonical_url(LIVE + tracked) == LIVE
    assert url_key(LIVE + tracked) == url_key(LIVE)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("?a=%E9&utm_source=rss&b=", "?a=%E9&b="),
        ("?utm_source=rss&48113", "?48113"),
        ("?id=7&amp;utm_source=rss", "?id=7"),
        ("?mod=ward&cmp=7", "?mod=ward&cmp=7"),
        ("#post-1&utm_source=rss", "#post-1"),
        ("#post-1?utm_source=rss", "#post-1"),
        ("#!/news/1?utm_source=rss&id=2", "#!/news/1?id=2"),
        ("#!/news/1?utm_source=rss", "#!/news/1"),
        ("#post-1:~:text=x", "#post-1"),
    ],
)
def test_what_stands_beside_tracking_stays(written: str, shown: str) -> None:
    assert canonical_url(LIVE + written) == LIVE + shown


def test_places_within_a_pdf_are_no_documents_of_their_own() -> None:
    assert url_key(f"{HOST}/pack.pdf#page=12") == url_key(f"{HOST}/pack.PDF".lower())


def test_the_page_of_a_part_is_what_older_archives_know_it_by() -> None:
    assert page_key(f"{LIVE}#post-1") == url_key(LIVE)
    assert former_url_keys(f"{LIVE}#post-1") == {url_key(LIVE)}


@pytest.mark.parametrize("plain", ["/a/b-c?x=1&y=a+b", "/", "/caf%C3%A9?q=%C3%A9", "/A/b.html"])
def test_most_addresses_have_the_key_that_older_archives_have(plain: str) -> None:
    assert former_url_keys(HOST + plain) == frozenset()


@given(
    st.lists(
        st.sampled_from(["%25", "%2F", "%E9", "%e9", "%20", "+", "=", "&", ";", "a", "B", "é", "%"])
    ),
    st.lists(st.sampled_from(["%2B", "%26", "%00", "%FF", "=", "&", ";", "+", "a=", "x", "ü"])),
)
def test_every_octet_arrives(path: list[str], query: list[str]) -> None:
    written = f"{HOST}/{''.join(path)}?{''.join(query)}"

    shown = urlsplit(canonical_url(written))

    assert unquote_to_bytes(shown.path) == unquote_to_bytes(urlsplit(written).path)
    assert unquote_to_bytes(shown.query) == unquote_to_bytes(urlsplit(written).query)
    assert canonical_url(shown.geturl()) == canonical_url(written)
    assert url_key(shown.geturl()) == url_key(written)
