"""What can be read at an address, and how a source is read, step by step; each is a job."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.editing.source_file import make_source, read_address
from config.model import Source
from config.values.invalid_value import InvalidValue
from crawler.spider_base.kind_registry import known_kinds
from storage.model import Change, Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.job_documents import JOB, answer_with_job
from supplierwatch.desk.api.json_bodies import Body, bad_field
from supplierwatch.desk.api.resources.declared.source_definitions import (
    MAX_ADDRESS,
    SelectorsBody,
)
from supplierwatch.desk.background_jobs.source_examinations import (
    EXAMINED,
    read_selectors,
    start_discovery,
    start_examination,
)

MAX_SUBJECT = 200  # characters of an address in the audit trail
Address = Annotated[str, Field(min_length=1, max_length=MAX_ADDRESS)]


class DiscoveryBody(Body):
    """The address to look at."""

    address: Annotated[Address, Field(description="Of a site, a page, a feed or a sitemap.")]


class ExaminationBody(Body):
    """What is examined: a declared source, or a draft by its address, kind and selectors."""

    source: Annotated[
        str | None, Field(min_length=1, max_length=64, description="Key of a declared source.")
    ] = None
    url: Annotated[Address | None, Field(description="Of a draft; without `source`.")] = None
    kind: Annotated[str, Field(max_length=40, description="Of the draft.")] = "feed"
    select: Annotated[SelectorsBody, Field(description="Of a draft of the kind `page`.")] = (
        SelectorsBody()
    )


def discover(request: ApiRequest) -> Answer:
    """Begin to look for what can be read at an address."""
    url = _read_url("address", request.body.address)
    change = Change(action="address.examined", subject=url[:MAX_SUBJECT])
    return answer_with_job(
        request,
        change,
        lambda: start_discovery(request.source, url, request.user.name, request.now),
    )


def examine(request: ApiRequest) -> Answer:
    """Begin to examine a source step by step; nothing of it is stored."""
    examined = _read_source(request)
    subject = examined.key if request.body.source is not None else examined.url[:MAX_SUBJECT]
    change = Change(action="source.examined", subject=subject)
    return answer_with_job(
        request,
        change,
        lambda: start_examination(request.source, examined, request.user.name, request.now),
    )


def _read_source(request: ApiRequest) -> Source:
    body: ExaminationBody = request.body
    if (body.source is None) == (body.url is None):
        raise bad_field("source", "give either the key of a source or the url of a draft")
    if body.url is not None:
        if body.kind not in known_kinds():
            raise bad_field("kind", f"write one of {', '.join(sorted(known_kinds()))}")
        url = _read_url("url", body.url)
        select = read_selectors(body.select.model_dump())
        return make_source(url, key=EXAMINED, name=url, kind=body.kind, select=select)
    for each in request.source.wired.catalog.sources:
        if each.key == body.source:
            return each
    raise bad_field("source", "there is no source of this name in the configuration")


def _read_url(field: str, text: str) -> str:
    try:
        return read_address(text)
    except InvalidValue as invalid:
        raise bad_field(field, f"it {invalid.message}: {invalid.hint}") from None


ENDPOINTS = (
    Endpoint(
        name="source-discovery",
        path="/source-discoveries",
        method="POST",
        handler=discover,
        role=Role.EDITOR,
        summary="Look for what can be read at an address: a job, whose `found` are the ways, the "
        "likeliest first, each with a sample and the sources declared at the same address",
        body=DiscoveryBody,
        schema=JOB,
        changes=True,
        creates=True,
    ),
    Endpoint(
        name="source-examination",
        path="/source-examinations",
        method="POST",
        handler=examine,
        role=Role.EDITOR,
        summary="Examine a source, or a draft of one, step by step, as `doctor` does: a job",
        body=ExaminationBody,
        schema=JOB,
        changes=True,
        creates=True,
    ),
)
