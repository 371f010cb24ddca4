"""A server of this process, and freshly migrated databases on it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from bench.compliance.contract import Catalogue
from bench.database.access import DatabaseAccess
from bench.database.server import Server, open_server
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.catalogue.synthetic import synthetic_catalogue
from tests.support.loaded_scans import MakeDatabase

# In a separate process, for Django may not be imported where scans are loaded.
_MIGRATE = """
import json, sys
from bench.database.access import DatabaseAccess
from bench.compliance.schema.django_setup import migrate
migrate(DatabaseAccess(**json.load(sys.stdin)))
"""


@pytest.fixture(scope="session")
def dataset_server() -> Iterator[Server]:
    with open_server(None) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_template(dataset_server: Server) -> DatabaseAccess:
    access = dataset_server.create_database()
    subprocess.run([sys.executable, "-c", _MIGRATE], input=json.dumps(asdict(access)), text=True, check=True)
    return access


@pytest.fixture(scope="session")
def make_database(dataset_server: Server, migrated_template: DatabaseAccess) -> MakeDatabase:
    """Makes one migrated, empty database after another; they go with the server."""
    return lambda: dataset_server.create_database(migrated_template)


@pytest.fixture(scope="session")
def catalogue() -> LoadedCatalogue:
    return synthetic_catalogue(0)


@pytest.fixture(scope="session")
def small_catalogue() -> LoadedCatalogue:
    """Two frameworks that share a check; the second has no version."""
    frameworks: Catalogue = {
        "cis_3.0_aws": {
            "framework": "CIS",
            "version": "3.0",
            "requirements": {
                "1.1": {"description": "Façade, “quoted”", "checks": {"s3_bucket_public": None, "ec2_open": None}},
                "1.2": {"checks": {"s3_bucket_public": None}},
            },
        },
        "soc2_aws": {"framework": "SOC2", "requirements": {"cc, 1": {"description": "", "checks": {"ec2_open": None}}}},
    }
    return LoadedCatalogue("aws", "small", frameworks)
