"""A server of this process, and freshly migrated databases on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.compliance.contract import Catalogue
from bench.compliance.job import JOB
from bench.database.access import DatabaseAccess
from bench.database.server import Server, open_server
from bench.datasets.catalogue.record import LoadedCatalogue
from bench.datasets.catalogue.synthetic import synthetic_catalogue
from bench.harness.executor import SETUP_SECONDS, ProcessExecutor
from bench.messages.request import MigrateRequest
from tests.support.loaded_scans import MakeDatabase


@pytest.fixture(scope="session")
def dataset_server() -> Iterator[Server]:
    with open_server(None) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_template(dataset_server: Server, tmp_path_factory: pytest.TempPathFactory) -> DatabaseAccess:
    access = dataset_server.create_database()
    scratch: Path = tmp_path_factory.mktemp("migration")
    ProcessExecutor(scratch).run(MigrateRequest(environment=JOB.environment, access=access), SETUP_SECONDS)
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
