"""Child processes: deaths, orphans, deadlines, limits. RELIABILITY section 6, rows 1, 2 and 35."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.jobs.events import decode_event
from crawler.jobs.job import to_json
from crawler.jobs.limits import ORPHANED
from crawler.processes.children import child_environment
from storage.model import TextState
from tests.crawler.polling.test_polls import list_in_feed, publish
from tests.crawler.processes.test_job import a_job
from tests.support.crawls import Crawls, a_source, crawl_settings
from tests.support.services import eventually
from tests.support.site import FakeSite, hang

MODULE = [sys.executable, "-m", "crawler.processes.child"]


def test_a_child_that_is_killed_at_any_moment_loses_and_doubles_nothing(
    site: FakeSite, crawls: Crawls
) -> None:
    rng = random.Random(20260302)
    source = a_source("outlet", site.url("/feed.xml"))
    for wave in range(1, 9):
        publish(site, range(wave * 6), etag=f'"{wave}"')
        child = crawls.start(source)
        eventually(lambda: bool(child.events()))  # noqa: B023 - called before the next round
        time.sleep(rng.uniform(0, 0.25))
        os.killpg(child.pid, signal.SIGKILL)
        assert child.wait(10) is not None
        if wave % 3 == 0:
            assert crawls.run(source).code == 0
    crawls.run(source)
    items = crawls.items()
    assert sorted(item.title for item in items) == sorted(
        f"Trust {n} reviews its records" for n in range(48)
    )
    assert {item.text_state for item in items} == {TextState.FULL}
    assert {item.revision for item in items} == {1}
    assert all(len(item.carriers) == 1 for item in items)
    assert crawls.state("outlet").validators.etag == '"8"'


def test_validators_are_not_stored_before_what_they_stand_for(
    site: FakeSite, crawls: Crawls
) -> None:
    publish(site, range(3), etag='"1"')
    site.behave("/2.html", hang())
    child = crawls.start(a_source("outlet", site.url("/feed.xml")), timeout=30)
    assert eventually(lambda: bool(site.requests("/2.html")))
    os.killpg(child.pid, signal.SIGKILL)
    child.wait(10)
    assert len(crawls.items()) == 3
    assert crawls.state("outlet").validators.etag is None
    assert crawls.state("outlet").baseline_done_at is None


def test_a_child_ends_itself_when_its_parent_is_gone(site: FakeSite, crawls: Crawls) -> None:
    site.behave("/feed.xml", hang())
    child = crawls.start(a_source("outlet", site.url("/feed.xml")), timeout=60)
    assert eventually(lambda: bool(site.requests("/feed.xml")))
    child._stdin.close()  # what the kernel does when a parent dies
    assert child.wait(5) == ORPHANED


def test_a_parent_that_is_killed_takes_its_children_with_it(
    site: FakeSite, tmp_path: Path, crawls: Crawls
) -> None:
    site.behave("/robots.txt", hang())
    job = to_json(a_job())  # only to show that spawning needs no more than a job
    assert job
    script = (
        "import sys, time\n"
        "from crawler.processes.children import spawn\n"
        "from crawler.jobs.job import from_json\n"
        "child = spawn(from_json(sys.stdin.readline()))\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    source = a_source("outlet", site.url("/feed.xml"))
    held = crawls.start(source)  # declares and claims; its job is given to another parent
    line = to_json(held.job)
    held.terminate(grace=0)
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(line + "\n")
    parent.stdin.flush()
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait(10)
    parent.stdin.close()
    parent.stdout.close()
    assert eventually(lambda: not _alive(pid))


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_crawl_ends_at_its_deadline_and_keeps_what_it_has(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(3))
    site.behave("/0.html", hang())
    crawled = crawls.run(a_source("outlet", site.url("/feed.xml")), deadline=15, timeout=60)
    assert crawled.code == 0
    assert crawled.report("outlet")["completed"] == 2
    states = [item.text_state for item in crawls.items()]
    assert states == [TextState.LISTED, TextState.FULL, TextState.FULL]
    assert crawls.state("outlet").lease_owner is None


def test_a_child_that_is_asked_to_stop_closes(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(3))
    site.behave("/1.html", hang())
    child = crawls.start(a_source("outlet", site.url("/feed.xml")), timeout=60)
    assert eventually(lambda: bool(site.requests("/1.html")))
    child.terminate(grace=60)
    assert child.poll() == 0  # it has closed its poll, and was not killed
    assert crawls.state("outlet").lease_owner is None


def test_a_child_that_does_not_listen_is_killed_with_its_group(
    site: FakeSite, crawls: Crawls
) -> None:
    site.behave("/feed.xml", hang())
    child = crawls.start(a_source("outlet", site.url("/feed.xml")), timeout=60)
    assert eventually(lambda: bool(site.requests("/feed.xml")))
    os.kill(child.pid, signal.SIGSTOP)
    child.terminate(grace=0.2)
    assert child.poll() == -signal.SIGKILL


def test_a_child_that_runs_out_of_memory_takes_nobody_with_it(
    site: FakeSite, crawls: Crawls
) -> None:
    publish(site, range(1))
    crawled = crawls.run(
        a_source("outlet", site.url("/feed.xml")), settings=crawl_settings(memory_limit_mb=-400)
    )
    assert crawled.code != 0
    assert crawls.run(a_source("outlet", site.url("/feed.xml"))).code == 0


def test_a_source_whose_kind_is_unknown_breaks_its_crawl_and_says_so(
    site: FakeSite, crawls: Crawls
) -> None:
    crawled = crawls.run(a_source("odd", site.url("/"), kind="nonsense"))
    assert crawled.code == 1
    assert [event["event"] for event in crawled.events] == ["error"]


def test_one_poll_that_breaks_stops_no_other(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(2))
    sources = [a_source("outlet", site.url("/feed.xml")), a_source("gone", site.url("/feed.xml"))]
    child = crawls.start(sources[0])
    job = child.job
    child.terminate(grace=0)
    broken = json.loads(to_json(job))
    stranger = broken["sources"][0] | {"key": "never-declared"}
    broken["sources"] = [stranger, *broken["sources"]]
    ended = subprocess.Popen(MODULE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert ended.stdin is not None
    assert ended.stdout is not None
    ended.stdin.write(json.dumps(broken) + "\n")
    ended.stdin.flush()
    events = [decode_event(line) for line in ended.stdout]
    assert ended.wait(30) == 1
    ended.stdin.close()
    ended.stdout.close()
    kinds = [(event["event"], event["source"]) for event in events if event]
    assert ("error", "never-declared") in kinds
    assert ("source.finished", "outlet") in kinds
    assert len(crawls.items()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("line", ["", "nonsense\n"])
def test_a_child_without_a_job_ends_with_a_reason(line: str) -> None:
    ended = subprocess.run(MODULE, input=line, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 64
    assert "not a crawl job" in ended.stderr


def test_a_child_knows_no_secrets_and_no_proxies() -> None:
    given = {
        "PATH": "/bin",
        "SUPPLIERWATCH_SMTP_PASSWORD": "x",
        "SUPPLIERWATCH_DATABASE_URL_FILE": "/run/secrets/url",
        "SUPPLIERWATCH_DATA": "/data",
        "https_proxy": "http://proxy",
        "HTTP_PROXY": "http://proxy",
    }
    assert child_environment(given) == {
        "PATH": "/bin",
        "SUPPLIERWATCH_DATA": "/data",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": "262144",
    }


def test_a_child_that_has_found_nothing_ends_well(site: FakeSite, crawls: Crawls) -> None:
    list_in_feed(site, [])
    assert crawls.run(a_source("outlet", site.url("/feed.xml"))).code == 0
