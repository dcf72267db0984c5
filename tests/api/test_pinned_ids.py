"""Ids of the sample practice never change: other systems store them.

Each id was computed by the version 0.1 recipe: the md5 of entity and key, with version and variant 8.
"""

import psycopg

PINNED = [
    (
        "5eb01135-9b72-8075-841a-ef27b6cf0bdb",
        "session_analytics",
        {"job_id": "e6b51965-434b-5d8f-beeb-7165f14c9bd7"},
    ),
    (
        "8492cb25-5158-8cbe-86f8-8735f25ea232",
        "session_analytics",
        {"job_id": "32be0afd-dc01-522d-9b01-1e300f786f6b"},
    ),
    (
        "09ad4ddf-2708-8159-803b-75741b64f3c9",
        "language_cues",
        {"utterance_id": "c8246731-0567-586a-b13d-0394538bea86", "cue_type": "commitment"},
    ),
    (
        "0bbc86f6-ccc4-857b-8bb2-56e28721ba44",
        "language_cues",
        {"utterance_id": "101a7caa-e7d8-54f9-871e-0da481a1ce00", "cue_type": "resistance"},
    ),
    (
        "3828ba7e-6452-8d03-8ffc-d07024296000",
        "client_analytics",
        {"client_id": "003e657d-058d-5a68-b4e3-c74fc3c48b0d", "window_type": "90d"},
    ),
    (
        "0aac3416-c63a-858d-8807-95a8a70b79f7",
        "client_analytics",
        {"client_id": "ead3153f-492f-57e9-9f68-de3ecc02b460", "window_type": "all_time"},
    ),
    (
        "17383e8e-9416-890f-85dd-e5eda8de13c0",
        "client_analytics_history",
        {
            "client_id": "003e657d-058d-5a68-b4e3-c74fc3c48b0d",
            "window_type": "30d",
            "as_of_date": "2026-11-22",
        },
    ),
    (
        "ba44384b-7bf5-8815-8979-c8605acf72f7",
        "risk_scores",
        {"client_id": "003e657d-058d-5a68-b4e3-c74fc3c48b0d", "as_of_date": "2026-11-22"},
    ),
    (
        "4422f732-636b-86b0-8ace-438092525cfd",
        "risk_alerts",
        {"client_id": "003e657d-058d-5a68-b4e3-c74fc3c48b0d", "alert_type": "no_session_30d"},
    ),
    (
        "3f700c69-becc-8bf1-881c-df80db5dc09f",
        "risk_alerts",
        {"client_id": "ead3153f-492f-57e9-9f68-de3ecc02b460", "alert_type": "no_session_30d"},
    ),
]
"""Id, mart and key of a row."""


def test_ids__of_the_sample_are_pinned(practice_url: str) -> None:
    with psycopg.connect(practice_url) as connection:
        found = [
            (id_, mart, key)
            for id_, mart, key in PINNED
            if connection.execute(
                f"select id::text from ai_backend.{mart} "
                f"where {' and '.join(f'{column}::text = %({column})s' for column in key)}".encode(),
                key,
            ).fetchall()
            == [(id_,)]
        ]
    assert found == PINNED
