"""A scan and a catalogue on which a run takes a second."""

from __future__ import annotations

SMALL = "30/2"


CATALOGUE = {
    "cis_3.0_aws": {
        "framework": "CIS",
        "version": "3.0",
        "requirements": {
            "1.1": {"description": "Façade, “quoted”", "checks": ["s3_bucket_public", "ec2_open"]},
            "1.2": {"checks": ["s3_bucket_public"]},
        },
    },
    "prowler_threatscore_aws": {
        "framework": "ProwlerThreatScore",
        "version": "1.0",
        "requirements": {"1.1.1": {"description": "", "checks": ["ec2_open"]}},
    },
}


EXPECTED_ROWS = 6
"""Two regions × three requirements."""


SCAN = {
    "provider": "aws",
    "findings": [
        {
            "check_id": "s3_bucket_public",
            "status": "FAIL",
            "muted": False,
            "compliance": {"CIS-3.0": ["1.1"]},
            "resource_regions": ["eu-west-1"],
            "resources": [{"region": "eu-west-1"}],
        },
        {
            "check_id": "ec2_open",
            "status": "PASS",
            "muted": False,
            "compliance": {"ProwlerThreatScore-1.0": ["1.1.1"]},
            "resource_regions": ["eu-west-1", "us-east-1"],
            "resources": [{"region": "eu-west-1"}, {"region": "us-east-1"}],
        },
    ],
}
