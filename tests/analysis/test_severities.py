import os
from collections import Counter
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshmodel.analysis import severities
from meshmodel.analysis.analysis import analyse
from meshmodel.model.vocabulary import SEVERITIES
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered

EXAMPLES = int(os.environ.get("MESHMODEL_EXAMPLES", "300"))


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(
    st.integers(0, 2**48),
    st.integers(1, 7),
    st.sampled_from(["built", "designed"]),
    st.sampled_from([0, 10**6]),
)
def test_severities_are_counted_as_they_are_listed(seed, size, view, many):
    analysis = analyse(random_model(seed, size), view=view)
    listed = Counter(each.severity for each in analysis.crossings() if each.severity is not None)
    expected = {severity: listed[severity] for severity in SEVERITIES}
    # How many pairs are many decides how they are counted, never what is counted.
    with patch.object(severities, "MANY", many):
        assert analysis.uncontrolled_by_severity == expected


@pytest.mark.parametrize(("seed", "guarded"), [(0, 0.1), (1, 0.1), (2, 0.1), (3, 0.2), (7, 0.2)])
def test_severities_of_agents_that_are_alike(seed, guarded):
    """What agents share is counted once: as if each were counted for itself, as above."""
    snapshot = clustered(400, 800, dense=True, seed=seed, guarded=guarded)
    counted = []
    for many in (0, 10**6):
        with patch.object(severities, "MANY", many):
            counted.append(analyse(snapshot).uncontrolled_by_severity)
    assert counted[0] == counted[1]
    assert sum(counted[0].values()) == analyse(snapshot).summary.uncontrolled > 1000
