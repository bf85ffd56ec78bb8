"""What a process manager and a load balancer ask."""

import pytest
from django.db import connection

from script.run.detached import free_port


@pytest.fixture
def _no_database(db):
    """The database's address is one where nobody answers, until the test is over."""
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = free_port()
    yield
    connection.close()
    connection.settings_dict["PORT"] = port


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_healthy_process_answers_200_without_a_language_or_a_cookie(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_no_database")
def test_without_its_database_a_process_lives_but_is_not_ready(client):
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert b"database" in answer.content
