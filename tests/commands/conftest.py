"""Commands run in this process."""

import json

import pytest

from meshmodel import cli


@pytest.fixture
def called(capsys):
    """Runs a command in this process: its status, what it said, what it complained about."""

    def call(*words):
        status = cli.main([str(word) for word in words])
        output = capsys.readouterr()
        return status, output.out, output.err

    return call


@pytest.fixture
def documents(called):
    def call(*words):
        status, output, complaint = called(*words)
        assert (status, complaint) == (0, "")
        return [json.loads(line) for line in output.splitlines()]

    return call
