"""Tables that others write: the upstream schema, the API's tables and the orchestrator's own state."""

import dagster as dg

from dagster_pipelines.dbt.manifest import manifest_content
from dagster_pipelines.dbt.translator import OWNERS, translator

DETECTOR_SOURCE = "cue_detection"
"""The dbt source whose tables are assets of their own (assets/detected_cues.py)."""
SOURCES = [
    dg.AssetSpec(
        translator.get_asset_key(source),
        description=f"{source['description']} {source['source_description']}",
        group_name="sources",
        owners=OWNERS,
        kinds={"postgres"},
    )
    for source in manifest_content()["sources"].values()
    if source["source_name"] != DETECTOR_SOURCE
]
