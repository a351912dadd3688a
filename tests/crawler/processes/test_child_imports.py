"""What a crawl imports, the launcher has imported for all crawls."""

from __future__ import annotations

import json
import subprocess
import sys

from crawler.jobs.job import to_json
from tests.crawler.polling.test_polls import publish
from tests.support.crawls import Crawls, a_source
from tests.support.site import FakeSite

# a reactor is installed when it is imported, and the charset of an answer decides its codec
BY_EACH = {"twisted.internet.reactor", "encodings.charmap"}
MARK = "imported: "
SCRIPT = """
import json, sys
from crawler.processes import child

child.import_all()
before, child.import_all, end = {*sys.modules}, lambda: None, child._end_process

def print_new(code):
    new = [name for name in sys.modules if name not in before]
    print("imported:", json.dumps(new), file=sys.stderr)
    end(code)

child._end_process = print_new
child.main()
"""


def test_a_crawl_imports_nothing_that_its_launcher_has_not(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(2))
    held = crawls.start(a_source("outlet", site.url("/feed.xml")))  # its job is given to another
    held.terminate(grace=0)
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stderr is not None
        child.stdin.write(to_json(held.job) + "\n")
        child.stdin.flush()
        [printed] = [line.partition(MARK)[2] for line in child.stderr if MARK in line]
        assert child.wait() == 0
    assert len(crawls.items()) == 2
    assert {*json.loads(printed)} <= BY_EACH
