"""Reads forms with files (multipart/form-data, RFC 7578) whose size the caller has bounded."""

from __future__ import annotations

import email.policy
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesParser

MAX_PARTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """The texts and the files of a form, by field; where one occurs twice, the last."""

    values: Mapping[str, str]
    files: Mapping[str, bytes]


def read_upload(body: bytes, content_type: str) -> UploadForm | None:
    """Read a form; None where the body is not one, or has more than `MAX_PARTS` parts."""
    if not content_type.lower().startswith("multipart/form-data") or not content_type.isascii():
        return None
    head = b"Content-Type: " + content_type.splitlines()[0].encode() + b"\r\n\r\n"
    message = BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    if not message.is_multipart():
        return None
    parts = list(message.iter_parts())
    if len(parts) > MAX_PARTS:
        return None
    values: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename() is None:
            values[name[:100]] = content.decode("utf-8", "replace")
        else:
            files[name[:100]] = content
    return UploadForm(values=values, files=files)
