"""One small scan, written by hand in every format that a scan file may have."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from typing import Any

ACCOUNT = "123456789012"
OWNER = "Example Person"
SECRETS = (ACCOUNT, OWNER, "arn:aws", "payroll")
"""What a file may name and nothing made of it may."""
BUCKET = f"arn:aws:s3:::payroll-{ACCOUNT}"
INSTANCE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/payroll"

FINDINGS: tuple[dict[str, Any], ...] = (
    {"check": "s3_bucket_public", "status": "FAIL", "muted": False, "region": "us-east-1", "uid": BUCKET,
     "compliance": {"CIS-3.0": ["1.1", "1.2"], "ENS-RD2022": ["op.acc.1"]}},
    {"check": "s3_bucket_encrypted", "status": "PASS", "muted": True, "region": "us-east-1", "uid": BUCKET,
     "compliance": {"CIS-3.0": ["2.1"]}},
    {"check": "ec2_open", "status": "MANUAL", "muted": False, "region": "eu-west-1", "uid": INSTANCE,
     "compliance": {}},
    {"check": "account_contact", "status": "PASS", "muted": False, "region": "", "uid": "",
     "compliance": {"CIS-3.0": ["1.1"]}},
)  # fmt: skip
"""The first two share a resource."""


def ocsf(found: dict[str, Any], provider: str = "aws") -> dict[str, Any]:
    """A detection finding with what is read of it and some of what is not."""
    return {
        "metadata": {"event_code": found["check"], "product": {"name": "Prowler"}, "profiles": ["cloud"]},
        "status": "Suppressed" if found["muted"] else "New",
        "status_id": 3 if found["muted"] else 1,
        "status_code": found["status"],
        "status_detail": f'{found["uid"]} of {OWNER}; "quoted",\nsecond line',
        "finding_info": {"uid": f"prowler-{ACCOUNT}", "title": "A title"},
        "resources": [{"region": found["region"], "uid": found["uid"], "name": "payroll", "labels": [f"o:{OWNER}"]}],
        "cloud": {"provider": provider, "account": {"uid": ACCOUNT, "name": OWNER}, "region": found["region"]},
        "unmapped": {"compliance": found["compliance"], "provider": provider, "provider_uid": ACCOUNT},
    }


def row(found: dict[str, Any]) -> dict[str, Any]:
    """A row of the findings table with its resources, as an export gives it."""
    return {
        "id": "0190a0a0-0000-7000-8000-000000000000",
        "uid": f"prowler-aws-{found['check']}-{ACCOUNT}",
        "check_id": found["check"],
        "status": found["status"],
        "muted": found["muted"],
        "compliance": found["compliance"],
        "resource_regions": [found["region"]] if found["region"] else [],
        "resources": [{"region": found["region"], "uid": found["uid"], "name": "payroll"}],
        "check_metadata": {"provider": "aws", "checkid": found["check"]},
    }


def csv_text(delimiter: str = ";", line_end: str = "\r\n", provider: str = "aws") -> str:
    """The CSV of Prowler, with a field that holds delimiters, quotes and a newline."""
    columns = ("ACCOUNT_UID", "PROVIDER", "CHECK_ID", "STATUS", "STATUS_EXTENDED", "MUTED", "RESOURCE_UID", "REGION")
    lines = [delimiter.join((*columns, "COMPLIANCE"))]
    for found in FINDINGS:
        compliance = " | ".join(f"{name}: {', '.join(ids)}" for name, ids in found["compliance"].items())
        said = f'"{OWNER} said ""no""{delimiter} and\nleft"'
        cells = (ACCOUNT, provider, found["check"], found["status"], said, str(found["muted"]), found["uid"])
        lines.append(delimiter.join((*cells, found["region"], f'"{compliance}"')))
    return line_end.join(lines) + line_end


def _lines(values: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(value)}\n" for value in values)


FORMATS: dict[str, str] = {
    "OCSF": json.dumps([ocsf(found) for found in FINDINGS], indent=4),
    "OCSF on one line": json.dumps([ocsf(found) for found in FINDINGS], separators=(",", ":")),
    "OCSF lines": _lines([ocsf(found) for found in FINDINGS]),
    "OCSF after one another": "\n\n".join(json.dumps(ocsf(found), indent=2) for found in FINDINGS),
    "rows": json.dumps([row(found) for found in FINDINGS]),
    "row lines": _lines([row(found) for found in FINDINGS]),
    "CSV": csv_text(),
    "CSV of a spreadsheet": csv_text(",", "\n"),
    "CSV with tabs": csv_text("\t"),
    "suite": json.dumps({"provider": "aws", "findings": [row(found) for found in FINDINGS]}),
}


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("folder")
        archive.writestr("folder/scan.json", content)
    return packed.getvalue()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "gzip": gzip.compress,
    "gzip in two members": lambda content: gzip.compress(content[:100]) + gzip.compress(content[100:]),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "xz in two streams": lambda content: lzma.compress(content[:100]) + b"\0" * 8 + lzma.compress(content[100:]),
    "zip": _zipped,
}
